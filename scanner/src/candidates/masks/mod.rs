//! One look at the bytes for every question that a single byte answers: which of 64 bytes are in a class, as the bits
//! of a word. Passes read words, not bytes: where nothing stands, 64 bytes cost one comparison with zero.
//!
//! A new question is a new [`Class`]: a variant, and its bytes in `classify`. The look itself then needs no change.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod beginnings;
mod portable;

use std::ops::Range;

use super::classes::{ALNUM, CORE, EXTENDED, is};

pub(crate) use beginnings::Beginnings;

/// Bytes that one word stands for.
pub(crate) const CHUNK: usize = 64;
/// Words of each class in a block.
pub(crate) const WORDS: usize = 32;
/// Bytes of a block: they stay in the nearest cache while every pass goes over them.
pub(crate) const BLOCK: usize = CHUNK * WORDS;

/// What passes ask of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// What tokens are made of.
    Core,
    /// That, and what may stand inside a longer token or URL.
    Extended,
    /// `0` to `9`.
    Digit,
    /// White space and dashes that separate groups of digits.
    Separator,
    /// What an escape begins with: `%`, `\`, `&`.
    Escape,
    /// What follows it where the escape could be part of a token.
    AfterEscape,
    /// `@`
    AtSign,
    /// No ASCII.
    Foreign,
    /// Letters and digits.
    Alnum,
    /// First of four characters of base64 whose first byte is ASCII.
    FirstOfFour,
    /// Second of four whose second byte is ASCII.
    SecondOfFour,
    /// Third of four whose third byte is ASCII.
    ThirdOfFour,
}

/// How many classes there are.
const CLASSES: usize = 12;

/// The classes of each byte, a bit each.
static BITS: [u16; 256] = bits();

impl Class {
    const ALL: [Self; CLASSES] = [
        Self::Core,
        Self::Extended,
        Self::Digit,
        Self::Separator,
        Self::Escape,
        Self::AfterEscape,
        Self::AtSign,
        Self::Foreign,
        Self::Alnum,
        Self::FirstOfFour,
        Self::SecondOfFour,
        Self::ThirdOfFour,
    ];

    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Core => is(byte, CORE),
            Self::Extended => is(byte, EXTENDED),
            Self::Digit => byte.is_ascii_digit(),
            Self::Separator => matches!(byte, b' ' | b'-'),
            Self::Escape => matches!(byte, b'%' | b'\\' | b'&'),
            // Hexadecimal digits, `\u`, `\U`, `\x`, `&#`, the entities that matter, and signs that tokens have.
            Self::AfterEscape => {
                byte.is_ascii_hexdigit()
                    || matches!(byte, b'u' | b'U' | b'x' | b'#' | b'q' | b's' | b'l' | b'p')
                    || (is(byte, EXTENDED) && byte.is_ascii_punctuation())
            }
            Self::AtSign => byte == b'@',
            Self::Foreign => !byte.is_ascii(),
            Self::Alnum => is(byte, ALNUM),
            // ASCII has no eighth bit: of the six bits of each character one is zero.
            Self::FirstOfFour => sextet(byte) & 0b10_0000 == 0,
            Self::SecondOfFour => sextet(byte) & 0b00_1000 == 0,
            Self::ThirdOfFour => sextet(byte) & 0b00_0010 == 0,
        }
    }
}

/// The value of a character of base64, in either alphabet; of another, all ones.
const fn sextet(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => u8::MAX,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
const fn bits() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut class = 0;
        while class < CLASSES {
            if Class::ALL[class].has(byte as u8) {
                table[byte] |= 1 << class;
            }
            class += 1;
        }
        byte += 1;
    }
    table
}

/// The words of up to [`BLOCK`] bytes of a view, and the last ones of the block before.
#[derive(Debug)]
pub(crate) struct Block {
    start: usize,
    end: usize,
    /// Of each class: the last word of the block before, then this block's.
    words: [[u64; WORDS + 1]; CLASSES],
}

