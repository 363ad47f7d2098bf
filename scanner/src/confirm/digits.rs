//! What a rule finds in a stretch of digits: its pattern is tried only where a match could begin.

use std::ops::Range;

use super::boundary::may_begin_word;
use super::{Found, confirm, found_in, numbers};
use crate::candidates::classes::{ALNUM, is};
use crate::rules::{Rule, Trigger};

/// How often the digits of one stretch are tried from a new start: cards in a long list are found, and a
/// megabyte of grouped digits stays linear.
const MAX_STARTS: usize = 64;
/// Bytes of the longest escape: `\u0022`.
const MAX_ESCAPE: usize = 6;

/// Where words may begin in a stretch of digits and shortly before it: every rule asks.
#[derive(Debug)]
pub(crate) struct WordStarts<'b> {
    bytes: &'b [u8],
    from: usize,
    /// Of the first bytes, a bit each.
    bits: u128,
}

impl<'b> WordStarts<'b> {
    /// Those from `from` up to `end`.
    pub(crate) fn of(bytes: &'b [u8], from: usize, end: usize) -> Self {
        let known = from..end.min(from + u128::BITS as usize);
        let is_of_word = |at: Option<usize>| at.is_some_and(|at| is(bytes[at], ALNUM));
        // Behind two letters or digits a word begins only after an escape, or what may count its bytes.
        let reach = from.saturating_sub(MAX_ESCAPE);
        let is_odd = memchr::memchr3(b'x', b'%', b'\\', &bytes[reach..known.end]).is_some();
        let mut last = [from.checked_sub(2), from.checked_sub(1)].map(is_of_word);
        let mut bits = 0;
        for (bit, at) in known.enumerate() {
            let begins = last != [true; 2] || is_odd && may_begin_word(bytes, at);
            bits |= u128::from(begins) << bit;
            last = [last[1], is_of_word(Some(at))];
        }
        Self { bytes, from, bits }
    }

    /// Those in `range`, in order.
    #[inline]
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = usize> + use<'_, 'b> {
        let skipped = range.start.saturating_sub(self.from);
        let mut bits = u32::try_from(skipped).ok().and_then(|skipped| (!0_u128).checked_shl(skipped));
        bits = bits.map(|since| since & self.bits);
        let known = std::iter::from_fn(move || {
            let word = bits.as_mut().filter(|word| **word != 0)?;
            let at = self.from + word.trailing_zeros() as usize;
            *word &= *word - 1;
            Some(at)
        });
        let beyond = range.start.max(self.from + u128::BITS as usize)..range.end;
        known.take_while(move |at| *at < range.end).chain(beyond.filter(|at| may_begin_word(self.bytes, *at)))
    }
}

/// Everything that `rule` finds in a stretch of digits.
pub(crate) fn in_digits<'s>(
    rule: &'s Rule,
    bytes: &'s [u8],
    stretch: Range<usize>,
    starts: &'s WordStarts<'_>,
) -> impl Iterator<Item = Range<usize>> + use<'s> {
    let (reach, max_bytes) = match rule.trigger {
        Trigger::Digits { reach, max_bytes, .. } => (reach, max_bytes),
        _ => (0, 0),
    };
    let end = bytes.len().min(stretch.end + max_bytes);
    let mut at = stretch.start.saturating_sub(reach);
    let tries = MAX_STARTS + stretch.len() / 16;
    std::iter::repeat_with(move || {
        let found = next_match(rule, &bytes[..end], at..stretch.end, starts)?;
        let confirmed =
            confirm(rule, bytes, &found).filter(|_| numbers::stands_alone(rule, bytes, &found.whole));
        at = if confirmed.is_some() { found.whole.end } else { next_group(&bytes[..end], found.whole.start) };
        Some(confirmed)
    })
    .take(tries)
    .map_while(std::convert::identity)
    .flatten()
}

/// The first match that begins in `range`.
fn next_match(rule: &Rule, bytes: &[u8], range: Range<usize>, starts: &WordStarts<'_>) -> Option<Found> {
    let Trigger::Digits { first, form, max_bytes, .. } = &rule.trigger else { return None };
    let could_begin = |at: &usize| {
        first[usize::from(bytes[*at])]
            && form.fits(&bytes[*at..bytes.len().min(at + max_bytes)], rule.min_bytes)
    };
    let begins = |at: usize| {
        let length = rule.pattern.begins(&bytes[at..])?;
        Some(at..at + length)
    };
    let whole = if rule.whole_word {
        starts.within(range).filter(could_begin).find_map(begins)
    } else {
        range.filter(could_begin).find_map(begins)
    };
    found_in(rule.pattern.anchored(), bytes, whole?)
}

/// The first digit or letter after the group that begins at `start`.
fn next_group(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let group = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let gap = rest[group..].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    start + (group + gap).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_word_start_is_known(
            text in "([0-9]{1,9}|[a-z]{1,3}|x|\\\\n|%20|[ .-]){0,90}", from in 0_usize..40, start in 0_usize..300, length in 0_usize..200,
        ) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let start = start.clamp(from, bytes.len());
            let range = start..bytes.len().min(start + length);
            let expected: Vec<usize> = range.clone().filter(|at| may_begin_word(bytes, *at)).collect();
            let starts = WordStarts::of(bytes, from, bytes.len());
            prop_assert_eq!(starts.within(range).collect::<Vec<_>>(), expected);
        }
    }
}
