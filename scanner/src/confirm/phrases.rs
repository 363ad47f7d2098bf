//! Which words of a row are a phrase: the row may begin before it and end after it.

use std::ops::Range;

use crate::rules::Rule;

/// Words that phrases have.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// Phrases that are tried in one row.
const MAX_TRIED: usize = 512;

/// Every phrase that `rule` finds among the words of `row`; those that overlap are one.
pub(crate) fn in_row(rule: &Rule, bytes: &[u8], row: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = |length: usize| 0..(row.len() + 1).saturating_sub(length);
    let tried = LENGTHS.iter().flat_map(|&length| starts(length).map(move |start| start..start + length));
    let mut found: Vec<Range<usize>> = tried
        .take(MAX_TRIED)
        .map(|words| row[words.start].start..row[words.end - 1].end)
        .filter(|phrase| super::whole(rule, bytes, phrase.clone()).is_some())
        .collect();
    found.sort_by_key(|phrase| phrase.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for phrase in found {
        match merged.last_mut() {
            Some(last) if phrase.start < last.end => last.end = last.end.max(phrase.end),
            _ => merged.push(phrase),
        }
    }
    merged
}
