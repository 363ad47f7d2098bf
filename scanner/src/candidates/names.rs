//! `name = value` in any syntax: JSON, YAML, env, INI, code, headers, queries, XML, command lines.

use std::ops::Range;

use super::classes::{ALNUM, NAME, SPACE, is};

/// Longest name.
pub(super) const MAX_NAME: usize = 96;
/// Longest value that is looked at.
pub(crate) const MAX_VALUE: usize = 1024;
/// Most white space around a separator.
const MAX_GAP: usize = 24;

/// A value that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// What it is called.
    pub(crate) name: Range<usize>,
    /// What it is, without quotes and without an authentication scheme before it.
    pub(crate) value: Range<usize>,
}

/// The name around the stem at `stem`, and its value.
pub(crate) fn named_at(bytes: &[u8], stem: usize) -> Option<Named> {
    let name = name_around(bytes, stem);
    let value = value_after(bytes, &name)?;
    let value = without_scheme(bytes, value);
    (!value.is_empty()).then_some(Named { name, value })
}

fn name_around(bytes: &[u8], stem: usize) -> Range<usize> {
    let floor = stem.saturating_sub(MAX_NAME);
    let ceiling = bytes.len().min(stem + MAX_NAME);
    let mut start = super::classes::start_of(bytes, stem, floor, NAME);
    // In `\npassword` the letter belongs to the escape.
    if start > 0 && bytes[start - 1] == b'\\' && start < stem {
        start += 1;
    }
    start..super::classes::end_of(&bytes[..ceiling], stem, NAME)
}

fn value_after(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let closed = skip(bytes, name.end, is_quoting);
    let gap = skip_space(bytes, closed);
    let (separator, quotes_needed) = if closed == name.end && gap > closed {
        after_space(bytes, name, gap)?
    } else {
        separator_at(bytes, gap, closed > name.end)?
    };
    let start = skip_space(bytes, separator);
    let start = skip_value_label(bytes, start);
    let start = start + string_prefix(&bytes[start..]);
    let opened = skip(bytes, start, is_quoting);
    if opened == start {
        return (!quotes_needed && begins_bare(bytes, start)).then(|| start..end_of_bare(bytes, start));
    }
    Some(opened..end_of_quoted(bytes, opened, bytes[opened - 1]))
}

/// Where the separator at `at` ends, and whether only a quoted value may follow it.
fn separator_at(bytes: &[u8], at: usize, name_was_quoted: bool) -> Option<(usize, bool)> {
    let rest = &bytes[at.min(bytes.len())..];
    match rest.first()? {
        b'=' => Some((at + rest.iter().take(3).take_while(|byte| b"=>~".contains(byte)).count(), false)),
        b':' => Some((at + rest.iter().take(2).take_while(|byte| b":=".contains(byte)).count(), false)),
        b'>' => Some((at + 1, false)),
        b',' if name_was_quoted => Some((at + 1, true)),
        _ => None,
    }
}

/// The same after white space, which can itself be the separator: on one line, after an option (`--token x`) or a
/// plain word (`password x`, as in `.netrc`), or before a quoted value (`#define API_KEY "x"`).
fn after_space(bytes: &[u8], name: &Range<usize>, gap: usize) -> Option<(usize, bool)> {
    if let Some(found) = separator_at(bytes, gap, false).filter(|_| bytes[gap] != b'>') {
        return Some(found);
    }
    if bytes[name.end..gap].contains(&b'\n') {
        return None;
    }
    match bytes.get(gap..)? {
        [b'i', b's', b' ', ..] => Some((gap + 3, false)),
        [b'w', b'a', b's', b' ', ..] => Some((gap + 4, false)),
        _ => {
            let text = &bytes[name.clone()];
            let is_option = text.starts_with(b"-");
            let is_plain = text.iter().all(u8::is_ascii_lowercase) || text.iter().all(u8::is_ascii_uppercase);
            Some((gap, !is_option && !is_plain))
        }
    }
}

/// A value without quotes begins with a letter, a digit or what passwords begin with; code and templates do not.
fn begins_bare(bytes: &[u8], start: usize) -> bool {
    bytes.get(start).is_some_and(|&byte| {
        is(byte, ALNUM) || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'!' | b'~' | b'%' | b'^' | b'#')
    })
}

