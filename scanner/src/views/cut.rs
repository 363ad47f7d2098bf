//! A token that was cut into lines, cells or items: `part1=…` and `part2=…`, `K="${K}…"`, `- …`, `| 2 | … |`, `…,…,…`.
//!
//! Asked only where a token begins and ends too early. What stands before the first piece tells what stands before the
//! next ones: the same signs and words, with other numbers or another word in front.

use std::ops::Range;

use super::{Codec, Decoded, Steps, View};
use crate::candidates::classes::{CORE, EXTENDED, end_of, is};

/// Most that stands between two pieces.
const MAX_GAP: usize = 40;
/// Longest word that names a piece.
const MAX_WORD: usize = 16;
/// Most pieces, and the shortest first one.
const MAX_PIECES: usize = 32;
const MIN_FIRST: usize = 4;
/// Longest token that is put together.
const MAX_TOKEN: usize = 2048;

/// The pieces of one token, joined as far as they were asked for.
pub(crate) struct Cut<'b> {
    bytes: &'b [u8],
    /// Whether what unescaped quotes part are values of JSON, which are put together elsewhere.
    is_json: bool,
    /// What stands before the first piece.
    lead: &'b [u8],
    first: Range<usize>,
    /// What stood between the last two.
    gap: Option<Gap>,
    end: usize,
    last: usize,
    pieces: usize,
    steps: Steps,
    /// What they say together.
    pub(crate) text: Vec<u8>,
}

/// What stands between two pieces.
#[derive(Clone)]
struct Gap {
    range: Range<usize>,
    /// Whether words or numbers in it name the piece behind it.
    is_labelled: bool,
}

impl<'b> Cut<'b> {
    /// The token that begins at `at`; `None` where none does.
    pub(crate) fn new(view: &View<'b>, at: usize) -> Option<Self> {
        let bytes = view.bytes;
        let first = at..end_of(&bytes[..bytes.len().min(at + MAX_TOKEN)], at, EXTENDED);
        if !(MIN_FIRST..MAX_TOKEN).contains(&first.len()) || is_inside(bytes, at) || view.is_head {
            return None;
        }
        let mut steps = Steps::default();
        steps.push(0, at);
        let text = bytes[first.clone()].to_vec();
        steps.push(text.len(), first.end);
        let lead = &bytes[at.saturating_sub(MAX_GAP)..at];
        let (end, last) = (first.end, first.len());
        let is_json = view.depth == 0
            && bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| b"{[".contains(byte));
        Some(Self { bytes, is_json, lead, first, gap: None, end, last, pieces: 1, steps, text })
    }

    /// Whether a piece may follow.
    pub(crate) fn goes_on(&self) -> bool {
        self.next_gap().is_some()
    }

    /// Joins the next piece; whether there is one.
    pub(crate) fn grow(&mut self) -> bool {
        let Some(gap) = self.next_gap().filter(|_| self.pieces < MAX_PIECES) else { return false };
        let limit = self.bytes.len().min(gap.range.end + MAX_TOKEN);
        let piece = gap.range.end..end_of(&self.bytes[..limit], gap.range.end, EXTENDED);
        let is_too_long = !gap.is_labelled && piece.len() > self.first.len();
        if is_too_long || self.begins_another(&piece) || self.text.len() + piece.len() > MAX_TOKEN {
            return false;
        }
        self.steps.push(self.text.len(), piece.start);
        self.text.extend_from_slice(&self.bytes[piece.clone()]);
        self.steps.push(self.text.len(), piece.end);
        (self.end, self.last, self.pieces) = (piece.end, piece.len(), self.pieces + 1);
        self.gap = Some(gap);
        true
    }

    /// Whether a piece begins as the first one does: another token.
    fn begins_another(&self, piece: &Range<usize>) -> bool {
        self.bytes[piece.clone()].starts_with(&self.bytes[self.first.start..self.first.start + MIN_FIRST])
    }

    fn next_gap(&self) -> Option<Gap> {
        let gap = gap_at(self.bytes, self.end, self.lead)?;
        let between = &self.bytes[gap.range.clone()];
        let mut quotes = memchr::memchr_iter(b'"', between);
        let is_bare = |quote: usize| quote == 0 || between[quote - 1] != b'\\';
        (self.goes_on_by(&gap) && !(self.is_json && quotes.any(is_bare))).then_some(gap)
    }

    /// Whether this gap is like the one before. Without names pieces are as long as the first, but for the last.
    fn goes_on_by(&self, gap: &Gap) -> bool {
        let Some(before) = &self.gap else { return true };
        let is_same = || self.bytes[gap.range.clone()] == self.bytes[before.range.clone()];
        gap.is_labelled == before.is_labelled
            && (gap.is_labelled || is_same() && self.last == self.first.len())
    }

    /// How many pieces were joined.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces
    }

    /// What they say.
    pub(crate) fn decoded(self) -> Decoded {
        Decoded { bytes: self.text, source: self.first.start..self.end, codec: Codec::Folded(self.steps) }
    }
}

/// Whether a token that begins at `at` would begin inside a word. In `\nghp_` the letter belongs to an escape.
fn is_inside(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    before.is_some_and(|byte| is(byte, CORE)) && !(at > 1 && bytes[at - 2] == b'\\')
}

/// What stands between the piece that ends at `end` and the next one.
fn gap_at(bytes: &[u8], end: usize, lead: &[u8]) -> Option<Gap> {
    let window = &bytes[end..bytes.len().min(end + MAX_GAP)];
    if !window.first().is_some_and(|byte| *byte == b'<' || is_sign(*byte)) {
        return None;
    }
    (1..window.len()).rev().find_map(|length| {
        let begins_piece = is(window[length], CORE) && !is_inside(window, length);
        if !begins_piece {
            return None;
        }
        let gap = &window[..length];
        let own = gap.len() - alike(gap, lead);
        let is_labelled = has_a_label(&gap[own..]);
        parts(&gap[..own], is_labelled).then(|| Gap { range: end..end + length, is_labelled })
    })
}

