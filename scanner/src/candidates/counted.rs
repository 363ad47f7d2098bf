//! Strings whose length stands before them as a byte: `MessagePack`, CBOR, protobuf. Where that byte is a letter or a
//! digit, the string seems to begin one byte early.

use std::ops::Range;

use super::classes::{ALNUM, is};

/// Shorter strings are no tokens.
const SHORTEST: usize = 16;
/// How far into a run behind binary data such a byte is looked for: CBOR writes a key without a gap before its value.
const REACH: usize = 40;

/// Where strings begin inside `run` whose length stands before them.
pub(crate) fn counted_starts(bytes: &[u8], run: &Range<usize>) -> impl Iterator<Item = usize> {
    let is_binary = match bytes[..run.start].last() {
        Some(b'\n') => Some(false),
        Some(byte) if *byte < b' ' || *byte >= 0x80 => Some(true),
        Some(b'"' | b'*') | None => Some(false),
        _ => None,
    };
    let reach = is_binary.map_or(0, |is_binary| if is_binary { REACH } else { 2 });
    let (first, last) = (run.start + 1, run.end.min(run.start + reach));
    (first..last.max(first)).filter(move |&at| is(bytes[at], ALNUM) && is_counted(bytes, at, run.end))
}

/// Whether the string from `start` to `end` has the length that the byte before it says.
fn is_counted(bytes: &[u8], start: usize, end: usize) -> bool {
    lengths(bytes[start - 1]).any(|length| length >= SHORTEST && start + length == end)
}

/// Whether a match that seems to be the rest of a word is a string of its own.
pub(crate) fn stands_counted(bytes: &[u8], found: &Range<usize>) -> bool {
    let [.., before, length] = bytes[..found.start] else { return false };
    let is_binary = |byte: u8| !byte.is_ascii_graphic() && !b" \t".contains(&byte);
    (is_binary(before) || before == b'x')
        && lengths(length).any(|length| {
            let end = found.start + length;
            let is_whole = end == bytes.len() || bytes.get(end).is_some_and(|byte| is_binary(*byte));
            length >= SHORTEST && (end == found.end || (end > found.end && is_whole))
        })
}

/// The lengths that a byte can say: itself, and in CBOR its low bits.
fn lengths(byte: u8) -> impl Iterator<Item = usize> {
    let low = matches!(byte, 0x60..=0x77).then_some(usize::from(byte & 0x1f));
    [usize::from(byte)].into_iter().chain(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_no_letter_of_the_string() {
        let token = "tok_0123456789012345678901234567890123456789012345";
        let length = u8::try_from(token.len()).expect("short");
        for before in [&b"\xd9"[..], b"\x0a", b"\x12", b"\xa1\x64datax"] {
            let bytes = [before, &[length], token.as_bytes()].concat();
            let run = bytes.len() - token.len() - 1 - if before.ends_with(b"x") { 6 } else { 0 }..bytes.len();
            let starts: Vec<usize> = counted_starts(&bytes, &run).collect();
            let start = bytes.len() - token.len();
            assert_eq!(starts, [start], "{before:?}");
            assert!(stands_counted(&bytes, &(start..bytes.len())));
            assert!(!stands_counted(&bytes, &(start + 1..bytes.len())));
        }
    }
}
