//! Quoted-printable (RFC 2045): `=41` and line breaks that are none.

use std::ops::Range;

use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{EXTENDED, SPACE, is};
use crate::candidates::{Block, Class};

/// A window ends where so many bytes went by without an escape: longer than a line of a mail.
const MAX_GAP: usize = 160;

/// Finds windows of quoted-printable text, block by block.
#[derive(Debug, Default)]
pub(crate) struct Quoted {
    at: usize,
    /// Where the last window ended; the next one does not reach back over it.
    taken: usize,
}

impl Quoted {
    /// The next window whose first escape `block` finds, decoded.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        while let Some(at) = block.next_pair(Class::Equals, Class::AfterEquals, self.at) {
            if opens(bytes, at) {
                let window = window_around(bytes, at, self.taken);
                self.at = window.end;
                self.taken = window.end;
                return Some(decode(bytes, window));
            }
            self.at = at + 1;
        }
        None
    }
}

/// What an equal sign stands for.
enum Escape {
    Byte(u8, usize),
    /// A line break that is no part of the text.
    SoftBreak(usize),
}

fn escape_at(bytes: &[u8], at: usize) -> Option<Escape> {
    let hex = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    match bytes.get(at + 1..)? {
        [b'\n', ..] => Some(Escape::SoftBreak(2)),
        [b'\r', b'\n', ..] | [b'\\', b'n', ..] => Some(Escape::SoftBreak(3)),
        [b'\\', b'r', b'\\', b'n', ..] => Some(Escape::SoftBreak(5)),
        [high, low, ..] => Some(Escape::Byte(hex(*high)? << 4 | hex(*low)?, 3)),
        _ => None,
    }
}

/// Queries and settings have equal signs before two digits too: a letter is written this way only beside another one,
/// an equal sign also alone, and a soft break stands inside a word.
fn opens(bytes: &[u8], at: usize) -> bool {
    match escape_at(bytes, at) {
        Some(Escape::Byte(b'=', _)) => true,
        // `"name":=20"…"`
        Some(Escape::Byte(b' ', length)) => {
            bytes[..at].ends_with(b":") && bytes.get(at + length).is_some_and(|byte| b"\"'\\".contains(byte))
        }
        Some(Escape::Byte(byte, length)) => {
            is(byte, EXTENDED)
                && bytes.get(at + length) == Some(&b'=')
                && matches!(escape_at(bytes, at + length), Some(Escape::Byte(b'!'..=b'~', _)))
        }
        Some(Escape::SoftBreak(length)) => {
            let token =
                |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|&byte| is(byte, EXTENDED));
            token(at.checked_sub(1)) && bytes[at - 1] != b'=' && token(Some(at + length))
        }
        None => false,
    }
}

fn window_around(bytes: &[u8], first: usize, floor: usize) -> Range<usize> {
    let floor = floor.max(first.saturating_sub(MAX_GAP));
    let mut start = first;
    // In `api_key =3D` the name stands before blanks.
    while start > floor && bytes[start - 1] == b' ' {
        start -= 1;
    }
    while start > floor && !is(bytes[start - 1], SPACE) && !begins_string(bytes, start - 1) {
        start -= 1;
    }
    let mut end = first;
    let mut last = first;
    while end < bytes.len() && end - last <= MAX_GAP && !ends_string(bytes, end) {
        if bytes[end] == b'='
            && let Some(Escape::Byte(_, length) | Escape::SoftBreak(length)) = escape_at(bytes, end)
        {
            end += length;
            last = end;
        } else {
            end += 1;
        }
    }
    start..end
}

/// A quote that is not escaped, with nothing of a value behind it.
fn ends_string(bytes: &[u8], at: usize) -> bool {
    is_quote(bytes, at) && bytes.get(at + 1).is_none_or(|byte| is(*byte, SPACE) || b",:]})\\".contains(byte))
}

/// A quote that is not escaped, with nothing of a name before it.
fn begins_string(bytes: &[u8], at: usize) -> bool {
    is_quote(bytes, at) && (at == 0 || is(bytes[at - 1], SPACE) || b",:[{(=".contains(&bytes[at - 1]))
}

fn is_quote(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'"' && (at == 0 || bytes[at - 1] != b'\\')
}

/// Every byte as a number.
pub(super) fn encode(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("={byte:02X}").into_bytes()).collect()
}

fn decode(bytes: &[u8], window: Range<usize>) -> Decoded {
    let mut decoded = Vec::with_capacity(window.len());
    let mut steps = Steps::default();
    steps.push(0, window.start);
    let mut at = window.start;
    while at < window.end {
        let escape = if bytes[at] == b'=' { escape_at(bytes, at) } else { None };
        let Some(escape) = escape else {
            decoded.push(bytes[at]);
            at += 1;
            continue;
        };
        steps.push(decoded.len(), at);
        let (Escape::Byte(_, length) | Escape::SoftBreak(length)) = escape;
        if let Escape::Byte(byte, _) = escape {
            decoded.push(byte);
        }
        at += length;
        steps.push(decoded.len(), at);
    }
    Decoded { bytes: decoded, source: window.start..at.min(bytes.len()), codec: Codec::Quoted(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        let mut block = Block::new();
        block.read(text.as_bytes(), 0);
        Quoted::default().next_in(&block, text.as_bytes())
    }

    #[test]
    fn undoes_escapes_and_soft_breaks() {
        for text in ["x=3DA=42=\nC", "x=3D=41=42=\r\nC", "x=3DAB=\\nC", "x=3DAB=\\r\\nC"] {
            let decoded = first(text).expect(text);
            assert_eq!(decoded.bytes, b"x=ABC", "{text}");
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(&text[inner.source_of(&(4..5))], "C", "{text}");
            let edit = inner.replacement(2..5, b"[x]").expect("it can be encoded");
            let mut edited = text.as_bytes().to_vec();
            edited.splice(edit.range, edit.bytes);
            let edited = String::from_utf8(edited).expect("text");
            assert_eq!(first(&edited).expect("still quoted").bytes, b"x=[x]", "{text}");
        }
    }

    #[test]
    fn names_before_blanks_and_values_in_quotes_are_read() {
        for (text, says) in [
            ("Hello,\napi_key =3D \"abc\"\n", "api_key = \"abc"),
            ("api_key=20=3D=20\"abc\"", "api_key = \"abc"),
            ("{\"client_secret\":=20\"abc=3D\", \"x\": 1}", "client_secret\": \"abc="),
            ("{\"client_secret\":=20\"abc\",=20\"x\":=201}", "client_secret\": \"abc"),
            ("{\"a\": \"x=3Dabc\", \"x\": 1}", "x=abc"),
        ] {
            assert_eq!(first(text).expect(text).bytes, says.as_bytes(), "{text}");
        }
    }

    #[test]
    fn queries_and_settings_are_left_alone() {
        for text in
            ["a=41&b=4b&page=20", "A=\n\nB = 1\nC=1\n", "x = 41", "aGVsbG8=\n", "a==b", "x:=20", "port:=20,"]
        {
            assert!(first(text).is_none(), "{text}");
        }
    }
}
