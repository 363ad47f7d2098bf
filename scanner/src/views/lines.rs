//! Encoded text that was broken into lines: MIME at 76 characters, PEM at 64, `\n` inside a JSON string.

use std::ops::Range;

use super::encoded_archives::without_escape;
use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{CORE, end_of, is};

/// Shortest line, but for the last, that people break encoded text into.
const MIN_LINE: usize = 32;
/// The same where every line is as long as the first, or goes on behind a backslash.
const MIN_EVEN_LINE: usize = 16;

/// The lines that begin with the run `first`, joined. `None` when no further line goes on with it.
pub(crate) fn joined(bytes: &[u8], first: Range<usize>) -> Option<Decoded> {
    let first = without_escape(bytes, first.start)..first.end;
    let next = next_line(bytes, first.end)?;
    let goes_on = |line: &Range<usize>| {
        line.len() >= MIN_LINE || line.len() == first.len() || is_continued(bytes, line.end)
    };
    if first.len() < MIN_LINE && !(is_even(bytes, &first, &next) || is_continued(bytes, first.end)) {
        return None;
    }
    let mut steps = Steps::default();
    let mut text = Vec::with_capacity(first.len() * 2);
    let mut line = first.clone();
    loop {
        steps.push(text.len(), line.start);
        text.extend_from_slice(&bytes[line.clone()]);
        match next_line(bytes, line.end) {
            Some(next) if goes_on(&line) => line = next,
            _ => break,
        }
    }
    Some(Decoded { bytes: text, source: first.start..line.end, codec: Codec::Lines(steps) })
}

/// Whether the first two lines, and the third up to its padding, are as long as each other; or padding ends the second.
fn is_even(bytes: &[u8], first: &Range<usize>, second: &Range<usize>) -> bool {
    let third = || next_line(bytes, second.end).is_some_and(|third| third.len() <= first.len());
    let ends = || bytes[second.end - 1] == b'=' && (first.len() + second.len()).is_multiple_of(4);
    first.len() >= MIN_EVEN_LINE
        && (second.len() == first.len() && (third() || ends()) || second.len() < first.len() && ends())
}

/// Whether the line that ends at `end` goes on behind a backslash, as in the shell.
fn is_continued(bytes: &[u8], end: usize) -> bool {
    bytes[end..].starts_with(b"\\\n") || bytes[end..].starts_with(b"\\\\\\n")
}

/// The run that the next line is made of, padding included.
fn next_line(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let start = after_break(bytes, end)?;
    let core = end_of(bytes, start, CORE);
    if goes_on(&bytes[core..]) || begins_with_date(&bytes[start..core]) {
        return None;
    }
    let padding = bytes[core..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    (core > start).then_some(start..core + padding)
}

/// Whether a run that `rest` follows is the beginning of a name, an address or a time.
fn goes_on(rest: &[u8]) -> bool {
    matches!(rest, [b':', ..])
        || matches!(rest, [b'.' | b'@' | b'%' | b'&' | b'?', next, ..] if is(*next, CORE))
}

/// `2024-01-31`
fn begins_with_date(run: &[u8]) -> bool {
    let fits = |(index, byte): (usize, &u8)| match index {
        4 | 7 => matches!(byte, b'-' | b'/'),
        _ => byte.is_ascii_digit(),
    };
    run.len() >= 8 && run[..8].iter().enumerate().all(fits)
}

/// Where the next line begins, indented or not; `None` when the line does not end at `at`.
fn after_break(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let length = match rest {
        [b'\n', ..] => 1,
        [b'\r' | b'\\', b'\n', ..] | [b'\\', b'n', ..] => 2,
        [b'\\', b'\\', b'n', ..] => 3,
        [b'\\', b'r' | b'\\', b'\\', b'n', ..] => 4,
        _ => return None,
    };
    let indent = rest[length..].iter().take(16).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let start = at + length + indent;
    bytes.get(start).is_some_and(|&byte| is(byte, CORE)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    #[test]
    fn lines_are_joined_and_mapped_back() {
        let line = "abcdefgh".repeat(5);
        for line_break in ["\n", "\r\n", "\\n", "\\\\n", "\n    "] {
            let text = format!("{line}{line_break}{line}{line_break}END= rest");
            let decoded = joined(text.as_bytes(), 0..line.len()).expect("lines");
            assert_eq!(decoded.bytes, format!("{line}{line}END=").into_bytes());
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(&text[inner.source_of(&(80..83))], "END");
        }
    }

    #[test]
    fn short_lines_are_joined_when_they_are_even_or_continued() {
        for (text, first, expected) in [
            (
                "abcdefghijklmnopqrst\nABCDEFGHIJKLMNOPQRST\nxyz=\n",
                20,
                "abcdefghijklmnopqrstABCDEFGHIJKLMNOPQRSTxyz=",
            ),
            ("abcdefghijklmnop\\\nABCDEFG\n", 16, "abcdefghijklmnopABCDEFG"),
            ("abcdefghijklmnopqrst\nABCDEFGHIJKLMNOPQR==", 20, "abcdefghijklmnopqrstABCDEFGHIJKLMNOPQR=="),
            ("abcdefghijklmnopqrst\nABCDEFG=\n", 20, "abcdefghijklmnopqrstABCDEFG="),
        ] {
            assert_eq!(joined(text.as_bytes(), 0..first).expect(text).bytes, expected.as_bytes());
        }
        for text in
            ["abcdefghijklmnopqrst\nABCDEFGHIJKLMNOPQRST\n", "abcdefghijklmnopqrst\nABCDEFGHIJKLMNOP\nxyz\n"]
        {
            assert!(joined(text.as_bytes(), 0..20).is_none(), "{text}");
        }
    }

    #[test]
    fn the_letter_of_an_escape_is_no_part_of_the_first_line() {
        let text = "{\"a\": \"x:\\nabcdefghijklmnop\\nABCDEFGHIJKLMNOP\\nxyz\"}";
        let escape = text.find("nabc").expect("an escape");
        let decoded = joined(text.as_bytes(), escape..escape + 17).expect("lines");
        assert_eq!(decoded.bytes, b"abcdefghijklmnopABCDEFGHIJKLMNOPxyz");
        assert_eq!(decoded.source.start, escape + 1);
    }

    #[test]
    fn words_on_lines_are_no_encoding() {
        assert!(joined(b"one-word-a-line\nanother-word\n", 0..15).is_none());
        let sentence = "x".repeat(40);
        assert!(joined(format!("{sentence} and more\nnext").as_bytes(), 0..40).is_none());
        for next in
            ["2024-01-31 10:00:00", "2024-01-31T10:00:00", "path.of.a:name", "Author: ", "user@host.example"]
        {
            assert!(joined(format!("{sentence}\n{next} more").as_bytes(), 0..40).is_none(), "{next}");
        }
    }
}
