//! Stretches of digits with spaces or dashes between them: cards, accounts, national ids.

use std::ops::Range;

use super::classes::{ALNUM, DIGITISH, end_of, is, start_of};
use super::masks::Block;

/// Fewest digits that any of those numbers has, formatted or not.
const MIN_STRETCH: usize = 9;

/// Finds stretches of digits, block by block.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    at: usize,
}

impl Digits {
    /// The next stretch whose ninth character lies in `block`: from its first digit to its last, at least nine digits.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Range<usize>> {
        while let Some(last) = block.next_number::<MIN_STRETCH>(self.at) {
            let start = start_of(bytes, last, self.at, DIGITISH);
            self.at = end_of(bytes, last + 1, DIGITISH);
            if let Some(stretch) = trimmed(bytes, start..self.at) {
                return Some(stretch);
            }
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
    use proptest::prelude::*;

    use super::super::masks::in_blocks;
    use super::*;

    fn stretches(text: &str) -> Vec<&str> {
        let (mut digits, mut found) = (Digits::default(), Vec::new());
        let next = |block: &Block, digits: &mut Digits| digits.next_in(block, text.as_bytes());
        in_blocks(text.as_bytes(), |block| found.extend(std::iter::from_fn(|| next(block, &mut digits))));
        found.into_iter().map(|range| &text[range]).collect()
    }

    proptest! {
        #[test]
        fn finds_every_number_at_any_place(
            number in "[0-9]{1,4}([ -]?[0-9]{1,4}){4,8}", lead in 0_usize..200, before in 3990_usize..4200,
        ) {
            prop_assume!(number.bytes().filter(u8::is_ascii_digit).count() >= MIN_STRETCH);
            let text = format!("{}x{number}x", "no ".repeat(lead));
            prop_assert_eq!(stretches(&text), [&number]);
            let text = format!("{}{number}", ".".repeat(before));
            prop_assert_eq!(stretches(&text), [&number]);
        }
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
