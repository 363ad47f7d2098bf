//! The texts in messages of protobuf, as remote calls send them: told apart from bytes and from messages by their looks.

use std::ops::Range;

use super::stem::Stem;
use super::{MAX_PIECE, is_token};

/// Flags and length before each message of a call.
const PREFIX: usize = 5;
/// Deepest message in a message.
const MAX_DEPTH: usize = 8;
/// Longest varint.
const MAX_VARINT: usize = 10;

/// Calls `visit` with each field that is a word, and the path to it. What is compressed says nothing.
pub(super) fn walk(body: &[u8], root: Stem, visit: &mut dyn FnMut(Range<usize>, Stem)) {
    let mut at = 0;
    while let Some(&[flags, a, b, c, d]) = body.get(at..at + PREFIX) {
        let start = at + PREFIX;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        at = start.saturating_add(length).min(body.len());
        if flags & 1 == 0 && is_message(&body[start..at]) {
            texts(body, start..at, root, 0, visit);
        }
    }
}

fn texts(
    body: &[u8],
    range: Range<usize>,
    path: Stem,
    depth: usize,
    visit: &mut dyn FnMut(Range<usize>, Stem),
) {
    let start = range.start;
    for (number, content) in Fields(&body[range], 0).flatten() {
        // No digit: fields of a message are no parts with numbers.
        let path = path.with(&[0x80 | number]);
        let content = start + content.start..start + content.end;
        let bytes = &body[content.clone()];
        if (1..=MAX_PIECE).contains(&bytes.len()) && bytes.iter().all(|byte| is_token(*byte)) {
            visit(content, path);
        } else if depth < MAX_DEPTH && is_message(bytes) {
            texts(body, content, path, depth + 1, visit);
        }
    }
}

/// Whether bytes read as fields to their end.
fn is_message(bytes: &[u8]) -> bool {
    Fields(bytes, 0).all(|field| field.is_some())
}

/// Number and bytes of each field, none of them where it holds a number; `None` last where it is no message.
struct Fields<'m>(&'m [u8], usize);

impl Iterator for Fields<'_> {
    type Item = Option<(u8, Range<usize>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.1 >= self.0.len() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.1 = self.0.len();
        }
        Some(field)
    }
}

impl Fields<'_> {
    fn field(&mut self) -> Option<(u8, Range<usize>)> {
        let tag = self.varint()?;
        let length = match tag & 7 {
            0 => {
                self.varint()?;
                0
            }
            1 => 8,
            2 => usize::try_from(self.varint()?).ok()?,
            5 => 4,
            _ => return None,
        };
        let end = self.1.checked_add(length).filter(|end| *end <= self.0.len())?;
        let content = std::mem::replace(&mut self.1, end)..end;
        let number = u8::try_from(tag >> 3 & 0x7f).ok()?;
        let content = if tag & 7 == 2 { content } else { end..end };
        (tag >> 3 > 0).then_some((number, content))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in 0..MAX_VARINT {
            let byte = *self.0.get(self.1)?;
            self.1 += 1;
            value |= u64::from(byte & 0x7f).wrapping_shl(u32::try_from(7 * shift).ok()?);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &[u8]) -> Vec<&[u8]> {
        let mut said = Vec::new();
        walk(body, Stem::default(), &mut |range, _| said.push(&body[range]));
        said
    }

    #[test]
    fn words_are_told_in_order_and_at_any_depth() {
        let body = b"\0\0\0\0\x12\x0a\x03one\x10\x07\x1a\x05\x0a\x03two\x0a\x02a \0\0\0\0\x05\x0a\x03end";
        assert_eq!(said(body), [b"one", b"two", b"end"]);
    }

    #[test]
    fn what_is_compressed_cut_or_something_else_says_nothing() {
        let none: [&[u8]; 0] = [];
        assert_eq!(said(b"\x01\0\0\0\x05\x0a\x03end"), none);
        assert_eq!(said(b"\0\0\0\0\x05\x0a\x09end"), none);
        assert_eq!(said(b"\0\0\0\0\x05hello"), none);
        assert_eq!(said(b"\0\0\0"), none);
        assert_eq!(said(&[0xff; 64]), none);
    }
}