impl Block {
    /// A block of nothing.
    pub(crate) fn new() -> Self {
        Self { start: 0, end: 0, words: [[0; WORDS + 1]; CLASSES] }
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

    /// The first escape at or after `from` that could be part of a token, by its first two bytes. One whose second
    /// byte is the next block's is found there.
    #[inline]
    pub(crate) fn next_escape(&self, from: usize) -> Option<usize> {
        let second = |at: usize| {
            let first = self.word(Class::Escape, at) << 1 | self.before(Class::Escape, at) >> 63;
            first & self.word(Class::AfterEscape, at)
        };
        self.find(from + 1, second).map(|at| at - 1)
    }

    /// Where `length` bytes in a row that are in `class` end for the first time after `from`: the last of them. Bytes
    /// before `from` do not count.
    #[inline]
    pub(crate) fn next_row<const LENGTH: usize>(&self, class: Class, from: usize) -> Option<usize> {
        self.find(from, |at| {
            let (word, before) = (self.word(class, at), self.before(class, at));
            last_of_rows::<LENGTH>(word & since(from, at), before & since(from, at.wrapping_sub(CHUNK)))
        })
    }

    /// The same for digits with at most two separators between them.
    #[inline]
    pub(crate) fn next_number<const LENGTH: usize>(&self, from: usize) -> Option<usize> {
        self.find(from, |at| {
            let (word, before) = (self.word(Class::Digit, at), self.before(Class::Digit, at));
            if word | before == 0 {
                return 0;
            }
            let after_digit = word << 1 | before >> 63 | word << 2 | before >> 62;
            let word = word | (after_digit & self.word(Class::Separator, at));
            let after_digit = before << 1 | before << 2;
            let before = before | (after_digit & self.before(Class::Separator, at));
            last_of_rows::<LENGTH>(word & since(from, at), before & since(from, at.wrapping_sub(CHUNK)))
        })
    }

    /// Bits at which a word may begin in the chunk at `at`: after what is no letter or digit, and after an escape.
    #[inline]
    pub(crate) fn word_starts(&self, at: usize) -> u64 {
        let others = |word: u64, before: u64| !(word << 1 | before >> 63);
        let (escape, before) = (self.word(Class::Escape, at), self.before(Class::Escape, at));
        // `\n`, `%20`, `\x20`, `\u0020`.
        let escaped = [2, 3, 4, 6]
            .into_iter()
            .fold(0, |bits, length| bits | escape << length | before >> (CHUNK - length));
        others(self.word(Class::Alnum, at), self.before(Class::Alnum, at)) | escaped
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

    #[inline]
    fn word(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][1 + (at - self.start) / CHUNK]
    }

    #[inline]
    fn before(&self, class: Class, at: usize) -> u64 {
        self.words[class as usize][(at - self.start) / CHUNK]
    }
}

/// The bits of the word of the chunk at `at` that stand for bytes at or after `from`; all for a chunk that begins later.
#[inline]
fn since(from: usize, at: usize) -> u64 {
    match from.checked_sub(at) {
        None | Some(0) => u64::MAX,
        Some(skipped @ 1..CHUNK) => u64::MAX << skipped,
        Some(_) => 0,
    }
}

/// The bits that stand for the first `length` bytes.
#[inline]
fn below(length: usize) -> u64 {
    if length < CHUNK { (1 << length) - 1 } else { u64::MAX }
}

/// Bits at which the last of `LENGTH` set bits in a row stands; `before` is the word before.
#[inline]
fn last_of_rows<const LENGTH: usize>(word: u64, before: u64) -> u64 {
    const { assert!(LENGTH <= CHUNK) };
    let mut rows = u128::from(word) << CHUNK | u128::from(before);
    let mut length = 1;
    while length < LENGTH {
        let step = if length * 2 <= LENGTH { length } else { LENGTH - length };
        rows &= rows << step;
        length += step;
    }
    (rows >> CHUNK) as u64
}

/// The first byte at or after `at` that is not in `class`.
fn end_of(bytes: &[u8], at: usize, class: Class) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    #[cfg(target_arch = "x86_64")]
    if let Some(length) = avx2::length_of(rest, class) {
        return at + length;
    }
    at + portable::length_of(rest, class)
}

/// The first bytes, zeros where there are not enough.
fn padded(bytes: &[u8]) -> [u8; CHUNK] {
    let mut chunk = [0; CHUNK];
    let length = bytes.len().min(CHUNK);
    chunk[..length].copy_from_slice(&bytes[..length]);
    chunk
}

/// Words of each class for all of `bytes`, behind the one that is already there.
fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; CLASSES]) {
    #[cfg(target_arch = "x86_64")]
    if avx2::fill(bytes, words) {
        return;
    }
    portable::fill(bytes, words);
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::in_blocks;
