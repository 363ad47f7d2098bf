//! Words of seed phrases, in a row: at least twelve that stand in a list of BIP-39, however they are separated.
//!
//! Of the text between signs of code and words too short for any list, only stretches as long as a phrase are worth a
//! look. There one word of every 40 or 56 bytes is looked up, and only around one that is listed are others.

mod words;

use std::ops::Range;

use super::masks::{Block, CHUNK, Class};
use crate::checks::bip39::is_listed;

pub(crate) use words::words_of;
use words::{MAX_GAP, listed_after, listed_before, without_escape, word_near};

/// Bytes between two look-ups.
const STRIDE: usize = 40;
/// The same in ASCII.
const PLAIN_STRIDE: usize = 56;
/// Bytes of the shortest phrase: twelve signs of three bytes each, one byte between them.
const SHORTEST: usize = 47;
/// The same in ASCII: one in ten thousand phrases of twelve words is shorter.
const SHORTEST_PLAIN: usize = 60;
/// Letters of a word before a probe, in ASCII.
const MAX_BEFORE: usize = 12;
/// The bits of a chunk that are in every stretch of it as long as the shortest phrase.
const MIDDLE: u64 = (1 << SHORTEST) - (1 << (CHUNK - SHORTEST));
/// Fewest words of a phrase.
const MIN_WORDS: usize = 12;
/// Words of one row that are looked at; more are a list of words.
const MAX_WORDS: usize = 512;
/// Finds rows of listed words, block by block.
#[derive(Debug, Default)]
pub(crate) struct SeedWords {
    /// Words before this place were looked up.
    at: usize,
    /// Chunks before this place were read.
    read_until: usize,
    stretch: Stretch,
    /// The next ones, where one ended in the chunk that was read last: one inside of it, and one that goes on.
    next_stretches: [Option<Stretch>; 2],
}

/// Text in which a phrase could stand, as far as it was read.
#[derive(Debug, Default)]
struct Stretch {
    range: Range<usize>,
    is_plain: bool,
}

impl SeedWords {
    /// The words of the next row that `block` shows.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Vec<Range<usize>>> {
        loop {
            while let Some(probe) = self.stretch.next_probe(self.at) {
                if let Some(row) = self.row_around(block, bytes, probe) {
                    return Some(row);
                }
            }
            if let Some(stretch) = self.next_stretches.iter_mut().find_map(Option::take) {
                self.stretch = stretch;
            } else if self.read_until < block.range().end {
                self.read(block);
            } else {
                return None;
            }
        }
    }

    /// Reads a chunk: the stretch goes on to its end, or to the first byte that is never in a row.
    #[inline]
    fn read(&mut self, block: &Block) {
        let chunk = self.read_until..block.range().end.min(self.read_until + CHUNK);
        self.read_until = chunk.end;
        let is_plain = block.two_words(Class::Foreign, chunk.start) == 0;
        self.stretch.is_plain = is_plain && (self.stretch.is_plain || self.stretch.range.is_empty());
        let never = block.never_in_row(chunk.start, is_plain);
        self.stretch.range.end = chunk.end.min(chunk.start + never.trailing_zeros() as usize);
        if never != 0 {
            let last = chunk.start + CHUNK - never.leading_zeros() as usize;
            let last = Stretch { range: last..chunk.end.max(last), is_plain };
            let inside = first_gap(never).map(|gap| chunk.start + gap.start..chunk.start + gap.end);
            let inside =
                inside.filter(|gap| gap.start > self.stretch.range.end && gap.end < last.range.start);
            if inside.is_none() && self.stretch.next_probe(self.at).is_none() {
                self.stretch = last;
            } else {
                self.next_stretches = [inside.map(|range| Stretch { range, is_plain }), Some(last)];
            }
        }
    }

    /// The words of the row around `probe`.
    fn row_around(&mut self, block: &Block, bytes: &[u8], probe: usize) -> Option<Vec<Range<usize>>> {
        let floor = std::mem::replace(&mut self.at, probe);
        let word = plain_word_at(block, bytes, probe).or_else(|| word_near(bytes, probe))?;
        if !is_listed(&bytes[word.clone()]) {
            return None;
        }
        let before = listed_before(bytes, word.start, floor).count();
        let room = MAX_WORDS.saturating_sub(before + 1);
        let (mut count, mut end) = (before + 1, word.end);
        for after in listed_after(bytes, word.end).take(room) {
            (count, end) = (count + 1, after.end);
        }
        self.at = end.max(probe);
        if count < MIN_WORDS {
            return None;
        }
        let mut row: Vec<Range<usize>> = listed_before(bytes, word.start, floor).collect();
        row.reverse();
        row.extend(std::iter::once(word.clone()).chain(listed_after(bytes, word.end).take(room)));
        Some(row)
    }
}

