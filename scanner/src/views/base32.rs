//! Base32 in either case: the alphabet of RFC 4648, its hex alphabet, and Crockford's.
//!
//! Eight characters hold five bytes; in those of ASCII text five bits are zero.

use std::ops::Range;

use super::groups::{next_stretch, reads_as_text};
use super::{Codec, Decoded, Replacement};

/// Characters of a group, and the bytes it holds.
const GROUP: usize = 8;
const GROUP_BYTES: usize = 5;
/// Groups in a row that must look like ASCII: fifteen bytes.
const MIN_GROUPS: usize = 3;

/// One spelling of base32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alphabet(usize);

const ALPHABETS: [&[u8; 32]; 6] = [
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    b"abcdefghijklmnopqrstuvwxyz234567",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUV",
    b"0123456789abcdefghijklmnopqrstuv",
    b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",
    b"0123456789abcdefghjkmnpqrstvwxyz",
];

/// For each character a bit for every alphabet that has it.
static MEMBERS: [u8; 256] = members();
/// Value of each character in each alphabet.
static VALUES: [[u8; 256]; 6] = values();

const fn members() -> [u8; 256] {
    let mut table = [0; 256];
    let mut which = 0;
    while which < ALPHABETS.len() {
        let mut value = 0;
        while value < 32 {
            table[ALPHABETS[which][value] as usize] |= 1 << which;
            value += 1;
        }
        which += 1;
    }
    table
}

#[expect(clippy::cast_possible_truncation, reason = "an alphabet has 32 characters")]
const fn values() -> [[u8; 256]; 6] {
    let mut tables = [[0; 256]; 6];
    let mut which = 0;
    while which < ALPHABETS.len() {
        let mut value = 0;
        while value < 32 {
            tables[which][ALPHABETS[which][value] as usize] = value as u8;
            value += 1;
        }
        which += 1;
    }
    tables
}

/// Stretches of text in base32 inside one run.
#[derive(Debug)]
pub(crate) struct Stretches {
    run: Range<usize>,
    /// What is left to be looked at of the characters of one alphabet.
    inside: Option<Inside>,
}

#[derive(Debug)]
struct Inside {
    characters: Range<usize>,
    /// Alphabets that all of `characters` are in, but for those that were looked at.
    alphabets: u8,
    phase: usize,
    at: usize,
}

impl Stretches {
    /// Looks at the characters `run` of a view.
    pub(crate) fn new(run: Range<usize>) -> Self {
        Self { run, inside: None }
    }

    /// The next stretch, decoded.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        loop {
            if let Some(inside) = &mut self.inside {
                if let Some(decoded) = inside.next(bytes) {
                    return Some(decoded);
                }
                self.inside = None;
            }
            self.inside = Some(self.next_inside(bytes)?);
        }
    }

    /// The next characters that are all in one alphabet, at least as many as the shortest stretch has.
    fn next_inside(&mut self, bytes: &[u8]) -> Option<Inside> {
        const SHORTEST: usize = GROUP * MIN_GROUPS;
        while self.run.len() >= SHORTEST {
            let (start, mut at) = (self.run.start, self.run.start + SHORTEST);
            let mut alphabets = u8::MAX;
            while at > start && alphabets & MEMBERS[usize::from(bytes[at - 1])] != 0 {
                at -= 1;
                alphabets &= MEMBERS[usize::from(bytes[at])];
            }
            if at > start {
                self.run.start = at;
                continue;
            }
            let mut end = start + SHORTEST;
            while end < self.run.end && alphabets & MEMBERS[usize::from(bytes[end])] != 0 {
                alphabets &= MEMBERS[usize::from(bytes[end])];
                end += 1;
            }
            // What the next alphabet has may begin inside these characters.
            self.run.start = end.max(start + 1);
            return Some(Inside { characters: start..end, alphabets, phase: 0, at: start });
        }
        None
    }
}

impl Inside {
    fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        while self.alphabets != 0 {
            let which = self.alphabets.trailing_zeros() as usize;
            while self.phase < GROUP {
                let values = &VALUES[which];
                let good = |at: usize| is_ascii_group(values, &bytes[at..at + GROUP]);
                let end = self.characters.end;
                while let Some(stretch) = next_stretch(&mut self.at, end, GROUP, MIN_GROUPS, good) {
                    let whole = stretch.start..end.min(stretch.end + GROUP - 1);
                    if let Some(decoded) = decode(bytes, whole, Alphabet(which)) {
                        return Some(decoded);
                    }
                }
                self.phase += 1;
                self.at = self.characters.start + self.phase;
            }
            self.alphabets &= self.alphabets - 1;
            (self.phase, self.at) = (0, self.characters.start);
        }
        None
    }
}

