//! Words of seed phrases, in a row: at least twelve that stand in a list of BIP-39, however they are separated.
//!
//! Twelve words of three letters with one byte between them are 47 bytes. So one word of every 40 bytes is looked up, in
//! ASCII of every 56, and only around one that is listed are others.

use std::ops::Range;

use super::masks::{Block, Class};
use crate::checks::bip39::{MAX_WORD_BYTES, is_listed};

/// Bytes between two look-ups.
const STRIDE: usize = 40;
/// The same in ASCII, where a phrase has words longer than three letters.
const PLAIN_STRIDE: usize = 56;
/// Of any place in a row, so many bytes before it or behind it are in the row.
const HALF_ROW: usize = 23;
/// Letters of a word before a probe, in ASCII.
const MAX_BEFORE: usize = 12;
/// Fewest words of a phrase.
const MIN_WORDS: usize = 12;
/// Words of one row that are looked at; more are a list of words.
const MAX_WORDS: usize = 512;
/// Most bytes between two words: a line break, a number and quotes.
const MAX_GAP: usize = 16;

/// Finds rows of listed words, block by block.
#[derive(Debug, Default)]
pub(crate) struct SeedWords {
    at: usize,
}

impl SeedWords {
    /// The words of the next row whose probe lies in `block`.
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Vec<Range<usize>>> {
        let Range { start, end: limit } = block.range();
        let stride = if block.next(Class::Foreign, start).is_none() { PLAIN_STRIDE } else { STRIDE };
        loop {
            let probe = self.at + stride;
            if probe >= limit {
                return None;
            }
            if !may_be_in_row(block, probe) {
                self.at = probe;
                continue;
            }
            let word = plain_word_at(block, bytes, probe).or_else(|| word_near(bytes, probe));
            let Some(word) = word else {
                self.at = probe;
                continue;
            };
            if !is_listed(&bytes[word.clone()]) {
                self.at = probe;
                continue;
            }
            let before = listed_before(bytes, word.start, self.at).count();
            let room = MAX_WORDS.saturating_sub(before + 1);
            let (mut count, mut end) = (before + 1, word.end);
            for after in listed_after(bytes, word.end).take(room) {
                (count, end) = (count + 1, after.end);
            }
            let floor = std::mem::replace(&mut self.at, end.max(probe));
            if count >= MIN_WORDS {
                let mut row: Vec<Range<usize>> = listed_before(bytes, word.start, floor).collect();
                row.reverse();
                row.extend(std::iter::once(word.clone()).chain(listed_after(bytes, word.end).take(room)));
                return Some(row);
            }
        }
    }
}

/// All words of a text.
pub(crate) fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = without_escape(text, (at..text.len()).find(|at| is_letter(text, *at))?);
        at = end_of_word(text, start).max(start + 1);
        Some(&text[start..at.min(text.len())])
    })
}

/// The listed words in a row that end before `at`, the last one first; none begins before `floor`.
fn listed_before(bytes: &[u8], mut at: usize, floor: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let word = word_before(bytes, at, floor).filter(|word| is_listed(&bytes[word.clone()]))?;
        at = word.start;
        Some(word)
    })
}

/// The listed words in a row that begin after `at`.
fn listed_after(bytes: &[u8], mut at: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let word = word_after(bytes, at).filter(|word| is_listed(&bytes[word.clone()]))?;
        at = word.end;
        Some(word)
    })
}

/// Whether no sign of code stands in half a phrase before `at`, or in half a phrase behind it.
#[inline]
fn may_be_in_row(block: &Block, at: usize) -> bool {
    let around = block.bits(Class::Breaks, at.saturating_sub(HALF_ROW));
    let half = (1 << HALF_ROW) - 1;
    around & half == 0 || around >> HALF_ROW & half == 0
}

/// The word around `at`, when it is of ASCII and stands in the block.
#[inline]
fn plain_word_at(block: &Block, bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.checked_sub(MAX_BEFORE)?;
    let letters = block.bits(Class::Alnum, from);
    let before = (!letters << (u64::BITS as usize - MAX_BEFORE)).leading_zeros() as usize;
    let after = (!(letters >> MAX_BEFORE)).trailing_zeros() as usize;
    let (start, end) = (at - before.min(MAX_BEFORE), at + after);
    let parted = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(u8::is_ascii);
    let is_whole = before < MAX_BEFORE && after > 0 && end < block.range().end;
    (is_whole && bytes[at].is_ascii_alphabetic() && parted(start.checked_sub(1)) && parted(Some(end)))
        .then(|| without_escape(bytes, start)..end)
}

/// The word at `at`, or shortly after it.
fn word_near(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let end = bytes.len().min(at + MAX_GAP);
    let inside = (at..end).find(|at| is_letter(bytes, *at))?;
    let floor = inside.saturating_sub(MAX_WORD_BYTES);
    let mut start = inside;
    while start > floor && is_letter(bytes, start - 1) {
        start -= 1;
    }
    Some(without_escape(bytes, start)..end_of_word(bytes, inside))
}

fn word_after(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut start = at;
    while start < bytes.len().min(at + MAX_GAP) && !is_letter(bytes, start) {
        if !separates(bytes, start) {
            return None;
        }
        start += 1;
    }
    let start = without_escape(bytes, start);
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
fn without_escape(bytes: &[u8], start: usize) -> usize {
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
        b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | b'"' | b'\'' | b'|' | b'.' | b':' | b')' | b'+' | b'\\' | b'#'
            | b'0'..=b'9' | 0x80..
    )
}

#[cfg(test)]
mod tests {
    use super::super::masks::in_blocks;
    use super::*;

    const WORDS: [&str; 12] = [
        "legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "legal", "winner", "thank",
        "yellow",
    ];

    fn rows(text: &str) -> Vec<usize> {
        let (mut words, mut found) = (SeedWords::default(), Vec::new());
        in_blocks(text.as_bytes(), |block| {
            found.extend(std::iter::from_fn(|| words.next_in(block, text.as_bytes())).map(|row| row.len()));
        });
        found
    }

    #[test]
    fn finds_words_however_they_are_separated() {
        for lead in 0..90 {
            let text = format!("{}{}. of it", "x".repeat(lead) + " ", WORDS.join(" "));
            assert_eq!(rows(&text), [12], "lead {lead}");
        }
        let numbered: Vec<String> =
            WORDS.iter().enumerate().map(|(i, word)| format!("{}. {word}", i + 1)).collect();
        for text in [
            WORDS.join(", "),
            WORDS.join("\n"),
            WORDS.join("\\n"),
            WORDS.join("\", \""),
            WORDS.join(" | "),
            numbered.join("\n"),
        ] {
            for lead in 0..60 {
                assert_eq!(rows(&format!("{}: {text};", "x".repeat(lead))), [12], "{lead} {text}");
            }
        }
    }

    #[test]
    fn prose_has_no_row() {
        assert_eq!(
            rows(
                "the quick brown fox jumps over the lazy dog and this is all that it does on any day of a year"
            ),
            [0; 0]
        );
    }
}
