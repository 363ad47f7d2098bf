//! The words of a block, and what passes ask of them.

use std::num::NonZero;
use std::ops::Range;

use super::{BLOCK, CHUNK, Class, KEPT, WORDS, below, end_of, fill, last_of_rows, since};

/// The words of up to [`BLOCK`] bytes of a view, and the last ones of the block before.
#[derive(Debug)]
pub(crate) struct Block {
    start: usize,
    end: usize,
    /// Of each class: the last word of the block before, then this block's.
    words: [[u64; WORDS + 1]; KEPT],
}

impl Block {
    /// A block of nothing.
    pub(crate) fn new() -> Self {
        Self { start: 0, end: 0, words: [[0; WORDS + 1]; KEPT] }
    }

    /// Reads the bytes from `start` on, which is where the block before ended, or 0.
    pub(crate) fn read(&mut self, bytes: &[u8], start: usize) {
        for of_class in &mut self.words {
            of_class[0] = if start == 0 { 0 } else { of_class[WORDS] };
        }
        self.start = start;
        self.end = bytes.len().min(start + BLOCK);
        fill(&bytes[start..self.end], &mut self.words);
    }

    /// Takes the bytes of `range` for none of what numbers, lists of them and base85 are told by.
    pub(crate) fn pass_over(&mut self, range: &Range<usize>) {
        let mut passed = [0; WORDS];
        self.mark(range.clone(), &mut passed);
        for class in [Class::Digit, Class::Spelled, Class::Telling, Class::Visible] {
            let words = &mut self.words[class as usize][1..];
            words.iter_mut().zip(passed).for_each(|(word, passed)| *word &= !passed);
        }
    }

    /// The bytes that it is about.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The first byte at or after `from` that is in `class`.
    #[inline]
    pub(crate) fn next(&self, class: Class, from: usize) -> Option<usize> {
        self.find(from, |at| self.word(class, at))
    }

    /// The first byte at or after `from` that is in `first` and has one in `second` behind it. Where that is the next
    /// block's, it is found there.
    #[inline]
    pub(crate) fn next_pair(&self, first: Class, second: Class, from: usize) -> Option<usize> {
        let seconds = |at: usize| {
            let after = self.word(first, at) << 1 | self.before(first, at) >> 63;
            after & self.word(second, at)
        };
        self.find(from + 1, seconds).map(|at| at - 1)
    }

    /// Where `LENGTH` bytes in a row that are in `class` end for the first time after `from`: the last of them. Bytes
    /// before `from` do not count.
    #[inline]
    pub(crate) fn next_row<const LENGTH: usize>(&self, class: Class, from: usize) -> Option<usize> {
        self.find(from + LENGTH - 1, |at| {
            last_of_rows::<LENGTH>(self.word(class, at), self.before(class, at))
        })
    }

    /// The chunks of the block from the one on that holds `from`, by their first bytes.
    #[inline]
    pub(crate) fn chunks_from(&self, from: usize) -> impl Iterator<Item = usize> + use<> {
        let skipped = from.max(self.start) - self.start;
        (self.start + skipped / CHUNK * CHUNK..self.end).step_by(CHUNK)
    }

    /// Whether `LENGTH` bytes in a row that are in `class` stand in `range`; also when `range` goes on beyond the block.
    #[inline]
    pub(crate) fn may_have_row<const LENGTH: usize>(&self, class: Class, range: &Range<usize>) -> bool {
        range.start < self.start
            || range.end > self.end
            || self.next_row::<LENGTH>(class, range.start).is_some_and(|last| last < range.end)
    }

    /// The positions of the bits of `word`, which is about the chunk at `at`.
    #[inline]
    pub(crate) fn positions(&self, at: usize, mut word: u64) -> impl Iterator<Item = usize> + use<> {
        word &= below(self.end - at);
        std::iter::from_fn(move || {
            let place = NonZero::new(word)?.trailing_zeros();
            word &= word - 1;
            Some(at + place as usize)
        })
    }

