//! Ways in which a value is told that stand apart: wide colons, tags with attributes, options, verbs.

use std::ops::Range;

use super::separators::{By, MAX_BETWEEN};
use super::skipping::{skip, skip_quotes, skip_space};

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

/// What follows `"Password:"` in a script for expect: the quote that closes it, and `send "` or `child.sendline('`.
pub(super) fn past_send(bytes: &[u8], colon: usize) -> Option<usize> {
    let closed = skip_quotes(bytes, skip(bytes, colon, |byte| byte == b' '));
    if closed == colon {
        return None;
    }
    let line = skip_space(bytes, skip(bytes, closed, |byte| byte == b')'));
    let window = bytes.get(line..bytes.len().min(line + MAX_BETWEEN))?;
    let word = window.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte)).count();
    let sends = [&b"send"[..], b"sendline", b"send_user"];
    let is_sent = sends.iter().any(|verb| window[..word].ends_with(verb));
    let argument = line + word + window[word..].iter().take_while(|byte| b" (-".contains(byte)).count();
    let value = skip_quotes(bytes, argument);
    (is_sent && line > closed && value > argument).then_some(value)
}

/// `{password, …` and `{:password, …`: a pair of Erlang or Elixir.
pub(super) fn opens_tuple(before: &[u8]) -> bool {
    before.strip_suffix(b":").unwrap_or(before).ends_with(b"{")
}

/// `"…"`, `<<"…">>`: behind what opens a string of such a pair.
pub(super) fn past_string_mark(bytes: &[u8], at: usize) -> Option<usize> {
    let opening = skip(bytes, at, |byte| byte == b'<');
    let inside = skip_quotes(bytes, opening);
    (inside > opening).then_some(inside)
}

/// `\newcommand{\password}{…}`: whether a name of TeX begins behind `before`.
pub(super) fn is_macro(before: &[u8]) -> bool {
    let marks = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    // In `\dbPassword` the first letter stands before the name.
    let letter = before.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).take(1).count();
    let text = &before[..before.len() - letter];
    let of_text = text.iter().rev().take_while(|byte| **byte == b'\\').count();
    let macros = if marks > 0 { &before[..before.len() - marks] } else { &text[..text.len() - of_text] };
    marks.max(of_text) > 0 && macros.ends_with(b"{")
}

/// `&lt;/key&gt;` and `&lt;string&gt;` behind it: how many bytes.
pub(super) fn escaped_sibling(rest: &[u8]) -> Option<usize> {
    let window = &rest[..rest.len().min(2 * MAX_BETWEEN)];
    let closing = memchr::memmem::find(window, b"&gt;")? + 4;
    let tag = skip_space(window, closing);
    let opened = window.get(tag..)?.strip_prefix(b"&lt;")?;
    let end = memchr::memmem::find(opened, b"&gt;")?;
    let is_value = [&b"string"[..], b"value", b"data"].contains(&&opened[..end]);
    is_value.then_some(tag + 4 + end + 4)
}

/// `[[…]]` of Lua, `q{…}` and `qw(…)` of Perl: behind what opens such a string.
pub(super) fn past_long_bracket(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'[', b'[', next, ..] if !b"\"'[ ".contains(next) => Some(at + 2),
        [b'q', b'{' | b'(' | b'[' | b'|', ..] => Some(at + 2),
        [b'q', b'q' | b'w', b'{' | b'(' | b'[' | b'|', ..] => Some(at + 3),
        _ => None,
    }
}

/// `map[host:a password:… port:1]`, `{Host:a Password:… Port:1}`: what Go prints.
pub(super) fn is_of_printed_map(bytes: &[u8], name: usize, value: usize, end: usize) -> bool {
    let before = name.checked_sub(1).map(|at| bytes[at]);
    let rest = &bytes[end..bytes.len().min(end + MAX_BETWEEN)];
    let next = rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let is_tight = bytes[value - 1] == b':' && matches!(before, Some(b' ' | b'[' | b'{'));
    let goes_on = rest.first() == Some(&b' ')
        && rest.get(next + 1) == Some(&b':')
        && next > 0
        && rest.get(next + 2).is_some_and(|byte| !b" :/".contains(byte));
    is_tight && (goes_on || matches!(rest, [b']' | b'}', ..]) && before == Some(b' '))
}
