//! Quotes of string literals, escaped or not, and what stands between them.

/// Most white space around an operator.
pub(super) const MAX_GAP: usize = 40;
/// Most backslashes before a quote: code in JSON in JSON.
pub(super) const MAX_MARKS: usize = 3;

/// The quote that `before` ends with, and the backslashes that escape it.
pub(super) fn closing_quote(before: &[u8]) -> Option<&[u8]> {
    let quote = before.last().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let text = &before[..before.len() - 1];
    let marks =
        text.iter().rev().take(MAX_MARKS).take_while(|byte| **byte == b'\\' && *quote == b'"').count();
    Some(&before[text.len() - marks..])
}

/// White space at the beginning, and the backslashes and letters of line ends that are escaped.
pub(super) fn blanks(text: &[u8]) -> usize {
    let mut at = 0;
    while at < MAX_GAP.min(text.len()) {
        match text[at..] {
            [b' ' | b'\t' | b'\n' | b'\r', ..] | [b'\\', b'\n', ..] => at += 1,
            [b'\\', b'n' | b'r' | b't', ..] => at += 2,
            [b'\\', b'\\', b'n' | b'r' | b't', ..] => at += 3,
            _ => break,
        }
    }
    at
}
