//! Past quotes and white space, spelled out or not.

use super::classes::{SPACE, is};

/// Most white space around a separator.
pub(super) const MAX_GAP: usize = 24;
/// Most quotes, backslashes, brackets or stars in a row.
const MAX_QUOTES: usize = 8;

/// Past quotes, each with the backslashes that escape it, and the brackets of an index.
pub(super) fn skip_quotes(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < from + MAX_QUOTES {
        let escaped = at + backslashes(bytes, at);
        match bytes.get(escaped) {
            Some(b'"' | b'\'' | b'`' | b']') => at = escaped + 1,
            _ => break,
        }
    }
    at
}

/// Past white space, also where it is spelled `\n`.
pub(super) fn skip_space(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < from + MAX_GAP {
        let escaped = at + backslashes(bytes, at);
        match bytes.get(escaped) {
            Some(byte) if escaped == at && is(*byte, SPACE) => at += 1,
            Some(b'n' | b'r' | b't') if escaped > at => at = escaped + 1,
            _ => break,
        }
    }
    at
}

/// How many backslashes stand at `at`, up to what four levels of escaping need.
fn backslashes(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take(8).take_while(|byte| **byte == b'\\').count()
}

/// Past some bytes that fit.
pub(super) fn skip(bytes: &[u8], from: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(MAX_QUOTES).take_while(|byte| fits(**byte)).count()
}
