//! Words of a text, and what separates them in a phrase.

use std::ops::Range;

use crate::checks::bip39::{MAX_WORD_BYTES, is_listed};

/// Most bytes between two words: a line break, a number and quotes.
pub(super) const MAX_GAP: usize = 16;

/// All words of a text.
pub(crate) fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = (at..text.len()).find(|at| is_letter(text, *at) && !is_escape(text, *at))?;
        at = end_of_word(text, start).max(start + 1);
        Some(&text[start..at.min(text.len())])
    })
}

/// The listed words in a row that end before `at`, the last one first; none begins before `floor`.
pub(super) fn listed_before(bytes: &[u8], mut at: usize, floor: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let word = word_before(bytes, at, floor).filter(|word| is_listed(&bytes[word.clone()]))?;
        at = word.start;
        Some(word)
    })
}

/// The listed words in a row that begin after `at`.
pub(super) fn listed_after(bytes: &[u8], mut at: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let word = word_after(bytes, at).filter(|word| is_listed(&bytes[word.clone()]))?;
        at = word.end;
        Some(word)
    })
}

/// The word at `at`, or shortly after it.
pub(super) fn word_near(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let end = bytes.len().min(at + MAX_GAP);
    let inside = (at..end).find(|at| is_letter(bytes, *at) && !is_escape(bytes, *at))?;
    let floor = inside.saturating_sub(MAX_WORD_BYTES);
    let mut start = inside;
    while start > floor && is_letter(bytes, start - 1) {
        start -= 1;
    }
    Some(without_escape(bytes, start)..end_of_word(bytes, inside))
}

fn word_after(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut start = at;
    while start < bytes.len().min(at + MAX_GAP) && (!is_letter(bytes, start) || is_escape(bytes, start)) {
        if !separates(bytes, start) && !is_escape(bytes, start) {
            return None;
        }
        start += 1;
    }
    let end = end_of_word(bytes, start);
    (start > at && end > start).then_some(start..end)
}

fn word_before(bytes: &[u8], at: usize, floor: usize) -> Option<Range<usize>> {
    let lowest = floor.max(at.saturating_sub(MAX_GAP));
    let mut end = at;
    while end > lowest && (!is_letter(bytes, end - 1) || is_escape(bytes, end - 1)) {
        if !separates(bytes, end - 1) && !is_escape(bytes, end - 1) {
            return None;
        }
        end -= 1;
    }
    let lowest = floor.max(end.saturating_sub(MAX_WORD_BYTES));
    let mut start = end;
    while start > lowest && is_letter(bytes, start - 1) {
        start -= 1;
    }
    let start = without_escape(bytes, start);
    (end < at && start < end).then_some(start..end)
}

fn end_of_word(bytes: &[u8], mut at: usize) -> usize {
    let ceiling = bytes.len().min(at + MAX_WORD_BYTES + 1);
    while at < ceiling && is_letter(bytes, at) {
        at += 1;
    }
    at
}

/// In `\nword` the first letter belongs to the escape.
pub(super) fn without_escape(bytes: &[u8], start: usize) -> usize {
    if is_escape(bytes, start) { start + 1 } else { start }
}

fn is_escape(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == b'\\' && bytes.get(at).is_some_and(|byte| b"nrt".contains(byte))
}

/// Letters, and bytes of letters beyond ASCII; not of the spaces among them.
fn is_letter(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphabetic(),
        Some(_) => !is_wide_space(bytes, at),
        None => false,
    }
}

/// Whether `at` is a byte of U+3000 or U+00A0.
fn is_wide_space(bytes: &[u8], at: usize) -> bool {
    let stands_at = |space: &[u8], offset: usize| {
        at.checked_sub(offset).is_some_and(|start| bytes[start..].starts_with(space))
    };
    (0..3).any(|offset| stands_at(b"\xe3\x80\x80", offset))
        || (0..2).any(|offset| stands_at(b"\xc2\xa0", offset))
}

fn separates(bytes: &[u8], at: usize) -> bool {
    matches!(
        bytes[at],
        b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | b'"' | b'\'' | b'|' | b'.' | b':' | b')' | b'+' | b'-' | b'\\' | b'#'
            | b'0'..=b'9' | 0x80..
    )
}
