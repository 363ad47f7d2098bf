//! Keys in links that are given to all who shall follow them, and open nothing else.

use memchr::memmem::find;

/// Longest link.
const MAX_LINK: usize = 256;
/// Digits of a time in seconds.
const TIME: usize = 10;

/// Whether the name at `name` stands in the query of such a link.
pub(super) fn is_of_open_link(bytes: &[u8], name: &std::ops::Range<usize>) -> bool {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>()`".contains(byte);
    let before = &bytes[name.start.saturating_sub(MAX_LINK)..name.start];
    if !before.last().is_some_and(|byte| b"?&".contains(byte)) {
        return false;
    }
    let link = before.rsplit(ends).next().unwrap_or_default();
    let rest = &bytes[name.end..bytes.len().min(name.end + MAX_LINK)];
    let rest = rest.split(ends).next().unwrap_or_default();
    shows_badge(link)
        || ends_a_subscription(link)
        || (bytes[name.clone()] == *b"token" && is_signed(link, rest))
}

/// `https://…/badge.svg?token=…`: what shows a badge is in every README.
fn shows_badge(link: &[u8]) -> bool {
    const MARKS: [&[u8]; 3] = [b"/badge", b"badge.svg", b"shields.io/"];
    MARKS.iter().any(|mark| find(link, mark).is_some())
}

/// `https://…/unsubscribe?token=…`: at the end of every letter to many.
fn ends_a_subscription(link: &[u8]) -> bool {
    find(link, b"/unsubscribe").is_some()
}

/// `https://…/a.m3u8?token=…&expires=1767225600`: a file that somebody may fetch until then.
fn is_signed(link: &[u8], rest: &[u8]) -> bool {
    const ENDS: [&[u8]; 2] = [b"expires=", b"Expires="];
    let path = link.split(|byte| *byte == b'?').next().unwrap_or_default();
    let file = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name_end = file.iter().rposition(|byte| *byte == b'.').map(|dot| &file[dot + 1..]);
    let is_file = path.contains(&b'/')
        && name_end
            .is_some_and(|end| (2..=5).contains(&end.len()) && end.iter().all(u8::is_ascii_alphanumeric));
    let has_end = |text: &[u8]| {
        ENDS.iter().any(|key| {
            let time = find(text, key).and_then(|at| text.get(at + key.len()..at + key.len() + TIME));
            time.is_some_and(|time| time.iter().all(u8::is_ascii_digit))
        })
    };
    is_file && (has_end(rest) || has_end(link))
}

#[cfg(test)]
mod tests {
    use super::is_of_open_link;

    #[test]
    fn knows_what_all_may_follow() {
        for (link, want) in [
            ("see https://ci.example/o/r/badge.svg?token=TOKEN", true),
            ("<https://mail.example/unsubscribe?u=1&token=TOKEN>", true),
            ("https://cdn.example/v/a.m3u8?token=TOKEN&expires=1767225600", true),
            ("https://cdn.example/v/a.mp4?expires=1767225600&token=TOKEN", true),
            ("https://cdn.example/v/a.mp4?expires=soon&token=TOKEN", false),
            ("https://app.example/v1.2/login?token=TOKEN&expires=1767225600", false),
            ("https://app.example/login?token=TOKEN", false),
            ("https://mail.example/unsubscribe and https://app.example/a?token=TOKEN", false),
            ("https://cdn.example/v/a.mp4?access_token=TOKEN&expires=1767225600", false),
        ] {
            let name = if link.contains("access_token") { "access_token" } else { "token" };
            let start = link.rfind(name).unwrap();
            assert_eq!(is_of_open_link(link.as_bytes(), &(start..start + name.len())), want, "{link}");
        }
    }
}
