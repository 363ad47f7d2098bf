//! Base85: Ascii85, Z85 (`ZeroMQ`), and the alphabet of RFC 1924 that Python and git use.
//!
//! Five characters hold four bytes. The alphabets have most of what is printable, so only rows without white space
//! are looked at, and chance makes what they say weak evidence.

mod stretches;
mod unescaped;

use std::ops::Range;

use super::groups::is_text;
use super::{Codec, Decoded, Replacement};

pub(crate) use stretches::Stretches;

/// Characters of a group, and the bytes it holds.
const GROUP: usize = 5;
const GROUP_BYTES: usize = 4;
/// Value of a character that is in no alphabet.
const NONE: u8 = u8::MAX;

/// One spelling of base85.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alphabet(usize);

const ALPHABETS: [&[u8; 85]; 3] = [
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
];

/// Value of each character in each alphabet; [`NONE`] for those that are not in it.
static VALUES: [[u8; 256]; 3] = values();

#[expect(clippy::cast_possible_truncation, reason = "an alphabet has 85 characters")]
const fn values() -> [[u8; 256]; 3] {
    let mut tables = [[NONE; 256]; 3];
    let mut which = 0;
    while which < ALPHABETS.len() {
        let mut value = 0;
        while value < 85 {
            tables[which][ALPHABETS[which][value] as usize] = value as u8;
            value += 1;
        }
        which += 1;
    }
    tables
}

/// Whether a number that begins with this digit could begin with a byte of text.
const fn begins_text(digit: u8) -> bool {
    matches!(digit, 2..=4 | 10..=41)
}

/// The four bytes of a group that is text.
#[inline]
fn group(values: &[u8; 256], group: &[u8]) -> Option<[u8; 4]> {
    let first = values[usize::from(group[0])];
    // A number that begins with a byte of text begins with one of these digits.
    if !begins_text(first) || group.iter().any(|&byte| values[usize::from(byte)] == NONE) {
        return None;
    }
    let number = group.iter().fold(0_u64, |number, byte| number * 85 + u64::from(values[usize::from(*byte)]));
    let four = u32::try_from(number).ok()?.to_be_bytes();
    four.iter().all(|&byte| is_text(byte)).then_some(four)
}

/// Decodes whole groups, and what follows them as far as it is text.
fn decode(bytes: &[u8], stretch: Range<usize>, alphabet: Alphabet) -> Decoded {
    let values = &VALUES[alphabet.0];
    let mut decoded = Vec::with_capacity(stretch.len());
    for characters in bytes[stretch.clone()].chunks_exact(GROUP) {
        decoded.extend(group(values, characters).unwrap_or_default());
    }
    let rest = &bytes[stretch.end..bytes.len().min(stretch.end + GROUP - 1)];
    let rest = &rest[..rest.iter().take_while(|&&byte| values[usize::from(byte)] != NONE).count()];
    let mut tail = 0;
    if rest.len() >= 2 {
        let mut filled = [ALPHABETS[alphabet.0][84]; GROUP];
        filled[..rest.len()].copy_from_slice(rest);
        let number =
            filled.iter().fold(0_u64, |number, byte| number * 85 + u64::from(values[usize::from(*byte)]));
        let four = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
        tail = four[..rest.len() - 1].iter().take_while(|&&byte| is_text(byte)).count();
        decoded.extend_from_slice(&four[..tail]);
    }
    let source = stretch.start..stretch.end + if tail > 0 { tail + 1 } else { 0 };
    Decoded { bytes: decoded, source, codec: Codec::Base85(alphabet) }
}

/// Characters that hold any bit of the bytes `range`: whole groups.
pub(super) fn source_of(range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
    let start = whole.start + range.start / GROUP_BYTES * GROUP;
    start..(whole.start + range.end.div_ceil(GROUP_BYTES) * GROUP).clamp(start, whole.end.max(start))
}

/// Encodes whole groups again: what is replaced, and the few bytes that share a group with it.
pub(super) fn encode(decoded: &Decoded, alphabet: Alphabet, replacement: &Replacement) -> Replacement {
    let groups = super::groups::Regrouped::new(decoded, GROUP_BYTES, GROUP, replacement);
    let mut encoded = Vec::with_capacity(groups.text.len() * 2);
    for four in groups.text.chunks_exact(GROUP_BYTES) {
        let mut number = four.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let mut digits = [0; GROUP];
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABETS[alphabet.0][(number % 85) as usize];
            number /= 85;
        }
        encoded.extend(digits);
    }
    Replacement { range: groups.range, bytes: encoded }
}