/// The highest bit of each of the five bytes is zero.
fn is_ascii_group(values: &[u8; 256], group: &[u8]) -> bool {
    const HIGHEST: [(usize, u8); 5] = [(0, 0b1_0000), (1, 0b10), (3, 0b1000), (4, 0b1), (6, 0b100)];
    HIGHEST.iter().all(|(at, bit)| values[usize::from(group[*at])] & bit == 0)
}

/// Decodes whole groups and as much of a last one as reads as ASCII.
fn decode(bytes: &[u8], characters: Range<usize>, alphabet: Alphabet) -> Option<Decoded> {
    let text = &bytes[characters.clone()];
    let mut decoded = Vec::with_capacity(text.len() * 5 / 8);
    let (mut accumulator, mut bits) = (0_u32, 0);
    for character in text {
        accumulator = accumulator << 5 | u32::from(VALUES[alphabet.0][usize::from(*character)]);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            decoded.push((accumulator >> bits & 0xff) as u8);
        }
    }
    let whole = text.len() / GROUP * GROUP_BYTES;
    let tail = decoded[whole..].iter().take_while(|byte| byte.is_ascii()).count();
    decoded.truncate(whole + tail);
    let end = characters.start + (decoded.len() * 8).div_ceil(5);
    let padding = bytes[end..].iter().take(6).take_while(|&&byte| byte == b'=').count();
    let end = end + if decoded.len().is_multiple_of(GROUP_BYTES) { 0 } else { padding };
    let source = characters.start..end;
    reads_as_text(&decoded).then_some(Decoded { bytes: decoded, source, codec: Codec::Base32(alphabet) })
}

/// Characters that hold any bit of the bytes `range`.
pub(super) fn source_of(range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
    let start = whole.start + range.start * 8 / 5;
    start..(whole.start + (range.end * 8).div_ceil(5)).clamp(start, whole.end.max(start))
}

/// Encodes whole groups again: what is replaced, and the few bytes that share a group with it.
pub(super) fn encode(decoded: &Decoded, alphabet: Alphabet, replacement: &Replacement) -> Replacement {
    let groups = super::groups::Regrouped::new(decoded, GROUP_BYTES, GROUP, replacement);
    let mut encoded = Vec::with_capacity(groups.text.len() * 2);
    for five in groups.text.chunks_exact(GROUP_BYTES) {
        let number = five.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        encoded.extend((0..GROUP).rev().map(|at| ALPHABETS[alphabet.0][(number >> (5 * at) & 31) as usize]));
    }
    Replacement { range: groups.range, bytes: encoded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use data_encoding::{BASE32, BASE32HEX_NOPAD};
    use proptest::prelude::*;

    fn first(text: &[u8]) -> Option<Decoded> {
        Stretches::new(0..text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)).next(text)
    }

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_read_right(
            text in "[ -~]{16,70}", start in 0_usize..12, length in 1_usize..5, lower in any::<bool>(), hex in any::<bool>(),
        ) {
            let encoded = if hex { BASE32HEX_NOPAD.encode(text.as_bytes()) } else { BASE32.encode(text.as_bytes()) };
            let encoded = if lower { encoded.to_ascii_lowercase() } else { encoded };
            let decoded = first(encoded.as_bytes()).expect("text");
            prop_assert_eq!(&decoded.bytes, text.as_bytes());
            prop_assert_eq!(&decoded.source, &(0..encoded.len()));
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + length));
            prop_assert!(source.start * 5 / 8 <= start && source.end * 5 >= (start + length) * 8);
            let edit = inner.replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(edit.range, edit.bytes);
            let plain = first(&edited).expect("text").bytes;
            let plain = String::from_utf8_lossy(&plain);
            let head = format!("{}[redacted]", &text[..start]);
            prop_assert!(plain.starts_with(&head));
            prop_assert!(plain.trim_end_matches('-').ends_with(text[start + length..].trim_end_matches('-')));
        }
    }

    #[test]
    fn text_is_found_inside_other_characters() {
        let encoded = format!("99-AB{}", BASE32.encode(b"the quick brown fox jumps over"));
        let decoded = first(encoded.as_bytes()).expect("text");
        assert!(decoded.bytes.ends_with(b"brown fox jumps over"));
    }

    #[test]
    fn digests_and_keys_are_no_text() {
        for text in [
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        ] {
            assert!(first(text.as_bytes()).is_none_or(|decoded| decoded.bytes.len() < 16), "{text}");
        }
    }
}