/// In `"name": "API_KEY", "value": "…"` the value stands one label further.
fn skip_value_label(bytes: &[u8], at: usize) -> usize {
    let opened = skip(bytes, at, is_quoting);
    let is_label = bytes.get(opened..opened + 5).is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
    let closed = skip(bytes, opened + 5, is_quoting);
    if !is_label || closed == opened + 5 {
        return at;
    }
    let colon = skip_space(bytes, closed);
    if bytes.get(colon) == Some(&b':') { skip_space(bytes, colon + 1) } else { at }
}

/// `b"…"`, `r'…'`, `f"…"`, `@"…"`.
fn string_prefix(rest: &[u8]) -> usize {
    match rest {
        [b'b' | b'r' | b'f' | b'u' | b'@' | b'L', b'"' | b'\'', ..] => 1,
        _ => 0,
    }
}

fn end_of_bare(bytes: &[u8], start: usize) -> usize {
    let window = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    let end = window.iter().position(|&byte| {
        is(byte, SPACE)
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b',' | b';' | b'&' | b')' | b'}' | b']' | b'\\' | b'|'
            )
    });
    start + end.unwrap_or(window.len())
}

/// Up to the closing quote, its backslashes excluded; a value with white space in it ends there.
fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let window = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    let end = window.iter().position(|&byte| byte == quote || byte == b'\n').unwrap_or(window.len());
    let backslashes = window[..end].iter().rev().take_while(|&&byte| byte == b'\\').count();
    start + end - backslashes
}

/// `Bearer abc` → `abc`.
fn without_scheme(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    const SCHEMES: [&[u8]; 6] = [b"bearer", b"basic", b"token", b"bot", b"apikey", b"digest"];
    let text = &bytes[value.start..];
    for scheme in SCHEMES {
        let names_scheme = text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        if names_scheme && text.get(scheme.len()) == Some(&b' ') {
            let start = value.start + scheme.len() + 1;
            return start..end_of_bare(bytes, start).max(start);
        }
    }
    value
}

fn is_quoting(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']')
}

/// Past at most eight bytes that fit.
fn skip(bytes: &[u8], from: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(8).take_while(|byte| fits(**byte)).count()
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(MAX_GAP).take_while(|byte| is(**byte, SPACE)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Option<(&str, &str)> {
        let stem = text.to_lowercase().find("pass").or_else(|| text.to_lowercase().find("key"))?;
        named_at(text.as_bytes(), stem).map(|named| (&text[named.name], &text[named.value]))
    }

    #[test]
    fn reads_every_usual_syntax() {
        for text in [
            "db_pass=s3cretvalue",
            "db_pass = \"s3cretvalue\"",
            "\"db_pass\": \"s3cretvalue\"",
            "{\\\"db_pass\\\": \\\"s3cretvalue\\\"}",
            "db_pass: s3cretvalue\n",
            "db_pass := 's3cretvalue'",
            "'db_pass' => 's3cretvalue'",
            "<db_pass>s3cretvalue</db_pass>",
            "[\"db_pass\", \"s3cretvalue\"]",
            "{\"name\": \"db_pass\", \"value\": \"s3cretvalue\"}",
            "db_pass is s3cretvalue",
            "--db_pass s3cretvalue",
            "#define db_pass \"s3cretvalue\"",
            "db_pass=Bearer s3cretvalue",
            "x=1&db_pass=s3cretvalue&y=2",
            "x\\ndb_pass=s3cretvalue\\n",
        ] {
            assert_eq!(
                pair(text).map(|(name, value)| (name.trim_start_matches('-'), value)),
                Some(("db_pass", "s3cretvalue")),
                "{text}"
            );
        }
    }

    #[test]
    fn prose_and_code_are_no_pairs() {
        for text in [
            "the password\nhunter2hunter2",
            "let pass2 x9y8z7w6",
            "pass = (uint8_t const*) x",
            "key: {event:?}",
        ] {
            assert_eq!(pair(text), None, "{text}");
        }
    }
}
