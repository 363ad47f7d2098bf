//! Numbers that pass a check by chance: one in ten does. What stands around a bare number tells most of them apart.

use std::ops::Range;

use super::segment::is_of_collection;
use super::series::is_of_series;
use crate::candidates::classes::{NAME, SPACE, is, start_of};
use crate::candidates::{names_a_count, spelled_words};
use crate::rules::Rule;

/// Digits from which a neighbour could itself be what the rule finds.
const MIN_NEIGHBOUR: usize = 13;
/// Most separators between two numbers of a list, or between a name and its number.
const MAX_GAP: usize = 24;
/// Most of a list in brackets on either side of a number.
const MAX_TUPLE: usize = 96;

/// Whether the number is no piece of a longer one, and not what passes the check by chance. One that the words
/// around it name was asked for that already.
pub(super) fn stands_alone(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    !goes_on(bytes, number)
        && !is_of_groups(bytes, number)
        && (!rule.context.is_empty() || !is_chance(rule, bytes, number))
}

/// `%270128-123456`, `2024-123456789`, `123456789.10`, `415686835185170_123456789`
fn goes_on(bytes: &[u8], number: &Range<usize>) -> bool {
    let joins = |byte: &u8| matches!(byte, b'-' | b'.' | b'_');
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let before = &bytes[..number.start];
    let is_of_escape = || {
        // `%27` and digits: the two are no digits.
        let hex = bytes.get(number.start..number.start + 2);
        before.last() == Some(&b'%') && hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    is_of_escape()
        || before.last() == Some(&b'.')
        || before.last().is_some_and(joins) && digit(before.iter().rev().nth(1))
        || bytes.get(number.end).is_some_and(joins) && digit(bytes.get(number.end + 1))
}

/// Whether groups of four go on before and after the number, or twice on one side: code points, addresses, dumps.
fn is_of_groups(bytes: &[u8], number: &Range<usize>) -> bool {
    let is_group = |group: &[u8]| group.len() == 4 && group.iter().all(u8::is_ascii_hexdigit);
    let is_grouped = bytes[number.clone()].contains(&b' ');
    let before = bytes[number.start.saturating_sub(10)..number.start].rsplit(u8::is_ascii_whitespace).skip(1);
    let after = bytes[number.end..bytes.len().min(number.end + 10)].split(u8::is_ascii_whitespace).skip(1);
    is_grouped
        && before.take_while(|group| is_group(group)).count()
            + after.take_while(|group| is_group(group)).count()
            >= 2
}

/// Whether a number without separators is called an id, a time or a count, or stands in a list of numbers like it of
/// which the next is none.
fn is_chance(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    let is_bare = bytes[number.clone()].iter().all(u8::is_ascii_digit);
    is_bare
        && (is_called_otherwise(bytes, number.start)
            || is_of_series(rule, bytes, number)
            || has_foreign_neighbour(rule, bytes, number)
            || is_of_foreign_tuple(rule, bytes, number)
            || is_calculated_with(bytes, number)
            || is_negative(&bytes[..number.start])
            || is_of_collection(bytes, number)
            || is_beside_dump(&bytes[..number.start])
            || is_beside_escape(bytes, number)
            || is_near_power(&bytes[number.clone()]))
}

/// `"order_id": 4…`, `ts=4…`
fn is_called_otherwise(bytes: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(MAX_GAP);
    let end = back_over(bytes, start, floor, |byte| is(byte, SPACE) || b"\"':=\\[(".contains(&byte));
    let between = &bytes[end..start];
    let named = between.iter().any(|byte| matches!(byte, b':' | b'='));
    let name = &bytes[start_of(bytes, end, end.saturating_sub(MAX_GAP), NAME)..end];
    // `|37=4…`: a field of a message of FIX, by its number.
    let before = bytes[..end - name.len()].last();
    let is_tag = between == b"=" && before.is_some_and(|byte| b"|\x01".contains(byte));
    named && (is_tag || names_a_count(name) || (is_member(between) && !may_name_an_account(name)))
}

/// `": `: between a quoted name and a number without quotes.
fn is_member(between: &[u8]) -> bool {
    let between = between.trim_ascii_end();
    between.ends_with(b":") && between.contains(&b'"')
}

/// Whether a number of this name may be that of an account. In JSON those mostly are strings.
fn may_name_an_account(name: &[u8]) -> bool {
    const ACCOUNTS: [&[u8]; 12] = [
        b"_card_",
        b"_pan_",
        b"_number_",
        b"_num_",
        b"_no_",
        b"_cc_",
        b"_account_",
        b"_payment_",
        b"_value_",
        b"_data_",
        b"_credit_",
        b"_debit_",
    ];
    let mut buffer = [0; 4 * MAX_GAP];
    let words = spelled_words(name, &mut buffer);
    ACCOUNTS.iter().any(|word| memchr::memmem::find(words, word).is_some())
        || memchr::memmem::find(words, b"card").is_some()
}

/// `4…*t**12`, `4… + 5…`: a term of a sum.
fn is_calculated_with(bytes: &[u8], number: &Range<usize>) -> bool {
    match &bytes[number.end..] {
        [b'*' | b'^', next, ..] | [b'*', b'*', next, ..] if next.is_ascii_alphanumeric() || *next == b'(' => {
            true
        }
        [b' ', b'*' | b'+' | b'%', b' ', next, ..] => next.is_ascii_alphanumeric() || *next == b'(',
        _ => false,
    }
}

/// `(-4…`, `= -4…`, `$-4…`
fn is_negative(before: &[u8]) -> bool {
    matches!(before, [.., sign, b'-'] if b" (,=[:$#\t{/<>|*\"'".contains(sign))
}

/// `%2C4…`, `4…%0A`: judged where escapes are undone and what stands around it can be read.
fn is_beside_escape(bytes: &[u8], number: &Range<usize>) -> bool {
    let is_escape = |text: Option<&[u8]>| matches!(text, Some([b'%', digits @ ..]) if digits.iter().all(u8::is_ascii_hexdigit));
    let before = number.start.checked_sub(3).and_then(|at| bytes.get(at..number.start));
    is_escape(before) || is_escape(bytes.get(number.end..number.end + 3))
}

/// `3533 3630  4…`, `35 33  |4…`: what a dump shows beside the digits of its bytes, which are read themselves.
fn is_beside_dump(before: &[u8]) -> bool {
    let Some(digits) = before.strip_suffix(b"|").unwrap_or(before).strip_suffix(b"  ") else { return false };
    let groups = digits[digits.len().saturating_sub(9)..].split(|byte| *byte == b' ').skip(1);
    digits.len() > 9
        && groups.clone().count() > 0
        && groups
            .into_iter()
            .all(|group| matches!(group.len(), 2 | 4) && group.iter().all(u8::is_ascii_hexdigit))
}

/// `4503599627370500`: about a power of two, as code and documents have them.
fn is_near_power(digits: &[u8]) -> bool {
    let number = digits
        .iter()
        .try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0'))));
    let upper = number.and_then(u64::checked_next_power_of_two);
    number.zip(upper).is_some_and(|(number, upper)| (upper - number).min(number.abs_diff(upper / 2)) <= 16)
}

/// Whether a number beside it in a list is as long and none of the rule, or has a sign or a fraction as no account
/// has.
fn has_foreign_neighbour(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    let of_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let before = before_gap(bytes, number.start);
    let left = back_over(bytes, before, before.saturating_sub(MAX_GAP), of_number);
    let after = skip_list_gap(bytes, number.end);
    let sign = usize::from(bytes.get(after) == Some(&b'-'));
    let right = after
        + sign
        + bytes[after + sign..].iter().take(MAX_GAP).take_while(|byte| of_number(**byte)).count();
    let is_foreign = |neighbour: &[u8], is_signed: bool| {
        let is_long = neighbour.len() >= MIN_NEIGHBOUR;
        (is_signed && !neighbour.is_empty())
            || (is_long && (neighbour[1..neighbour.len() - 1].contains(&b'.') || !rule.confirms(neighbour)))
    };
    let is_left_signed =
        left.checked_sub(2).is_some_and(|at| bytes[at + 1] == b'-' && is_list_gap(bytes[at]));
    (before < number.start && is_foreign(&bytes[left..before], is_left_signed))
        || (after > number.end && is_foreign(&bytes[after + sign..right], sign > 0))
}

/// `f(4…, 446, 11270725851789228032)`: numbers only in brackets, one of which is as long and none of the rule.
fn is_of_foreign_tuple(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    let of_tuple = |byte: u8| byte.is_ascii_digit() || b" ,.-".contains(&byte);
    let start = back_over(bytes, number.start, number.start.saturating_sub(MAX_TUPLE), of_tuple);
    let rest = &bytes[number.end..bytes.len().min(number.end + MAX_TUPLE)];
    let end = number.end + rest.iter().take_while(|byte| of_tuple(**byte)).count();
    let is_closed = bytes[..start].ends_with(b"(") && bytes.get(end) == Some(&b')');
    let is_foreign = |item: &[u8]| item.len() >= MIN_NEIGHBOUR && !rule.confirms(item);
    is_closed && bytes[start..end].split(|byte| b" ,".contains(byte)).any(is_foreign)
}

/// Back over what stands between the numbers of a list, line ends that are spelled out too.
fn before_gap(bytes: &[u8], number: usize) -> usize {
    let floor = number.saturating_sub(MAX_GAP);
    let mut at = number;
    loop {
        at = back_over(bytes, at, floor, is_list_gap);
        match bytes[floor..at] {
            [.., b'\\', b'n' | b'r' | b't'] => at -= 2,
            _ => return at,
        }
    }
}

fn skip_list_gap(bytes: &[u8], number: usize) -> usize {
    let ceiling = bytes.len().min(number + MAX_GAP);
    let mut at = number;
    loop {
        at += bytes[at..ceiling].iter().take_while(|byte| is_list_gap(**byte)).count();
        match bytes[at..ceiling] {
            [b'\\', b'n' | b'r' | b't', ..] => at += 2,
            _ => return at,
        }
    }
}

/// What stands between the numbers of a list.
pub(super) fn is_list_gap(byte: u8) -> bool {
    is(byte, SPACE) || matches!(byte, b',' | b'"' | b'\'' | b'[' | b']' | b'(' | b')' | b';' | b'|')
}

fn back_over(bytes: &[u8], mut at: usize, floor: usize, fits: impl Fn(u8) -> bool) -> usize {
    while at > floor && fits(bytes[at - 1]) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{before_gap, is_beside_dump, is_calculated_with, is_near_power, is_negative, skip_list_gap};

    #[test]
    fn a_line_end_is_a_gap_spelled_out_or_not() {
        for text in ["1,\n  2", "1,\\n  2", "1\\r\\n2"] {
            let last = text.len() - 1;
            assert_eq!(
                (before_gap(text.as_bytes(), last), skip_list_gap(text.as_bytes(), 1)),
                (1, last),
                "{text}"
            );
        }
    }

    #[test]
    fn a_dump_shows_its_bytes_beside_them() {
        for before in ["cf0: 3533 3630 3238 3734  ", "35 33 36 30 32 38  |"] {
            assert!(is_beside_dump(before.as_bytes()), "{before}");
        }
        for before in ["pay with  ", "cf0: 3533 3630 3238 3734 ", "card ab  ", "  "] {
            assert!(!is_beside_dump(before.as_bytes()), "{before}");
        }
    }

    #[test]
    fn a_number_with_a_sign_is_negative() {
        for before in ["f(-", "x = -", "$-", "\t-", "\"-"] {
            assert!(is_negative(before.as_bytes()), "{before}");
        }
        for before in ["\n-", "a-", "-", "- "] {
            assert!(!is_negative(before.as_bytes()), "{before}");
        }
    }

    #[test]
    fn knows_powers_of_two() {
        assert!(is_near_power(b"4503599627370500") && is_near_power(b"2251799813685251"));
        assert!(!is_near_power(b"4539578763621486"));
    }

    #[test]
    fn a_term_is_part_of_a_sum() {
        for (text, want) in [
            ("45*t", true),
            ("45 + 7", true),
            ("45**2", true),
            ("45**", false),
            ("45*", false),
            ("45 and", false),
        ] {
            assert_eq!(is_calculated_with(text.as_bytes(), &(0..2)), want, "{text}");
        }
    }
}
