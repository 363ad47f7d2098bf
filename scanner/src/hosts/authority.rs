//! Where the host stands in a URL.

use std::ops::Range;

/// The range of `host[:port]` in an absolute URL, user information left out. `None` for a path.
pub(crate) fn host_in_url(url: &[u8]) -> Option<Range<usize>> {
    let scheme_end = memchr::memchr(b':', url)?;
    let scheme = &url[..scheme_end];
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !is_scheme || !url[scheme_end..].starts_with(b"://") {
        return None;
    }
    let start = scheme_end + 3;
    let length = url[start..].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    let end = length.map_or(url.len(), |length| start + length);
    let host = memchr::memrchr(b'@', &url[start..end]).map_or(start, |at| start + at + 1);
    Some(host..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found_where_clients_look_for_it() {
        for (url, want) in [
            ("https://a.test/x", Some("a.test")),
            ("https://a.test:8443", Some("a.test:8443")),
            ("wss://a.test?q=@b.test", Some("a.test")),
            ("http://good.test@evil.test/", Some("evil.test")),
            ("http://u:p@x@evil.test:1#/@good.test", Some("evil.test:1")),
            ("https://[::1]:80/", Some("[::1]:80")),
            ("https:///x", Some("")),
            ("/path?u=https://a.test", None),
            ("a.test:443", None),
            ("//a.test/x", None),
            ("", None),
        ] {
            assert_eq!(host_in_url(url.as_bytes()).map(|range| &url[range]), want, "{url}");
        }
    }
}
