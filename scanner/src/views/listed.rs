//! String literals in a list that code puts together: `''.join(['AKIA', 'IOSF'])`, `["AKIA", "IOSF"].join("")`,
//! `implode('', […])`, `concat('AKIA', 'IOSF')`.

use std::ops::Range;

use super::quotes::{blanks, closing_quote};
use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{EXTENDED, is};

/// What ends the names of the calls that do so: `join(`, `Join(`, `implode(`, `concat(`, `Concat(`.
pub(crate) const CALLS: [&[u8]; 3] = [b"oin(", b"mplode(", b"oncat("];

/// Longest list, and longest literal.
const MAX_LIST: usize = 4096;
const MAX_PIECE: usize = 256;
/// Most literals of a list.
const MAX_LITERALS: usize = 512;
/// Most that stands between the name of a call and its list: `[]string{`.
const MAX_OPENING: usize = 16;

/// How far such lists were read: each is read once.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    until: usize,
}

impl Listed {
    /// What the call of which one of [`CALLS`] stands at `at` puts together.
    pub(crate) fn at(&mut self, bytes: &[u8], at: usize) -> Option<Decoded> {
        let floor = self.until;
        if at < floor {
            return None;
        }
        self.until = at;
        let list = list_at(bytes, at, floor)?;
        self.until = list.last().map_or(at, |last| last.end.max(at));
        let pieces: Vec<Range<usize>> = list.into_iter().filter(|piece| !piece.is_empty()).collect();
        let is_of_tokens = |piece: &Range<usize>| bytes[piece.clone()].iter().all(|byte| is(*byte, EXTENDED));
        (pieces.len() > 1 && pieces.iter().all(is_of_tokens)).then(|| joined(bytes, &pieces))
    }
}

/// The insides of the literals of the call at `at`, whose list begins behind `floor`.
fn list_at(bytes: &[u8], at: usize, floor: usize) -> Option<Vec<Range<usize>>> {
    let open = at + memchr::memchr(b'(', &bytes[at..])? + 1;
    let name = bytes[..at].iter().rev().take(8).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let before = bytes[..at - name].strip_suffix(b".");
    match before {
        Some(before) if before.ends_with(b"]") => list_before(bytes, before.len() - 1, floor),
        // `', '.join(…)` leaves something between them.
        Some(before) if before.last().is_some_and(|byte| b"\"'".contains(byte)) => {
            is_empty(before).then(|| list_behind(bytes, open))?
        }
        _ => list_behind(bytes, open),
    }
}

/// Whether the quote that `before` ends with closes nothing.
fn is_empty(before: &[u8]) -> bool {
    let Some(mark) = closing_quote(before) else { return false };
    before[..before.len() - mark.len()].ends_with(mark)
}

/// The literals behind `open`, in brackets of their own or not.
fn list_behind(bytes: &[u8], open: usize) -> Option<Vec<Range<usize>>> {
    let window = &bytes[open..bytes.len().min(open + MAX_OPENING)];
    let first = window.iter().position(|byte| b"\"'`".contains(byte))?;
    let is_opening = |byte: &u8| b" \t\n\r[({\\".contains(byte) || byte.is_ascii_lowercase() || *byte == b']';
    let all = window[..first].iter().all(is_opening).then(|| literals(bytes, open + first))?;
    // `implode('', [`
    let end = all.last().map(|last| last.end).filter(|_| all.len() == 1 && all[0].is_empty());
    let Some(end) = end else { return Some(all) };
    let rest = &bytes[end..bytes.len().min(end + MAX_OPENING)];
    let bracket = rest.iter().position(|byte| b"[({".contains(byte))?;
    let inner = end + bracket + 1;
    let quote = inner + blanks(&bytes[inner..]);
    let marks = bytes.get(quote..)?.iter().take_while(|byte| **byte == b'\\').count();
    Some(literals(bytes, quote + marks))
}

