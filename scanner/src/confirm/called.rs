//! Where a word stands that may call a number something. Most numbers have none near them, and need no closer look at
//! their label.

use std::ops::Range;

use super::context::REACH as OF_LABEL;
use super::table::MAX_LINE;
use crate::candidates::{Beginnings, Block, CHUNK, LiteralTable, WORDS};
use crate::rules::Keyword;

/// Bytes that are looked at ahead of a number that another one stands before, so that a row of numbers asks once.
const AHEAD: usize = CHUNK;
/// Shortest beginning that is looked up.
const MIN_LITERAL: usize = 3;
/// What may stand behind a word of two letters, or part two words.
const AFTER_WORD: &[u8] = b" \t\n\r_-.,:;=\"'`|/\\()[]{}<>#*&?!";

/// The words of all rules.
#[derive(Debug)]
pub(super) struct CallingWords {
    beginnings: Beginnings,
    /// First words, each with its length.
    first_words: LiteralTable<usize>,
}

/// Which bytes of a view were looked through.
#[derive(Debug, Default)]
pub(super) struct Seen {
    from: usize,
    until: usize,
    /// Where the last word began.
    last: Option<usize>,
    /// Whether cells were met.
    is_table: bool,
    /// Whether the first line, not read yet, may be the head of a table.
    pub(super) may_begin_table: bool,
    /// Where words may begin in the block that starts here.
    of_block: Option<usize>,
    beginnings: [u64; WORDS],
}

impl CallingWords {
    /// Collects what labels are compared with; words are parted by spaces.
    pub(super) fn new<'w>(phrases: impl Iterator<Item = &'w str>) -> Self {
        let literals: Vec<(Keyword, usize)> = phrases.flat_map(beginnings_of).collect();
        let beginnings =
            Beginnings::new(literals.iter().map(|(literal, _)| (&*literal.bytes, literal.ignore_case)));
        Self { beginnings, first_words: LiteralTable::new(literals) }
    }

    /// Where the last word begins that stands before `at` on the way to its number; or, where this is a cell, on its
    /// line, on that before it, or on the first of all. Some bytes behind it count, too, where numbers stand close.
    #[inline]
    pub(super) fn last_before(
        &self,
        block: &Block,
        bytes: &[u8],
        at: usize,
        is_cell: bool,
        seen: &mut Seen,
    ) -> Option<usize> {
        self.read(block, bytes, seen);
        if is_cell && !seen.is_table {
            seen.is_table = true;
            seen.may_begin_table = self.last_in(block, bytes, 0..MAX_LINE.min(bytes.len()), seen).is_some();
        }
        let reach = if is_cell { 2 * MAX_LINE } else { 2 * OF_LABEL };
        let from = at.saturating_sub(reach);
        let is_alone = from > seen.until;
        if is_alone {
            (seen.from, seen.until, seen.last) = (from, from, None);
        }
        if seen.from > from {
            let earlier = self.last_in(block, bytes, from..seen.from, seen);
            (seen.from, seen.last) = (from, seen.last.or(earlier));
        }
        if seen.until <= at {
            let ahead = if is_alone { at } else { at + AHEAD };
            let until = bytes.len().min(ahead).min(block.range().end).max(at);
            let later = self.last_in(block, bytes, seen.until..until, seen);
            (seen.until, seen.last) = (until, later.or(seen.last));
        }
        seen.last.filter(|last| *last >= from).or(seen.may_begin_table.then_some(0))
    }

    /// Reads where words may begin in a block, once.
    #[inline]
    fn read(&self, block: &Block, bytes: &[u8], seen: &mut Seen) {
        let start = block.range().start;
        if seen.of_block != Some(start) {
            seen.of_block = Some(start);
            self.beginnings.fill(bytes, start, &mut seen.beginnings);
            for (word, at) in seen.beginnings.iter_mut().zip(block.range().step_by(CHUNK)) {
                *word &= block.cased_word_starts(at);
            }
        }
    }

    /// Where the last word begins that begins between these places.
    fn last_in(&self, block: &Block, bytes: &[u8], range: Range<usize>, seen: &Seen) -> Option<usize> {
        let start = block.range().start;
        let in_block = range.start.max(start)..range.end.min(block.range().end);
        let first = in_block.start - (in_block.start - start) % CHUNK;
        let chunks = (first..in_block.end).step_by(CHUNK).rev();
        chunks
            .flat_map(|at| positions_from_last(at, seen.beginnings[(at - start) / CHUNK]))
            .take_while(|at| *at >= in_block.start)
            .find(|at| *at < in_block.end && self.is_word(bytes, *at))
            .or_else(|| {
                let before = (range.start..range.end.min(start)).step_by(CHUNK).rev();
                before
                    .flat_map(|at| positions_from_last(at, self.beginnings.word(bytes, at)))
                    .find(|at| *at < start && self.is_word(bytes, *at))
            })
    }

    /// Whether a first word stands at `at`, alone or with a capital after it.
    fn is_word(&self, bytes: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let goes_on = before.is_ascii_lowercase() && bytes[at].is_ascii_lowercase()
            || before.is_ascii_uppercase() && bytes[at].is_ascii_uppercase();
        let is_escape = goes_on && at > 1 && bytes[at - 2] == b'\\';
        (!goes_on || is_escape)
            && self.first_words.at(bytes, at).any(|length| {
                let end = at + length;
                let last = bytes[end - 1];
                let end =
                    end + usize::from(bytes.get(end).is_some_and(|byte| byte.eq_ignore_ascii_case(&b's')));
                bytes.get(end).is_none_or(|next| !next.is_ascii_lowercase() || last.is_ascii_uppercase())
            })
    }
}

/// The positions of the bits of `word`, which is about the chunk at `at`, the last one first.
fn positions_from_last(at: usize, mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let last = 63_usize.checked_sub(word.leading_zeros() as usize)?;
        word ^= 1 << last;
        Some(at + last)
    })
}

/// What a phrase may begin with; a first word that is too short to be looked up, with what may follow it.
fn beginnings_of(phrase: &str) -> Vec<(Keyword, usize)> {
    let (first, rest) = phrase.split_once(' ').unwrap_or((phrase, ""));
    let keyword = |bytes: Vec<u8>, length: usize| (Keyword { bytes, ignore_case: true }, length);
    let length = first.len();
    if length >= MIN_LITERAL {
        return vec![keyword(first.into(), length)];
    }
    let rest: Vec<u8> = rest.bytes().take(2).collect();
    let joined = (!rest.is_empty()).then(|| [first.as_bytes(), &rest].concat());
    let parted = AFTER_WORD.iter().map(|after| [first.as_bytes(), &[*after], &rest].concat());
    parted.chain(joined).map(|bytes| keyword(bytes, length)).collect()
}
