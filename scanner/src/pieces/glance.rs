//! Whether a string of a JSON text could begin a secret: told at a glance, before any value is walked.

use super::gate::{MAX_PARTIAL, is_encoded_text, is_long_part};
use super::starts::{Begin, Starts};
use crate::parts::end_of_string;

/// Values, keys among them, of which the first is put together.
const PARTS: usize = 8;
/// Among values in so few bytes of JSON every possible beginning is followed.
const FEW_BYTES: usize = 4 << 10;

/// Whether a string of this JSON text, no name of a member, could begin a secret.
pub(super) fn could_begin_in_json(starts: &Starts, json: &[u8]) -> bool {
    let is_short = json.len() <= FEW_BYTES;
    let mut from = 0;
    while let Some(quote) = memchr::memchr(b'"', &json[from..]) {
        let start = from + quote + 1;
        let Some(end) = end_of_string(json, start) else {
            return could_begin(starts, &json[start..], is_short);
        };
        from = end + 1;
        let after = json[from..].iter().find(|byte| !byte.is_ascii_whitespace());
        if after != Some(&b':') && could_begin(starts, &json[start..], is_short) {
            return true;
        }
    }
    false
}

/// Whether the string whose text begins here could begin a secret.
#[inline]
fn could_begin(starts: &Starts, rest: &[u8], is_short: bool) -> bool {
    let Some(head) = rest.first_chunk::<3>() else { return false };
    match head.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        Some(0) if head[0] == b'"' => false,
        Some(end) if head[end] == b'\\' => rest.get(end + 1) == Some(&b'u'),
        Some(end) => starts.begin_short(&head[..end]) && (is_short || could_grow(starts, rest)),
        None if starts.could_begin(*head) => is_short || could_grow(starts, rest),
        None => could_be_base64(head) && is_encoded_text(rest),
    }
}

/// Whether the string whose text begins here begins a secret, together with the values that follow it.
fn could_grow(starts: &Starts, mut rest: &[u8]) -> bool {
    let mut joined = [0; MAX_PARTIAL];
    let mut length = 0;
    for _ in 0..PARTS {
        let Some(end) = memchr::memchr2(b'"', b'\\', &rest[..rest.len().min(MAX_PARTIAL)]) else {
            return starts.begin(&rest[..rest.len().min(MAX_PARTIAL)]) > Begin::No;
        };
        let is_key = rest.get(end + 1) == Some(&b':');
        if length > 0 || !is_key {
            let more = end.min(MAX_PARTIAL - length) * usize::from(!is_key);
            joined[length..length + more].copy_from_slice(&rest[..more]);
            length += more;
            match starts.begin(&joined[..length]) {
                Begin::Whole => return true,
                Begin::Part if is_long_part(&joined[..length]) => return true,
                Begin::Part => {}
                Begin::No => return false,
            }
        } else {
            return false;
        }
        let Some(next) = memchr::memchr(b'"', &rest[(end + 1).min(rest.len())..]) else { return false };
        rest = &rest[end + next + 2..];
    }
    true
}

/// The first three characters of encoded text: no readable byte begins with other bits.
fn could_be_base64(head: &[u8]) -> bool {
    matches!(head[0], b'C'..=b'Z' | b'a'..=b'f' | b'2'..=b'7')
        && head[1..].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte))
}
