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

/// ``Set `API_KEY` to …``, `changed the password to …`
pub(super) fn changed_to(bytes: &[u8], name: &Range<usize>, gap: usize) -> Option<usize> {
    const VERBS: [&[u8]; 5] = [b"change", b"set ", b"reset ", b"update", b"rotate"];
    if !bytes[gap..].starts_with(b"to ") {
        return None;
    }
    let before = bytes[name.start.saturating_sub(32)..name.start].to_ascii_lowercase();
    VERBS.iter().any(|verb| memchr::memmem::find(&before, verb).is_some()).then_some(gap + 3)
}

/// `{ get; set; } = `: behind the accessors of a property.
pub(super) fn past_accessors(bytes: &[u8], gap: usize) -> Option<usize> {
    let window = &bytes[gap..bytes.len().min(gap + MAX_BETWEEN)];
    let inside = window.strip_prefix(b"{")?.trim_ascii_start();
    if ![&b"get;"[..], b"get ", b"set;", b"init;"].iter().any(|word| inside.starts_with(word)) {
        return None;
    }
    let equals = skip_space(bytes, gap + memchr::memchr(b'}', window)? + 1);
    (bytes.get(equals) == Some(&b'=')).then_some(equals + 1)
}

/// `password{"…"}`: behind the brace that makes a variable of C++, or a value of Go.
pub(super) fn past_brace(bytes: &[u8], brace: usize) -> Option<usize> {
    let opened = skip_space(bytes, brace + 1);
    (skip_quotes(bytes, opened) > opened).then_some(opened)
}

/// `the deploy token (…)`: what parentheses hold is generated, and no remark about the name.
pub(super) fn in_parentheses(bytes: &[u8], opening: usize) -> Option<usize> {
    let inside = skip_quotes(bytes, opening + 1);
    let end = inside + length_of_token(bytes.get(inside..)?);
    let closed = skip_quotes(bytes, end);
    (bytes.get(closed) == Some(&b')') && looks_made(&bytes[inside..end])).then_some(inside)
}

/// `use … as the smtp password`, `… is my api key`: what stands before the name, where only words follow.
pub(super) fn told_before(bytes: &[u8], name: &Range<usize>, by: Option<By>) -> Option<Range<usize>> {
    const VERBS: [&[u8]; 2] = [b" as ", b" is "];
    const ARTICLES: [&[u8]; 4] = [b"the ", b"my ", b"your ", b"our "];
    let before = &bytes[name.start.saturating_sub(MAX_BETWEEN)..name.start];
    let is_told_behind = by.is_some_and(|by| !matches!(by, By::Space | By::Quotes));
    if before.last() != Some(&b' ') || is_told_behind {
        return None;
    }
    let verb = VERBS.iter().filter_map(|verb| memchr::memmem::rfind(before, verb)).max()?;
    let words = &before[verb + 4..];
    let is_called = ARTICLES.iter().any(|article| words.starts_with(article))
        && words.iter().all(|byte| byte.is_ascii_alphabetic() || b" _-".contains(byte));
    if !is_called {
        return None;
    }
    let told = &bytes[..name.start - before.len() + verb];
    let quotes = told.iter().rev().take(8).take_while(|byte| b"\"'`\\,".contains(byte)).count();
    let end = told.len() - quotes;
    let length = told[..end].iter().rev().take(MAX_TOLD).take_while(|byte| is_of_token(**byte)).count();
    // In `\nabc` the first letter belongs to the escape.
    let escaped = usize::from(told[..end - length].ends_with(b"\\") && length > 0);
    let value = end - length + escaped..end;
    (length > escaped && looks_made(&told[value.clone()])).then_some(value)
}

/// Longest value that prose tells before its name.
const MAX_TOLD: usize = 256;
/// Shortest value that looks generated.
const MIN_MADE: usize = 16;

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_+/=.".contains(&byte)
}

fn length_of_token(rest: &[u8]) -> usize {
    rest.iter().take(MAX_TOLD).take_while(|byte| is_of_token(**byte)).count()
}

/// Whether letters and digits take turns, as nobody writes words and versions.
fn looks_made(value: &[u8]) -> bool {
    let turns = value.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    value.len() >= MIN_MADE && turns.count() >= 4
}

/// `<wsse:Password Type="…">`: behind the tag that the name opens, unless it says that a digest is inside.
pub(super) fn past_attributes(bytes: &[u8], name: &Range<usize>, gap: usize) -> Option<usize> {
    let before = &bytes[name.start.saturating_sub(16)..name.start];
    let prefix =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':').count();
    let opens = before[..before.len() - prefix].ends_with(b"<") && (prefix == 0 || before.ends_with(b":"));
    let window = &bytes[gap..bytes.len().min(gap + 4 * MAX_BETWEEN)];
    let end = if opens { memchr::memchr3(b'>', b'<', b'\n', window)? } else { return None };
    let is_digest = memchr::memmem::find(&window[..end], b"#PasswordDigest").is_some();
    (window[end] == b'>' && end > 0 && window[end - 1] != b'/' && !is_digest).then_some(gap + end + 1)
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
