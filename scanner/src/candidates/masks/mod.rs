//! One look at the bytes for every question that a single byte answers: which of 64 bytes are in a class, as the bits
//! of a word. Passes read words, not bytes: where nothing stands, 64 bytes cost one comparison with zero.
//!
//! A new question is a new [`Class`]: a variant, and its bytes in `classify`. The look itself then needs no change.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod beginnings;
mod block;
mod buckets;
mod portable;
mod shapes;
mod text_in_base64;

use super::classes::{ALNUM, CORE, EXTENDED, is};

pub(crate) use beginnings::Beginnings;
pub(crate) use block::Block;
pub(crate) use text_in_base64::{ROW, next_text_in_base64};

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
    /// Spaces, dashes, dots and slashes that separate groups of digits.
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
    /// Digits and capitals: generated text has some.
    Telling,
    /// Digits, and what stands between numbers in a list of them.
    Spelled,
    /// Printable, and no space.
    Visible,
    /// What no phrase of words has between them: brackets and signs of code.
    Breaks,
    /// What stands before a value: white space, quotes, brackets, and signs that part or assign.
    Opens,
    /// Quotes of code.
    Quote,
    /// What stands between string literals that code puts together.
    Joint,
    /// `=`
    Equals,
    /// What follows it in quoted-printable.
    AfterEquals,
    /// First of four characters of base64 whose first byte is ASCII.
    FirstOfFour,
    /// Second of four whose second byte is ASCII.
    SecondOfFour,
    /// Third of four whose third byte is ASCII.
    ThirdOfFour,
    /// Digits to the base of sixteen.
    Hexadecimal,
}

/// How many classes there are.
const CLASSES: usize = 22;
/// The first of them, whose words blocks keep; the others are asked about in runs only.
const KEPT: usize = 18;

/// The classes of each byte, a bit each.
static BITS: [u32; 256] = bits();

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
        Self::Telling,
        Self::Spelled,
        Self::Visible,
        Self::Breaks,
        Self::Opens,
        Self::Quote,
        Self::Joint,
        Self::Equals,
        Self::AfterEquals,
        Self::FirstOfFour,
        Self::SecondOfFour,
        Self::ThirdOfFour,
        Self::Hexadecimal,
    ];

    /// Whether `byte` is in it.
    pub(crate) const fn has(self, byte: u8) -> bool {
        match self {
            Self::Core => is(byte, CORE),
            Self::Extended => is(byte, EXTENDED),
            Self::Digit => byte.is_ascii_digit(),
            Self::Separator => matches!(byte, b' ' | b'-' | b'.' | b'/'),
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
            Self::Telling => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Spelled => {
                byte.is_ascii_hexdigit()
                    || matches!(
                        byte,
                        b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b';' | b'-' | b'_' | b'|' | b'\\'
                    )
                    || matches!(
                        byte,
                        b'x' | b'X' | b'"' | b'\'' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'+'
                    )
            }
            Self::Visible => matches!(byte, b'!'..=b'~'),
            Self::Breaks => {
                matches!(
                    byte,
                    b'(' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'=' | b'_' | b'/' | b'@' | b'%'
                ) || matches!(byte, b'&' | b'*' | b'$' | b'!' | b'?' | b'^' | b'~')
            }
            Self::Opens => {
                byte <= b' '
                    || matches!(
                        byte,
                        b'"' | b'\'' | b'`' | b'(' | b'[' | b'{' | b'<' | b'>' | b'=' | b':' | b',' | b';'
                    )
                    || matches!(byte, b'~' | b'|' | b'/' | b'?' | b'&' | b'#')
            }
            Self::Quote => matches!(byte, b'"' | b'\'' | b'`'),
            Self::Joint => {
                matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'+' | b'.' | b'&' | b'|' | b'~' | b'<' | b'\\')
                    || matches!(byte, b'n' | b'r' | b't')
            }
            Self::Equals => byte == b'=',
            Self::AfterEquals => byte.is_ascii_hexdigit() || matches!(byte, b'\r' | b'\n' | b'\\'),
            // ASCII has no eighth bit: of the six bits of each character one is zero.
            Self::FirstOfFour => sextet(byte) & 0b10_0000 == 0,
            Self::SecondOfFour => sextet(byte) & 0b00_1000 == 0,
            Self::ThirdOfFour => sextet(byte) & 0b00_0010 == 0,
            Self::Hexadecimal => byte.is_ascii_hexdigit(),
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
const fn bits() -> [u32; 256] {
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
fn last_of_rows<const LENGTH: usize>(mut word: u64, mut before: u64) -> u64 {
    const { assert!(LENGTH <= CHUNK / 2) };
    let mut length = 1;
    while length < LENGTH {
        let step = if length * 2 <= LENGTH { length } else { LENGTH - length };
        // What is not known of the word before is too low to be shifted into this one.
        word &= word << step | before >> (CHUNK - step);
        before &= before << step;
        length += step;
    }
    word
}

/// The first byte at or after `at` that is not in `class`.
pub(crate) fn end_of(bytes: &[u8], at: usize, class: Class) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    #[cfg(target_arch = "x86_64")]
    if let Some(length) = avx2::length_of(rest, class) {
        return at + length;
    }
    at + portable::length_of(rest, class)
}

/// Which of the first [`CHUNK`] bytes are in `class`.
pub(super) fn word_of(bytes: &[u8], class: Class) -> u64 {
    let [word] = words_of(&padded(bytes), [class]);
    word & below(bytes.len())
}

/// The first bytes, zeros where there are not enough.
fn padded(bytes: &[u8]) -> [u8; CHUNK] {
    let mut chunk = [0; CHUNK];
    let length = bytes.len().min(CHUNK);
    chunk[..length].copy_from_slice(&bytes[..length]);
    chunk
}

/// The words of some classes for one chunk.
fn words_of<const N: usize>(chunk: &[u8; CHUNK], classes: [Class; N]) -> [u64; N] {
    #[cfg(target_arch = "x86_64")]
    if let Some(words) = avx2::words_of(chunk, classes) {
        return words;
    }
    let words = portable::words_of(chunk);
    classes.map(|class| words[class as usize])
}

/// Words of each class for all of `bytes`, behind the one that is already there.
fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) {
    #[cfg(target_arch = "x86_64")]
    if avx512::fill(bytes, words) || avx2::fill(bytes, words) {
        return;
    }
    portable::fill(bytes, words);
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::in_blocks;
