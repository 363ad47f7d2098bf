//! Text that was turned into other text: each letter thirteen further on, or the whole from its end.
//!
//! Any text can be read so; it is, around what such a reading makes of a keyword.

use std::ops::Range;

use super::{Codec, Decoded};

/// How far around a keyword the text is turned back: the longest match of a pattern, and more.
const REACH: usize = 12 << 10;
/// How far before the end of what was turned back the next keyword is looked at anew.
const OVERLAP: usize = 9 << 10;

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

/// How far text was turned back, for each way.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    until: [usize; 2],
}

impl Turned {
    /// The text around the turned keyword at `at`, turned back, unless a keyword before it had it turned.
    pub(crate) fn around(&mut self, bytes: &[u8], at: usize, turn: Turn) -> Option<Decoded> {
        let until = &mut self.until[turn as usize];
        if at < *until {
            return None;
        }
        let source = at.saturating_sub(REACH)..bytes.len().min(at + REACH);
        *until = if source.end == bytes.len() { source.end } else { source.end - OVERLAP };
        Some(Decoded { bytes: turn.turn(&bytes[source.clone()]), source, codec: Codec::Turned(turn) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_are_turned(text in "[ -~]{5,60}", start in 0_usize..4, reversed in any::<bool>()) {
            let turn = Turn::ALL[usize::from(reversed)];
            let turned = turn.turn(text.as_bytes());
            let decoded = Turned::default().around(&turned, 3, turn).expect("the first");
            prop_assert_eq!(&decoded.bytes, text.as_bytes());
            let view = View::part(&turned);
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + 1));
            prop_assert_eq!(&turn.turn(&turned[source])[..], &text.as_bytes()[start..=start]);
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
        let total: usize = (0..bytes.len())
            .filter_map(|at| turned.around(&bytes, at, Turn::Rot13))
            .map(|decoded| decoded.bytes.len())
            .sum();
        assert!(total < 10 * bytes.len(), "{total}");
    }
}
