//! Numbers read one after another, as bytes of text in every base at once.

use std::ops::Range;

use super::MIN_BYTES;
use super::written::{Base, Numbers, Reading};
use crate::candidates::Class;
use crate::views::groups::is_text;
use crate::views::{Codec, Decoded};

/// Most characters between two numbers.
const MAX_BETWEEN: usize = 8;
/// Most digits of one number: hexadecimal bytes are dumped in groups.
pub(super) const MAX_DIGITS: usize = 16;
const BASES: [Base; 4] = [Base::Hex, Base::Decimal, Base::Octal, Base::Binary];

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

/// Reads numbers one after another, in every base at once.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    until: usize,
    /// How many bytes in a row were read, in each base.
    lengths: [usize; 4],
    /// Those bytes, where they are kept.
    readings: Vec<Reading>,
    /// Whether enough was read, kept or not, since nothing was.
    is_text: bool,
    /// From where on something was.
    since: usize,
    /// What is worth being kept.
    texts: Vec<Range<usize>>,
    /// Where the line began whose first number is an offset, and the bytes read on it.
    dumped: Option<usize>,
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8], at: usize, until: usize, readings: Vec<Reading>) -> Self {
        let texts = Vec::new();
        Self { bytes, at, until, lengths: [0; 4], readings, is_text: false, since: at, texts, dumped: None }
    }

    /// Reads the numbers from `at` on, and keeps those that are text; returns up to where numbers were read.
    pub(super) fn find(bytes: &'b [u8], at: usize, found: &mut Vec<Decoded>) -> usize {
        let mut probe = Self::new(bytes, at, bytes.len(), Vec::new());
        let end = probe.read(found);
        for text in probe.texts {
            let readings = vec![Reading::default(); BASES.len()];
            Self::new(bytes, text.start, text.end, readings).read(found);
        }
        end
    }

    fn read(&mut self, found: &mut Vec<Decoded>) -> usize {
        while self.at < self.until {
            let is_settled = self.settle();
            let Some(token) = self.next_token() else { break };
            if is_offset(self.bytes, &token) {
                self.dumped = Some(0);
                continue;
            }
            let mut fits = false;
            if !(is_settled && is_no_text(&self.bytes[token.digits.clone()])) {
                for base in BASES {
                    let bytes = base.text(self.bytes, &token, self.readings.get_mut(base as usize));
                    self.lengths[base as usize] += bytes;
                    if bytes == 0 {
                        self.finish(base, found);
                    }
                    fits |= bytes > 0;
                }
            }
            self.pass_text_column(&token, fits);
        }
        for base in BASES {
            self.finish(base, found);
        }
        self.dumped = None;
        self.settle();
        self.at
    }

    /// Whether nothing is read in any base. What was before is done with: it can be read again from there to here.
    fn settle(&mut self) -> bool {
        if self.lengths != [0; 4] {
            return false;
        }
        if self.dumped.is_none() {
            let text = std::mem::replace(&mut self.since, self.at)..self.at;
            if std::mem::take(&mut self.is_text) {
                self.texts.push(text);
            }
        }
        true
    }

    /// Ends what was read in this base.
    fn finish(&mut self, base: Base, found: &mut Vec<Decoded>) {
        let length = std::mem::take(&mut self.lengths[base as usize]);
        if length == 0 {
            return;
        }
        self.is_text |= length >= MIN_BYTES;
        let reading = self.readings.get_mut(base as usize).map(std::mem::take);
        found.extend(
            reading.filter(|_| length >= MIN_BYTES).map(|reading| decoded(self.bytes, base, reading)),
        );
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

/// Where the number at `at` ends, when it begins no list: it is no text in any base, nor the offset of a dump.
#[inline]
pub(super) fn end_of_other(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes[at..].iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let digits = at..at + length;
    let is_prefix = matches!(bytes[at..], [b'0', b'x' | b'X' | b'o' | b'b', ..]);
    let is_other = (1..=MAX_DIGITS).contains(&length)
        && !is_prefix
        && is_no_text(&bytes[digits.clone()])
        && !is_offset(bytes, &Token { whole: digits.clone(), digits: digits.clone() });
    is_other.then_some(digits.end)
}

/// Whether the digits are no text in any base, as one look says of most numbers.
#[inline]
fn is_no_text(digits: &[u8]) -> bool {
    match digits {
        [digit] => *digit != b'9',
        [first, second] => first.is_ascii_alphabetic() || (*first >= b'8' && second.is_ascii_alphabetic()),
        // In octal.
        [b'0', b'0' | b'1', _, _] => false,
        // A group of bytes in hex, or one byte in binary.
        [first, second, _, _, ..] => {
            let is_binary = *first <= b'1' && *second <= b'1' && digits.iter().all(|digit| *digit <= b'1');
            let is_text = |pair: &[u8]| matches!(pair[0], b'0' | b'2'..=b'7');
            !is_binary && !digits.chunks_exact(2).all(is_text)
        }
        _ => false,
    }
}

/// Whether the number counts the bytes before a line of a dump.
fn is_offset(bytes: &[u8], token: &Token) -> bool {
    let before = &bytes[..token.whole.start];
    let line_begins = matches!(before, [] | [.., b'\n' | b'"' | b'\''] | [.., b'\\', b'n']);
    let digits = &bytes[token.digits.clone()];
    let ends = match &bytes[token.whole.end..] {
        [b':', ..] => true,
        // Eight digits before one space are a byte in binary.
        [b' ', b' ', ..] => line_begins,
        // And so are fewer, where another follows.
        [b' ', rest @ ..] => {
            let goes_on = rest.len() > 5 && rest[..6].iter().all(|digit| matches!(digit, b'0' | b'1'));
            line_begins && digits.len() < 8 && !goes_on
        }
        _ => false,
    };
    ends && (6..=8).contains(&digits.len()) && digits.ends_with(b"0")
}

impl Base {
    /// How many bytes of text the number is in this base; kept in `reading`, if that is.
    fn text(self, bytes: &[u8], token: &Token, reading: Option<&mut Reading>) -> usize {
        let digits = &bytes[token.digits.clone()];
        let prefix = &bytes[token.whole.start..token.digits.start];
        if !self.is_written(digits, prefix) || !self.bytes_of(digits).all(|byte| byte.is_some_and(is_text)) {
            return 0;
        }
        let digits_each = if self == Self::Hex { 2 } else { digits.len() };
        if let Some(reading) = reading {
            if reading.bytes.is_empty() {
                reading.prefix = prefix.to_vec();
            }
            let ends = (token.digits.start..=token.digits.end).step_by(digits_each).skip(1);
            let starts = std::iter::once(token.whole.start).chain(ends.clone());
            reading.bytes.extend(self.bytes_of(digits).flatten());
            reading.places.extend(starts.zip(ends).map(|(start, end)| start..end));
        }
        digits.len() / digits_each
    }

    /// Whether so many digits behind this prefix may be bytes in this base.
    fn is_written(self, digits: &[u8], prefix: &[u8]) -> bool {
        match self {
            Self::Hex => digits.len().is_multiple_of(2) && !matches!(prefix, [_, b'o' | b'b']),
            Self::Decimal => prefix.is_empty() && digits.len() <= 3,
            Self::Octal => !matches!(prefix, [_, b'x' | b'X' | b'b']) && (2..=4).contains(&digits.len()),
            Self::Binary => !matches!(prefix, [_, b'x' | b'X' | b'o']) && (6..=8).contains(&digits.len()),
        }
    }

    /// What the digits say; `None` where that is no byte. In hex many may stand in a row.
    fn bytes_of(self, digits: &[u8]) -> impl Iterator<Item = Option<u8>> {
        let (radix, digits_each) = match self {
            Self::Hex => (16, 2),
            Self::Decimal => (10, digits.len()),
            Self::Octal => (8, digits.len()),
            Self::Binary => (2, digits.len()),
        };
        digits.chunks(digits_each.max(1)).map(move |digits| number(digits, radix))
    }
}

/// The byte that the digits say; `None` when one is no digit of the base, or they say more.
#[inline]
fn number(digits: &[u8], base: u16) -> Option<u8> {
    let mut number = 0_u16;
    for digit in digits {
        let value = u16::from(VALUE[usize::from(*digit)]);
        if value >= base || number > u16::from(u8::MAX) {
            return None;
        }
        number = number * base + value;
    }
    u8::try_from(number).ok()
}

/// What each digit says in the largest base.
static VALUE: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        table[digit as usize] = value;
        table[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

fn decoded(bytes: &[u8], base: Base, reading: Reading) -> Decoded {
    let Reading { bytes: text, places, prefix, .. } = reading;
    let apart = places.windows(2).find(|pair| pair[0].end < pair[1].start);
    let separator = apart.map_or(&b" "[..], |pair| &bytes[pair[0].end..pair[1].start]).to_vec();
    let source = places[0].start..places[places.len() - 1].end;
    let upper = bytes[source.clone()].iter().any(u8::is_ascii_uppercase);
    let numbers = Numbers { base, places, prefix, separator, upper };
    Decoded { bytes: text, source, codec: Codec::Numbers(numbers) }
}
