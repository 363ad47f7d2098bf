//! Pairs of hexadecimal digits that spell printable ASCII.

use std::ops::Range;

use data_encoding::{HEXLOWER, HEXUPPER};

use super::{Codec, Decoded, archive};

/// Fewest printable bytes in a row.
const MIN_PAIRS: usize = 10;

/// Stretches of hex text inside one run.
#[derive(Debug)]
pub(crate) struct Stretches {
    run: Range<usize>,
    phase: usize,
    at: usize,
}

impl Stretches {
    /// Looks at the characters `run` of a view.
    pub(crate) fn new(run: Range<usize>) -> Self {
        Self { at: run.start, run, phase: 0 }
    }

    /// The next stretch, decoded.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        while self.phase < 2 {
            while let Some(stretch) = self.next_in_phase(bytes) {
                if !is_one_pair(&bytes[stretch.clone()]) {
                    return Some(decode(bytes, stretch));
                }
            }
            self.phase += 1;
            self.at = self.run.start + self.phase;
        }
        None
    }

    fn next_in_phase(&mut self, bytes: &[u8]) -> Option<Range<usize>> {
        while self.at + 2 * MIN_PAIRS <= self.run.end {
            // The last pair of the shortest stretch first: most runs are no hex, and ten pairs are passed at once.
            let (start, last) = (self.at, self.at + 2 * (MIN_PAIRS - 1));
            if !is_printable_pair(bytes, last) {
                self.at = last + 2;
                continue;
            }
            let good =
                (start..last).step_by(2).rev().take_while(|&pair| is_printable_pair(bytes, pair)).count();
            if good < MIN_PAIRS - 1 {
                self.at = last - 2 * good;
                continue;
            }
            let mut end = last + 2;
            while end + 2 <= self.run.end && is_printable_pair(bytes, end) {
                end += 2;
            }
            self.at = end + 2;
            return Some(start..end);
        }
        None
    }
}

/// Digits of the shortest archive.
const MIN_ARCHIVE: usize = 40;

/// An archive at the beginning of `core`, decoded whole.
pub(super) fn archive_in(bytes: &[u8], core: Range<usize>) -> Option<Decoded> {
    let text = &bytes[core.clone()];
    if text.len() < MIN_ARCHIVE || !archive::begins_in_hex(text) {
        return None;
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() & !1;
    let decoded = decode(bytes, core.start..core.start + digits);
    (digits >= MIN_ARCHIVE && archive::is_archive(&decoded.bytes)).then_some(decoded)
}

/// The same pair over and over, which says nothing; `3333…` would say `33…`, and that again.
fn is_one_pair(text: &[u8]) -> bool {
    text[2..] == text[..text.len() - 2]
}

/// Whether `digits` are pairs of text on one line.
pub(super) fn is_text(digits: &[u8]) -> bool {
    let is_pair = |pair: &[u8]| matches!(pair, [b'2'..=b'7', low] if low.is_ascii_hexdigit());
    digits.len() >= 2 * MIN_PAIRS && digits.chunks(2).all(is_pair) && !is_one_pair(digits)
}

#[inline]
fn is_printable_pair(bytes: &[u8], at: usize) -> bool {
    let low = bytes[at + 1];
    match bytes[at] {
        b'2'..=b'7' => low.is_ascii_hexdigit(),
        // White space, and the zeros of UTF-16.
        b'0' => matches!(low, b'0' | b'9' | b'a' | b'A' | b'd' | b'D'),
        _ => false,
    }
}

fn decode(bytes: &[u8], source: Range<usize>) -> Decoded {
    let value = |digit: u8| (digit & 15) + if digit.is_ascii_alphabetic() { 9 } else { 0 };
    let text = &bytes[source.clone()];
    let decoded = text.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect();
    let upper = text.iter().any(u8::is_ascii_uppercase);
    Decoded { bytes: decoded, source, codec: Codec::Hex { upper } }
}

/// Bytes as pairs of digits.
pub(super) fn encode(bytes: &[u8], upper: bool) -> Vec<u8> {
    let encoding = if upper { HEXUPPER } else { HEXLOWER };
    encoding.encode(bytes).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_text_at_both_alignments_in_both_cases() {
        for encoded in [HEXLOWER.encode(b"plain text here"), HEXUPPER.encode(b"plain text here")] {
            for lead in ["", "f"] {
                let run = format!("{lead}{encoded}");
                let decoded = Stretches::new(0..run.len()).next(run.as_bytes()).expect("text");
                assert_eq!(decoded.bytes, b"plain text here");
                assert_eq!(decoded.source, lead.len()..run.len());
            }
        }
    }

    #[test]
    fn finds_archives_in_both_cases() {
        let zipped = [b"PK\x03\x04".as_slice(), &[0x9f; 30]].concat();
        for encoded in [HEXLOWER.encode(&zipped), HEXUPPER.encode(&zipped)] {
            let decoded = archive_in(encoded.as_bytes(), 0..encoded.len()).expect("an archive");
            assert_eq!(decoded.bytes, zipped);
        }
        let digest = HEXLOWER.encode(&[0x9f; 32]);
        assert!(archive_in(digest.as_bytes(), 0..digest.len()).is_none());
    }

    #[test]
    fn a_digest_is_not_text() {
        let digest =
            HEXLOWER.encode(&[0x9f, 0x86, 0xd0, 0x81, 0x88, 0x4c, 0x7d, 0x65, 0x9a, 0x2f, 0xea, 0xa0, 0xc5]);
        assert!(Stretches::new(0..digest.len()).next(digest.as_bytes()).is_none());
    }
}
