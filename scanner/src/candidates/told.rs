//! Ways in which a value is told that stand apart: wide colons, tags with attributes, options, verbs.

use std::ops::Range;

use super::separators::{By, MAX_BETWEEN};

/// A wide colon, and words that say what a name is in Japanese and Chinese.
pub(super) fn told_in_other_letters(rest: &[u8]) -> Option<(By, usize)> {
    let colon = rest.starts_with("：".as_bytes()).then_some(By::Colon);
    let verb =
        || ["は", "是", "为", "為"].iter().any(|verb| rest.starts_with(verb.as_bytes())).then_some(By::Text);
    colon.or_else(verb).map(|by| (by, "：".len()))
}

/// `changed the password to …`
pub(super) fn changed_to(bytes: &[u8], name: &Range<usize>, gap: usize) -> Option<usize> {
    const VERBS: [&[u8]; 5] = [b"changed ", b"set ", b"reset ", b"updated ", b"rotated "];
    let before = &bytes[name.start.saturating_sub(32)..name.start];
    let is_told = bytes[gap..].starts_with(b"to ")
        && VERBS.iter().any(|verb| memchr::memmem::find(before, verb).is_some());
    is_told.then_some(gap + 3)
}

/// `<wsse:Password Type="…">`: behind the tag that the name opens.
pub(super) fn past_attributes(bytes: &[u8], name: &Range<usize>, gap: usize) -> Option<usize> {
    let before = &bytes[name.start.saturating_sub(16)..name.start];
    let prefix =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':').count();
    let opens = before[..before.len() - prefix].ends_with(b"<") && (prefix == 0 || before.ends_with(b":"));
    let window = &bytes[gap..bytes.len().min(gap + 4 * MAX_BETWEEN)];
    let end = if opens { memchr::memchr3(b'>', b'<', b'\n', window)? } else { return None };
    (window[end] == b'>' && end > 0 && window[end - 1] != b'/').then_some(gap + end + 1)
}

/// `gh secret set NAME --body '…'`, `put-parameter --name /app/password … --value '…'`.
pub(super) fn past_value_option(bytes: &[u8], gap: usize) -> Option<usize> {
    let window = &bytes[gap..bytes.len().min(gap + 2 * MAX_BETWEEN)];
    if !window.starts_with(b"--") {
        return None;
    }
    let line = &window[..memchr::memchr3(b'\n', b'|', b';', window).unwrap_or(window.len())];
    let options = [&b"--value "[..], b"--body ", b"--secret-string "];
    options.iter().find_map(|option| Some(gap + memchr::memmem::find(line, option)? + option.len()))
}
