//! Stretches of digits with spaces or dashes between them: cards, accounts, national ids.

use std::ops::Range;

use super::classes::{ALNUM, DIGITISH, end_of, is, start_of};

/// Fewest digits that any of those numbers has, formatted or not.
const MIN_STRETCH: usize = 9;

/// Finds stretches of digits, block by block.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    at: usize,
}

impl Digits {
    /// The next stretch whose probe lies before `limit`: from its first digit to its last, at least nine digits.
    pub(crate) fn next_before(&mut self, bytes: &[u8], limit: usize) -> Option<Range<usize>> {
        let limit = limit.min(bytes.len());
        loop {
            let probe = self.probe(bytes, limit)?;
            let start = start_of(bytes, probe, self.at, DIGITISH);
            self.at = end_of(bytes, probe + 1, DIGITISH);
            if let Some(stretch) = trimmed(bytes, start..self.at) {
                return Some(stretch);
            }
        }
    }
}

impl Digits {
    /// The next pair of bytes, at a stride one shorter than the shortest stretch, that has a digit. In a stretch no
    /// two separators stand together, so every such pair has one.
    #[inline]
    fn probe(&mut self, bytes: &[u8], limit: usize) -> Option<usize> {
        let mut probe = self.at + MIN_STRETCH - 2;
        while probe < limit {
            if bytes[probe].is_ascii_digit() {
                return Some(probe);
            }
            if bytes.get(probe + 1).is_some_and(u8::is_ascii_digit) {
                return Some(probe + 1);
            }
            self.at = probe + 1;
            probe += MIN_STRETCH - 1;
        }
        None
    }
}

/// From the first digit to the last; `None` when there are too few, or when it is the fraction of a number.
fn trimmed(bytes: &[u8], stretch: Range<usize>) -> Option<Range<usize>> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let start = stretch.start + bytes[stretch.clone()].iter().position(is_digit)?;
    let end = stretch.start + bytes[stretch.clone()].iter().rposition(is_digit)? + 1;
    let digits = bytes[start..end].iter().filter(|byte| is_digit(byte)).count();
    (digits >= MIN_STRETCH && !is_fraction(bytes, start, end)).then_some(start..end)
}

/// `0.4111111111111111` and `4111111111.5` are numbers, not accounts.
fn is_fraction(bytes: &[u8], start: usize, end: usize) -> bool {
    let point_before = start >= 2 && bytes[start - 1] == b'.' && is(bytes[start - 2], ALNUM);
    let point_after = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    point_before || point_after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(text: &str) -> Vec<&str> {
        let mut digits = Digits::default();
        std::iter::from_fn(|| digits.next_before(text.as_bytes(), text.len()))
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn finds_plain_and_grouped_numbers() {
        assert_eq!(
            stretches("card 4000 0000 0000 0002, id 123456789."),
            ["4000 0000 0000 0002", "123456789"]
        );
    }

    #[test]
    fn passes_over_fractions_and_short_numbers() {
        assert_eq!(stretches("[0.123456789012345, -0.5, 12345678, 1234567890.25]"), [""; 0]);
    }
}
