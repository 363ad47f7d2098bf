//! Archives and compressed files by their first bytes, also as parts of a form and in the pack of a push.
//!
//! What they hold is unpacked member by member. Nothing can be written into an archive, so what is found there cannot
//! be cut out.

mod inflate;
mod pack;
mod pdf;
mod tar;
mod zip;

use std::ops::Range;

use memchr::memmem;

use super::{Codec, Decoded};

/// Bytes of one member that are unpacked at most.
const MAX_MEMBER: usize = 64 << 20;

/// Parts of a form that are looked at for archives.
const MAX_PARTS: usize = 1024;

/// Bytes at the beginning of which an archive of a push stands.
const PUSH_HEAD: usize = 1 << 20;

/// An archive in a view.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    kind: Kind,
    /// From its first byte to where at the latest it ends.
    pub(super) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gzip,
    Zlib,
    Zstd,
    Zip,
    Tar,
    GitPack,
    Pdf,
    /// Encrypted, or packed in a way that is not undone here.
    Opaque,
}

/// What came out of an archive.
#[derive(Debug)]
pub(crate) enum Unpacked {
    /// A member; `cut` when there was more than the limit.
    Member {
        /// What it holds.
        decoded: Decoded,
        /// Whether there was more of it than the limit.
        cut: bool,
    },
    /// Bytes that cannot be read: encrypted, or packed in a way that is not undone here.
    Opaque(Range<usize>),
    /// What only begins like a compressed file.
    Broken(Range<usize>),
}

/// What bounds the unpacking of one member.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'e> {
    /// Bytes at most.
    pub(crate) bytes: usize,
    /// Whether time is over.
    pub(crate) expired: &'e dyn Fn() -> bool,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            [b'P', b'A', b'C', b'K', 0, 0, 0, 2..=3, ..] => Some(Self::GitPack),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ if inflate::is_zlib(bytes) => Some(Self::Zlib),
            _ if is_opaque(bytes) => Some(Self::Opaque),
            _ if bytes.get(257..262) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Containers that are encrypted or that nothing here can unpack, by their first bytes.
fn is_opaque(bytes: &[u8]) -> bool {
    const MAGICS: [&[u8]; 8] = [
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"BZh",
        b"\xfd7zXZ\x00",
        b"Salted__",
        b"age-encryption.org/v",
        b"-----BEGIN PGP MESSAGE-----",
        b"-----BEGIN AGE ENCRYPTED FILE-----",
    ];
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
        && (!bytes.starts_with(b"BZh") || bytes.get(4..10) == Some(b"\x31\x41\x59\x26\x53\x59"))
}

/// How base64 begins of what is no text: archives, and ciphertext.
pub(super) fn begins_in_base64(characters: &[u8]) -> bool {
    matches!(
        characters,
        // gzip, zip, zlib, zstd, bzip2, xz, 7z, rar, OpenSSL's salt
        [b'H', b'4', b's', b'I', ..]
            | [b'U', b'E', b's', b'D', ..]
            | [b'e', b'J' | b'N' | b'A' | b'F', ..]
            | [b'K', b'L', b'U', b'v', ..]
            | [b'Q', b'l', b'p', b'o', ..]
            | [b'/' | b'_', b'T', b'd', b'6', ..]
            | [b'N', b'3', b'q', b'8', ..]
            | [b'U', b'm', b'F', b'y', b'I', ..]
            | [b'J', b'V', b'B', b'E', b'R', ..]
            | [b'U', b'2', b'F', b's', b'd', ..]
    )
}

/// How hex begins of an archive that is unpacked here.
pub(super) fn begins_in_hex(digits: &[u8]) -> bool {
    // gzip, zip, zlib, zstd
    const HEADS: [&[u8]; 7] = [b"1f8b08", b"504b03", b"7801", b"785e", b"789c", b"78da", b"28b52f"];
    HEADS.iter().any(|head| digits[..head.len().min(digits.len())].eq_ignore_ascii_case(head))
}

/// Whether `bytes` are worth unpacking on their own, beside being looked at where they stand.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    Kind::of(bytes).is_some()
}

/// The archives that stand in a view, in order.
pub(super) fn archives_in(bytes: &[u8]) -> Vec<Archive> {
    let mut archives = Vec::new();
    match bytes {
        [b'-', b'-', ..] => {
            if let Some(line) = memchr::memchr(b'\n', &bytes[..bytes.len().min(256)]) {
                in_parts(bytes, bytes[..line].trim_ascii_end(), &mut archives);
            }
        }
        [0..=1, _, _, _, _, ..] => in_calls(bytes, &mut archives),
        [a, b, c, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()) => {
            let head = &bytes[..bytes.len().min(PUSH_HEAD)];
            if let Some(at) = memmem::find(head, b"PACK\0\0\0\x02") {
                archives.push(Archive { kind: Kind::GitPack, range: at..bytes.len() });
            }
        }
        _ => {}
    }
    if archives.is_empty()
        && let Some(kind) = Kind::of(bytes)
    {
        archives.push(Archive { kind, range: 0..bytes.len() });
    }
    archives
}

