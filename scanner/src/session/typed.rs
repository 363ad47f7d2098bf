//! What is typed key by key: messages of a character or two, joined.

use std::collections::VecDeque;
use std::time::Duration;

use zeroize::Zeroizing;

/// Longest message that is a stroke of keys.
const MAX_STROKE: usize = 2;
/// So much of what was typed is remembered.
const MAX_TEXT: usize = 256;
/// Flows in which something is typed at a time.
const MAX_FLOWS: usize = 8;

/// What was typed, flow by flow, the latest last.
#[derive(Default)]
pub(super) struct Typed(VecDeque<Line>);

struct Line {
    flow: u64,
    at: Duration,
    text: Zeroizing<Vec<u8>>,
}

/// Whether a message of these bytes is one of many that are typed.
pub(crate) fn is_stroke(bytes: &[u8]) -> bool {
    (1..=MAX_STROKE).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

impl Typed {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets what is older than this.
    pub(super) fn forget(&mut self, now: Duration, age: Duration) {
        self.0.retain(|line| now.saturating_sub(line.at) < age);
    }

    /// The end of what was typed in this flow, with these keys.
    pub(super) fn go_on(&mut self, flow: u64, keys: &[u8], now: Duration) -> &[u8] {
        let found = self.0.iter().position(|line| line.flow == flow).and_then(|index| self.0.remove(index));
        // One allocation: what grows leaves copies behind.
        let mut text = found.map_or_else(|| Zeroizing::new(Vec::with_capacity(MAX_TEXT)), |line| line.text);
        let excess = (text.len() + keys.len()).saturating_sub(MAX_TEXT);
        text.drain(..excess);
        text.extend_from_slice(keys);
        if self.0.len() >= MAX_FLOWS {
            self.0.pop_front();
        }
        self.0.push_back(Line { flow, at: now, text });
        self.0.back().map_or(b"", |line| &line.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_are_apart_and_what_is_kept_is_bounded() {
        let mut typed = Typed::default();
        assert_eq!(typed.go_on(1, b"ab", Duration::ZERO), b"ab");
        assert_eq!(typed.go_on(2, b"x", Duration::ZERO), b"x");
        assert_eq!(typed.go_on(1, b"c", Duration::from_secs(5)), b"abc");
        for flow in 3..200 {
            assert!(typed.go_on(1, b"dd", Duration::from_secs(5)).len() <= MAX_TEXT);
            typed.go_on(flow, b"y", Duration::from_secs(5));
        }
        assert_eq!(typed.0.len(), MAX_FLOWS);
        assert_eq!(
            typed.go_on(2, b"z", Duration::from_secs(5)),
            b"z",
            "the one that is silent longest goes first"
        );
        typed.forget(Duration::from_secs(9), Duration::from_secs(2));
        assert!(typed.is_empty());
    }

    #[test]
    fn a_stroke_is_a_character_or_two() {
        for (bytes, want) in
            [(&b"a"[..], true), (b"gh", true), (b"abc", false), (b"", false), (b" ", false), (b"\n", false)]
        {
            assert_eq!(is_stroke(bytes), want, "{bytes:?}");
        }
    }
}
