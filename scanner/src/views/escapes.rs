//! Bytes that are spelled out: `%41`, `%u0041`, `\u0041`, `\x41`, `\/`, `&#65;`, `&amp;`.
//!
//! Text is full of escapes that no token is made of (`\n`, `\"`); those are passed over. One that could be part
//! of a token opens a window, which is decoded whole.

use std::ops::Range;

use super::escape::{Kind, escape_at, escapes_an_escape, percent};
use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{ALNUM, SPACE, is};
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

/// From where the text around the first escape begins to where no more escapes of this kind follow.
fn window_around(bytes: &[u8], first: usize, floor: usize, kind: Kind) -> Range<usize> {
    let floor = floor.max(first.saturating_sub(MAX_LEFT));
    let before = bytes[floor..first].iter().rposition(|byte| ends_text(*byte, kind));
    let start = before.map_or(floor, |last| floor + last + 1);
    let mut end = first;
    let mut limit = first;
    while end < bytes.len() && end <= limit {
        match escape_at(bytes, end) {
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
    let has_blanks = kind == Kind::Percent && writes_blanks_as_plus(&bytes[window.clone()]);
    let mut steps = Steps::default();
    steps.push(0, window.start);
    let mut at = window.start;
    while at < window.end {
        let Some(escape) = escape_at(bytes, at).filter(|escape| escape.kind == kind) else {
            let rest = &bytes[at + 1..window.end];
            let next = at + 1 + memchr::memchr(kind.sign(), rest).unwrap_or(rest.len());
            let plain = bytes[at..next].iter();
            decoded.extend(plain.map(|byte| if has_blanks && *byte == b'+' { b' ' } else { *byte }));
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

/// Whether a form or query was encoded as browsers do it: signs as bytes, and a blank as `+`.
fn writes_blanks_as_plus(window: &[u8]) -> bool {
    const SIGNS: [&[u8]; 6] = [b"2B", b"2F", b"3A", b"3D", b"2C", b"0A"];
    let escapes = || memchr::memchr_iter(b'%', window).filter_map(|at| window.get(at + 1..at + 3));
    memchr::memchr(b'+', window).is_some()
        && escapes().all(|digits| digits != b"20")
        && escapes().any(|digits| SIGNS.iter().any(|sign| sign.eq_ignore_ascii_case(digits)))
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
    fn a_plus_is_a_blank_where_signs_are_bytes() {
        for (text, says) in
            [("x=a+b%3A+c%2Bd", "x=a b: c+d"), ("x=a+b%20%3A+c", "x=a+b :+c"), ("x=a+b%41", "x=a+bA")]
        {
            let decoded = first(text).expect(text);
            assert_eq!(decoded.bytes, says.as_bytes(), "{text}");
            let view = View::part(text.as_bytes());
            assert_eq!(&text[View::decoded(&view, &decoded).source_of(&(2..5))], &text[2..5]);
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
