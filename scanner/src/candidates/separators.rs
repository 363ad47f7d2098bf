//! What parts a name from its value: signs, tags, labels, words.

use std::ops::Range;

use super::classes::{SPACE, is};
use super::marks::{past_label, sibling};
use super::meaning::reads;
use super::skipping::{MAX_GAP, skip, skip_quotes, skip_space};
use super::told::{
    changed_to, escaped_sibling, in_parentheses, is_macro, opens_tuple, past_accessors, past_attributes,
    past_brace, past_send, past_string_mark, past_value_option, told_in_other_letters,
};
use super::values::begins_line;

/// Longest type, or words of a sentence, between a name and its value.
pub(super) const MAX_BETWEEN: usize = 48;

/// What parts a name from its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// `=`, at once on both sides.
    Equals,
    /// `=` with space around it, `:=`, `=>`.
    Assignment,
    /// `:`.
    Colon,
    /// A tag, an option, a word such as `is`: only text can follow.
    Text,
    /// White space: what follows may be any next word.
    Space,
    /// What text follows only in quotes.
    Quotes,
    /// The comma of a pair, which ends after the value.
    Pair,
}

/// What stands after a name, and where it ends.
pub(super) fn separator_after(bytes: &[u8], name: &Range<usize>) -> Option<(By, usize)> {
    let closed = skip(bytes, skip_quotes(bytes, name.end), |byte| byte == b'*');
    let gap = skip_space(bytes, closed);
    let is_tight = gap == closed;
    let rest = &bytes[gap.min(bytes.len())..];
    match *rest.first()? {
        b'=' if is_tight && rest.get(1).is_some_and(|byte| !is(*byte, SPACE) && !b"=>~".contains(byte)) => {
            Some((By::Equals, gap + 1))
        }
        b'=' => {
            Some((By::Assignment, gap + rest.iter().take(3).take_while(|byte| b"=>~".contains(byte)).count()))
        }
        b':' if rest.get(1) == Some(&b':') || is_inside_id(bytes, name.start, rest) => None,
        b':' if gap == name.end && is_path_of_key(&rest[1..]) => None,
        // The result of a test.
        b':' if &bytes[name.clone()] == b"PASS" => None,
        b':' if rest.get(1) == Some(&b'=') => Some((By::Assignment, gap + 2)),
        b':' if let Some(sent) = past_send(bytes, gap + 1) => Some((By::Text, sent)),
        b':' => {
            let stars = skip(bytes, gap + 1, |byte| byte == b'*');
            Some((
                By::Colon,
                if stars > gap + 1 {
                    skip(bytes, skip_space(bytes, stars), |byte| byte == b'*')
                } else {
                    stars
                },
            ))
        }
        b'?' if rest.starts_with(b"?=") => Some((By::Assignment, gap + 2)),
        b'?' if rest.starts_with(b"??") => Some((By::Quotes, gap + 2)),
        b'|' if rest.starts_with(b"||") => Some((By::Quotes, gap + 2)),
        0x80.. => told_in_other_letters(rest).map(|(by, length)| (by, gap + length)),
        b'>' if is_tight => Some((By::Text, gap + 1)),
        b'&' if is_tight && rest.starts_with(b"&gt;") => Some((By::Text, gap + 4)),
        b'<' if rest.starts_with(b"<-") => Some((By::Quotes, gap + 2)),
        b'{' if let Some(at) = past_accessors(bytes, gap) => Some((By::Quotes, at)),
        b'{' if gap == name.end => past_brace(bytes, gap).map(|at| (By::Quotes, at)),
        b'<' if gap == name.end => sibling(rest).map(|length| (By::Text, gap + length)),
        b'&' if is_tight && rest.starts_with(b"&lt;/") => {
            escaped_sibling(rest).map(|length| (By::Text, gap + length))
        }
        b'-' if rest.starts_with(b"->") => Some((By::Assignment, gap + 2)),
        b'-' if rest.starts_with(b"-&gt;") => Some((By::Assignment, gap + 5)),
        b'}' if is_tight && rest.starts_with(b"}{") && is_macro(&bytes[..name.start]) => {
            Some((By::Text, gap + 2))
        }
        b'|' if !is_tight && rest.get(1) == Some(&b' ') && ends_label(&bytes[..name.start]) => {
            Some((By::Text, gap + 1))
        }
        // `FUNCTION_PASS("…"`: a macro of a compiler.
        b'(' if bytes[name.clone()].ends_with(b"_PASS") => None,
        b'(' if gap == name.end && !reads(&bytes[name.clone()]) => Some((By::Quotes, gap + 1)),
        b'(' if let Some(at) = in_parentheses(bytes, gap) => Some((By::Text, at)),
        b',' if gap == name.end
            && begins_line(bytes, name.start)
            && is_of_environment(&bytes[name.clone()]) =>
        {
            Some((By::Text, gap + 1))
        }
        b',' if gap == name.end && opens_tuple(&bytes[..name.start]) => {
            past_string_mark(bytes, skip_space(bytes, gap + 1)).map(|at| (By::Text, at))
        }
        b',' if closed > name.end && bytes[name.start] == b'-' => Some((By::Text, gap + 1)),
        b',' if closed > name.end => {
            let labelled = past_label(bytes, gap).filter(|_| is_whole_name(&bytes[..name.start]));
            Some(labelled.map_or((By::Pair, gap + 1), |at| (By::Text, at)))
        }
        _ if is_tight => None,
        _ => after_space(bytes, name, closed, gap),
    }
}

