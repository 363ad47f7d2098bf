//! String literals that code puts together: `"AKIA" + "IOSF"`, `'a' . 'b'`, `"a" "b"`.

use std::ops::Range;

use memchr::memchr;

use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{EXTENDED, is};

/// Longest piece that is joined.
const MAX_PIECE: usize = 256;
/// Most white space around an operator.
const MAX_GAP: usize = 40;

/// Finds literals that are joined, block by block.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    at: usize,
    /// Where the last joined text ended.
    taken: usize,
}

impl Joins {
    /// The next text whose first join lies before `limit`, joined.
    pub(crate) fn next_before(&mut self, bytes: &[u8], limit: usize) -> Option<Decoded> {
        let limit = limit.min(bytes.len());
        while self.at < limit {
            let Some(offset) = memchr(b'+', &bytes[self.at..limit]) else {
                self.at = limit;
                return None;
            };
            let plus = self.at + offset;
            self.at = plus + 1;
            if plus >= self.taken
                && let Some(join) = join_around(bytes, plus)
            {
                let decoded = joined(bytes, &join, self.taken);
                self.taken = decoded.source.end;
                return Some(decoded);
            }
        }
        None
    }
}

/// From the end of one piece to the beginning of the next.
struct Join {
    gap: Range<usize>,
    /// `"` or `'`, or `\"` in JSON.
    quote: Vec<u8>,
}

fn join_around(bytes: &[u8], operator: usize) -> Option<Join> {
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let before = bytes[operator.saturating_sub(MAX_GAP)..operator].iter().rev().take_while(blank).count();
    let close = operator - before;
    let quote = closing_quote(&bytes[..close])?;
    join_from(bytes, close - quote.len(), quote)
}

fn closing_quote(before: &[u8]) -> Option<&[u8]> {
    let quote = before.last().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let escaped = before.len() >= 2 && before[before.len() - 2] == b'\\' && *quote == b'"';
    Some(&before[before.len() - 1 - usize::from(escaped)..])
}

/// The join whose first piece ends with `quote` at `end`.
fn join_from(bytes: &[u8], end: usize, quote: &[u8]) -> Option<Join> {
    let rest = bytes.get(end..)?.strip_prefix(quote)?;
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let left = rest.iter().take(MAX_GAP).take_while(blank).count();
    let operator = match &rest[left..] {
        [b'+' | b'.' | b'&', ..] => 1,
        [b'|', b'|', ..] => 2,
        _ => 0,
    };
    let right = rest[left + operator..].iter().take(MAX_GAP).take_while(blank).count();
    let length = left + operator + right;
    let next = rest[length..].strip_prefix(quote)?;
    let start = bytes.len() - next.len();
    let token = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|&byte| is(byte, EXTENDED));
    (token(end.checked_sub(1)) && token(Some(start))).then(|| Join { gap: end..start, quote: quote.to_vec() })
}

/// Everything that is joined with the pieces around `first`.
fn joined(bytes: &[u8], first: &Join, floor: usize) -> Decoded {
    let floor = floor.max(first.gap.start.saturating_sub(MAX_PIECE));
    let begins = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\n');
    let start =
        first.gap.start - bytes[floor..first.gap.start].iter().rev().take_while(|byte| !begins(byte)).count();
    let mut steps = Steps::default();
    steps.push(0, start);
    let mut text = bytes[start..first.gap.start].to_vec();
    steps.push(text.len(), first.gap.start);
    let mut at = first.gap.end;
    loop {
        steps.push(text.len(), at);
        let piece = &bytes[at..bytes.len().min(at + MAX_PIECE)];
        let length = piece.iter().take_while(|byte| !begins(byte) && **byte != b'\\').count();
        text.extend_from_slice(&piece[..length]);
        at += length;
        steps.push(text.len(), at);
        match join_from(bytes, at, &first.quote) {
            Some(join) => at = join.gap.end,
            None => break,
        }
    }
    Decoded { bytes: text, source: start..at, codec: Codec::Joined(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        Joins::default().next_before(text.as_bytes(), text.len())
    }

    #[test]
    fn pieces_are_joined_and_mapped_back() {
        for text in [
            r#"k = "ABC" + "DEF" + "GHI";"#,
            "k = 'ABC'+'DEF'+'GHI';",
            "k = \"ABC\" +\n    \"DEF\"\n    + \"GHI\";",
            r#"{"code": "k = \"ABC\" + \"DEF\" + \"GHI\";"}"#,
        ] {
            let decoded = first(text).expect(text);
            assert_eq!(decoded.bytes, b"ABCDEFGHI", "{text}");
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(&text[inner.source_of(&(3..6))], "DEF", "{text}");
            let edit = inner.replacement(1..8, b"[x]").expect("it can be cut out");
            let mut edited = text.as_bytes().to_vec();
            edited.splice(edit.range, edit.bytes);
            assert!(String::from_utf8_lossy(&edited).contains("A[x]I"), "{text}");
        }
    }

    #[test]
    fn other_signs_join_nothing() {
        for text in ["a + b", "\"x: \" + y", "'a' + b + 'c'", "c++", "\"sum: \" + \"1\""] {
            assert!(first(text).is_none(), "{text}");
        }
    }
}
