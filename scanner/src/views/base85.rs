//! Base85: Ascii85, Z85 (`ZeroMQ`), and the alphabet of RFC 1924 that Python and git use.
//!
//! Five characters hold four bytes. The alphabets have most of what is printable, so only stretches without white
//! space are looked at, and chance makes what they say weak evidence.

use std::ops::Range;

use super::groups::{is_text, next_stretch};
use super::{Codec, Decoded, Replacement, Steps};
use crate::candidates::{Block, Class};

/// Characters of a group, and the bytes it holds.
const GROUP: usize = 5;
const GROUP_BYTES: usize = 4;
/// Groups in a row that must be text: sixteen bytes.
const MIN_GROUPS: usize = 4;
/// Characters of the shortest stretch.
const SHORTEST: usize = GROUP * MIN_GROUPS;
/// Value of a character that is in no alphabet.
const NONE: u8 = u8::MAX;
/// A row this long without any sign that base64 does not have is none of base85.
const TELLING: usize = 64;
/// Capitals and digits that a shorter one has.
const MIN_TELLING: u32 = 3;

/// One spelling of base85.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alphabet(usize);

const ASCII85: usize = 0;

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

/// The alphabets in which a group of text may begin with each character, a bit each.
static FIRST: [u8; 256] = first();

const fn first() -> [u8; 256] {
    let mut table = [0; 256];
    let mut which = 0;
    while which < ALPHABETS.len() {
        let mut value = 0;
        while value < 85 {
            if begins_text(value) {
                table[ALPHABETS[which][value as usize] as usize] |= 1 << which;
            }
            value += 1;
        }
        which += 1;
    }
    table
}

/// Whether a number that begins with this digit could begin with a byte of text.
const fn begins_text(digit: u8) -> bool {
    matches!(digit, 2..=4 | 10..=41)
}

/// Finds stretches of text in base85, block by block.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    /// Up to where rows of digits of Ascii85, and of the others, were looked at.
    at: [usize; 2],
    /// What is left to be looked at of the row that was found last.
    inside: Option<Inside>,
    /// Whether quotes and backslashes may stand escaped.
    may_escape: bool,
}

#[derive(Debug)]
struct Inside {
    characters: Range<usize>,
    /// Alphabets that are still to be tried.
    alphabets: Range<usize>,
    phase: usize,
    at: usize,
}

impl Stretches {
    /// In a view whose escapes were undone nothing is escaped.
    pub(crate) fn new(may_escape: bool) -> Self {
        Self { may_escape, ..Self::default() }
    }

    /// The next stretch in a row of digits that `block` finds, decoded.
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        loop {
            if let Some(decoded) = self.inside.as_mut().and_then(|inside| inside.next(bytes)) {
                return Some(decoded);
            }
            self.inside = None;
            if let Some(characters) = self.next_row(block, bytes, 0, Class::Ascii85) {
                let unescaped = if self.may_escape { unescaped(bytes, characters.clone()) } else { None };
                if unescaped.is_some() {
                    return unescaped;
                }
                self.inside = Some(Inside::new(characters, ASCII85..ASCII85 + 1));
            } else {
                let characters = self.next_row(block, bytes, 1, Class::Base85)?;
                self.inside = Some(Inside::new(characters, ASCII85 + 1..ALPHABETS.len()));
            }
        }
    }

    /// The next row of these digits that looks random.
    fn next_row(&mut self, block: &Block, bytes: &[u8], which: usize, class: Class) -> Option<Range<usize>> {
        loop {
            let last = block.next_row::<SHORTEST>(class, self.at[which])?;
            let row = last + 1 - SHORTEST..block.end_of(bytes, last + 1, class);
            self.at[which] = row.end;
            if is_random_row(block, bytes, &row) {
                return Some(row);
            }
        }
    }
}

/// Whether the row `range` looks random; of a short one, the words of the block tell.
fn is_random_row(block: &Block, bytes: &[u8], range: &Range<usize>) -> bool {
    let count = |class| block.count(class, range).filter(|_| range.len() < TELLING);
    match (count(Class::Telling), count(Class::Alnum)) {
        (Some(telling), Some(alnum)) => telling >= MIN_TELLING && (alnum as usize) < range.len(),
        _ => looks_random(&bytes[range.clone()]),
    }
}

/// Whether a row has capitals or digits and signs, and more than base64 has. Long rows may hold anything.
fn looks_random(row: &[u8]) -> bool {
    if row.len() >= TELLING {
        return !is_base64(row);
    }
    let telling = row.iter().filter(|byte| Class::Telling.has(**byte)).take(MIN_TELLING as usize);
    telling.count() == MIN_TELLING as usize && row.iter().any(|byte| !byte.is_ascii_alphanumeric())
}

fn is_base64(row: &[u8]) -> bool {
    let mut at = 0;
    loop {
        at = Block::end_anywhere(row, at, Class::Core);
        if row.get(at) != Some(&b'=') {
            return at == row.len();
        }
        at += 1;
    }
}

impl Inside {
    fn new(characters: Range<usize>, alphabets: Range<usize>) -> Self {
        Self { at: characters.start, characters, alphabets, phase: 0 }
    }

    fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        let (start, end) = (self.characters.start, self.characters.end);
        while !self.alphabets.is_empty() {
            let which = self.alphabets.start;
            if !could_hold(&bytes[self.characters.clone()], which) {
                self.alphabets.start += 1;
                continue;
            }
            let good = |at: usize| group(&VALUES[which], &bytes[at..at + GROUP]).is_some();
            while self.phase < GROUP {
                if let Some(stretch) = next_stretch(&mut self.at, end, GROUP, MIN_GROUPS, good) {
                    return Some(decode(bytes, stretch, end, Alphabet(which)));
                }
                self.phase += 1;
                self.at = start + self.phase;
            }
            self.alphabets.start += 1;
            (self.phase, self.at) = (0, start);
        }
        None
    }
}

/// Whether a row has a stretch in this alphabet. Long rows may.
fn could_hold(row: &[u8], which: usize) -> bool {
    if row.len() >= TELLING {
        return true;
    }
    let bits = row.iter().map(|byte| u64::from(FIRST[usize::from(*byte)] >> which & 1));
    let firsts = bits.enumerate().fold(0, |word, (at, bit)| word | bit << at);
    let mut starts = firsts & firsts >> GROUP & firsts >> (2 * GROUP) & firsts >> (3 * GROUP);
    while starts != 0 {
        let stretch = row.get(starts.trailing_zeros() as usize..).and_then(|rest| rest.get(..SHORTEST));
        let is_text = |characters: &[u8]| group(&VALUES[which], characters).is_some();
        if stretch.is_some_and(|stretch| stretch.chunks_exact(GROUP).rev().all(is_text)) {
            return true;
        }
        starts &= starts - 1;
    }
    false
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
fn decode(bytes: &[u8], stretch: Range<usize>, end: usize, alphabet: Alphabet) -> Decoded {
    let values = &VALUES[alphabet.0];
    let mut decoded = Vec::with_capacity(stretch.len());
    for characters in bytes[stretch.clone()].chunks_exact(GROUP) {
        decoded.extend(group(values, characters).unwrap_or_default());
    }
    let rest = &bytes[stretch.end..end.min(stretch.end + GROUP - 1)];
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

/// Ascii85 has quotes and backslashes, which stand escaped in JSON and in code.
fn unescaped(bytes: &[u8], characters: Range<usize>) -> Option<Decoded> {
    let escaped = |at: usize| bytes[at] == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\\'));
    memchr::memchr(b'\\', &bytes[characters.clone()])?;
    let mut steps = Steps::default();
    let mut plain = Vec::with_capacity(characters.len());
    let mut at = characters.start;
    steps.push(0, at);
    while at < characters.end {
        if escaped(at) && at + 1 < characters.end {
            steps.push(plain.len(), at);
            plain.push(bytes[at + 1]);
            at += 2;
            steps.push(plain.len(), at);
        } else if bytes[at] == b'\\' {
            return None;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    (plain.len() >= SHORTEST).then_some(Decoded {
        bytes: plain,
        source: characters,
        codec: Codec::Escape(steps),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn spell(text: &[u8], alphabet: usize) -> Vec<u8> {
        let mut encoded = Vec::new();
        for piece in text.chunks(GROUP_BYTES) {
            let mut four = [0; 4];
            four[..piece.len()].copy_from_slice(piece);
            let number = u32::from_be_bytes(four);
            let digits = (0..5).rev().map(|at| ALPHABETS[alphabet][(number / 85_u32.pow(at) % 85) as usize]);
            encoded.extend(digits.take(piece.len() + 1));
        }
        encoded
    }

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut stretches, mut found) = (Stretches::new(true), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| stretches.next_in(block, text))));
        found
    }

    fn says(text: &[u8], wanted: &[u8]) -> Option<Decoded> {
        all(text)
            .into_iter()
            .find(|decoded| decoded.bytes.windows(wanted.len()).any(|window| window == wanted))
    }

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_read_right(
            text in "[a-zA-Z0-9_ -]{17,70}", start in 0_usize..12, length in 1_usize..5, alphabet in 0_usize..3, lead in 0_usize..30,
        ) {
            let spelled = spell(text.as_bytes(), alphabet);
            // Among quotes and backslashes only escaped ones are read.
            prop_assume!(looks_random(&spelled) && !spelled.iter().any(|byte| matches!(byte, b'"' | b'\\')));
            let encoded = [&*vec![b' '; lead], &*spelled].concat();
            let decoded = says(&encoded, text.as_bytes()).expect("text");
            prop_assert_eq!(&decoded.source, &(lead..encoded.len()));
            let view = View::part(&encoded);
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + length));
            prop_assert!((source.start - lead) / 5 * 4 <= start && (source.end - lead) * 4 >= (start + length) * 5);
            let edit = inner.replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone();
            edited.splice(edit.range, edit.bytes);
            let expected = format!("{}[redacted]", &text[..start]);
            prop_assert!(says(&edited, expected.as_bytes()).is_some());
        }
    }

    #[test]
    fn escaped_characters_are_read() {
        let encoded = spell(b"quotes and backslashes come up here and there, as they do", ASCII85);
        let escaped: Vec<u8> = encoded
            .iter()
            .flat_map(|&byte| if matches!(byte, b'"' | b'\\') { vec![b'\\', byte] } else { vec![byte] })
            .collect();
        let plain = all(&escaped).iter().any(|decoded| decoded.bytes == encoded);
        assert!(plain || escaped == encoded);
    }

    #[test]
    fn a_blob_of_base64_is_passed_over() {
        let blob =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg";
        assert!(all(blob.as_bytes()).is_empty());
    }
}
