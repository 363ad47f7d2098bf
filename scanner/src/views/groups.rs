//! What codes of fixed groups share: stretches of groups that all look right, and bits regrouped.

use std::ops::Range;

use super::{Decoded, Replacement};

/// The next stretch of at least `min` groups of `size` characters that are all good, from `at` on, which moves past
/// it. The last group of the shortest stretch is asked first: most are no good, and `min` groups are passed at once.
pub(super) fn next_stretch(
    at: &mut usize,
    end: usize,
    size: usize,
    min: usize,
    is_good: impl Fn(usize) -> bool,
) -> Option<Range<usize>> {
    while *at + size * min <= end {
        let (start, last) = (*at, *at + size * (min - 1));
        if !is_good(last) {
            *at = last + size;
            continue;
        }
        let good = (start..last).step_by(size).rev().take_while(|&group| is_good(group)).count();
        if good < min - 1 {
            *at = last - size * good;
            continue;
        }
        let mut stop = last + size;
        while stop + size <= end && is_good(stop) {
            stop += size;
        }
        *at = stop + size;
        return Some(start..stop);
    }
    None
}

/// Whether `text` reads as text: nearly all of it is printable, as chance is not, or the zeros of UTF-16.
pub(super) fn reads_as_text(text: &[u8]) -> bool {
    let printable = text.iter().filter(|&&byte| is_text(byte) || byte == 0).count();
    printable * 16 >= text.len() * 15
}

/// Whether three letters stand in a row.
pub(super) fn has_a_word(text: &[u8]) -> bool {
    text.windows(3).any(|three| three.iter().all(u8::is_ascii_alphabetic))
}

/// Printable ASCII and white space.
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whole groups around a replacement, ready to be encoded again.
pub(super) struct Regrouped {
    /// What the groups say with the replacement in them, as many bytes as fill them.
    pub(super) text: Vec<u8>,
    /// The characters they stood in.
    pub(super) range: Range<usize>,
}

impl Regrouped {
    /// `bytes` make `characters` characters. What is missing to a whole group is filled up beside the replacement.
    pub(super) fn new(decoded: &Decoded, bytes: usize, characters: usize, replacement: &Replacement) -> Self {
        let plain = &decoded.bytes;
        let first = replacement.range.start / bytes;
        let past = replacement.range.end.div_ceil(bytes);
        let after_end = plain.len().min(past * bytes);
        let before = &plain[first * bytes..replacement.range.start];
        let mut text = [before, &replacement.bytes, &plain[replacement.range.end..after_end]].concat();
        let filling_at = before.len() + replacement.bytes.len();
        let missing = text.len().next_multiple_of(bytes) - text.len();
        text.splice(filling_at..filling_at, std::iter::repeat_n(b'-', missing));
        let reaches_end = past * bytes >= plain.len();
        let end = if reaches_end { decoded.source.end } else { decoded.source.start + past * characters };
        Self { text, range: decoded.source.start + first * characters..end }
    }
}
