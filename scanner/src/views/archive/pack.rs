//! Packs of git (gitformat-pack): objects one after another, each compressed for itself. Of a delta, what it inserts.

use super::{Bounds, Unpacked, inflate};

const HEADER_BYTES: usize = 12;

const OFFSET_DELTA: u8 = 6;
const REFERENCE_DELTA: u8 = 7;
const HASH_BYTES: usize = 20;

/// The next object.
pub(super) fn next(text: &[u8], start: usize, at: &mut usize, bounds: Bounds<'_>) -> Option<Unpacked> {
    if *at == start {
        *at += HEADER_BYTES;
    }
    let object = *at;
    // A hash ends the pack.
    if text.len().saturating_sub(object) <= HASH_BYTES {
        *at = text.len();
        return None;
    }
    let kind = text[object] >> 4 & 7;
    let mut data = after_number(text, object)?;
    match kind {
        OFFSET_DELTA => data = after_number(text, data)?,
        REFERENCE_DELTA => data += HASH_BYTES,
        _ => {}
    }
    let mut inflated = inflate::zlib(text.get(data..)?, bounds);
    let end = data + inflated.taken;
    if !inflated.ended {
        *at = text.len();
        if inflated.bytes.is_empty() {
            return Some(Unpacked::Opaque(object..text.len()));
        }
        return Some(inflated.into_member_of(object..text.len(), "git-pack"));
    }
    *at = end;
    if matches!(kind, OFFSET_DELTA | REFERENCE_DELTA) {
        inflated.bytes = inserted(&inflated.bytes);
    }
    Some(inflated.into_member_of(object..end, "git-pack"))
}

/// After a number of seven bits a byte.
fn after_number(text: &[u8], at: usize) -> Option<usize> {
    Some(at + 1 + text.get(at..)?.iter().position(|byte| byte & 0x80 == 0)?)
}

/// What a delta adds to its base. Insertions of more than 127 bytes come in pieces that belong together; a line break
/// stands for what is copied.
fn inserted(delta: &[u8]) -> Vec<u8> {
    let body = after_number(delta, 0).and_then(|at| after_number(delta, at)).unwrap_or(delta.len());
    let mut text = Vec::with_capacity(delta.len());
    let mut rest = &delta[body..];
    while let [operation, after @ ..] = rest {
        if operation & 0x80 == 0 {
            let length = usize::from(*operation).min(after.len());
            text.extend_from_slice(&after[..length]);
            rest = &after[length..];
        } else {
            let arguments = (operation & 0x7f).count_ones() as usize;
            text.push(b'\n');
            rest = &after[arguments.min(after.len())..];
        }
    }
    text
}
