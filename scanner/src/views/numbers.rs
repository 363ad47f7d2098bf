//! Bytes written as numbers: `41 4b 49`, `0x41, 0x4b`, `41:4b`, `[65, 75, 73]`, `101 113`, `01000001 01001011`, and
//! what `xxd` and `hexdump -C` print.

use std::ops::Range;

use super::groups::is_text;
use super::{Codec, Decoded, Replacement};
use crate::candidates::{Block, Class};

/// Fewest bytes in a row that are text.
const MIN_BYTES: usize = 14;
/// Digits and separators of the shortest list.
const ROW: usize = 2 * MIN_BYTES;
/// Decimal digits among them at least: every byte of text has one in any base.
const MIN_DIGITS: u32 = 4;
/// Most characters between two numbers.
const MAX_BETWEEN: usize = 8;
/// Most digits of one number: hexadecimal bytes are dumped in groups.
const MAX_DIGITS: usize = 16;

/// How each byte is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Hex,
    Decimal,
    Octal,
    Binary,
}

const BASES: [Base; 4] = [Base::Hex, Base::Decimal, Base::Octal, Base::Binary];

/// Where each byte stands, and how to write others in their place.
#[derive(Debug)]
pub(crate) struct Numbers {
    pub(super) base: Base,
    places: Vec<Range<usize>>,
    /// What stands before each number, as `0x`.
    prefix: Vec<u8>,
    separator: Vec<u8>,
    upper: bool,
}

/// Finds such numbers, block by block.
#[derive(Debug, Default)]
pub(crate) struct NumberLists {
    at: usize,
    found: Vec<Decoded>,
}

impl NumberLists {
    /// The next text in a row of digits and separators that `block` finds, as bytes.
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        loop {
            if let Some(decoded) = self.found.pop() {
                return Some(decoded);
            }
            let last = block.next_row::<ROW>(Class::Spelled, self.at)?;
            let row = last + 1 - ROW..last + 1;
            self.at = row.end;
            if block.count(Class::Digit, &row).is_some_and(|digits| digits < MIN_DIGITS) {
                continue;
            }
            let mut probe = Reader::new(bytes, row.start, false);
            self.at = probe.read(&mut self.found).max(row.end);
            if probe.is_text {
                Reader::new(bytes, row.start, true).read(&mut self.found);
                self.found.reverse();
            }
        }
    }
}

/// Whether `byte` is a digit, or stands between numbers.
fn is_spelled(byte: u8) -> bool {
    Class::Spelled.has(byte)
}

/// A number in the text.
struct Token {
    /// With its prefix.
    whole: Range<usize>,
    digits: Range<usize>,
}

/// Bytes in a row that read as text, in one base.
#[derive(Default)]
struct Reading {
    /// How many. Only those that are kept are written down.
    length: usize,
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
    prefix: Vec<u8>,
}