/// The literals of the list that ends with the bracket at `close`.
fn list_before(bytes: &[u8], close: usize, floor: usize) -> Option<Vec<Range<usize>>> {
    let last = bytes[..close].iter().rev().find(|byte| !byte.is_ascii_whitespace())?;
    if !b"\"'`,".contains(last) {
        return None;
    }
    let floor = floor.max(close.saturating_sub(MAX_LIST)).min(close);
    let inner = floor + memchr::memrchr(b'[', &bytes[floor..close])? + 1;
    let quote =
        inner + bytes[inner..close].iter().take(MAX_OPENING).position(|byte| b"\"'`".contains(byte))?;
    Some(literals(&bytes[..close], quote))
}

/// The insides of the literals from the one whose quote stands at `quote` on, with commas between them.
fn literals(bytes: &[u8], quote: usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let Some(mark) = bytes.get(..=quote).and_then(closing_quote) else { return all };
    let end_of_list = bytes.len().min(quote + MAX_LIST);
    let mut start = quote + 1;
    loop {
        let rest = &bytes[start..end_of_list.min(start + MAX_PIECE)];
        let Some(length) = memchr::memmem::find(rest, mark) else { return all };
        all.push(start..start + length);
        let closed = start + length + mark.len();
        let comma = closed + blanks(&bytes[closed..end_of_list]);
        if bytes.get(comma) != Some(&b',') || all.len() == MAX_LITERALS {
            return all;
        }
        let next = comma + 1 + blanks(&bytes[comma + 1..end_of_list.max(comma + 1)]);
        if !bytes[next..end_of_list.max(next)].starts_with(mark) {
            return all;
        }
        start = next + mark.len();
    }
}

fn joined(bytes: &[u8], pieces: &[Range<usize>]) -> Decoded {
    let (mut text, mut steps) = (Vec::new(), Steps::default());
    for piece in pieces {
        steps.push(text.len(), piece.start);
        text.extend_from_slice(&bytes[piece.clone()]);
        steps.push(text.len(), piece.end);
    }
    let source = pieces[0].start..pieces[pieces.len() - 1].end;
    Decoded { bytes: text, source, codec: Codec::Joined(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        let found = |call: &[u8]| memchr::memmem::find(text.as_bytes(), call);
        CALLS.into_iter().find_map(found).and_then(|at| Listed::default().at(text.as_bytes(), at))
    }

    #[test]
    fn lists_are_joined_and_mapped_back() {
        for text in [
            "''.join(['ABC', 'DEF', 'GHI'])",
            "\"\".join((\"ABC\", \"DEF\",\n  \"GHI\",))",
            "{\"code\": \"k = \\\"\\\".join([\\\"ABC\\\", \\\"DEF\\\",\\n \\\"GHI\\\"])\"}",
            "[\"ABC\",\"DEF\",\"GHI\"].join('')",
            "['ABC', 'DEF', 'GHI'].join",
            "implode('', ['ABC', 'DEF', 'GHI'])",
            "join('', ('ABC', 'DEF', 'GHI'))",
            "strings.Join([]string{\"ABC\", \"DEF\", \"GHI\"}, \"\")",
            "concat('ABC', 'DEF', 'GHI')",
            "String.Concat(\"ABC\", \"DEF\", \"GHI\")",
        ] {
            let text = format!("{text}(");
            let decoded = first(&text).expect(&text);
            assert_eq!(decoded.bytes, b"ABCDEFGHI", "{text}");
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(&text[inner.source_of(&(3..6))], "DEF", "{text}");
        }
    }

    #[test]
    fn other_calls_join_nothing() {
        for text in [
            "', '.join(['ABC', 'DEF'])",
            "os.path.join('a b', name)",
            "names.join(\", \")",
            "''.join(pieces)",
            "''.join(['ABC'])",
            "x[0].join('')",
            "join(",
            "a].join(",
            "'].join(",
        ] {
            assert!(first(text).is_none(), "{text}");
        }
    }
}
