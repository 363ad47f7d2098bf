//! What may stand between a separator and the value: types, marks of blocks and lists, tags, labels of their own.

use super::separators::MAX_BETWEEN;
use super::skipping::{skip, skip_quotes, skip_space};

/// `&str = `, `String = `, `Option<String> = ` after the colon of a declaration.
pub(super) fn past_type(bytes: &[u8], start: usize) -> Option<usize> {
    let window = bytes.get(start..bytes.len().min(start + MAX_BETWEEN))?;
    if !window.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&') {
        return None;
    }
    let in_type = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_<>[]&'.|? ".contains(byte);
    let end = window.iter().take_while(in_type).count();
    let is_declared = window[end..].starts_with(b"= ") && window[..end].ends_with(b" ");
    is_declared.then(|| skip_space(bytes, start + end + 1))
}

/// `|`, `>-` and the line end after them: a block of YAML.
pub(super) fn past_block_mark(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    let (b'|' | b'>') = rest.first()? else { return None };
    let mark = 1 + rest[1..].iter().take(2).take_while(|byte| b"+-123456789".contains(byte)).count();
    let line_end = skip_space(bytes, start + mark);
    (line_end > start + mark).then_some(line_end)
}

/// `[` or the `- ` of a list, and what comes before its first value.
pub(super) fn past_list_mark(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start..)? {
        [b'[', ..] => Some(skip_space(bytes, start + 1)),
        [b'-', b' ', ..] => Some(skip_space(bytes, start + 2)),
        _ => None,
    }
}

/// `</key>`, white space and `<string>`, `</td><td class="x">`: how many bytes.
pub(super) fn sibling(rest: &[u8]) -> Option<usize> {
    let window = &rest[..rest.len().min(MAX_BETWEEN)];
    let closing = window.strip_prefix(b"</")?.iter().position(|byte| *byte == b'>')? + 3;
    let opening = skip_space(window, closing);
    past_tag(window, opening).or_else(|| past_cell(window, opening))
}

/// `<td>` and `<dd>`, with attributes and a tag for the type of the letters or without.
fn past_cell(window: &[u8], at: usize) -> Option<usize> {
    const CELLS: [&[u8]; 2] = [b"<td", b"<dd"];
    const LETTERS: [&[u8]; 4] = [b"<code>", b"<b>", b"<tt>", b"<kbd>"];
    let rest = window.get(at..)?;
    let ends = |cell: &&[u8]| rest.get(cell.len()).is_some_and(|next| b"> ".contains(next));
    CELLS.iter().find(|cell| rest.starts_with(cell) && ends(cell))?;
    let inside = at + rest.iter().position(|byte| *byte == b'>')? + 1;
    let inner = &window[inside..];
    Some(inside + LETTERS.iter().find(|tag| inner.starts_with(tag)).map_or(0, |tag| tag.len()))
}

/// `<string>`, `<value>`: the value stands inside.
pub(super) fn past_tag(bytes: &[u8], start: usize) -> Option<usize> {
    const TAGS: [&[u8]; 4] = [b"<string>", b"<value>", b"<data>", b"<![CDATA["];
    let rest = bytes.get(start..)?;
    TAGS.iter().find(|tag| rest.starts_with(tag)).map(|tag| start + tag.len())
}

/// In `"name": "API_KEY", "value": "…"` and `variable "token" { default = …` the value stands one label further.
pub(super) fn past_label(bytes: &[u8], at: usize) -> Option<usize> {
    const LABELS: [&[u8]; 5] = [b"value", b"default", b"content", b"string", b"parametervalue"];
    let opened = skip(bytes, skip_space(bytes, skip_quotes(bytes, at)), |byte| matches!(byte, b',' | b'{'));
    let opened = past_added_mark(bytes, skip_space(bytes, opened));
    let opened = past_declarations(bytes, skip_quotes(bytes, opened));
    let rest = bytes.get(opened..)?;
    let names = |label: &&&[u8]| rest.get(..label.len()).is_some_and(|word| word.eq_ignore_ascii_case(label));
    let label = LABELS.iter().find(names)?;
    let closed = skip_quotes(bytes, opened + label.len());
    let separator = skip_space(bytes, closed);
    let ends_label = matches!(bytes.get(separator)?, b':' | b'=');
    ends_label.then(|| skip_space(bytes, separator + 1))
}

/// The plus of a line that a diff adds, and the blanks after it.
fn past_added_mark(bytes: &[u8], at: usize) -> usize {
    let is_added = bytes.get(at) == Some(&b'+') && at > 0 && matches!(bytes[at - 1], b'\n' | b'n');
    if is_added { skip_space(bytes, at + 1) } else { at }
}

/// `type = string` and other lines of a variable's block before its value.
fn past_declarations(bytes: &[u8], mut at: usize) -> usize {
    const DECLARED: [&[u8]; 4] = [b"type ", b"description ", b"sensitive ", b"nullable "];
    for _ in DECLARED {
        let line = &bytes[at.min(bytes.len())..bytes.len().min(at + 2 * MAX_BETWEEN)];
        let end = memchr::memchr(b'\n', line).map(|end| end + 1);
        let escaped = memchr::memmem::find(line, b"\\n").map(|end| end + 2);
        match end.or(escaped) {
            Some(end) if DECLARED.iter().any(|word| line.starts_with(word)) => {
                at = skip_space(bytes, at + end);
            }
            _ => break,
        }
    }
    at
}