    /// The bits of 64 bytes from `from` on, which may lie up to 64 bytes before the block; zeros beyond its end.
    #[inline]
    pub(crate) fn bits(&self, class: Class, from: usize) -> u64 {
        let words = &self.words[class as usize];
        let place = (from + CHUNK).saturating_sub(self.start);
        let (index, offset) = (place / CHUNK, place % CHUNK);
        let word = |index: usize| words.get(index).copied().unwrap_or(0);
        let next = if offset > 0 { word(index + 1) << (CHUNK - offset) } else { 0 };
        (word(index) >> offset | next) & below(self.end.saturating_sub(from))
    }

    /// How many bytes of `range` are in `class`; none when that is more than a word of bytes, or reaches beyond the block.
    #[inline]
    pub(crate) fn count(&self, class: Class, range: &Range<usize>) -> Option<u32> {
        let place = (range.start + CHUNK).checked_sub(self.start)?;
        if range.len() >= CHUNK || range.end > self.end {
            return None;
        }
        let words = &self.words[class as usize];
        let (index, offset) = (place / CHUNK, place % CHUNK);
        let next = words.get(index + 1).filter(|_| offset > 0).map_or(0, |word| word << (CHUNK - offset));
        Some(((words[index] >> offset | next) & below(range.len())).count_ones())
    }

    /// Sets the bits of `words` that stand for bytes of `range`.
    pub(crate) fn mark(&self, range: Range<usize>, words: &mut [u64; WORDS]) {
        let range = range.start.max(self.start)..range.end.min(self.end);
        let mut at = range.start;
        while at < range.end {
            let chunk = (at - self.start) / CHUNK;
            let chunk_start = self.start + chunk * CHUNK;
            words[chunk] |= since(at, chunk_start) & below(range.end - chunk_start);
            at = chunk_start + CHUNK;
        }
    }

    /// The lowest place not below `floor` from which on everything up to `at` is in `class`; also before the block.
    #[inline]
    pub(crate) fn start_of(&self, bytes: &[u8], mut at: usize, floor: usize, class: Class) -> usize {
        while at > floor.max(self.start) {
            let chunk = (at - 1 - self.start) / CHUNK * CHUNK + self.start;
            let out = !self.word(class, chunk) & below(at - chunk);
            if out != 0 {
                return floor.max(chunk + CHUNK - out.leading_zeros() as usize);
            }
            at = chunk;
        }
        while at > floor && class.has(bytes[at - 1]) {
            at -= 1;
        }
        at.max(floor)
    }

    /// The first byte at or after `at` that is not in `class`; also beyond the block.
    #[inline]
    pub(crate) fn end_of(&self, bytes: &[u8], at: usize, class: Class) -> usize {
        if at >= self.start
            && let Some(end) = self.find(at, |at| !self.word(class, at))
        {
            return end;
        }
        end_of(bytes, at.max(self.end), class)
    }

    /// The first position of the block at or after `from` at which `word_at` has a bit.
    #[inline]
    pub(super) fn find(&self, from: usize, word_at: impl Fn(usize) -> u64) -> Option<usize> {
        let from = from.max(self.start);
        let mut at = self.start + (from - self.start) / CHUNK * CHUNK;
        let mut kept = since(from, at);
        while at < self.end {
            let word = word_at(at) & kept;
            if word != 0 {
                return Some(at + word.trailing_zeros() as usize).filter(|at| *at < self.end);
            }
            kept = u64::MAX;
            at += CHUNK;
        }
        None
    }

    /// The bits of the chunk at `at`, above those of the chunk before it.
    #[inline]
    pub(crate) fn two_words(&self, class: Class, at: usize) -> u128 {
        u128::from(self.word(class, at)) << CHUNK | u128::from(self.before(class, at))
    }

    #[inline]
    pub(super) fn word(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][1 + (at - self.start) / CHUNK]
    }

    #[inline]
    pub(super) fn before(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][(at - self.start) / CHUNK]
    }
}
