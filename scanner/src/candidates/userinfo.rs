//! `scheme://user:password@host`: credentials in a URL.

use std::ops::Range;

use super::masks::{Block, Class};

/// What stands before an authority.
const SLASHES: &[u8] = b"://";

/// Longest user and password together.
const MAX_USERINFO: usize = 512;
/// Longest scheme.
const MAX_SCHEME: usize = 32;

/// Finds URLs with a password, block by block.
#[derive(Debug, Default)]
pub(crate) struct Userinfo {
    /// What stands before was looked at.
    at: usize,
}

impl Userinfo {
    /// The next URL whose authority has a colon and an `@`, the first of them in `block`: from its scheme past the `@`,
    /// host included.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Range<usize>> {
        while let Some(sign) = block.next(Class::AtSign, self.at) {
            let floor = self.at.max(sign.saturating_sub(MAX_USERINFO));
            self.at = sign + 1;
            let Some(slashes) = slashes_before(bytes, floor, sign) else { continue };
            let (end, has_password) = end_of_authority(bytes, slashes + SLASHES.len());
            self.at = end.max(self.at);
            if has_password {
                return Some(start_of_scheme(bytes, slashes)..end);
            }
        }
        None
    }
}

/// The `://` after which nothing ends the authority before `sign`.
fn slashes_before(bytes: &[u8], floor: usize, sign: usize) -> Option<usize> {
    let from = floor + bytes[floor..sign].iter().rposition(|byte| ends_authority(*byte))?;
    let slashes = from.checked_sub(SLASHES.len() - 1)?;
    bytes[slashes..].starts_with(SLASHES).then_some(slashes)
}

fn start_of_scheme(bytes: &[u8], slashes: usize) -> usize {
    let floor = slashes.saturating_sub(MAX_SCHEME);
    let mut start = slashes;
    while start > floor && (bytes[start - 1].is_ascii_alphanumeric() || b"+-.".contains(&bytes[start - 1])) {
        start -= 1;
    }
    start
}

/// Where the authority at `from` ends, and whether it has a password.
fn end_of_authority(bytes: &[u8], from: usize) -> (usize, bool) {
    let authority = &bytes[from..bytes.len().min(from + MAX_USERINFO)];
    let end = authority.iter().position(|byte| ends_authority(*byte)).unwrap_or(authority.len());
    let sign = authority[..end].iter().rposition(|&byte| byte == b'@').unwrap_or(0);
    (from + end, authority[..sign].contains(&b':'))
}

fn ends_authority(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`') || byte <= b' '
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::masks::in_blocks;
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Range<usize>> {
        let (mut userinfo, mut found) = (Userinfo::default(), Vec::new());
        in_blocks(bytes, |block| found.extend(std::iter::from_fn(|| userinfo.next_in(block, bytes))));
        found
    }

    /// The same, by its slashes.
    fn plainly(bytes: &[u8]) -> Vec<Range<usize>> {
        let slashes = memchr::memmem::find_iter(bytes, SLASHES);
        let with_password = |slashes| {
            let (end, has_password) = end_of_authority(bytes, slashes + SLASHES.len());
            has_password.then(|| start_of_scheme(bytes, slashes)..end)
        };
        slashes.filter_map(with_password).collect()
    }

    fn found(text: &str) -> Option<&str> {
        all(text.as_bytes()).first().map(|range| &text[range.clone()])
    }

    proptest! {
        #[test]
        fn finds_by_the_sign_what_stands_after_slashes(
            pieces in prop::collection::vec("://|@|:|a{1,40}|a{300}|/| |ssh://u:p@h", 0..300),
        ) {
            let text = pieces.concat();
            prop_assert_eq!(all(text.as_bytes()), plainly(text.as_bytes()));
        }
    }

    #[test]
    fn finds_a_password_in_a_url() {
        assert_eq!(
            found("url=postgres://app:pw@db.example:5432/x"),
            Some("postgres://app:pw@db.example:5432")
        );
    }

    #[test]
    fn passes_over_plain_urls_and_mail_addresses() {
        assert_eq!(found("see https://example.org/@user:1 and ssh://git@example.org/x"), None);
    }
}
