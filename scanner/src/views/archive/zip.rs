//! ZIP (APPNOTE 6.3.10) and what is made of it: wheels, JARs, office files. Members are found by their local headers,
//! wherever they stand, so that a wrong directory hides nothing.

use memchr::memmem;

use super::{Bounds, Unpacked, inflate, is_archive, stored};

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const HEADER_BYTES: usize = 30;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ZSTD: u16 = 93;

/// The next member that is worth a look of its own.
pub(super) fn next(text: &[u8], at: &mut usize, bounds: Bounds<'_>) -> Option<Unpacked> {
    loop {
        let start = *at + memmem::find(&text[*at..], LOCAL_HEADER)?;
        *at = start + LOCAL_HEADER.len();
        let Some(header) = text.get(start..start + HEADER_BYTES) else { continue };
        let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let length =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let data = start + HEADER_BYTES + usize::from(word(26)) + usize::from(word(28));
        if data >= text.len() {
            continue;
        }
        // Zero or all ones: it stands after the data, or in an extra field.
        let packed =
            usize::try_from(length(18)).ok().filter(|&length| length > 0 && length <= text.len() - data);
        let is_encrypted = word(6) & 1 != 0;
        let rest = &text[data..];
        match word(8) {
            _ if is_encrypted => {
                let end = data + packed.unwrap_or(0);
                *at = (*at).max(end);
                return Some(Unpacked::Opaque(data..end.max(data + 1)));
            }
            STORED => {
                let end = data + packed.unwrap_or_else(|| memmem::find(rest, b"PK").unwrap_or(rest.len()));
                // The next header may stand inside what a wrong length claims.
                if is_archive(&text[data..end]) {
                    *at = end;
                    return Some(stored(text, data..end, "zip"));
                }
            }
            DEFLATED => {
                let inflated = inflate::raw(rest, bounds);
                *at = data + if inflated.ended { inflated.taken } else { 0 };
                if inflated.ended || !inflated.bytes.is_empty() {
                    return Some(inflated.into_member(data, "zip"));
                }
                return Some(Unpacked::Opaque(data..data + packed.unwrap_or(1)));
            }
            ZSTD => {
                let inflated = inflate::zstd(rest, bounds)?;
                *at = data + if inflated.ended { inflated.taken } else { 0 };
                return Some(inflated.into_member(data, "zip"));
            }
            _ => {
                let end = data + packed.unwrap_or(1);
                *at = (*at).max(end);
                return Some(Unpacked::Opaque(data..end));
            }
        }
    }
}
