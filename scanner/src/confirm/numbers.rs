//! Numbers that pass a check by chance: one in ten does. What stands around a bare number tells most of them apart.

use std::ops::Range;

use crate::candidates::classes::{NAME, SPACE, is, start_of};
use crate::candidates::names_a_count;
use crate::rules::Rule;

/// Digits from which a neighbour could itself be what the rule finds.
const MIN_NEIGHBOUR: usize = 13;
/// Most separators between two numbers of a list, or between a name and its number.
const MAX_GAP: usize = 24;

/// Whether the number is no piece of a longer one, and not what passes the check by chance. One that the words
/// around it name was asked for that already.
pub(super) fn stands_alone(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    !goes_on(bytes, number)
        && !is_of_groups(bytes, number)
        && (!rule.context.is_empty() || !is_chance(rule, bytes, number))
}

/// `2024-123456789`, `123456789.10`
fn goes_on(bytes: &[u8], number: &Range<usize>) -> bool {
    let joins = |byte: &u8| matches!(byte, b'-' | b'.');
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let before = &bytes[..number.start];
    before.last() == Some(&b'.')
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
    is_bare && (is_called_otherwise(bytes, number.start) || has_foreign_neighbour(rule, bytes, number))
}

/// `"order_id": 4…`, `ts=4…`
fn is_called_otherwise(bytes: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(MAX_GAP);
    let end = back_over(bytes, start, floor, |byte| is(byte, SPACE) || b"\"':=\\[(".contains(&byte));
    let named = bytes[end..start].iter().any(|byte| matches!(byte, b':' | b'='));
    named && names_a_count(&bytes[start_of(bytes, end, end.saturating_sub(MAX_GAP), NAME)..end])
}

fn has_foreign_neighbour(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    let floor = number.start.saturating_sub(MAX_GAP);
    let before = back_over(bytes, number.start, floor, is_list_gap);
    let left = back_over(bytes, before, before.saturating_sub(MAX_GAP), |byte| byte.is_ascii_digit());
    let gap = bytes[number.end..].iter().take(MAX_GAP).take_while(|byte| is_list_gap(**byte)).count();
    let after = number.end + gap;
    let right = after + bytes[after..].iter().take(MAX_GAP).take_while(|byte| byte.is_ascii_digit()).count();
    let is_foreign = |neighbour: Range<usize>, gap: usize| {
        gap > 0 && neighbour.len() >= MIN_NEIGHBOUR && !rule.confirms(&bytes[neighbour])
    };
    is_foreign(left..before, number.start - before) || is_foreign(after..right, gap)
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
