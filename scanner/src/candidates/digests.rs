//! Digests and UUIDs in hexadecimal digits: traffic is full of them, and no number, word or other encoding stands in
//! one.

use std::ops::Range;

use super::masks::{Block, Class, end_of, word_of};

/// Digits of the shortest digest: MD5.
const MIN_DIGEST: usize = 32;
/// Digits of the longest: SHA-512.
const MAX_DIGEST: usize = 128;
/// Characters of a UUID.
const UUID: usize = 36;
/// Where its groups begin.
const GROUPS: [usize; 5] = [0, 9, 14, 19, 24];
/// Its digits, a bit each.
const DIGITS: u64 = (1 << UUID) - 1 - (1 << 8) - (1 << 13) - (1 << 18) - (1 << 23);

/// The digest or UUID that `at`, a letter or digit of `block`, is in.
#[inline]
pub(crate) fn digest_around(block: &Block, bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = block.start_of(bytes, at, at.saturating_sub(MAX_DIGEST), Class::Alnum);
    // In hexadecimal digits without end every number would be read up to there.
    let end = block.end_of(&bytes[..bytes.len().min(at + MAX_DIGEST + 1)], at, Class::Alnum);
    match end - start {
        4 | 8 | 12 => GROUPS
            .iter()
            .filter_map(|before| start.checked_sub(*before))
            .find_map(|start| uuid_at(bytes, start)),
        MIN_DIGEST..=MAX_DIGEST => Some(start..end).filter(|word| is_digest(bytes, word)),
        _ => None,
    }
}

/// Whether these bytes are one digest or UUID, and nothing else.
#[inline]
pub(crate) fn is_digest(bytes: &[u8], word: &Range<usize>) -> bool {
    match end_of(&bytes[..word.end], word.start, Class::Hexadecimal) - word.start {
        length @ MIN_DIGEST..=MAX_DIGEST => length == word.len() && has_letter(&bytes[word.clone()]),
        8 => word.len() == UUID && uuid_at(bytes, word.start).is_some(),
        _ => false,
    }
}

/// The UUID that begins at `start`.
fn uuid_at(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let text = bytes.get(start..start + UUID)?;
    let is_dashed = GROUPS[1..].iter().all(|group| text[group - 1] == b'-');
    if !is_dashed || bytes.get(start + UUID).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let is_after_word = bytes[..start].last().is_some_and(u8::is_ascii_alphanumeric);
    (!is_after_word && word_of(text, Class::Hexadecimal) == DIGITS && has_letter(text))
        .then_some(start..start + UUID)
}

/// Whether the digest could be text, as its first bytes tell.
pub(crate) fn may_be_text(digest: &[u8]) -> bool {
    digest[..8].chunks_exact(2).all(|pair| matches!(pair[0], b'0' | b'2'..=b'7'))
}

/// Digits alone may be a number.
fn has_letter(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::masks::in_blocks;
    use super::*;

    fn around(text: &str, at: usize) -> Option<&str> {
        let mut found = None;
        in_blocks(text.as_bytes(), |block| {
            if block.range().contains(&at) {
                found = digest_around(block, text.as_bytes(), at).map(|range| &text[range]);
            }
        });
        found
    }

    proptest! {
        #[test]
        fn finds_each_from_any_of_its_digits(
            digest in "[0-9a-f]{31}[a-f]|[0-9A-F]{39}[A-F]|[a-f][0-9a-f]{63}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
            lead in 1900_usize..2100, at in 0_usize..32,
        ) {
            let text = format!("{}{digest}/", ".".repeat(lead));
            if text.as_bytes()[lead + at] != b'-' {
                prop_assert_eq!(around(&text, lead + at), Some(digest.as_str()));
            }
            prop_assert!(is_digest(text.as_bytes(), &(lead..lead + digest.len())));
        }
    }

    #[test]
    fn nothing_else_is_one() {
        let digits = "0123456789".repeat(4);
        for text in [
            &digits,
            "0123456789abcdef",
            "1234abcd-1234-1234-1234-1234567890123",
            "x1234abcd-1234-1234-1234-123456789012",
            "1234abcd-1234-1234-1234_123456789012",
            "g123456789abcdef0123456789abcdef",
        ] {
            let all = 0..text.len();
            assert!(!is_digest(text.as_bytes(), &all), "{text}");
            let found = all.filter(|at| text.as_bytes()[*at] != b'-').find_map(|at| around(text, at));
            assert_eq!(found, None, "{text}");
        }
    }
}
