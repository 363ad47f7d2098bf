//! The value of a name: how it begins and ends, and whether it can be nothing but text.

use std::ops::Range;

use super::classes::{ALNUM, NAME, SPACE, is};
use super::marks::{past_block_mark, past_label, past_list_mark, past_tag, past_type};
use super::meaning::{Says, says};
use super::separators::{By, MAX_BETWEEN, separator_after};
use super::skipping::{MAX_GAP, skip_quotes, skip_space};
use super::told::{is_of_printed_map, past_long_bracket, told_before};
use crate::checks::has_operators;

/// Longest value that is looked at.
pub(crate) const MAX_VALUE: usize = 1024;

/// What a name stands for.
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) is_text: bool,
    pub(super) is_in_list: bool,
}

/// The value of the name at `name`.
pub(super) fn value_of(bytes: &[u8], name: &Range<usize>) -> Option<Value> {
    let parted = separator_after(bytes, name);
    if let Some(range) = told_before(bytes, name, parted.map(|(by, _)| by)) {
        return Some(Value { range, is_text: true, is_in_list: false });
    }
    let (by, separator) = parted?;
    let mut start = skip_space(bytes, separator);
    if by == By::Colon {
        start = past_type(bytes, start).or_else(|| past_block_mark(bytes, start)).unwrap_or(start);
    }
    start = past_constructor(bytes, start)
        .or_else(|| past_tag(bytes, start))
        .or_else(|| past_label(bytes, start))
        .unwrap_or(start);
    if let Some(inside) = past_long_bracket(bytes, start).filter(|_| by == By::Assignment) {
        return read(bytes, name, By::Text, inside, false);
    }
    let in_list = past_list_mark(bytes, start);
    read(bytes, name, by, in_list.unwrap_or(start), in_list.is_some())
}

/// `String::from("…")`: what makes a value of a string.
fn past_constructor(bytes: &[u8], start: usize) -> Option<usize> {
    const CONSTRUCTORS: [&[u8]; 8] = [
        b"String::from(",
        b"SecretString::from(",
        b"SecretString::new(",
        b"Secret::new(",
        b"new String(",
        b"Some(",
        b"Buffer.from(",
        b"NewSecret(",
    ];
    let rest = bytes.get(start..)?;
    let constructor = CONSTRUCTORS.iter().find(|constructor| rest.starts_with(constructor));
    constructor.map(|constructor| start + constructor.len())
}

/// The next value of a list, of which one ended at `end`.
pub(super) fn next_in_list(bytes: &[u8], end: usize) -> Option<Value> {
    let closed = skip_quotes(bytes, end);
    let gap = skip_space(bytes, closed);
    let start = match bytes.get(gap)? {
        b',' => skip_space(bytes, gap + 1),
        b'-' if gap > closed => past_list_mark(bytes, gap)?,
        _ => return None,
    };
    read(bytes, &(end..end), By::Assignment, start, true)
}

/// The value that begins at `start`, or behind the quotes there.
fn read(bytes: &[u8], name: &Range<usize>, by: By, start: usize, is_in_list: bool) -> Option<Value> {
    if let Some(range) = quoted_in_page(bytes, start) {
        return (!range.is_empty()).then_some(Value { range, is_text: true, is_in_list });
    }
    let start = start + string_prefix(bytes.get(start..)?);
    let opened = skip_quotes(bytes, start);
    let marks = &bytes[start..opened];
    let (range, is_text) = if marks.is_empty() {
        bare(bytes, name, by, start)?
    } else {
        let is_string = marks.iter().any(|byte| b"\"'`".contains(byte)) && !is_empty_string(marks);
        (quoted(bytes, name, by, opened, marks.len()).filter(|_| is_string)?, true)
    };
    Some(Value { range, is_text, is_in_list })
}

/// What stands behind the quote of a page, as in `key=&quot;…&quot;`, up to the next sign of that kind; nothing behind
/// one for `<`, where a placeholder stands.
fn quoted_in_page(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    const QUOTES: [&[u8]; 6] = [b"&quot;", b"&#34;", b"&#x22;", b"&#39;", b"&#x27;", b"&apos;"];
    let first = match bytes.get(start..)? {
        [b'b' | b'r' | b'f' | b'u', b'&', ..] => start + 1,
        [b'&', ..] => start,
        _ => return None,
    };
    let (mut opened, mut last): (usize, &[u8]) = (first, b"");
    while let Some(quote) = QUOTES.iter().find(|quote| bytes[opened..].starts_with(quote)) {
        if last == *quote {
            return Some(opened..opened);
        }
        (opened, last) = (opened + quote.len(), quote);
    }
    let end = end_where(bytes, opened, |byte| byte == b'&' || ends_value(byte));
    let is_slot = bytes[opened..].starts_with(b"&lt;") || is_between_strings(&bytes[opened..end]);
    (opened > first || is_slot).then_some(if is_slot { opened..opened } else { opened..end })
}