/// Whether the string that ends with the name holds nothing else, and is no message or file beside its content.
fn is_whole_name(before: &[u8]) -> bool {
    const TEXTS: [&[u8]; 9] = [
        b"message",
        b"path",
        b"file",
        b"filename",
        b"file_name",
        b"title",
        b"subject",
        b"description",
        b"text",
    ];
    let is_mark = |byte: &u8| b"\"'`\\: ".contains(byte);
    let quotes = before.iter().rev().take(MAX_GAP).take_while(|byte| is_mark(byte)).count();
    let (before, marks) = before.split_at(before.len() - quotes);
    let letters = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let word = before.iter().rev().take(MAX_BETWEEN).take_while(letters).count();
    marks.last().is_none_or(|mark| *mark != b' ') && !TEXTS.contains(&&before[before.len() - word..])
}

/// `arn:aws:secretsmanager:…:secret:app`: colons on both sides.
fn is_inside_id(bytes: &[u8], name: usize, rest: &[u8]) -> bool {
    let is_tight = rest.get(1).is_some_and(u8::is_ascii_alphanumeric);
    is_tight && name.checked_sub(1).is_some_and(|before| bytes[before] == b':')
}

/// `token:blacklist:82a4…`: where something is kept, as keys of Redis say it.
fn is_path_of_key(rest: &[u8]) -> bool {
    let word = rest.iter().take(MAX_BETWEEN).take_while(|byte| byte.is_ascii_lowercase()).count();
    word >= 3 && matches!(rest[word..], [b':', next, ..] if next.is_ascii_alphanumeric())
}

/// Whether a cell of a table has few words before the one that `before` ends at: a label, no sentence.
fn ends_label(before: &[u8]) -> bool {
    const MOST_WORDS: usize = 4;
    let floor = before.len().saturating_sub(MAX_BETWEEN);
    let window = &before[floor..];
    let start = window.iter().rposition(|byte| matches!(byte, b'|' | b'\n' | b'"'));
    let cell = &window[start.map_or(0, |at| at + 1)..];
    let words = cell.split(|byte| is(*byte, SPACE)).filter(|word| !word.is_empty()).count();
    (start.is_some() || floor == 0) && words <= MOST_WORDS
}

