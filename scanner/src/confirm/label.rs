//! The label of a number: what stands before it and may say what it is.

use std::ops::Range;

use super::context::REACH;
use crate::candidates::classes::{ALNUM, start_of};
use crate::candidates::spelled_words;

/// Letters that may belong to the number itself.
const MAX_PREFIX: usize = 10;

/// Words of a label that say nothing of what the number is.
const GENERIC: [&str; 24] = [
    "value", "val", "number", "num", "numero", "nummer", "the", "was", "are", "text", "data", "content",
    "field", "key", "input", "type", "code", "string", "item", "please", "und", "and", "est", "called",
];

/// What stands before a number.
pub(super) struct Label {
    pub(super) text: Range<usize>,
    /// A colon, an equals sign or the end of a tag stands between.
    pub(super) is_named: bool,
    /// The number is a cell of a table, with this delimiter.
    pub(super) cell: Option<u8>,
}

impl Label {
    pub(super) fn before(bytes: &[u8], number: usize) -> Self {
        let floor = number.saturating_sub(REACH);
        let mut start = start_of(bytes, number, number.saturating_sub(MAX_PREFIX), ALNUM);
        // In `\n123` the letter belongs to the escape.
        if start > 0 && start < number && bytes[start - 1] == b'\\' {
            start += 1;
        }
        let end = before_syntax(bytes, start, floor);
        let gap = &bytes[end..start];
        let is_named = gap.iter().any(|byte| matches!(byte, b':' | b'=' | b'>'));
        let mut from = end;
        while from > floor && !is_boundary(bytes[from - 1]) {
            from -= 1;
        }
        if from > 0 && from < end && bytes[from - 1] == b'\\' && b"nrt".contains(&bytes[from]) {
            from += 1;
        }
        Self { text: from..end, is_named, cell: if is_named { None } else { cell(bytes, gap, end) } }
    }

    /// Whether the label calls its number an id, and nothing more.
    pub(super) fn is_id(&self, text: &[u8]) -> bool {
        self.is_named && text.eq_ignore_ascii_case(b"id")
    }
}

/// Where a label is remembered, by some bytes of its end.
pub(super) fn place_of(text: &[u8]) -> usize {
    let last = text.iter().rev().step_by(3).take(3);
    last.fold(text.len(), |place, byte| place * 5 + usize::from(*byte)) % super::context::LABELS
}

/// Back over quotes, colons and line ends between a label and its number.
fn before_syntax(bytes: &[u8], mut at: usize, floor: usize) -> usize {
    loop {
        while at > floor && is_syntax(bytes[at - 1]) {
            at -= 1;
        }
        if at < floor + 2 || !b"nrt".contains(&bytes[at - 1]) || bytes[at - 2] != b'\\' {
            return at;
        }
        at -= 2;
    }
}

fn is_syntax(byte: u8) -> bool {
    byte <= b' ' || b"\"'`:=>([{|,;#*\\-.".contains(&byte)
}

fn is_boundary(byte: u8) -> bool {
    b",;{}[]<>\"'\n\r\t|&?!\\".contains(&byte)
}

/// The delimiter of the table that a number with this gap before it may be a cell of.
fn cell(bytes: &[u8], gap: &[u8], gap_start: usize) -> Option<u8> {
    let delimiter = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|');
    let at_line_start = gap_start == 0 || gap.contains(&b'\n') || gap.windows(2).any(|two| two == b"\\n");
    match gap.iter().rev().find(|byte| delimiter(byte) || **byte == b'\n') {
        Some(b'\n') => Some(b'\n'),
        Some(found) => Some(*found),
        None if at_line_start && !bytes.is_empty() => Some(b'\n'),
        None => None,
    }
}

/// Whether a delimiter of cells or a line end stands before the number at `at`, letters of its own, quotes and spaces
/// between them.
#[inline]
pub(super) fn stands_in_cell(bytes: &[u8], at: usize) -> bool {
    let start = start_of(bytes, at, at.saturating_sub(MAX_PREFIX), ALNUM);
    let mut before = bytes[..start].iter().rev().take(REACH);
    before
        .find(|byte| !matches!(byte, b' ' | b'"' | b'\'' | b'-' | b'('))
        .is_none_or(|byte| b",;\t|\n\r\\".contains(byte))
}

/// Whether a label has no word of its own: short ones, and those that say "value".
pub(super) fn is_generic(label: &[u8]) -> bool {
    let mut buffer = [0; 2 * REACH + 2];
    says_nothing(spelled_words(label, &mut buffer))
}

pub(super) fn says_nothing(spelled: &[u8]) -> bool {
    spelled
        .split(|byte| *byte == b'_')
        .all(|word| word.len() <= 2 || GENERIC.iter().any(|generic| generic.as_bytes() == word))
}
