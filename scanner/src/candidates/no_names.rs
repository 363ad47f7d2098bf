//! What stands like the name of a secret, and is none.

use std::ops::Range;

use super::classes::{NAME, is};
use super::names::MAX_NAME;

/// Most that stands between an attribute and its value: quotes, each with the backslashes that escape it.
const MAX_MARK: usize = 16;

/// How far around its token a message of the language server protocol says what it is.
const MAX_CALL: usize = 160;

/// Where the groups of a UUID end.
const UUID_GAPS: [usize; 4] = [8, 13, 18, 23];
const UUID: usize = 36;

/// Whether the name at `name` is a type, a mark of a form or part of a phrase.
pub(super) fn is_no_name(bytes: &[u8], name: &Range<usize>) -> bool {
    is_type(bytes, name)
        || is_mark_of_form(bytes, name)
        || is_of_phrase(bytes, name)
        || (bytes[name.clone()] == *b"token" && (is_of_progress(bytes, name) || is_of_pages(bytes, name)))
        || is_of_snippet(bytes, name)
}

/// `"AWS::IAM::AccessKey"`: what stands in quotes behind double colons is called so by a schema.
fn is_type(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(MAX_NAME)..name.start];
    let path = before.iter().rev().take_while(|byte| is(**byte, NAME) || **byte == b':').count();
    let quote = before.iter().rev().nth(path);
    before.ends_with(b"::")
        && quote.is_some_and(|byte| b"\"'".contains(byte))
        && bytes.get(name.end).is_some_and(|byte| b"\\\"'".contains(byte))
}

/// `<input type="hidden" name="_token" …`, `_token=…&name=…`, `user[_token]=…`: what a page sends back so that it is
/// known.
fn is_mark_of_form(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(MAX_MARK)..name.start];
    let is_of_form = || {
        let end = before.iter().rposition(|byte| !b"\"'\\".contains(byte)).map_or(0, |last| last + 1);
        name.start == 0 && bytes.get(name.end) == Some(&b'=')
            || before.ends_with(b"&")
            || before.ends_with(b"[")
            || before[..end].ends_with(b"name=")
    };
    bytes[name.clone()] == *b"_token" && is_of_form()
}

/// `getent passwd`, `checksum/secret`, `parola chiave`: a command, what a chart has of a file, and what Italian calls a
/// keyword.
fn is_of_phrase(bytes: &[u8], name: &Range<usize>) -> bool {
    let is_keyword =
        bytes[name.clone()].eq_ignore_ascii_case(b"parola") && bytes[name.end..].starts_with(b" chiave");
    let before = &bytes[..name.start];
    is_keyword || before.ends_with(b"getent ") || before.ends_with(b"checksum/")
}

/// `"method":"$/progress","params":{"token":…`: a language server numbers what takes long, and tells how far it is.
fn is_of_progress(bytes: &[u8], name: &Range<usize>) -> bool {
    const METHODS: [&[u8]; 2] = [b"$/progress", b"workDoneProgress/"];
    let after = &bytes[name.end..bytes.len().min(name.end + 2 * MAX_CALL)];
    let is_mark = |byte: &&u8| b"\\\": ".contains(byte);
    let value = &after[after.iter().take_while(is_mark).count()..];
    let tells = |text: &[u8]| METHODS.iter().any(|method| memchr::memmem::find(text, method).is_some());
    is_uuid(value) && (tells(&bytes[name.start.saturating_sub(MAX_CALL)..name.start]) || tells(after))
}

fn is_uuid(text: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| {
        if UUID_GAPS.contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    text.get(..UUID).is_some_and(|text| text.iter().enumerate().all(fits))
        && text.get(UUID).is_none_or(|byte| !is(*byte, NAME))
}

/// `"continuationCommand":{"token":…`: where a list goes on.
fn is_of_pages(bytes: &[u8], name: &Range<usize>) -> bool {
    const LISTS: [&[u8]; 2] = [b"continuation", b"pagination"];
    let before = &bytes[name.start.saturating_sub(MAX_NAME)..name.start];
    let line = trimmed(before, b"\"\\ \r\n\t");
    // In JSON inside JSON a line end is spelled out.
    let opened = line.strip_suffix(b"\\n").map_or(line, |line| trimmed(line, b"\\ "));
    let Some(object) = opened.strip_suffix(b"{") else { return false };
    let parent = trimmed(object, b"\"\\ :");
    let parent = parent.rsplit(|byte| !is(*byte, NAME)).next().unwrap_or_default().to_ascii_lowercase();
    object.len() > parent.len() && LISTS.iter().any(|list| memchr::memmem::find(&parent, list).is_some())
}

/// `text` without the `marks` at its end.
fn trimmed<'t>(text: &'t [u8], marks: &[u8]) -> &'t [u8] {
    &text[..text.iter().rposition(|byte| !marks.contains(byte)).map_or(0, |last| last + 1)]
}

/// `analytics._writeKey="…"`: what a page is given to count its readers with, as all of them can see.
fn is_of_snippet(bytes: &[u8], name: &Range<usize>) -> bool {
    let text = &bytes[name.clone()];
    let member = text.strip_suffix(b"_writeKey").map(|object| (object, &bytes[..name.start]));
    member.is_some_and(|(object, before)| object == b"analytics." || before.ends_with(b"analytics."))
}
