//! What stands like the name of a secret, and is none.

use std::ops::Range;

use super::classes::{NAME, is};
use super::names::MAX_NAME;

/// Most that stands between an attribute and its value: quotes, each with the backslashes that escape it.
const MAX_MARK: usize = 16;

/// Whether the name at `name` is a type, a mark of a form or part of a phrase.
pub(super) fn is_no_name(bytes: &[u8], name: &Range<usize>) -> bool {
    is_type(bytes, name) || is_mark_of_form(bytes, name) || is_of_phrase(bytes, name)
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

/// `getent passwd`, `parola chiave`: a command, and what Italian calls a keyword.
fn is_of_phrase(bytes: &[u8], name: &Range<usize>) -> bool {
    let is_keyword =
        bytes[name.clone()].eq_ignore_ascii_case(b"parola") && bytes[name.end..].starts_with(b" chiave");
    is_keyword || bytes[..name.start].ends_with(b"getent ")
}
