//! PDF (ISO 32000): streams that are compressed with zlib, which is nearly all of them.

use memchr::memmem;

use super::{Bounds, Unpacked, inflate};

/// The next compressed stream; an encrypted file is none that can be read.
pub(super) fn next(text: &[u8], start: usize, at: &mut usize, bounds: Bounds<'_>) -> Option<Unpacked> {
    const STREAM: &[u8] = b"stream";
    if *at == start && memmem::find(&text[start..], b"/Encrypt").is_some() {
        *at = text.len();
        return Some(Unpacked::Opaque(start..text.len()));
    }
    loop {
        *at += memmem::find(&text[*at..], STREAM)? + STREAM.len();
        let line_break = match &text[*at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => continue,
        };
        let data = *at + line_break;
        if !matches!(text[data..], [0x78 | 0x68 | 0x58 | 0x48, ..]) {
            continue;
        }
        let inflated = inflate::zlib(&text[data..], bounds);
        if !inflated.bytes.is_empty() {
            *at = data + inflated.taken;
            return Some(inflated.into_member(data, "pdf"));
        }
    }
}