/// How many bytes at the end of `gap` are those of `lead`, whatever the numbers and single letters in them.
fn alike(gap: &[u8], lead: &[u8]) -> usize {
    let (mut at, mut there) = (gap.len(), lead.len());
    while at > 0 && there > 0 {
        let (one, other) = (gap[at - 1], lead[there - 1]);
        if one.is_ascii_digit() && other.is_ascii_digit() {
            at -= gap[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            there -= lead[..there].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        } else if one == other || (is_single(gap, at - 1) && is_single(lead, there - 1)) {
            (at, there) = (at - 1, there - 1);
        } else {
            break;
        }
    }
    gap.len() - at
}

/// Whether a text has words, numbers or signs that names have behind them.
fn has_a_label(text: &[u8]) -> bool {
    let is_of_name = |at: usize| text[at].is_ascii_alphanumeric() || b"=:".contains(&text[at]);
    (0..text.len()).any(|at| is_of_name(at) && !is_escaped(text, at))
}

/// Whether the letter at `at` belongs to an escape: `\n`.
fn is_escaped(text: &[u8], at: usize) -> bool {
    b"nrt".contains(&text[at]) && at > 0 && text[at - 1] == b'\\'
}

/// What parts pieces.
fn is_sign(byte: u8) -> bool {
    b"\\\n\r,;|\"' `\t".contains(&byte)
}

/// Whether the letter at `at` stands alone: `a = '…'`.
fn is_single(text: &[u8], at: usize) -> bool {
    let is_letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
    is_letter(at) && !is_letter(at + 1) && !at.checked_sub(1).is_some_and(is_letter)
}

/// Whether `gap` only parts what stands around it: signs and white space, a closing tag, and a word before a label.
fn parts(gap: &[u8], is_labelled: bool) -> bool {
    let closing = gap.strip_prefix(b"</").and_then(|tag| Some(memchr::memchr(b'>', tag)? + 3)).unwrap_or(0);
    let rest = &gap[closing.min(gap.len())..];
    let in_word = |byte: &&u8| byte.is_ascii_alphabetic() || **byte == b'_';
    let word = if is_labelled { rest.iter().rev().take_while(in_word).count() } else { 0 };
    // In `\nSecond` the first letter belongs to the escape.
    let word = word - usize::from(word > 0 && rest[..rest.len() - word].ends_with(b"\\"));
    let signs = &rest[..rest.len() - word];
    word <= MAX_WORD && (0..signs.len()).all(|at| is_sign(signs[at]) || is_escaped(signs, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Option<String> {
        let view = View::part(text.as_bytes());
        let mut cut = Cut::new(&view, text.find("TOK_")?)?;
        while cut.grow() {}
        let decoded = cut.decoded();
        Some(String::from_utf8_lossy(&decoded.bytes).into_owned())
    }

    #[test]
    fn pieces_are_joined() {
        for text in [
            "part1=TOK_abcd\npart2=efghijkl\npart3=mnop\nrest",
            "{\"t\": \"see:\\npart1: TOK_abcd\\npart2: efghijkl\\npart3: mnop\\n\"}",
            "K=\"\"\nK=\"${K}TOK_abcd\"\nK=\"${K}efghijkl\"\nK=\"${K}mnop\"\n",
            "TOK_abcd,efghijkl,mnop\n",
            "\"TOK_abcd\",\"efghijkl\",\"mnop\"\n",
            "TOK_abcd\n    efghijkl\n    mnop\n",
            "TOK_abcd\\\nefghijkl\\\nmnop\n",
            "TOK_abcd efghijkl mnop",
            "- TOK_abcd\n- efghijkl\n- mnop\n\n",
            "9. TOK_abcd\n10. efghijkl\n11. mnop\n",
            "| 1 | TOK_abcd |\n| 2 | efghijkl |\n| 3 | mnop |\n",
            "n,chunk\n1,TOK_abcd\n2,efghijkl\n3,mnop\n",
            "First part: TOK_abcd\nSecond part: efghijkl\nThird part: mnop\n",
            "const a='TOK_abcd', b='efghijkl', c='mnop';",
            "a = 'TOK_abcd'\nb = 'efghijkl'\nc = 'mnop'\nprint(a+b)",
            "<p1>TOK_abcd</p1><p2>efghijkl</p2><p3>mnop</p3>",
        ] {
            assert_eq!(joined(text).as_deref(), Some("TOK_abcdefghijklmnop"), "{text}");
        }
    }

    #[test]
    fn what_stands_beside_is_no_piece() {
        for (text, expected) in [
            ("TOK_abcd is a token of words", "TOK_abcdis"),
            ("TOK_abcd, and, then, others", "TOK_abcdand"),
            ("TOK_abcd (see there)", "TOK_abcd"),
            ("TOK_abcd\nlongerthanthefirst\n", "TOK_abcd"),
            ("TOK_abcd: x", "TOK_abcd:x"),
        ] {
            assert_eq!(joined(text).as_deref(), Some(expected), "{text}");
        }
        assert!(joined("xTOK_abcd,efghijkl").is_none());
        // Values of JSON are put together where they are read as such.
        assert_eq!(joined("{\"a1\": \"TOK_abcd\", \"a2\": \"efghijkl\"}").as_deref(), Some("TOK_abcd"));
    }
}
