//! Text that was turned into other text: each letter thirteen further on, or the whole from its end.
//!
//! Any text can be read so; it is, around what such a reading makes of a keyword, or of a name that says secret.

use std::ops::Range;

use super::{Codec, Decoded, base64, hex};
use crate::candidates::classes::{CORE, is};
use crate::candidates::{Says, name_around, says};

/// How far around a keyword the text is turned back: the longest match of a pattern, and more.
const REACH: usize = 12 << 10;
/// How far before the end of what was turned back the next keyword is looked at anew.
const OVERLAP: usize = 9 << 10;
/// How far around a name what it is read with may stand: on one side a vendor, on the other the longest value.
const CONTEXT: usize = 256;
const VALUE: usize = 1536;
/// How far behind a name the text is turned back, so that other names need not be turned again.
const BEHIND: usize = 4096;

/// A way to turn text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Each letter thirteen further on.
    Rot13,
    /// From its end.
    Reversed,
}

impl Turn {
    /// Every way.
    pub(crate) const ALL: [Self; 2] = [Self::Rot13, Self::Reversed];

    /// A number for a rule in text turned this way, beyond those of all `rules` rules.
    pub(crate) fn of(self, rule: usize, rules: usize) -> usize {
        rules * (1 + self as usize) + rule
    }

    /// The rule of a number, and the way its text was turned, if it was.
    pub(crate) fn rule_of(number: usize, rules: usize) -> (usize, Option<Self>) {
        (number % rules, (number / rules).checked_sub(1).map(|turn| Self::ALL[turn]))
    }

    /// Turns text, and turns it back.
    pub(crate) fn turn(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Rot13 => text.iter().map(|byte| rot13(*byte)).collect(),
            Self::Reversed => text.iter().rev().copied().collect(),
        }
    }

    /// Turns text back. In JSON and in code an escaped line end stands as such, whatever was done to the text.
    fn read(self, text: &[u8]) -> Vec<u8> {
        let mut read = self.turn(text);
        for at in memchr::memchr_iter(b'\\', text) {
            let Some(&escaped @ (b'n' | b'r' | b't' | b'"')) = text.get(at + 1) else { continue };
            let last = text.len() - 1 - at;
            match self {
                Self::Rot13 => read[at + 1] = escaped,
                Self::Reversed => read.swap(last - 1, last),
            }
        }
        read
    }

    /// As much of the text before and after the turned `keyword` turned back, and where the keyword stands in it.
    pub(crate) fn glimpse(
        self,
        bytes: &[u8],
        keyword: &Range<usize>,
        before: usize,
        after: usize,
    ) -> (Vec<u8>, usize) {
        let (left, right) = if self == Self::Rot13 { (before, after) } else { (after, before) };
        let source = keyword.start.saturating_sub(left)..bytes.len().min(keyword.end + right);
        let at = match self {
            Self::Rot13 => keyword.start - source.start,
            Self::Reversed => source.end - keyword.end,
        };
        (self.read(&bytes[source]), at)
    }

    /// The range of the turned text that `range` was read from.
    pub(super) fn source_of(self, range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
        match self {
            Self::Rot13 => whole.start + range.start..whole.start + range.end,
            Self::Reversed => whole.end - range.end..whole.end - range.start,
        }
    }
}

fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        _ => byte,
    }
}

/// How far text was turned back around keywords and around names, for each way.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    until: [usize; 2],
    named_until: [usize; 2],
}

impl Turned {
    /// Whether the text at `at` was turned back, with all that a keyword there may begin.
    pub(crate) fn covers(&self, at: usize, turn: Turn) -> bool {
        at < self.until[turn as usize]
    }

    /// The text around the turned keyword at `at`, turned back.
    pub(crate) fn around(&mut self, bytes: &[u8], at: usize, turn: Turn) -> Decoded {
        let source = at.saturating_sub(REACH)..bytes.len().min(at + REACH);
        self.until[turn as usize] = if source.end == bytes.len() { source.end } else { source.end - OVERLAP };
        turned(bytes, source, turn)
    }

    /// The text around the turned beginning of a name at `at`, turned back, if the name says secret.
    pub(crate) fn around_name(&mut self, bytes: &[u8], at: usize, turn: Turn) -> Option<Decoded> {
        let until = &mut self.named_until[turn as usize];
        if at < *until {
            return None;
        }
        let name = name_around(bytes, at);
        *until = name.end;
        if says(&turn.turn(&bytes[name.clone()])) < Says::Perhaps {
            return None;
        }
        let (before, after) = match turn {
            Turn::Rot13 => (CONTEXT, VALUE),
            Turn::Reversed => (VALUE, CONTEXT),
        };
        let source = name.start.saturating_sub(before)..bytes.len().min(name.end + BEHIND);
        *until = if source.end == bytes.len() { source.end } else { source.end - after };
        Some(turned(bytes, source, turn))
    }
}

