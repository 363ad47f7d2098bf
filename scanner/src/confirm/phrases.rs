//! Which words of a row are a phrase: the row may begin before it and end after it.

use std::ops::Range;

use crate::rules::Rule;

/// Words that phrases have.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// Phrases that are tried in one row.
const MAX_TRIED: usize = 512;

/// More words than the longest phrase has are a list, in which any twelve may pass for one.
const MAX_LISTED: usize = 24;

/// Every phrase that `rule` finds among the words of `row`; those that overlap are one.
pub(crate) fn in_row(rule: &Rule, bytes: &[u8], row: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = |length: usize| 0..(row.len() + 1).saturating_sub(length);
    let tried = LENGTHS.iter().flat_map(|&length| starts(length).map(move |start| start..start + length));
    // Chinese lists hold the most usual signs, of which every list of signs is made.
    let may_be_phrases =
        row.len() <= MAX_LISTED && row.first().is_some_and(|word| bytes[word.start].is_ascii());
    let is_prose = is_of_signs(bytes, row) && goes_on_in_signs(bytes, row);
    let mut found: Vec<Range<usize>> = tried
        .take(if is_prose { 0 } else { MAX_TRIED })
        .filter(|words| words.len() == row.len() || !is_of_signs(bytes, row))
        .filter(|words| may_be_phrases || !is_inside_list(bytes, row, words))
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

/// Whether every word of the row is one Chinese sign. The most usual ones are in the list, so that a text with blanks
/// between its signs is full of such rows: a phrase is a whole row.
fn is_of_signs(bytes: &[u8], row: &[Range<usize>]) -> bool {
    row.iter().all(|word| word.len() == 3 && bytes[word.start] >= 0xe0)
}

/// Whether another sign stands alone before or behind the row, as in a text.
fn goes_on_in_signs(bytes: &[u8], row: &[Range<usize>]) -> bool {
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return false };
    let is_sign = |sign: &[u8]| matches!(sign, [0xe0..=0xff, _, _]);
    let before = bytes[..first.start].strip_suffix(b" ").is_some_and(|before| {
        let word = before.rsplit(u8::is_ascii).next().unwrap_or_default();
        is_sign(word)
    });
    let after = bytes[last.end..].strip_prefix(b" ").is_some_and(|after| {
        let word = after.split(u8::is_ascii).next().unwrap_or_default();
        is_sign(word)
    });
    before || after
}

/// Whether commas, quotes or line ends go on between the words before or behind these as they do between these.
fn is_inside_list(bytes: &[u8], row: &[Range<usize>], words: &Range<usize>) -> bool {
    let gap = |word: usize| Some(&bytes[row.get(word.checked_sub(1)?)?.end..row.get(word)?.start]);
    let inside = gap(words.start + 1);
    let is_list = inside.is_some_and(|gap| gap.iter().any(|byte| *byte != b' '));
    is_list && (gap(words.start) == inside || gap(words.end) == inside)
}

#[cfg(test)]
mod tests {
    use super::{goes_on_in_signs, is_inside_list};
    use std::ops::Range;

    #[test]
    fn a_text_goes_on_and_a_phrase_of_signs_does_not() {
        for (text, want) in [
            ("x: 的 一 是\n", false),
            ("助记词： 的 一 是", false),
            ("的 一 是", false),
            ("會 的 一 是", true),
            ("的 一 是 。", true),
        ] {
            let row = ["的", "一", "是"].map(|word| {
                let at = text.find(word).expect("it is there");
                at..at + word.len()
            });
            assert_eq!(goes_on_in_signs(text.as_bytes(), &row), want, "{text}");
        }
    }

    #[test]
    fn a_list_goes_on_and_a_phrase_does_not() {
        let words = |text: &str, first: usize, last: usize| {
            let row: Vec<Range<usize>> =
                text.match_indices(char::is_alphabetic).map(|(at, word)| at..at + word.len()).collect();
            is_inside_list(text.as_bytes(), &row, &(first..last))
        };
        assert!(words("a, b, c, d, e", 1, 4));
        assert!(words("a, b, c, d, e", 0, 4));
        assert!(!words("x: a, b, c; d", 1, 4));
        assert!(!words("a b c d e", 1, 4));
    }
}