/// Messages of a remote call that are compressed: a flag, the length in four bytes, and gzip.
fn in_calls(bytes: &[u8], archives: &mut Vec<Archive>) {
    let mut rest = 0..bytes.len();
    while let [flags @ 0..=1, a, b, c, d, message @ ..] = &bytes[rest.clone()] {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let Some(message) = message.get(..length) else { return };
        if *flags == 1
            && let Some(kind) = Kind::of(message)
        {
            archives.push(Archive { kind, range: rest.start + 5..rest.start + 5 + length });
        }
        if archives.len() >= MAX_PARTS {
            return;
        }
        rest.start += 5 + length;
    }
}

/// The archives in a form, whatever stands before its first part.
pub(super) fn archives_in_form(bytes: &[u8], boundary: &[u8]) -> Vec<Archive> {
    let delimiter = [b"--", boundary].concat();
    let Some(start) = memmem::find(bytes, &delimiter) else { return archives_in(bytes) };
    let mut archives = Vec::new();
    in_parts(&bytes[start..], &delimiter, &mut archives);
    for archive in &mut archives {
        archive.range = archive.range.start + start..archive.range.end + start;
    }
    archives
}

/// Archives that are parts of a form.
fn in_parts(bytes: &[u8], delimiter: &[u8], archives: &mut Vec<Archive>) {
    const HEADER_END: &[u8] = b"\r\n\r\n";
    let boundary = [b"\r\n", delimiter].concat();
    let mut at = 0;
    for _ in 0..MAX_PARTS {
        let Some(header) = memmem::find(&bytes[at..], HEADER_END) else { return };
        let start = at + header + HEADER_END.len();
        let end = memmem::find(&bytes[start..], &boundary).map_or(bytes.len(), |length| start + length);
        if let Some(kind) = Kind::of(&bytes[start..end]) {
            archives.push(Archive { kind, range: start..end });
        }
        at = end;
    }
}

/// Takes an archive apart, member by member.
#[derive(Debug)]
pub(crate) struct Unpacking {
    kind: Kind,
    range: Range<usize>,
    at: usize,
}

impl Unpacking {
    /// From the first member on.
    pub(crate) fn new(archive: &Archive) -> Self {
        Self { kind: archive.kind, range: archive.range.clone(), at: archive.range.start }
    }

    /// The next member. Ranges are those of the view.
    pub(crate) fn next(&mut self, bytes: &[u8], bounds: Bounds<'_>) -> Option<Unpacked> {
        let bounds = Bounds { bytes: bounds.bytes.min(MAX_MEMBER), ..bounds };
        let text = &bytes[..self.range.end];
        if self.at >= text.len() || (bounds.expired)() {
            return None;
        }
        let next = match self.kind {
            Kind::Gzip => self.gzip(text, bounds),
            Kind::Zlib => {
                let start = std::mem::replace(&mut self.at, text.len());
                let inflated = inflate::zlib(&text[start..], bounds);
                Some(inflated.into_member(start, "zlib"))
            }
            Kind::Zstd => self.zstd(text, bounds),
            Kind::Zip => zip::next(text, &mut self.at, bounds),
            Kind::Tar => tar::next(text, &mut self.at),
            Kind::GitPack => pack::next(text, self.range.start, &mut self.at, bounds),
            Kind::Pdf => pdf::next(text, self.range.start, &mut self.at, bounds),
            Kind::Opaque => {
                self.at = text.len();
                Some(Unpacked::Opaque(self.range.clone()))
            }
        };
        // A dictionary of the sender's, or a fault: the rest is not read.
        match next {
            Some(Unpacked::Broken(range)) => Some(Unpacked::Broken(range.start..text.len())),
            next => next,
        }
    }

    /// Members follow each other.
    fn gzip(&mut self, text: &[u8], bounds: Bounds<'_>) -> Option<Unpacked> {
        let start = self.at;
        let Some(header) = crate::parts::gzip_header(&text[start..]) else {
            self.at = text.len();
            return (start == self.range.start).then_some(Unpacked::Broken(start..text.len()));
        };
        let inflated = inflate::raw(&text[start + header..], bounds);
        let end = start + header + inflated.taken;
        let trailer = if inflated.ended { 8 } else { 0 };
        let zeros = text[text.len().min(end + trailer)..].iter().take_while(|byte| **byte == 0).count();
        self.at = if inflated.ended { end + trailer + zeros } else { text.len() };
        Some(inflated.into_member_of(start..end, "gzip"))
    }

    fn zstd(&mut self, text: &[u8], bounds: Bounds<'_>) -> Option<Unpacked> {
        let start = self.at;
        let inflated = inflate::zstd(&text[start..], bounds)?;
        self.at = if inflated.ended { start + inflated.taken } else { text.len() };
        Some(inflated.into_member(start, "zstd"))
    }
}

/// A member that stands in the archive as it is.
fn stored(text: &[u8], range: Range<usize>, name: &'static str) -> Unpacked {
    let decoded = Decoded { bytes: text[range.clone()].to_vec(), source: range, codec: Codec::Archive(name) };
    Unpacked::Member { decoded, cut: false }
}