/// The text behind so many `marks` that opened a string.
fn quoted(bytes: &[u8], name: &Range<usize>, by: By, opened: usize, marks: usize) -> Option<Range<usize>> {
    let end = end_of_quoted(bytes, opened, marks);
    let is_value = match by {
        By::Pair => is_pair(bytes, name.start, end),
        By::Quotes => !is_one_of_arguments(bytes, name.end, end),
        _ => true,
    };
    (is_value && !is_between_strings(&bytes[opened..end])).then_some(opened..end)
}

/// The value without quotes at `start`, and whether it can be nothing but text.
fn bare(bytes: &[u8], name: &Range<usize>, by: By, start: usize) -> Option<(Range<usize>, bool)> {
    let is_quoted = bytes.get(name.end).is_some_and(|byte| b"\"'`\\".contains(byte));
    let begins_line = !is_quoted && begins_line(bytes, name.start);
    let is_whole_line = begins_line && matches!(by, By::Equals | By::Colon);
    if !begins_bare(*bytes.get(start)?, by == By::Equals && begins_line) {
        return None;
    }
    let end = if is_whole_line { end_of_line_value(bytes, start) } else { end_of_bare(bytes, start) };
    let value = &bytes[start..end];
    let is_text = match by {
        By::Text => true,
        By::Equals => is_whole_line || stands_in_data(bytes, name),
        By::Colon => ends_line(bytes, end) || is_of_printed_map(bytes, name.start, start, end),
        By::Assignment => ends_line(bytes, end) && is_no_variable(value),
        By::Space => follows_a_user(bytes, name) || is_no_variable(value),
        By::Quotes | By::Pair => return None,
    };
    let is_data = by == By::Text || begins_line || is_of_settings(bytes, name.start, end);
    (is_data || !has_operators(value)).then_some((start..end, is_text))
}

/// `" + name, "`: what stood behind the quote that ended a string.
fn is_between_strings(value: &[u8]) -> bool {
    let value = value.trim_ascii_start();
    value.first().is_some_and(|byte| b"+,;)]}:".contains(byte)) && has_operators(value)
}

/// `set_password("service", "user", …`: one of several strings, and not the last.
fn is_one_of_arguments(bytes: &[u8], name: usize, end: usize) -> bool {
    let next = skip_space(bytes, skip_quotes(bytes, end));
    let after = skip_space(bytes, next + 1);
    bytes[name] == b'(' && bytes.get(next) == Some(&b',') && skip_quotes(bytes, after) > after
}

/// `;Password=…;`: of a connection string, where any sign may stand.
fn is_of_settings(bytes: &[u8], name: usize, end: usize) -> bool {
    let before = name.checked_sub(1).map(|at| bytes[at]);
    before == Some(b';') && bytes.get(end).is_none_or(|byte| b";\"'\r\n\\".contains(byte))
}

/// A value without quotes begins with a letter, a digit or what passwords begin with; code and templates do not. After
/// `NAME=` on a line of its own it begins with nearly anything.
fn begins_bare(byte: u8, is_environment: bool) -> bool {
    let is_usual =
        is(byte, ALNUM) || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'!' | b'~' | b'%' | b'^' | b'#');
    is_usual
        || (is_environment && matches!(byte, b'$' | b'@' | b'?' | b'.' | b',' | b':' | b'=' | b'*' | b'&'))
}

/// `b"…"`, `r'…'`, `f"…"`, `@"…"`.
fn string_prefix(rest: &[u8]) -> usize {
    match rest {
        [b'b' | b'r' | b'f' | b'u' | b'@' | b'L', b'"' | b'\'', ..]
        | [b'@', b'\\', b'"', ..]
        | [b'@', b'\\', b'\\', b'\\', b'"', ..] => 1,
        _ => 0,
    }
}

/// The end of a value without quotes, where code or data may go on after it.
pub(super) fn end_of_bare(bytes: &[u8], start: usize) -> usize {
    let ends = |byte: u8| ends_value(byte) || matches!(byte, b',' | b';' | b'&' | b')' | b'}' | b']' | b'|');
    let end = end_where(bytes, start, ends);
    let full_stops = bytes[start..end].iter().rev().take_while(|byte| matches!(byte, b'.' | b':')).count();
    end - full_stops
}

/// The end of a value that has the rest of its line, but for what closes an item of code, and other pairs.
fn end_of_line_value(bytes: &[u8], start: usize) -> usize {
    let end = end_where(bytes, start, ends_value);
    let text = &bytes[start..end];
    let next = text
        .iter()
        .enumerate()
        .position(|(at, byte)| b"&;,".contains(byte) && begins_pair(&text[at + 1..], *byte));
    let text = &text[..next.unwrap_or(text.len())];
    let closing = text.iter().rev().take_while(|byte| b",;)}]".contains(byte)).count();
    start + text.len() - closing
}

