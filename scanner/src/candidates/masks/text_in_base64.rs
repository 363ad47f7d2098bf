//! Where base64 says text: four characters that encode three bytes of ASCII have three of their bits zero.

use std::ops::Range;

use super::{CHUNK, Class, below, padded, since, words_of};

/// Characters of the shortest row: four groups, twelve bytes.
pub(crate) const ROW: usize = 16;

/// Where the next row of four groups in `run` begins that all read as ASCII; the groups of one that begins at `at` are
/// looked at from `from[at % 4]` on.
pub(crate) fn next_text_in_base64(bytes: &[u8], run: Range<usize>, from: &[usize; 4]) -> Option<usize> {
    let mut at = from.iter().copied().min().unwrap_or_default().max(run.start);
    let mut before = [0; 4];
    while at < run.end {
        let rest = &bytes[at..run.end];
        let classes = [Class::FirstOfFour, Class::SecondOfFour, Class::ThirdOfFour, Class::Core];
        let words = rest
            .first_chunk()
            .map_or_else(|| words_of(&padded(rest), classes), |chunk| words_of(chunk, classes));
        let ends = ends_of_rows(&words, &before) & below(rest.len());
        if ends != 0 {
            let kept = ends & since_each(from, at);
            if kept != 0 {
                return Some(at + kept.trailing_zeros() as usize + 1 - ROW);
            }
        }
        before = words;
        at += CHUNK;
    }
    None
}

/// Bits of the chunk at `at` that may end a row of each alignment.
fn since_each(from: &[usize; 4], at: usize) -> u64 {
    (0..4).fold(0, |kept, phase| {
        let place = (phase + ROW - 1 + 3 * (at % 4)) % 4;
        kept | 0x1111_1111_1111_1111 << place & since(from[phase] + ROW - 1, at)
    })
}

/// The last characters of rows; `before` is about the chunk before.
#[inline]
fn ends_of_rows(words: &[u64; 4], before: &[u64; 4]) -> u64 {
    let groups = (0..4).fold(u128::MAX, |groups, place| {
        groups & (u128::from(words[place]) << CHUNK | u128::from(before[place])) << (3 - place)
    });
    let pairs = groups & groups << 4;
    ((pairs & pairs << 8) >> CHUNK) as u64
}