impl Stretch {
    /// The next place behind `at` at which a word is looked up.
    #[inline]
    fn next_probe(&self, at: usize) -> Option<usize> {
        let (shortest, stride) =
            if self.is_plain { (SHORTEST_PLAIN, PLAIN_STRIDE) } else { (SHORTEST, STRIDE) };
        let probe = at.max(self.range.start) + stride;
        (self.range.len() >= shortest && probe < self.range.end).then_some(probe)
    }
}

/// Where as many bits in a row as the shortest phrase has bytes are not set for the first time.
#[inline]
fn first_gap(never: u64) -> Option<Range<usize>> {
    const { assert!(SHORTEST == 47) };
    // These stand in every such gap.
    if never & MIDDLE != 0 {
        return None;
    }
    let free = !never;
    let rows = [1, 2, 4, 8, 16, 15].into_iter().fold(free, |rows, step| rows & rows >> step);
    let start = rows.trailing_zeros() as usize;
    let length = free.checked_shr(rows.trailing_zeros()).unwrap_or(0).trailing_ones() as usize;
    (rows != 0).then_some(start..start + length)
}

impl Block {
    /// Signs of code, and in ASCII first letters of words of one or two letters, in the chunk at `at`. A letter behind a
    /// backslash is none.
    #[inline]
    fn never_in_row(&self, at: usize, is_plain: bool) -> u64 {
        let breaks = (self.two_words(Class::Breaks, at) >> CHUNK) as u64;
        if !is_plain {
            return breaks;
        }
        let [escape, alnum, digit] =
            [Class::Escape, Class::Alnum, Class::Digit].map(|class| self.two_words(class, at));
        let letters = (alnum >> CHUNK) as u64 & !(((digit | escape << 1) >> CHUNK) as u64);
        // The last byte of the chunk before, in the lowest bit.
        let before = (alnum & !digit & !(escape << 1)) >> (CHUNK - 1) & 1;
        let short = letters & !(letters << 1 | u64::from(before != 0)) & !(letters >> 1 & letters >> 2);
        // Where the last words of the chunk end is not known.
        breaks | short & u64::MAX >> 2
    }
}

/// The word around `at`, or the next one, when all there is of ASCII and stands in the block.
#[inline]
fn plain_word_at(block: &Block, bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.checked_sub(MAX_BEFORE)?;
    let letters = block.bits(Class::Alnum, from) & !block.bits(Class::Digit, from);
    let before = (!letters << (u64::BITS as usize - MAX_BEFORE)).leading_zeros() as usize;
    let gap = (letters >> MAX_BEFORE).trailing_zeros() as usize;
    let (start, from) = if gap == 0 { (at - before.min(MAX_BEFORE), at) } else { (at + gap, at + gap) };
    let end = from + (!letters.checked_shr(u32::try_from(MAX_BEFORE + gap).ok()?)?).trailing_zeros() as usize;
    let parted = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(u8::is_ascii);
    // On the letter of an escape alone there is no word.
    let start = without_escape(bytes, start);
    let is_whole = start < end && before < MAX_BEFORE && gap < MAX_GAP && end < block.range().end;
    (is_whole && parted(start.checked_sub(1)) && parted(Some(end)) && bytes[at..from].is_ascii())
        .then_some(start..end)
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
            numbered.join("\\n"),
            WORDS.join("-"),
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
