//! `scheme://user:password@host`: credentials in a URL.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

/// Built once: it is looked for in every text.
static SLASHES: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"://"));

/// Longest user and password together.
const MAX_USERINFO: usize = 512;
/// Longest scheme.
const MAX_SCHEME: usize = 32;

/// Finds URLs with a password, block by block.
#[derive(Debug, Default)]
pub(crate) struct Userinfo {
    at: usize,
}

impl Userinfo {
    /// The next URL before `limit` whose authority has a colon and an `@`: from its scheme past the `@`, host
    /// included.
    pub(crate) fn next_before(&mut self, bytes: &[u8], limit: usize) -> Option<Range<usize>> {
        let limit = bytes.len().min(limit + 2);
        while self.at < limit {
            let Some(offset) = SLASHES.find(&bytes[self.at..limit]) else {
                self.at = limit.saturating_sub(2).max(self.at);
                return None;
            };
            let slashes = self.at + offset;
            self.at = slashes + 3;
            if let Some(end) = end_of_userinfo(bytes, self.at) {
                return Some(start_of_scheme(bytes, slashes)..end);
            }
        }
        None
    }
}

fn start_of_scheme(bytes: &[u8], slashes: usize) -> usize {
    let floor = slashes.saturating_sub(MAX_SCHEME);
    let mut start = slashes;
    while start > floor && (bytes[start - 1].is_ascii_alphanumeric() || b"+-.".contains(&bytes[start - 1])) {
        start -= 1;
    }
    start
}

/// Where the host after `user:password@` ends; `None` when there is no such thing at `from`.
fn end_of_userinfo(bytes: &[u8], from: usize) -> Option<usize> {
    let authority = &bytes[from..bytes.len().min(from + MAX_USERINFO)];
    let end = authority
        .iter()
        .position(|byte| {
            matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`') || *byte <= b' '
        })
        .unwrap_or(authority.len());
    let at_sign = authority[..end].iter().rposition(|&byte| byte == b'@')?;
    authority[..at_sign].contains(&b':').then_some(from + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        Userinfo::default().next_before(text.as_bytes(), text.len()).map(|range| &text[range])
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
