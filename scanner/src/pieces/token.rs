//! Values that are made of the characters of tokens, escapes undone.

use std::borrow::Cow;

use super::{MAX_PIECE, is_token};

/// The value as a token, percent-encoding undone.
pub(super) fn token_of(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !could_be_token(raw, b'%') {
        return None;
    }
    if !raw.contains(&b'%') {
        return Some(Cow::Borrowed(raw));
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let escaped = (raw[at] == b'%').then(|| raw.get(at + 1..at + 3)).flatten();
        let byte = escaped.and_then(|digits| super::decode::hex(digits).next());
        text.push(byte.unwrap_or(raw[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    is_value(&text).then_some(Cow::Owned(text))
}

/// The same for what is between the quotes of a JSON string.
pub(super) fn token_in_json(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !could_be_token(raw, b'\\') {
        return None;
    }
    if !raw.contains(&b'\\') {
        return Some(Cow::Borrowed(raw));
    }
    let quoted = [b"\"", raw, b"\""].concat();
    let text: String = serde_json::from_slice(&quoted).ok()?;
    is_value(text.as_bytes()).then(|| Cow::Owned(text.into_bytes()))
}

fn could_be_token(raw: &[u8], escape: u8) -> bool {
    // An escape has six characters at most.
    (1..=6 * MAX_PIECE).contains(&raw.len())
        && raw.iter().all(|byte| is_token(*byte) || *byte == escape)
        && (raw.len() <= MAX_PIECE || raw.contains(&escape))
}

fn is_value(text: &[u8]) -> bool {
    (1..=MAX_PIECE).contains(&text.len()) && text.iter().all(|byte| is_token(*byte))
}