/// `name=` after `&` or `;`; `name:`, `name(` and the like after a comma.
fn begins_pair(rest: &[u8], sign: u8) -> bool {
    let name = rest.iter().take(MAX_BETWEEN).take_while(|byte| is(**byte, NAME)).count();
    match (sign, rest.get(name)) {
        (b',', Some(next)) => name >= 3 && b":=([".contains(next),
        (_, next) => name > 0 && next == Some(&b'='),
    }
}

fn ends_value(byte: u8) -> bool {
    is(byte, SPACE) || byte.is_ascii_control() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
}

fn end_where(bytes: &[u8], start: usize, ends: impl Fn(u8) -> bool) -> usize {
    let window = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    start + window.iter().position(|byte| ends(*byte)).unwrap_or(window.len())
}

/// Up to the quote that closes what `marks` quotes and backslashes opened: one that is escaped as they are. Nothing
/// goes beyond its line.
fn end_of_quoted(bytes: &[u8], start: usize, marks: usize) -> usize {
    let quote = bytes[start - 1];
    let opening = bytes[start - marks..start - 1].iter().rev().take_while(|byte| **byte == b'\\').count();
    let window = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    let mut backslashes = 0;
    for (at, &byte) in window.iter().enumerate() {
        if byte == b'\n' || (byte == quote && backslashes <= opening) {
            return start + at - backslashes;
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
    }
    start + window.len() - backslashes
}

/// Two quotes, each with as many backslashes, and nothing in them: not `"\"`, which opens a string in a string.
fn is_empty_string(marks: &[u8]) -> bool {
    let mut quotes = marks.split_inclusive(|byte| *byte != b'\\');
    matches!((quotes.next(), quotes.next(), quotes.next()), (Some(one), Some(other), None) if one == other)
}

/// `login alice password …` of a `.netrc`, `PASS …` of FTP, `ENV NAME …` of a Dockerfile.
fn follows_a_user(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(MAX_BETWEEN)..name.start];
    let is_capital = bytes[name.clone()].iter().all(|byte| !byte.is_ascii_lowercase());
    (is_capital && begins_line(bytes, name.start)) || memchr::memmem::find(before, b"login ").is_some()
}

/// `("name", "value")`, `["name", "value"]`: nothing comes after the value, and before the name only arguments of a
/// call.
fn is_pair(bytes: &[u8], name: usize, end: usize) -> bool {
    let closed = skip_quotes(bytes, end);
    let is_index = bytes[end..closed].contains(&b']');
    let after = if is_index { Some(&b']') } else { bytes.get(skip_space(bytes, closed)) };
    let mut before = bytes[..name]
        .iter()
        .rev()
        .take(MAX_GAP)
        .filter(|byte| !is(**byte, SPACE) && !b"\"'`\\".contains(byte));
    matches!(
        (before.next(), after),
        (Some(b'(' | b','), Some(b')')) | (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}'))
    )
}

/// Whether the name at `start` begins its line, or a string, or what sets a variable.
pub(super) fn begins_line(bytes: &[u8], start: usize) -> bool {
    const SETTERS: [&[u8]; 8] =
        [b"export ", b"ENV ", b"ARG ", b"set ", b"-e ", b"--env ", b"build-arg ", b"Environment="];
    let before = &bytes[..start];
    let spaces = before.iter().rev().take(64).take_while(|byte| b" \t-#".contains(byte)).count();
    let lead = &before[..before.len() - spaces];
    let is_first = lead.last().is_none_or(|byte| b"\n\r\"'`".contains(byte)) || lead.ends_with(b"\\n");
    is_first || SETTERS.iter().any(|setter| before.ends_with(setter))
}

/// `?token=…`, `;Password=…`, `-Dkey=…`, `A_TOKEN=… command`: not the argument of a call.
fn stands_in_data(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = bytes[..name.start].iter().rev().take(8).find(|byte| !is(**byte, SPACE));
    let is_argument = before.is_some_and(|byte| b"(,".contains(byte));
    !is_argument || bytes[name.clone()].iter().all(|byte| !byte.is_ascii_lowercase())
}

/// Whether a value has a sign that no name of a variable has, or two digits and neither an underscore nor words that
/// themselves name a secret.
fn is_no_variable(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let has_sign = value.iter().any(|byte| !byte.is_ascii_alphanumeric() && !b"_.$".contains(byte));
    has_sign || (digits >= 2 && !value.contains(&b'_') && says(value) == Says::Nothing)
}

fn ends_line(bytes: &[u8], end: usize) -> bool {
    let rest = &bytes[end..];
    rest.first().is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b'\''))
        || rest.starts_with(b"\\")
        || rest.starts_with(b" #")
}