/// Shortest base64 or hex that is read so.
const MIN_CODE: usize = 24;
/// Characters that tell it: twelve bytes of text in base64, ten in hex.
const BASE64_TOLD: usize = 16;
const HEX_TOLD: usize = 20;
/// How far from either end of a run it may end or begin.
const MARGIN: usize = 40;
/// What base64 of gzip begins with.
const GZIP: &[u8; 4] = b"H4sI";

/// Base64 or hex in the run `run` that was reversed, or whose letters were turned.
pub(super) fn turned_code(bytes: &[u8], run: &Range<usize>) -> Option<Decoded> {
    let is_escaped = run.start > 0 && bytes[run.start - 1] == b'\\' && b"nrt".contains(&bytes[run.start]);
    let run = run.start + usize::from(is_escaped)..run.end;
    if run.len() < MIN_CODE {
        return None;
    }
    // Text is encoded from its beginning on: without padding the groups are counted from there.
    let rest = bytes[run.clone()].iter().rev().take(MARGIN).take_while(|byte| !is(**byte, CORE)).count();
    let end = run.end - rest;
    if end < run.start + HEX_TOLD {
        return None;
    }
    let from_end = |place: usize| bytes[end - 1 - place];
    if says_text(from_end) || hex::is_text(&std::array::from_fn::<_, HEX_TOLD, _>(from_end)) {
        return Some(turned(bytes, run.start..end, Turn::Reversed));
    }
    if says_text(|place| rot13(from_end(place))) {
        return Some(turned(bytes, run.start..end, Turn::Rot13));
    }
    let head = &bytes[run.start..run.end.min(run.start + MARGIN)];
    let sign = head.windows(2).rposition(|pair| b"=:".contains(&pair[0]) && is(pair[1], CORE));
    let start = run.start + sign.map_or(0, |sign| sign + 1);
    let is_text = start + BASE64_TOLD <= run.end && says_text(|place| rot13(bytes[start + place]));
    is_text.then(|| turned(bytes, start..run.end, Turn::Rot13))
}

/// Whether the characters at the first places are those of text or of gzip in base64. The first group says no to most.
#[inline]
fn says_text(at: impl Fn(usize) -> u8) -> bool {
    let first: [u8; 4] = std::array::from_fn(&at);
    first == *GZIP
        || base64::is_ascii_group(&first, 0) && base64::is_text(&std::array::from_fn::<_, BASE64_TOLD, _>(at))
}

fn turned(bytes: &[u8], source: Range<usize>, turn: Turn) -> Decoded {
    Decoded { bytes: turn.read(&bytes[source.clone()]), source, codec: Codec::Turned(turn) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_are_turned(text in "[ -\\[\\]-~]{5,60}", start in 0_usize..4, reversed in any::<bool>()) {
            let turn = Turn::ALL[usize::from(reversed)];
            let turned = turn.turn(text.as_bytes());
            let decoded = Turned::default().around(&turned, 3, turn);
            prop_assert_eq!(&decoded.bytes, text.as_bytes());
            let view = View::part(&turned);
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + 1));
            prop_assert_eq!(&turn.turn(&turned[source])[..], &text.as_bytes()[start..=start]);
            // Chance may write how a compressed stream begins, which nothing can be written into.
            prop_assume!(view.archives.is_empty() && inner.archives.is_empty());
            let edit = inner.replacement(start..start + 1, b"[redacted]").expect("it can be turned");
            let mut edited = turned.clone();
            edited.splice(edit.range, edit.bytes);
            let expected = format!("{}[redacted]{}", &text[..start], &text[start + 1..]);
            prop_assert_eq!(turn.turn(&edited), expected.into_bytes());
        }
    }

    #[test]
    fn what_was_turned_is_not_turned_again() {
        let bytes = vec![b'x'; 100_000];
        let mut turned = Turned::default();
        let mut total = 0;
        for at in 0..bytes.len() {
            if !turned.covers(at, Turn::Rot13) {
                total += turned.around(&bytes, at, Turn::Rot13).bytes.len();
            }
        }
        assert!(total < 10 * bytes.len(), "{total}");
    }
}