/// Reads numbers one after another, in every base at once.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    readings: [Reading; 4],
    /// Whether what is read is kept.
    keeps: bool,
    /// Whether enough was read, kept or not.
    is_text: bool,
    /// Where the line began whose first number is an offset, and the bytes read on it.
    dumped: Option<usize>,
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8], at: usize, keeps: bool) -> Self {
        Self { bytes, at, readings: Default::default(), keeps, is_text: false, dumped: None }
    }

    /// Returns up to where numbers were read.
    fn read(&mut self, found: &mut Vec<Decoded>) -> usize {
        while let Some(token) = self.next_token() {
            if self.is_offset(&token) {
                self.dumped = Some(0);
                continue;
            }
            let mut fits = false;
            if !self.keeps
                && self.is_no_text(&token)
                && self.readings.iter().all(|reading| reading.length == 0)
            {
                self.pass_text_column(&token, fits);
                continue;
            }
            for base in BASES {
                if base.add(self.bytes, &token, &mut self.readings[base as usize], self.keeps) {
                    fits = true;
                } else {
                    self.finish(base, found);
                }
            }
            self.pass_text_column(&token, fits);
        }
        for base in BASES {
            self.finish(base, found);
        }
        self.at
    }

    /// Whether the digits are no text in any base, as one look says of most numbers.
    #[inline]
    fn is_no_text(&self, token: &Token) -> bool {
        match self.bytes[token.digits.clone()] {
            [digit] => digit != b'9',
            [first, second] => first.is_ascii_alphabetic() || (first >= b'8' && second.is_ascii_alphabetic()),
            _ => false,
        }
    }

    /// Ends what was read in this base.
    fn finish(&mut self, base: Base, found: &mut Vec<Decoded>) {
        let reading = &mut self.readings[base as usize];
        if reading.length == 0 {
            return;
        }
        let reading = std::mem::take(reading);
        if reading.length >= MIN_BYTES {
            self.is_text = true;
            if self.keeps {
                found.push(decoded(self.bytes, base, reading));
            }
        }
    }

    /// The next number, with at most a few characters before it that are no digits.
    fn next_token(&mut self) -> Option<Token> {
        let mut start = self.at;
        while !self.bytes.get(start)?.is_ascii_hexdigit() {
            // `\x41` is an escape, and undone as one.
            if matches!(self.bytes[start..], [b'\\', b'x' | b'X' | b'u' | b'U', ..]) {
                return None;
            }
            let escape =
                self.bytes[start] == b'\\' && matches!(self.bytes.get(start + 1), Some(b'n' | b'r' | b't'));
            if !is_spelled(self.bytes[start]) && !escape || start - self.at >= MAX_BETWEEN {
                return None;
            }
            start += if escape { 2 } else { 1 };
        }
        let rest = &self.bytes[start..];
        let prefix = match rest {
            [b'0', b'x' | b'X' | b'o' | b'b', digit, ..] if digit.is_ascii_hexdigit() => 2,
            _ => 0,
        };
        let length =
            rest[prefix..].iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = start + prefix..start + prefix + length;
        if length > MAX_DIGITS {
            return None;
        }
        self.at = digits.end;
        Some(Token { whole: start..digits.end, digits })
    }

    /// Whether the number counts the bytes before a line of a dump.
    fn is_offset(&self, token: &Token) -> bool {
        let before = &self.bytes[..token.whole.start];
        let line_begins = matches!(before, [] | [.., b'\n' | b'"' | b'\''] | [.., b'\\', b'n']);
        let digits = &self.bytes[token.digits.clone()];
        let ends = match &self.bytes[token.whole.end..] {
            [b':', ..] => true,
            // Eight digits before one space are a byte in binary.
            [b' ', b' ', ..] => line_begins,
            [b' ', ..] => line_begins && digits.len() < 8,
            _ => false,
        };
        ends && (6..=8).contains(&digits.len()) && digits.ends_with(b"0")
    }

    /// After the bytes of a dumped line stands the same as text.
    fn pass_text_column(&mut self, token: &Token, fits: bool) {
        let Some(read) = &mut self.dumped else { return };
        *read += token.digits.len() / 2;
        let rest = &self.bytes[self.at..];
        let column_begins = rest.starts_with(b"  |") || *read >= 16 || !fits;
        if column_begins {
            let line = &rest[..rest.len().min(64)];
            let end =
                memchr::memchr(b'\n', line).or_else(|| memchr::memmem::find(line, b"\\n").map(|at| at + 1));
            self.at += end.map_or(0, |end| end + 1);
            self.dumped = None;
        }
    }
}

impl Base {
    /// Adds what the number says in this base; `false` when that is no text.
    fn add(self, bytes: &[u8], token: &Token, reading: &mut Reading, keeps: bool) -> bool {
        let digits = &bytes[token.digits.clone()];
        let prefix = &bytes[token.whole.start..token.digits.start];
        let start = reading.length;
        let mut is_text = true;
        let mut push = |byte: Option<u8>, place: Range<usize>| is_text &= reading.push(byte, place, keeps);
        match self {
            Self::Hex if digits.len().is_multiple_of(2) && !matches!(prefix, [_, b'o' | b'b']) => {
                let mut place = token.whole.start;
                for (index, pair) in digits.chunks_exact(2).enumerate() {
                    let end = token.digits.start + 2 * index + 2;
                    push(number(pair, 16), place..end);
                    place = end;
                }
            }
            Self::Decimal if prefix.is_empty() && digits.len() <= 3 => {
                push(number(digits, 10), token.whole.clone());
            }
            Self::Octal if !matches!(prefix, [_, b'x' | b'X' | b'b']) && (2..=4).contains(&digits.len()) => {
                push(number(digits, 8), token.whole.clone());
            }
            Self::Binary if !matches!(prefix, [_, b'x' | b'X' | b'o']) && (7..=8).contains(&digits.len()) => {
                push(number(digits, 2), token.whole.clone());
            }
            _ => return false,
        }
        if is_text && start == 0 && keeps {
            reading.prefix = prefix.to_vec();
        }
        if !is_text {
            reading.length = start;
            reading.bytes.truncate(start);
            reading.places.truncate(start);
        }
        is_text
    }
}

impl Reading {
    /// Whether it is text. Zero stands for what is no byte; it is no text.
    fn push(&mut self, byte: Option<u8>, place: Range<usize>, keeps: bool) -> bool {
        self.length += 1;
        if keeps {
            self.bytes.push(byte.unwrap_or(0));
            self.places.push(place);
        }
        byte.is_some_and(is_text)
    }
}

fn number(digits: &[u8], base: u32) -> Option<u8> {
    let number =
        digits.iter().try_fold(0, |number, &digit| Some(number * base + char::from(digit).to_digit(base)?));
    u8::try_from(number?).ok()
}

