//! Ascii85 has quotes and backslashes, which stand escaped in JSON and in code.

use std::ops::Range;

use super::GROUP;
use crate::candidates::Class;
use crate::views::{Codec, Decoded, Steps};

/// The row without what escapes quotes and backslashes.
pub(super) fn unescaped(bytes: &[u8], start: usize) -> Decoded {
    let (mut steps, mut plain, mut end) = (Steps::default(), Vec::new(), start);
    steps.push(0, start);
    for (place, byte) in Unescaped::new(bytes, start) {
        if place.len() > 1 {
            steps.push(plain.len(), place.start);
            steps.push(plain.len() + 1, place.end);
        }
        plain.push(byte);
        end = place.end;
    }
    Decoded { bytes: plain, source: start..end, codec: Codec::Escape(steps) }
}

/// The characters of a row, each with its place, without the backslashes before quotes and backslashes.
pub(super) struct Unescaped<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Unescaped<'b> {
    pub(super) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = (Range<usize>, u8);

    fn next(&mut self) -> Option<Self::Item> {
        let (byte, length) = match self.bytes.get(self.at..)? {
            [b'\\', sign, ..] if is_escaped(*sign) => (*sign, 2),
            [byte, ..] if Class::Visible.has(*byte) && !is_escaped(*byte) => (*byte, 1),
            _ => return None,
        };
        let place = self.at..self.at + length;
        self.at = place.end;
        Some((place, byte))
    }
}

fn is_escaped(sign: u8) -> bool {
    matches!(sign, b'"' | b'\\')
}

/// Whether an escaped sign stands in the group at the start of `rest`.
pub(super) fn has_escape(rest: &[u8]) -> bool {
    let group = &rest[..rest.len().min(GROUP + 1)];
    group.windows(2).any(|pair| pair[0] == b'\\' && is_escaped(pair[1]))
}
