//! Stretches of digits with spaces, dashes, dots or slashes between them: cards, accounts, national ids.

use std::ops::Range;

use super::classes::{ALNUM, DIGITISH, end_of, is, start_of};
use super::digests::digest_around;
use super::masks::{Block, Class};

/// Fewest digits that any of those numbers has, formatted or not.
const MIN_STRETCH: usize = 6;

/// Longest group of digits beside a dot that separates groups; in a fraction they are longer.
const MAX_DOTTED: usize = 4;

/// Finds stretches of digits, block by block.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    at: usize,
}

impl Digits {
    /// The next stretch whose sixth character lies in `block`: from its first digit to its last, at least six digits.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Range<usize>> {
        while let Some(last) = block.next_number::<MIN_STRETCH>(self.at) {
            if let Some(end) = end_of_fraction(block, bytes, last, self.at) {
                self.at = end;
                continue;
            }
            if let Some(digest) = digest_of(block, bytes, last, self.at) {
                self.at = digest.end;
                continue;
            }
            let start = start_over_dots(bytes, last, self.at);
            self.at = end_over_dots(bytes, last + 1);
            if let Some(stretch) = trimmed(bytes, start..self.at) {
                return Some(stretch);
            }
        }
        None
    }
}

/// The digest or UUID in which the digits at `last` are. Most numbers have neither a letter nor a dash beside them.
#[inline]
fn digest_of(block: &Block, bytes: &[u8], last: usize, floor: usize) -> Option<Range<usize>> {
    let digit = if is(bytes[last], ALNUM) { last } else { last.checked_sub(1)? };
    let start = block.start_of(bytes, digit, floor, Class::Digit);
    let is_beside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    if !is_beside(bytes[..start].last()) && !is_beside(bytes.get(block.end_of(bytes, digit, Class::Digit))) {
        return None;
    }
    digest_around(block, bytes, digit)
}

/// Where the digits at `last` end, when they are the fraction of a number and nothing else.
#[inline]
fn end_of_fraction(block: &Block, bytes: &[u8], last: usize, floor: usize) -> Option<usize> {
    if !bytes[last].is_ascii_digit() {
        return None;
    }
    let start = block.start_of(bytes, last, floor, Class::Digit);
    if !matches!(bytes[..start], [.., before, b'.'] if is(before, ALNUM)) {
        return None;
    }
    let end = block.end_of(bytes, last, Class::Digit);
    let goes_on = || bytes.get(end).is_some_and(|byte| is(*byte, DIGITISH)) || is_grouping(bytes, end);
    (end - start > MAX_DOTTED && !goes_on()).then_some(end)
}

fn start_over_dots(bytes: &[u8], mut at: usize, floor: usize) -> usize {
    loop {
        at = start_of(bytes, at, floor, DIGITISH);
        if at < floor + 2 || !is_grouping(bytes, at - 1) {
            return at;
        }
        at -= 1;
    }
}

fn end_over_dots(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = end_of(bytes, at, DIGITISH);
        if !is_grouping(bytes, at) {
            return at;
        }
        at += 1;
    }
}

/// Whether a dot at `at` separates groups of digits.
fn is_grouping(bytes: &[u8], at: usize) -> bool {
    let group = |digits: usize| (1..=MAX_DOTTED).contains(&digits);
    bytes.get(at) == Some(&b'.')
        && group(
            bytes[..at].iter().rev().take(MAX_DOTTED + 1).take_while(|byte| byte.is_ascii_digit()).count(),
        )
        && group(bytes[at + 1..].iter().take(MAX_DOTTED + 1).take_while(|byte| byte.is_ascii_digit()).count())
}

/// From the first digit to the last, without a date before it; `None` when there are too few, or when it is the
/// fraction of a number.
fn trimmed(bytes: &[u8], stretch: Range<usize>) -> Option<Range<usize>> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let first = |from: usize| bytes[from..stretch.end].iter().position(is_digit).map(|offset| from + offset);
    let mut start = first(stretch.start)?;
    if begins_with_date(&bytes[start..stretch.end]) {
        start = first(start + DATE)?;
    }
    let end = stretch.start + bytes[stretch.clone()].iter().rposition(is_digit)? + 1;
    let digits = bytes[start..end].iter().filter(|byte| is_digit(byte)).count();
    (digits >= MIN_STRETCH && !is_fraction(bytes, start, end)).then_some(start..end)
}

/// Bytes of `2024-01-31`.
const DATE: usize = 10;

/// `2024-01-31`, `2024/01/31`; a longer number goes on after its tenth byte.
fn begins_with_date(text: &[u8]) -> bool {
    let form = |(index, byte): (usize, &u8)| match index {
        4 | 7 => matches!(byte, b'-' | b'/'),
        _ => byte.is_ascii_digit(),
    };
    text.len() >= DATE
        && (text.starts_with(b"20") || text.starts_with(b"19"))
        && text[..DATE].iter().enumerate().all(form)
        && text.get(DATE).is_none_or(|byte| *byte == b' ')
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
            number in "[3-9][0-9]{1,3}([ -]?[0-9]{2,4}){4,8}", lead in 0_usize..200, before in 3990_usize..4200,
        ) {
            let text = format!("{}x{number}x", "no ".repeat(lead));
            prop_assert_eq!(stretches(&text), [&number]);
            let text = format!("{}{number}", ".".repeat(before));
            prop_assert_eq!(stretches(&text), [&number]);
        }
    }

    #[test]
    fn finds_plain_and_grouped_numbers() {
        assert_eq!(
            stretches(
                "card 4000 0000 0000 0002, id 123456789, cpf 123.456.789-09, cnpj 12.345.678/0001-95, 12.345.678-5."
            ),
            ["4000 0000 0000 0002", "123456789", "123.456.789-09", "12.345.678/0001-95", "12.345.678-5"]
        );
    }

    #[test]
    fn passes_over_fractions_short_numbers_and_dates() {
        assert_eq!(
            stretches("[0.123456789012345, -0.5, 12345, 1234567890.25] 2024-01-31 12:30:59, 2024-01-31T10"),
            [""; 0]
        );
    }
}
