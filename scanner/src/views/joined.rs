//! String literals that code puts together: `"AKIA" + "IOSF"`, `'a' . 'b'`, `"a" "b"`, and `k += "IOSF"` or
//! `k = k + "IOSF"` line by line.

use std::ops::Range;

use super::quotes::{MAX_GAP, MAX_MARKS, blanks, closing_quote};
use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{ALNUM, EXTENDED, NAME, is};
use crate::candidates::{Block, CHUNK, Class};

/// Longest piece that is joined.
const MAX_PIECE: usize = 256;
/// White space on both sides of one, and the backslashes before a quote.
const MAX_BETWEEN: usize = 2 * MAX_GAP + 2 + MAX_MARKS;

/// What stands between two literals that are put together.
const OPERATORS: [&[u8]; 7] = [b"+", b"..", b".", b"&", b"||", b"~", b"<<"];

/// Finds literals that are joined, block by block.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    /// Chunks before this place were looked at.
    at: usize,
    /// Quotes of the last of them that are still to be looked at.
    quotes: u64,
    /// Equals signs there behind a plus, and whether it ends with one.
    appends: u64,
    sign: bool,
    /// Quotes there behind a plus.
    added: u64,
    /// What joins goes on at the end of that chunk.
    goes_on: bool,
    /// Where the last joined text ended.
    taken: usize,
}

impl Joins {
    /// The next joined text whose second piece `block` finds.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        loop {
            while self.quotes != 0 {
                let quote = self.at - CHUNK + self.quotes.trailing_zeros() as usize;
                self.quotes &= self.quotes - 1;
                if let Some(decoded) = self.before(bytes, quote) {
                    return Some(decoded);
                }
            }
            while self.appends != 0 {
                let equals = self.at - CHUNK + self.appends.trailing_zeros() as usize;
                self.appends &= self.appends - 1;
                if let Some(decoded) = self.appended(bytes, equals) {
                    return Some(decoded);
                }
            }
            while self.added != 0 {
                let quote = self.at - CHUNK + self.added.trailing_zeros() as usize;
                self.added &= self.added - 1;
                if let Some(decoded) = self.added_to_itself(bytes, quote) {
                    return Some(decoded);
                }
            }
            if self.at >= block.range().end {
                return None;
            }
            self.added = block.quotes_behind_plus(self.at);
            self.appends = block.appends(self.at, &mut self.sign);
            self.quotes = block.rows_between(Class::Joint, Class::Quote, self.at, &mut self.goes_on);
            self.at += CHUNK;
        }
    }

    /// All that is joined with the string that the quote at `quote` opens.
    fn before(&mut self, bytes: &[u8], quote: usize) -> Option<Decoded> {
        let between =
            bytes[..quote].iter().rev().take(MAX_BETWEEN).take_while(|byte| Class::Joint.has(**byte));
        let closing = (quote - between.count()).checked_sub(1).filter(|closing| *closing >= self.taken)?;
        let mark = closing_quote(&bytes[..=closing])?;
        let join = join_from(bytes, closing + 1 - mark.len(), mark)?;
        self.joined(bytes, &join.gap, |at| join_from(bytes, at, &join.quote).map(|join| join.gap))
    }

    /// All that is appended like the string behind the equals sign at `equals`.
    #[inline(never)]
    fn appended(&mut self, bytes: &[u8], equals: usize) -> Option<Decoded> {
        let opening = equals + 1 + blanks(&bytes[equals + 1..]);
        let quote = bytes.get(opening..)?.iter().take(2).position(|byte| Class::Quote.has(*byte))?;
        self.behind_last_string(bytes, equals, opening..opening + quote + 1)
    }

    /// All that is appended like the string that the quote at `quote` opens: `k = k + "…"`.
    #[inline(never)]
    fn added_to_itself(&mut self, bytes: &[u8], quote: usize) -> Option<Decoded> {
        let mark = closing_quote(&bytes[..=quote])?;
        let opening = quote + 1 - mark.len();
        let (summand, before) = last_word(bytes[..opening].trim_ascii_end().strip_suffix(b"+")?)?;
        let equals = before.strip_suffix(b"=")?;
        let (name, _) = last_word(equals)?;
        if name != summand {
            return None;
        }
        self.behind_last_string(bytes, equals.len(), opening..quote + 1)
    }

    /// All that is joined as the string before `before` is with the one that `quote` opens, with the same between any two.
    fn behind_last_string(&mut self, bytes: &[u8], before: usize, quote: Range<usize>) -> Option<Decoded> {
        let floor = self.taken.max(before.saturating_sub(MAX_BETWEEN));
        let closing = memchr::memmem::rfind(bytes.get(floor..before)?, &bytes[quote.clone()])? + floor;
        let gap = closing..quote.end;
        let between = &bytes[gap.clone()];
        let piece = &bytes[gap.end..bytes.len().min(gap.end + MAX_PIECE)];
        let is_of_token = piece[..length_of_piece(piece)].iter().all(|byte| is(*byte, EXTENDED));
        if !is_of_token {
            return None;
        }
        self.joined(bytes, &gap, |at| bytes[at..].starts_with(between).then(|| at..at + between.len()))
    }

    /// What is joined around `gap`, if tokens could be; `next` tells what stands between two pieces where one ends.
    fn joined(
        &mut self,
        bytes: &[u8],
        gap: &Range<usize>,
        next: impl Fn(usize) -> Option<Range<usize>>,
    ) -> Option<Decoded> {
        // A dash alone is what logs write for nothing.
        let ends_token = match bytes[..gap.start] {
            [.., before, last] => is(last, ALNUM) || is(last, EXTENDED) && is(before, EXTENDED),
            _ => false,
        };
        if !ends_token || !bytes.get(gap.end).is_some_and(|byte| is(*byte, EXTENDED)) {
            return None;
        }
        let decoded = joined(bytes, gap, self.taken, next);
        self.taken = decoded.source.end;
        Some(decoded)
    }
}

