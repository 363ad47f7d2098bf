//! Bytes that are spelled out: `%41`, `%u0041`, `\u0041`, `\x41`, `\/`, `&#65;`, `&amp;`.
//!
//! Text is full of escapes that no token is made of (`\n`, `\"`); those are passed over. One that could be part
//! of a token opens a window, which is decoded whole.

use std::ops::Range;

use super::{Codec, Decoded, Steps, entities, lookalikes};
use crate::candidates::classes::{ALNUM, EXTENDED, SPACE, is};
use crate::candidates::{Block, Class};

/// A window ends where so many bytes went by without an escape.
const MAX_GAP: usize = 1024;
/// How far a window reaches to the left of its first escape.
const MAX_LEFT: usize = 1024;

/// Finds windows of escaped text, block by block.
#[derive(Debug, Default)]
pub(crate) struct Escapes {
    at: usize,
    /// Where the last window ended; the next one does not reach back over it.
    taken: usize,
}

/// One escape: its length, what it says, and its kind.
struct Escape {
    length: usize,
    says: [u8; 4],
    says_length: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Percent,
    Backslash,
    Entity,
}

impl Kind {
    /// What an escape begins with.
    fn sign(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
        }
    }
}

impl Escapes {
    /// The next window whose first escape `block` finds, decoded.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        while let Some(at) = block.next_pair(Class::Escape, Class::AfterEscape, self.at) {
            // The backslash before it is where the text was escaped once more.
            let at = at - usize::from(self.is_escaped(bytes, at));
            let escape = escape_at(bytes, at);
            match escape {
                Some(escape) if escape.matters(bytes, at) || escapes_an_escape(&bytes[at..]) => {
                    let window = window_around(bytes, at, self.taken, escape.kind);
                    self.at = window.end;
                    self.taken = window.end;
                    return Some(decode(bytes, window, escape.kind));
                }
                Some(escape) => self.at = at + escape.length,
                None => self.at = at + 1,
            }
        }
        None
    }

    /// Whether the backslash at `at` is itself what a backslash escapes.
    fn is_escaped(&self, bytes: &[u8], at: usize) -> bool {
        let before = &bytes[self.at.min(at)..at];
        let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        bytes[at] == b'\\' && backslashes % 2 == 1
    }
}

impl Escape {
    fn new(kind: Kind, length: usize, code: u32) -> Option<Self> {
        let character = char::from_u32(code)?;
        let mut says = [0; 4];
        let says_length = character.encode_utf8(&mut says).len();
        Some(Self { length, says, says_length, kind })
    }

    fn says(&self) -> &[u8] {
        &self.says[..self.says_length]
    }

    fn character(&self) -> Option<char> {
        std::str::from_utf8(&self.says[..self.says_length]).ok()?.chars().next()
    }

    /// `It&#x27;s`: it stands between small letters, and opens or closes nothing.
    fn is_apostrophe(&self, bytes: &[u8], at: usize) -> bool {
        let is_small =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_lowercase);
        is_small(at.checked_sub(1))
            && is_small(Some(at + self.length))
            && !is_small(Some(at + self.length + 3))
    }

    /// Whether decoding it could bring a token or a name to light. A percent escape always could: what is
    /// percent-encoded is short, and its quotes and equal signs count.
    fn matters(&self, bytes: &[u8], at: usize) -> bool {
        let before_a_letter = || bytes.get(at + self.length).is_some_and(|&byte| is(byte, ALNUM));
        match self.kind {
            Kind::Percent => true,
            Kind::Backslash | Kind::Entity => {
                is(self.says[0], EXTENDED)
                    || matches!(self.says[0], b'"' | b'\'' if self.length > 2 && !self.is_apostrophe(bytes, at))
                    || self.says_length > 1
                        && self.character().is_some_and(|letter| {
                            lookalikes::is_disguise(letter)
                                || is_of_another_script(letter)
                                || before_a_letter() && lookalikes::is_shaped_like_ours(letter)
                        })
            }
        }
    }
}

