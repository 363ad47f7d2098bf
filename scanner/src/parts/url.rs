//! Where in a URL something stands: host, path, or the value of a query key.

use std::ops::Range;

use crate::hosts::Spot;

/// The ranges of an absolute URL, or of a request target in origin form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UrlMap<'u> {
    url: &'u [u8],
    /// User, host and port; empty in origin form.
    authority: Range<usize>,
    /// From after the `?` to the fragment.
    query: Range<usize>,
}

impl<'u> UrlMap<'u> {
    /// Finds the ranges; any bytes have some.
    pub(crate) fn new(url: &'u [u8]) -> Self {
        let after_scheme = memchr::memmem::find(url, b"://").filter(|&at| !url[..at].contains(&b'/'));
        let from = after_scheme.map_or(0, |at| at + 3);
        let until = |from: usize, ends: &[u8]| {
            from + url[from..].iter().position(|byte| ends.contains(byte)).unwrap_or(url.len() - from)
        };
        let authority_end = if after_scheme.is_some() { until(from, b"/?#") } else { 0 };
        let path_end = until(authority_end, b"?#");
        let query_start = if url.get(path_end) == Some(&b'?') { path_end + 1 } else { path_end };
        Self {
            url,
            authority: from.min(authority_end)..authority_end,
            query: query_start..until(query_start, b"#"),
        }
    }

    /// Where `range` begins; `None` inside scheme, user or host.
    pub(crate) fn spot(&self, range: &Range<usize>) -> Option<Spot<'u>> {
        if range.start < self.authority.end {
            return None;
        }
        if range.start < self.query.start {
            return Some(Spot::Path);
        }
        if range.start >= self.query.end {
            return Some(Spot::Anywhere);
        }
        let pair_start = self.url[self.query.start..range.start]
            .iter()
            .rposition(|byte| matches!(byte, b'&' | b';'))
            .map_or(self.query.start, |at| self.query.start + at + 1);
        let pair = &self.url[pair_start..self.query.end];
        let key = pair.split(|&byte| matches!(byte, b'=' | b'&' | b';')).next().unwrap_or_default();
        let in_value = range.start > pair_start + key.len();
        Some(std::str::from_utf8(key).ok().filter(|_| in_value).map_or(Spot::Anywhere, Spot::Query))
    }

    /// The host, without user and port.
    pub(crate) fn host(&self) -> Range<usize> {
        let authority = &self.url[self.authority.clone()];
        let from = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
        let end =
            if authority[from..].starts_with(b"[") { None } else { memchr::memchr(b':', &authority[from..]) };
        let end = end.map_or(authority.len(), |length| from + length);
        self.authority.start + from..self.authority.start + end
    }

    /// The path.
    pub(crate) fn path(&self) -> Range<usize> {
        let rest = &self.url[self.authority.end..];
        let length = rest.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(rest.len());
        self.authority.end..self.authority.end + length
    }

    /// What stands between `?` and the fragment.
    pub(crate) fn query(&self) -> Range<usize> {
        self.query.clone()
    }

    /// Whether `range` touches the host, which cannot be edited.
    pub(crate) fn touches_authority(&self, range: &Range<usize>) -> bool {
        range.start < self.authority.end && range.end > self.authority.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_name() {
        let url = b"https://user:pw@host.example:8443/a/b?key=v1&other=v2#frag";
        let map = UrlMap::new(url);
        let at = |needle: &str| {
            let start = memchr::memmem::find(url, needle.as_bytes()).expect("it is there");
            map.spot(&(start..start + needle.len()))
        };
        assert_eq!(at("pw@"), None);
        assert_eq!(at("host"), None);
        assert_eq!(at("/b"), Some(Spot::Path));
        assert_eq!(at("v1"), Some(Spot::Query("key")));
        assert_eq!(at("v2"), Some(Spot::Query("other")));
        assert_eq!(at("other"), Some(Spot::Anywhere));
        assert_eq!(at("frag"), Some(Spot::Anywhere));
    }

    #[test]
    fn a_request_target_has_no_authority() {
        let map = UrlMap::new(b"/a?next=https://x.example/y");
        assert_eq!(map.spot(&(1..2)), Some(Spot::Path));
        assert_eq!(map.spot(&(8..12)), Some(Spot::Query("next")));
    }

    #[test]
    fn odd_urls_have_some_place() {
        for url in ["", "?", "*", "://", "host:443", "https://", "https://h", "a?b#c?d"] {
            let map = UrlMap::new(url.as_bytes());
            let _ = (map.spot(&(0..0)), map.touches_authority(&(0..url.len())));
        }
    }
}
