//! What is cut out of a text that flows, and what is put in its place.

use std::collections::VecDeque;
use std::ops::Range;

/// Ranges to replace, in order, none overlapping another. Offsets count from the first byte of the text.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    cuts: VecDeque<(Range<usize>, Vec<u8>)>,
}

impl Cuts {
    /// Adds a range. What overlaps another becomes one with it.
    pub(super) fn add(&mut self, range: Range<usize>, bytes: Vec<u8>) {
        let at = self.cuts.partition_point(|(other, _)| other.end <= range.start);
        match self.cuts.get_mut(at) {
            Some((other, text)) if other.start < range.end => {
                if range.start < other.start {
                    *text = bytes;
                }
                *other = other.start.min(range.start)..other.end.max(range.end);
                self.swallow_after(at);
            }
            _ => self.cuts.insert(at, (range, bytes)),
        }
    }

    /// A range that has grown may reach over those after it.
    fn swallow_after(&mut self, at: usize) {
        while let Some((next, _)) = self.cuts.get(at + 1) {
            let end = self.cuts[at].0.end;
            if next.start >= end {
                return;
            }
            let next_end = next.end;
            self.cuts[at].0.end = end.max(next_end);
            self.cuts.remove(at + 1);
        }
    }

    /// The next range that begins before `end`.
    pub(super) fn next_before(&mut self, end: usize) -> Option<(Range<usize>, Vec<u8>)> {
        let is_due = self.cuts.front().is_some_and(|(range, _)| range.start < end);
        if is_due { self.cuts.pop_front() } else { None }
    }
}

/// Whether a place in JSON is inside a string, followed from the first byte. A line break ends every string.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    /// Reads on.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.is_escaped) {
                bytes = &bytes[1..];
                continue;
            }
            let Some(at) = memchr::memchr3(b'"', b'\\', b'\n', bytes) else { return };
            match bytes[at] {
                b'"' => self.is_open = !self.is_open,
                b'\\' => self.is_escaped = self.is_open,
                _ => self.is_open = false,
            }
            bytes = &bytes[at + 1..];
        }
    }

    /// Whether the next byte is in a string.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }
}

/// The number or literal around `range`: outside strings, only a whole value can be replaced.
pub(super) fn bare_value(text: &[u8], range: &Range<usize>) -> Range<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let before = text[..range.start].iter().rev().take_while(|byte| is_part(byte)).count();
    let after = text[range.end..].iter().take_while(|byte| is_part(byte)).count();
    range.start - before..range.end + after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_come_in_order_and_overlaps_are_one() {
        let mut cuts = Cuts::default();
        for (range, text) in [(10..20, "b"), (30..40, "d"), (0..5, "a"), (18..32, "c"), (50..60, "e")] {
            cuts.add(range, text.into());
        }
        let all: Vec<_> = std::iter::from_fn(|| cuts.next_before(55)).collect();
        assert_eq!(all, [(0..5, b"a".to_vec()), (10..40, b"b".to_vec()), (50..60, b"e".to_vec())]);
    }

    #[test]
    fn quotes_are_followed_over_escapes_in_any_chunking() {
        let text = br#"{"a\"b\\": 12, "c": "d\\\"" , 3"#;
        let want: Vec<bool> = (0..=text.len())
            .map(|end| {
                let mut quotes = Quotes::default();
                quotes.read(&text[..end]);
                quotes.is_open()
            })
            .collect();
        let mut quotes = Quotes::default();
        for (at, byte) in text.iter().enumerate() {
            assert_eq!(quotes.is_open(), want[at], "at {at}");
            quotes.read(&[*byte]);
        }
        assert!(want[5] && !want[11] && want[22] && !want[29]);
    }
}