/// Signs of Chinese, Japanese and Korean, the wide blank between words, and Cyrillic: of seed phrases and names.
fn is_of_another_script(letter: char) -> bool {
    matches!(letter, '\u{0410}'..='\u{044f}' | '\u{1100}'..='\u{11ff}' | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// `\\x41`, `\\u{41}`, `&amp;#65;`: escaped text that stands in JSON or in another page.
fn escapes_an_escape(rest: &[u8]) -> bool {
    if rest.starts_with(b"&amp;#") {
        return true;
    }
    let [b'\\', b'\\', b'x' | b'u', rest @ ..] = rest else { return false };
    let digits = rest.strip_prefix(b"{").unwrap_or(rest);
    digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
}

/// The byte that `%41` stands for.
pub(super) fn percent(rest: &[u8]) -> Option<u8> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    hex_number(digits).and_then(|code| u8::try_from(code).ok())
}

fn escape_at(bytes: &[u8], at: usize) -> Option<Escape> {
    let rest = &bytes[at..];
    match rest[0] {
        b'%' if matches!(rest.get(1), Some(b'u' | b'U')) => {
            Escape::new(Kind::Percent, 6, hex_number(rest.get(2..6)?)?)
        }
        b'%' => Escape::new(Kind::Percent, 3, hex_number(rest.get(1..3)?)?),
        b'\\' => backslash(rest),
        _ => entity(rest),
    }
}

fn backslash(rest: &[u8]) -> Option<Escape> {
    let kind = Kind::Backslash;
    match rest.get(1)? {
        b'u' if rest.get(2) == Some(&b'{') => {
            let digits = rest[3..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (rest.get(3 + digits) == Some(&b'}'))
                .then(|| Escape::new(kind, digits + 4, hex_number(&rest[3..3 + digits])?))?
        }
        b'u' => utf16(rest),
        b'U' => Escape::new(kind, 10, hex_number(rest.get(2..10)?)?),
        b'x' => Escape::new(kind, 4, hex_number(rest.get(2..4)?)?),
        b'n' => Escape::new(kind, 2, u32::from(b'\n')),
        b'r' => Escape::new(kind, 2, u32::from(b'\r')),
        b't' => Escape::new(kind, 2, u32::from(b'\t')),
        b'0'..=b'7' => {
            let digits = rest[1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = rest[1..=digits].iter().fold(0, |code, byte| code * 8 + u32::from(byte - b'0'));
            if digits == 3 { Escape::new(kind, 4, code) } else { None }
        }
        &punctuation if punctuation.is_ascii_punctuation() => Escape::new(kind, 2, u32::from(punctuation)),
        _ => None,
    }
}

/// `\u0041`, and the two halves of a character beyond the first plane.
fn utf16(rest: &[u8]) -> Option<Escape> {
    let unit = hex_number(rest.get(2..6)?)?;
    let low = || rest.get(6..12)?.strip_prefix(b"\\u").and_then(hex_number);
    match (unit, if matches!(unit, 0xd800..=0xdbff) { low() } else { None }) {
        (high, Some(low @ 0xdc00..=0xdfff)) => {
            Escape::new(Kind::Backslash, 12, 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
        }
        _ => Escape::new(Kind::Backslash, 6, unit),
    }
}

fn entity(rest: &[u8]) -> Option<Escape> {
    if rest.get(1) != Some(&b'#') {
        let (length, says) = entities::named(rest)?;
        return Escape::new(Kind::Entity, length, u32::from(says));
    }
    let is_hex = matches!(rest.get(2), Some(b'x' | b'X'));
    let from = if is_hex { 3 } else { 2 };
    let digits =
        rest[from.min(rest.len())..].iter().take(7).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let text = std::str::from_utf8(&rest[from..from + digits]).ok()?;
    let code = u32::from_str_radix(text, if is_hex { 16 } else { 10 }).ok()?;
    let semicolon = usize::from(rest.get(from + digits) == Some(&b';'));
    Escape::new(Kind::Entity, from + digits + semicolon, code)
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| (*byte as char).to_digit(16);
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| Some(number << 4 | digit(byte)?))
}

/// From where the text around the first escape begins to where no more escapes of this kind follow.
fn window_around(bytes: &[u8], first: usize, floor: usize, kind: Kind) -> Range<usize> {
    let floor = floor.max(first.saturating_sub(MAX_LEFT));
    let before = bytes[floor..first].iter().rposition(|byte| ends_text(*byte, kind));
    let start = before.map_or(floor, |last| floor + last + 1);
    let mut end = first;
    let mut limit = first;
    while end < bytes.len() && end <= limit {
        match escape_at_trigger(bytes, end) {
            Some(escape) if escape.kind == kind => {
                end += escape.length;
                limit = end + MAX_GAP;
            }
            _ if ends_text(bytes[end], kind) => break,
            _ => {
                let rest = &bytes[end + 1..bytes.len().min(limit + 1).max(end + 1)];
                end += 1 + next_sign(rest, kind).unwrap_or(rest.len());
            }
        }
    }
    start..end
}

/// Where an escape of this kind may begin, or the text ends.
#[inline]
fn next_sign(rest: &[u8], kind: Kind) -> Option<usize> {
    match kind {
        Kind::Percent => rest.iter().position(|byte| *byte == b'%' || ends_text(*byte, kind)),
        Kind::Backslash => memchr::memchr3(b'\\', b'"', b'\n', rest),
        Kind::Entity => memchr::memchr3(b'&', b'<', b'>', rest),
    }
}

fn escape_at_trigger(bytes: &[u8], at: usize) -> Option<Escape> {
    matches!(bytes[at], b'%' | b'\\' | b'&').then(|| escape_at(bytes, at)).flatten()
}

/// Bytes that a window of this kind does not reach over.
fn ends_text(byte: u8, kind: Kind) -> bool {
    match kind {
        Kind::Percent => is(byte, SPACE) || matches!(byte, b'"' | b'<' | b'>'),
        Kind::Backslash => matches!(byte, b'"' | b'\n'),
        Kind::Entity => matches!(byte, b'<' | b'>'),
    }
}

fn decode(bytes: &[u8], window: Range<usize>, kind: Kind) -> Decoded {
    let mut decoded = Vec::with_capacity(window.len());
    let mut steps = Steps::default();
    steps.push(0, window.start);
    let mut at = window.start;
    while at < window.end {
        let Some(escape) = escape_at_trigger(bytes, at).filter(|escape| escape.kind == kind) else {
            let rest = &bytes[at + 1..window.end];
            let next = at + 1 + memchr::memchr(kind.sign(), rest).unwrap_or(rest.len());
            decoded.extend_from_slice(&bytes[at..next]);
            at = next;
            continue;
        };
        steps.push(decoded.len(), at);
        match kind {
            // A percent escape of two digits is a byte, the others are a character.
            Kind::Percent if escape.length == 3 => {
                decoded.extend(percent(&bytes[at..]));
            }
            _ => decoded.extend_from_slice(escape.says()),
        }
        at += escape.length;
        steps.push(decoded.len(), at);
    }
    let codec = match kind {
        Kind::Percent => Codec::Percent(steps),
        Kind::Backslash => Codec::Escape(steps),
        Kind::Entity => Codec::Entity(steps),
    };
    Decoded { bytes: decoded, source: window.start..at, codec }
}

/// Everything but unreserved characters becomes `%XX`.
pub(super) fn percent_encode(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() + 8);
    for &byte in bytes {
        if is(byte, ALNUM) || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(byte);
        } else {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        let mut block = Block::new();
        block.read(text.as_bytes(), 0);
        Escapes::default().next_in(&block, text.as_bytes())
    }

    #[test]
    fn undoes_every_spelling() {
        for text in [
            "x=%41%42C",
            "x=%u0041%u0042C",
            "x=\\u0041\\u0042C",
            "x=\\x41\\x42C",
            "x=&#65;&#x42;C",
            "x=\\101\\102C",
            "x=\\u{41}\\u{42}C",
        ] {
            let decoded = first(text).expect(text);
            assert_eq!(decoded.bytes, b"x=ABC", "{text}");
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(&text[inner.source_of(&(2..5))], &text[2..], "{text}");
            assert_eq!(&text[inner.source_of(&(4..5))], "C", "{text}");
        }
    }

    #[test]
    fn undoes_the_escapes_of_escapes() {
        for (text, once) in [("x=\\\\x41\\\\x42C", "x=\\x41\\x42C"), ("x=\\\\u0041C", "x=\\u0041C")] {
            assert_eq!(first(text).expect(text).bytes, once.as_bytes(), "{text}");
        }
    }

    #[test]
    fn passes_over_escapes_that_no_token_has() {
        assert!(first("{\\\"a\\\":\\n\\t\\\"b\\\"}").is_none());
    }

    #[test]
    fn encodes_what_replaces_an_escaped_range() {
        let text = "q=a%20%41%42%43&z";
        let decoded = first(text).expect("an escape");
        let view = View::part(text.as_bytes());
        let replacement =
            View::decoded(&view, &decoded).replacement(4..7, b"[x]").expect("it can be encoded");
        assert_eq!(&text[replacement.range], "%41%42%43");
        assert_eq!(replacement.bytes, b"%5Bx%5D");
    }
}