/// White space can itself be the separator: before a label (`<input name="token" value=…`), and on one line after an
/// option (`--token x`) or a plain word (`password x`, as in `.netrc`), or before a quoted value.
fn after_space(bytes: &[u8], name: &Range<usize>, closed: usize, gap: usize) -> Option<(By, usize)> {
    if let Some(labelled) = past_label(bytes, gap).or_else(|| past_head_of_part(bytes, name, closed)) {
        return Some((By::Text, labelled));
    }
    if bytes[closed..gap].iter().any(|byte| !b" \t".contains(byte)) {
        return None;
    }
    if let Some(told) = past_attributes(bytes, name, gap).or_else(|| past_value_option(bytes, gap)) {
        return Some((By::Text, told));
    }
    let told = past_telling_words(bytes, gap).or_else(|| changed_to(bytes, name, gap));
    if let Some(told) = told.filter(|_| closed == name.end || bytes[name.end] == b'`') {
        return Some((By::Text, told));
    }
    let text = &bytes[name.clone()];
    if [&b"pass"[..], b"Pass"].contains(&text) {
        return None;
    }
    if is_class_of_element(&bytes[..name.start]) {
        return None;
    }
    let is_option = text.starts_with(b"-");
    let word = &text[memchr::memrchr(b' ', text).map_or(0, |space| space + 1)..];
    let is_plain = word[1..].iter().all(u8::is_ascii_lowercase) || word.iter().all(u8::is_ascii_uppercase);
    let is_environment = is_of_environment(text);
    let may_be_bare =
        closed == name.end && (is_option || is_plain || is_environment || is_set(&bytes[..name.start]));
    let by = if is_option { By::Text } else { By::Space };
    Some((if may_be_bare { by } else { By::Quotes }, gap))
}

/// `git config --global app.apiToken …`, `npm config set …`.
fn is_set(before: &[u8]) -> bool {
    let window = &before[before.len().saturating_sub(MAX_BETWEEN)..];
    let line = &window[memchr::memrchr3(b'\n', b';', b'"', window).map_or(0, |at| at + 1)..];
    memchr::memmem::find(line, b" config ").is_some()
}

/// `class="token …`: what a style sheet calls an element.
fn is_class_of_element(before: &[u8]) -> bool {
    let window = &before[before.len().saturating_sub(MAX_BETWEEN)..];
    let quote = window.iter().rposition(|byte| b"\"'`".contains(byte)).unwrap_or_default();
    let marks = window[..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
    let attribute = &window[..quote - marks];
    attribute.ends_with(b"class=") || attribute.ends_with(b"className=")
}

/// `DB_PASS2`: the name of a variable that a process is given.
fn is_of_environment(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// The blank line after `name="…"` at the end of the head of a part of a form.
fn past_head_of_part(bytes: &[u8], name: &Range<usize>, closed: usize) -> Option<usize> {
    let is_named = bytes[..name.start].ends_with(b"name=\"");
    (is_named && bytes[closed..].starts_with(b"\r\n\r\n")).then(|| closed + 4)
}

/// `for the new host is …`, `lautet: …`: words and what ends them; not `in the following format: …`, `MD5SUM: …`.
fn past_telling_words(bytes: &[u8], start: usize) -> Option<usize> {
    const FORMS: [&[u8]; 14] = [
        b"format",
        b"form",
        b"syntax",
        b"pattern",
        b"md5",
        b"md5sum",
        b"sha1",
        b"sha256",
        b"checksum",
        b"hash",
        b"digest",
        b"fingerprint",
        b"id",
        b"length",
    ];
    const VERBS: [&[u8]; 7] = [b"is", b"was", b"are", b"ist", b"lautet", b"es", b"est"];
    let window = &bytes[start..bytes.len().min(start + MAX_BETWEEN)];
    let now = |at: usize| {
        let rest = &window[at..];
        if rest.starts_with(b"now: ") {
            5
        } else if rest.starts_with(b"now ") {
            4
        } else {
            0
        }
    };
    let mut at = 0;
    loop {
        let word =
            window[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80).count();
        let end = at + word;
        if FORMS.iter().any(|form| window[at..end].eq_ignore_ascii_case(form)) {
            return None;
        }
        match window.get(end)? {
            b' ' if VERBS.contains(&&window[at..end]) => {
                let colon = usize::from(window[end + 1..].starts_with(b": "));
                return Some(start + end + 1 + colon + now(end + 1));
            }
            // In `token refreshed user=7` the value is the user.
            b'=' if word > 0 && window.get(end + 1).is_some_and(|next| *next != b' ') => return None,
            b':' | b'=' if word > 0 || at > 0 => return Some(start + end + 1),
            b' ' | b'-' | b'_' | b'/' | b'\'' if word > 0 => at = end + 1,
            b'=' | b':' => return Some(start + end + 1),
            _ => return None,
        }
    }
}
