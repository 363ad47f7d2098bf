//! The words of a block, and what passes ask of them.

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

    /// Where in the chunk at `at` so many visible bytes in a row end, before which stands what opens a value, an escape
    /// of two characters, or nothing.
    #[inline]
    pub(crate) fn opened_rows<const LENGTH: usize>(&self, at: usize) -> u64 {
        let rows = last_of_rows::<LENGTH>(self.word(Class::Visible, at), self.before(Class::Visible, at));
        if rows == 0 {
            return 0;
        }
        let opens = self.word(Class::Opens, at) | self.word(Class::Escape, at) << 1;
        let before = self.before(Class::Opens, at) | self.before(Class::Escape, at) << 1;
        rows & (opens << LENGTH | before >> (CHUNK - LENGTH) | u64::from(at == 0) << (LENGTH - 1))
    }

    /// Whether `LENGTH` bytes in a row that are in `class` stand in `range`; also when `range` goes on beyond the block.
    #[inline]
    pub(crate) fn may_have_row<const LENGTH: usize>(&self, class: Class, range: &Range<usize>) -> bool {
        range.start < self.start
            || range.end > self.end
            || self.next_row::<LENGTH>(class, range.start).is_some_and(|last| last < range.end)
    }

    /// Bits for the bytes of the chunk at `at` that are in `class`, or have one that is at most `LENGTH` bytes before them.
    #[inline]
    pub(crate) fn behind<const LENGTH: usize>(&self, class: Class, at: usize) -> u64 {
        let (mut word, mut before) = (self.word(class, at), self.before(class, at));
        let mut length = 1;
        while length < LENGTH {
            let step = length.min(LENGTH - length);
            word |= word << step | before >> (CHUNK - step);
            before |= before << step;
            length += step;
        }
        word
    }

    /// Where so many digits in a row end, with at most two separators between them.
    #[inline]
    pub(crate) fn next_number<const LENGTH: usize>(&self, from: usize) -> Option<usize> {
        self.find(from + LENGTH - 1, |at| {
            let (word, before) = (self.word(Class::Digit, at), self.before(Class::Digit, at));
            if word | before == 0 {
                return 0;
            }
            let after_digit = word << 1 | before >> 63 | word << 2 | before >> 62;
            let word = word | (after_digit & self.word(Class::Separator, at));
            let after_digit = before << 1 | before << 2;
            let before = before | (after_digit & self.before(Class::Separator, at));
            last_of_rows::<LENGTH>(word, before)
        })
    }

    /// Letters and digits of the chunk at `at` with which a word may begin: after what is none, and after an escape.
    #[inline]
    pub(crate) fn word_starts(&self, at: usize) -> u64 {
        let others = |word: u64, before: u64| !(word << 1 | before >> 63);
        let (escape, before) = (self.word(Class::Escape, at), self.before(Class::Escape, at));
        // `\n`, `%20`, `\x20`, `\u0020`.
        let escaped = [2, 3, 4, 6]
            .into_iter()
            .fold(0, |bits, length| bits | escape << length | before >> (CHUNK - length));
        let alnum = self.word(Class::Alnum, at);
        alnum & (others(alnum, self.before(Class::Alnum, at)) | escaped)
    }

    /// The same, and every capital and byte that is no ASCII: words in a name may begin with them.
    #[inline]
    pub(crate) fn cased_word_starts(&self, at: usize) -> u64 {
        let capitals = self.word(Class::Telling, at) & !self.word(Class::Digit, at);
        self.word_starts(at) | capitals | self.word(Class::Foreign, at)
    }

    /// Bits after the last letter or digit of a word, in the chunk at `at`.
    #[inline]
    pub(crate) fn word_ends(&self, at: usize) -> u64 {
        let word = self.word(Class::Alnum, at);
        !word & (word << 1 | self.before(Class::Alnum, at) >> 63)
    }

    /// Where in the chunk at `at` an equals sign stands behind a plus, a full stop or a backslash. `sign` tells of one
    /// that ends a chunk.
    #[inline]
    pub(crate) fn appends(&self, at: usize, sign: &mut bool) -> u64 {
        let signs = self.word(Class::Joint, at) & !self.word(Class::Opens, at) & !self.word(Class::Alnum, at);
        let behind = signs << 1 | u64::from(*sign);
        *sign = signs >> (CHUNK - 1) != 0;
        behind & self.word(Class::Equals, at)
    }

    /// Where in the chunk at `at` a number begins behind what may open a call, or a plus. `sign` tells of one that ends
    /// a chunk.
    #[inline]
    pub(crate) fn called_numbers(&self, at: usize, sign: &mut bool) -> u64 {
        let opens = self.word(Class::Opens, at);
        let pluses = self.word(Class::Joint, at) & self.word(Class::Spelled, at) & !opens;
        let signs = opens & self.word(Class::Breaks, at) | pluses;
        let behind = signs << 1 | u64::from(*sign);
        *sign = signs >> (CHUNK - 1) != 0;
        behind & self.word(Class::Digit, at)
    }

    /// The positions of the bits of `word`, which is about the chunk at `at`.
    #[inline]
    pub(crate) fn positions(&self, at: usize, mut word: u64) -> impl Iterator<Item = usize> + use<> {
        word &= below(self.end - at);
        std::iter::from_fn(move || {
            let position = at + word.trailing_zeros() as usize;
            let some = word != 0;
            word &= word.wrapping_sub(1);
            some.then_some(position)
        })
    }

    /// The bytes of the chunk at `at` that are in `closes` and end a row of `class` which begins behind one that is in
    /// `closes`, too. `goes_on` tells of a row that goes over the end of a chunk.
    #[inline]
    pub(crate) fn rows_between(&self, class: Class, closes: Class, at: usize, goes_on: &mut bool) -> u64 {
        let (inside, closing) = (self.word(class, at), self.word(closes, at));
        let begins = (closing << 1 | self.before(closes, at) >> (CHUNK - 1)) & inside;
        // Added to a row, its first bit runs over to behind its last.
        let (sum, over) = inside.overflowing_add(begins);
        let (sum, more) = sum.overflowing_add(u64::from(*goes_on));
        *goes_on = over || more;
        sum & !inside & closing
    }

    /// Whether a digit or two capitals in a row stand in `range`; also when `range` goes on beyond the block.
    #[inline]
    pub(crate) fn may_tell(&self, range: &Range<usize>) -> bool {
        let capitals = |telling: u64, digits: u64| telling & !digits;
        let telling = |at: usize| {
            let digits = self.word(Class::Digit, at);
            let these = capitals(self.word(Class::Telling, at), digits);
            let before = capitals(self.before(Class::Telling, at), self.before(Class::Digit, at));
            digits | these & (these << 1 | before >> (CHUNK - 1))
        };
        range.start < self.start
            || range.end > self.end
            || self.find(range.start, telling).is_some_and(|at| at < range.end)
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
    fn find(&self, from: usize, word_at: impl Fn(usize) -> u64) -> Option<usize> {
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
    fn word(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][1 + (at - self.start) / CHUNK]
    }

    #[inline]
    fn before(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][(at - self.start) / CHUNK]
    }
}