fn decoded(bytes: &[u8], base: Base, reading: Reading) -> Decoded {
    let Reading { bytes: text, places, prefix, .. } = reading;
    let apart = places.windows(2).find(|pair| pair[0].end < pair[1].start);
    let separator = apart.map_or(&b" "[..], |pair| &bytes[pair[0].end..pair[1].start]).to_vec();
    let source = places[0].start..places[places.len() - 1].end;
    let upper = bytes[source.clone()].iter().any(u8::is_ascii_uppercase);
    let numbers = Numbers { base, places, prefix, separator, upper };
    Decoded { bytes: text, source, codec: Codec::Numbers(numbers) }
}

impl Numbers {
    /// The numbers that `range` was read from.
    pub(super) fn source_of(&self, range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
        let start = self.places.get(range.start).map_or(whole.end, |place| place.start);
        let end =
            range.end.checked_sub(1).and_then(|last| self.places.get(last)).map_or(start, |place| place.end);
        start..end.max(start)
    }

    /// The same bytes as numbers.
    pub(super) fn encode(&self, replacement: &Replacement, whole: &Range<usize>) -> Replacement {
        let mut bytes = Vec::with_capacity(replacement.bytes.len() * (self.separator.len() + 4));
        for (index, &byte) in replacement.bytes.iter().enumerate() {
            if index > 0 {
                bytes.extend_from_slice(&self.separator);
            }
            bytes.extend_from_slice(&self.prefix);
            bytes.extend_from_slice(self.spell(byte).as_bytes());
        }
        Replacement { range: self.source_of(&replacement.range, whole), bytes }
    }

    fn spell(&self, byte: u8) -> String {
        match self.base {
            Base::Hex if self.upper => format!("{byte:02X}"),
            Base::Hex => format!("{byte:02x}"),
            Base::Decimal => byte.to_string(),
            Base::Octal => format!("{byte:03o}"),
            Base::Binary => format!("{byte:08b}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut lists, mut found) = (NumberLists::default(), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| lists.next_in(block, text))));
        found
    }

    fn says(text: &[u8], wanted: &[u8]) -> Option<Decoded> {
        all(text)
            .into_iter()
            .find(|decoded| decoded.bytes.windows(wanted.len()).any(|window| window == wanted))
    }

    fn spell(text: &[u8], spelling: usize) -> String {
        let spell = |byte: &u8| match spelling {
            0..=3 => format!("{byte:02x}"),
            4 => format!("0x{byte:02X}"),
            5 | 6 => byte.to_string(),
            7 => format!("{byte:03o}"),
            8 => format!("{byte:08b}"),
            _ => format!("'{byte:02x}'"),
        };
        let separators = [" ", ":", "-", ", ", ", ", ",", " ", " ", " ", ","];
        text.iter().map(spell).collect::<Vec<_>>().join(separators[spelling])
    }

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_read_right(
            text in "[ -~]{14,60}", spelling in 0_usize..10, lead in "[g-z .]{0,40}", start in 0_usize..9, length in 1_usize..5,
        ) {
            let encoded = format!("{lead}({})", spell(text.as_bytes(), spelling));
            let decoded = says(encoded.as_bytes(), text.as_bytes()).expect("text");
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + length));
            let expected = spell(&text.as_bytes()[start..start + length], spelling);
            prop_assert_eq!(&encoded[source.clone()], expected.trim_matches('\''));
            let edit = inner.replacement(start..start + length, b"[redacted-here]").expect("it can be encoded");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(edit.range, edit.bytes);
            prop_assert!(says(&edited, b"[redacted-here]").is_some());
        }
    }

    #[test]
    fn dumps_are_read_through_their_lines() {
        let text = b"a text that is long enough for three lines";
        let mut xxd = String::new();
        let mut hexdump = String::new();
        for (line, bytes) in text.chunks(16).enumerate() {
            let words: Vec<String> = bytes.chunks(2).map(|pair| spell(pair, 0).replace(' ', "")).collect();
            let plain = String::from_utf8_lossy(bytes);
            writeln!(xxd, "{:08x}: {:<39}  {plain}", line * 16, words.join(" ")).expect("a string takes all");
            let halves: Vec<String> = bytes.chunks(8).map(|half| spell(half, 0)).collect();
            writeln!(hexdump, "{:08x}  {}  |{plain}|", line * 16, halves.join("  "))
                .expect("a string takes all");
        }
        for dump in [xxd, hexdump] {
            for dump in [dump.clone(), format!("{{\"note\": \"{}\"}}", dump.replace('\n', "\\n"))] {
                assert!(says(dump.as_bytes(), text).is_some(), "{dump}");
            }
        }
    }

    #[test]
    fn other_numbers_are_no_text() {
        for text in [
            "[1024, 2048, 4096, 8192, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]",
            "2021-11-20 20:21:22 2021-11-20 20:21:22 2021-11-20 20:21:22",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479, 9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
        ] {
            assert!(all(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