/// The name that `text` ends with, and what stands before it without blanks.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_end();
    let length = text.iter().rev().take(MAX_BETWEEN).take_while(|byte| is(**byte, NAME)).count();
    let (before, name) = text.split_at(text.len() - length);
    // In `\nk` the first letter belongs to the escape.
    let escaped = usize::from(before.ends_with(b"\\") && b"nrt".contains(name.first()?));
    (length > escaped).then(|| (&name[escaped..], before.trim_ascii_end()))
}

/// From the end of one piece to the beginning of the next.
struct Join {
    gap: Range<usize>,
    /// `"` or `'`, or `\"` in JSON.
    quote: Vec<u8>,
}

/// The join whose first piece ends with `quote` at `end`.
fn join_from(bytes: &[u8], end: usize, quote: &[u8]) -> Option<Join> {
    let rest = bytes.get(end..)?.strip_prefix(quote)?;
    let left = blanks(rest);
    let operator = OPERATORS.iter().find(|sign| rest[left..].starts_with(sign)).map_or(0, |sign| sign.len());
    let right = blanks(&rest[left + operator..]);
    let length = left + operator + right;
    let next = rest[length..].strip_prefix(quote)?;
    let start = bytes.len() - next.len();
    (length > 0 && !next.is_empty()).then(|| Join { gap: end..start, quote: quote.to_vec() })
}

/// Up to the quote that closes a piece, over line ends that are escaped.
fn length_of_piece(piece: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match piece[at..] {
            [b'\\', b'n' | b'r' | b't', ..] | [b'\\', b'\\', b'n' | b'r' | b't', ..] => at += 2,
            [] | [b'"' | b'\'' | b'`' | b'\n' | b'\\', ..] => return at,
            _ => at += 1,
        }
    }
}

/// Everything that is joined with the pieces around `gap`.
fn joined(
    bytes: &[u8],
    gap: &Range<usize>,
    floor: usize,
    next: impl Fn(usize) -> Option<Range<usize>>,
) -> Decoded {
    let floor = floor.max(gap.start.saturating_sub(MAX_PIECE));
    let begins = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\n');
    let start = gap.start - bytes[floor..gap.start].iter().rev().take_while(|byte| !begins(byte)).count();
    let mut steps = Steps::default();
    steps.push(0, start);
    let mut text = bytes[start..gap.start].to_vec();
    steps.push(text.len(), gap.start);
    let mut at = gap.end;
    loop {
        steps.push(text.len(), at);
        let piece = &bytes[at..bytes.len().min(at + MAX_PIECE)];
        let length = length_of_piece(piece);
        text.extend_from_slice(&piece[..length]);
        at += length;
        steps.push(text.len(), at);
        match next(at) {
            Some(gap) => at = gap.end,
            None => break,
        }
    }
    Decoded { bytes: text, source: start..at, codec: Codec::Joined(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        let (mut joins, mut found) = (Joins::default(), None);
        in_blocks(text.as_bytes(), |block| {
            found = found.take().or_else(|| joins.next_in(block, text.as_bytes()));
        });
        found
    }

    #[test]
    fn pieces_are_joined_and_mapped_back() {
        for text in [
            r#"k = "ABC" + "DEF" + "GHI";"#,
            "k = 'ABC'+'DEF'+'GHI';",
            "k = \"ABC\" +\n    \"DEF\"\n    + \"GHI\";",
            r#"{"code": "k = \"ABC\" + \"DEF\" + \"GHI\";"}"#,
            r#"{"x": "{\"code\": \"k = \\\"ABC\\\" + \\\"DEF\\\" +\\n \\\"GHI\\\";\"}"}"#,
            "k = 'ABC' . 'DEF' . 'GHI';",
            "k = \"ABC\" .. \"DEF\" .. \"GHI\"",
            "k := 'ABC' || 'DEF' || 'GHI';",
            "k = (\"ABC\" \"DEF\"\n     \"GHI\")",
            "k = \"ABC\" \\\n  \"DEF\" \\\n  \"GHI\"",
            "k = 'ABC'\nk += 'DEF'\nk += 'GHI'",
            "k=\"ABC\";k+=\"DEF\";k+=\"GHI\";",
            "k = 'ABC'\nk = k + 'DEF'\nk = k + 'GHI'",
            "let k=\"ABC\";k=k+\"DEF\";k=k+\"GHI\";",
            r#"{"code": "k = \"ABC\"\nk = k + \"DEF\"\nk = k + \"GHI\"\n"}"#,
            "$k = 'ABC';\n$k .= 'DEF';\n$k .= 'GHI';",
            r#"{"code": "k = \"ABC\"\n    k += \"DEF\"\n    k += \"GHI\"\n"}"#,
        ] {
            let decoded = first(text).expect(text);
            for lead in 0..150 {
                let led = first(&format!("{}{text}", " ".repeat(lead))).expect(text);
                assert_eq!(
                    led.source,
                    decoded.source.start + lead..decoded.source.end + lead,
                    "{lead} {text}"
                );
            }
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
        for text in [
            "a + b",
            "\"x: \" + y",
            "a = 'ABC'; b = c + 'DEF'",
            "'a' + b + 'c'",
            "c++",
            "\"sum: \" + \"1\"",
            "\"-\" \"Mozilla/5.0\"",
        ] {
            assert!(first(text).is_none(), "{text}");
        }
    }
}
