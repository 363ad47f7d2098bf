//! How bytes stand written as numbers, and how others are written in their place.

use std::ops::Range;

use crate::views::Replacement;

/// How each byte is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Hex,
    Decimal,
    Octal,
    Binary,
}

/// Where each byte stands, and how to write others in their place.
#[derive(Debug)]
pub(crate) struct Numbers {
    pub(crate) base: Base,
    pub(super) places: Vec<Range<usize>>,
    /// What stands before each number, as `0x`.
    pub(super) prefix: Vec<u8>,
    pub(super) separator: Vec<u8>,
    pub(super) upper: bool,
}

impl Numbers {
    /// Eight binary digits at each of `places`, nothing between them.
    pub(crate) fn of_bits(places: Vec<Range<usize>>) -> Self {
        let (prefix, separator) = (Vec::new(), Vec::new());
        Self { base: Base::Binary, places, prefix, separator, upper: false }
    }

    /// The numbers that `range` was read from.
    pub(crate) fn source_of(&self, range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
        let start = self.places.get(range.start).map_or(whole.end, |place| place.start);
        let end =
            range.end.checked_sub(1).and_then(|last| self.places.get(last)).map_or(start, |place| place.end);
        start..end.max(start)
    }

    /// The same bytes as numbers.
    pub(crate) fn encode(&self, replacement: &Replacement, whole: &Range<usize>) -> Replacement {
        let mut bytes = Vec::with_capacity(replacement.bytes.len() * (self.separator.len() + 4));
        for (index, &byte) in replacement.bytes.iter().enumerate() {
            if index > 0 {
                bytes.extend_from_slice(&self.separator);
            }
            bytes.extend_from_slice(&self.prefix);
            bytes.extend_from_slice(self.spell(byte).as_bytes());
        }
        Replacement { range: self.source_of(&replacement.range, whole), bytes }
    }

    fn spell(&self, byte: u8) -> String {
        match self.base {
            Base::Hex if self.upper => format!("{byte:02X}"),
            Base::Hex => format!("{byte:02x}"),
            Base::Decimal => byte.to_string(),
            Base::Octal => format!("{byte:03o}"),
            Base::Binary => format!("{byte:08b}"),
        }
    }
}

/// Bytes in a row that read as text, in one base.
#[derive(Clone, Default)]
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<Range<usize>>,
    pub(super) prefix: Vec<u8>,
}
