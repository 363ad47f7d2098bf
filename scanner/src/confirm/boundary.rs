//! Whether a match stands alone, or is the middle of something longer.

use std::ops::Range;

use crate::candidates::classes::{ALNUM, CORE, end_of, is, start_of};

/// Whether nothing that belongs to the same word stands before `start`. The letters of an escape (`\n`, `%20`,
/// `\u0022`) do not.
pub(crate) fn begins_word(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[..start];
    match before.last() {
        Some(&byte) if is(byte, ALNUM) => ends_in_escape(before),
        _ => true,
    }
}

/// Whether a match at `start` could stand alone: it begins a word, or the byte before it may say how long it is.
#[inline]
pub(super) fn may_begin_word(bytes: &[u8], start: usize) -> bool {
    match bytes[..start] {
        [.., before, last] if is(last, ALNUM) => {
            before == b'x' || !is(before, ALNUM) || begins_word(bytes, start)
        }
        _ => true,
    }
}

/// Whether nothing that belongs to the same word stands at `end`.
pub(super) fn ends_word(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_none_or(|&byte| !is(byte, ALNUM))
}

/// Whether a dash joins what begins at `start` to a word before it, as in `other-sk-…`: a longer prefix than its own.
pub(super) fn goes_on_from_a_word(bytes: &[u8], start: usize) -> bool {
    matches!(bytes[..start], [.., word, b'-'] if is(word, ALNUM))
}

/// Text around a match from which on it is a piece of a blob.
pub(super) const BLOB: usize = 256;

/// Longest digest in base64, with its name.
const DIGEST: usize = 96;

/// Whether the match at `range` is a piece of a long run in one of the base64 alphabets, where keywords of three
/// bytes turn up by chance. A path has slashes and dashes, and is none.
pub(super) fn is_piece_of_blob(bytes: &[u8], range: &Range<usize>) -> bool {
    let left = start_of(bytes, range.start, range.start.saturating_sub(BLOB), CORE);
    let right = end_of(&bytes[..bytes.len().min(range.end + BLOB)], range.end, CORE);
    let is_long = (range.start - left).max(right - range.end) >= BLOB;
    is_long && {
        let has = |signs: [u8; 2]| bytes[left..right].iter().any(|byte| signs.contains(byte));
        !(has([b'+', b'/']) && has([b'-', b'_']))
    }
}

/// Whether the match at `range` stands in the digest of a lock file or of a list of files: `sha256=…`, `sha512-…`,
/// `h1:…`.
pub(super) fn is_in_digest(bytes: &[u8], range: &Range<usize>) -> bool {
    const MARKS: [&[u8]; 6] = [b"sha256=", b"sha384=", b"sha512=", b"sha256:", b"sha512:", b"h1:"];
    let left = start_of(bytes, range.start, range.start.saturating_sub(DIGEST), CORE);
    let named = &bytes[left.saturating_sub(7)..left];
    bytes[left..range.start].starts_with(b"sha") || MARKS.iter().any(|mark| named.ends_with(mark))
}

fn ends_in_escape(before: &[u8]) -> bool {
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'\\', b'n' | b'r' | b't' | b'f' | b'b' | b'v' | b'0'] => true,
        _ => {
            escape_of(before, 3, b"%", hex)
                || escape_of(before, 4, b"\\x", hex)
                || escape_of(before, 6, b"\\u", hex)
        }
    }
}

/// Whether `before` ends in an escape of `length` bytes that begins with `mark`.
fn escape_of(before: &[u8], length: usize, mark: &[u8], hex: impl Fn(&[u8]) -> bool) -> bool {
    before
        .len()
        .checked_sub(length)
        .is_some_and(|at| before[at..].starts_with(mark) && hex(&before[at + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_named() {
        for text in ["sha256=-wk-4brT25", "sha512-abcdwk-4brT25", "h1:Z/wk-4brT25"] {
            assert!(is_in_digest(text.as_bytes(), &(text.len() - 10..text.len())), "{text}");
        }
        assert!(!is_in_digest(b"token=wk-4brT25", &(6..15)));
    }

    #[test]
    fn letters_of_an_escape_are_no_part_of_the_word() {
        for text in ["\\nX", "%20X", "\\x22X", "\\u0022X", " X", "\"X", "_X", "X"] {
            assert!(begins_word(text.as_bytes(), text.len() - 1), "{text}");
        }
        for text in ["nX", "20X", "u0022X", "0X"] {
            assert!(!begins_word(text.as_bytes(), text.len() - 1), "{text}");
        }
    }
}
