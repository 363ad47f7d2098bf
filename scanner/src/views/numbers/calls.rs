//! Numbers with the same words between them: `chr(65)+chr(66)`, `U+0041 U+0042`, `s += String.fromCharCode(65);` line
//! by line.

use std::ops::Range;

use super::{Base, MIN_BYTES, Numbers};
use crate::candidates::{Block, CHUNK};
use crate::views::groups::is_text;
use crate::views::{Codec, Decoded};

/// Numbers of 128 bytes behind what opens a call, or a plus.
const MIN_NUMBERS: u32 = 2;
/// Most characters between two numbers.
const MAX_BETWEEN: usize = 40;

/// Finds such numbers, block by block.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Chunks before this place were looked at.
    at: usize,
    /// Numbers of the last of them, and whether it ends with a sign.
    before: u64,
    sign: bool,
    /// Up to here numbers were read.
    read: usize,
}

impl Calls {
    /// The next text that `block` finds, as bytes.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        while self.at < block.range().end {
            let starts = block.called_numbers(self.at, &mut self.sign);
            let before = std::mem::replace(&mut self.before, starts);
            let chunk = self.at;
            self.at += CHUNK;
            if before.count_ones() + starts.count_ones() >= MIN_NUMBERS {
                let places = u128::from(starts) << CHUNK | u128::from(before);
                if let Some(decoded) = self.around(bytes, chunk, places) {
                    return Some(decoded);
                }
            }
        }
        None
    }

    /// The text at one of the places of the chunk at `chunk` and the one before it, a bit each.
    fn around(&mut self, bytes: &[u8], chunk: usize, mut places: u128) -> Option<Decoded> {
        while places != 0 {
            let start = chunk + places.trailing_zeros() as usize - CHUNK;
            places &= places - 1;
            if start < self.read {
                continue;
            }
            let Some(list) = List::at(bytes, start) else { continue };
            self.read = list.places.last().map_or(start, |last| last.end);
            if list.places.len() >= MIN_BYTES {
                return Some(list.decoded(bytes));
            }
        }
        None
    }
}

/// Numbers with the same between them.
struct List<'b> {
    base: Base,
    /// Zeros and signs at the beginning of each.
    prefix: &'b [u8],
    between: &'b [u8],
    places: Vec<Range<usize>>,
    text: Vec<u8>,
}

impl<'b> List<'b> {
    /// The numbers from the one at `start` on, if that is one of text and another follows.
    fn at(bytes: &'b [u8], start: usize) -> Option<Self> {
        let rest = &bytes[start..];
        let (base, prefix) = match bytes[..start] {
            [.., b'(' | b'+'] if matches!(rest, [b'0', b'x' | b'X', ..]) => (Base::Hex, 2),
            [.., b'U' | b'u', b'+'] => (Base::Hex, hex_digits(rest).checked_sub(2)?),
            [.., b'('] => (Base::Decimal, 0),
            _ => return None,
        };
        let prefix = &rest[..prefix];
        let (first, length) = number(rest, base, prefix)?;
        let between = between(&rest[length..], bytes[start - 1])?;
        let mut list = Self { base, prefix, between, places: Vec::new(), text: Vec::new() };
        list.push(start..start + length, first);
        let mut at = start + length;
        while bytes[at..].starts_with(between)
            && let Some((byte, length)) = number(&bytes[at + between.len()..], base, prefix)
        {
            at += between.len();
            list.push(at..at + length, byte);
            at += length;
        }
        Some(list)
    }

    fn push(&mut self, place: Range<usize>, byte: u8) {
        self.places.push(place);
        self.text.push(byte);
    }

    fn decoded(self, bytes: &[u8]) -> Decoded {
        let source = self.places[0].start..self.places[self.places.len() - 1].end;
        let upper = bytes[source.clone()].iter().any(u8::is_ascii_uppercase);
        let (prefix, separator) = (self.prefix.to_vec(), self.between.to_vec());
        let numbers = Numbers { base: self.base, places: self.places, prefix, separator, upper };
        Decoded { bytes: self.text, source, codec: Codec::Numbers(numbers) }
    }
}

/// The byte of text that the number at the beginning of `rest` is, and its length.
fn number(rest: &[u8], base: Base, prefix: &[u8]) -> Option<(u8, usize)> {
    let digits = rest.strip_prefix(prefix)?;
    let (length, radix) = match base {
        Base::Hex => (hex_digits(digits), 16),
        _ => (digits.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count(), 10),
    };
    if !(2..=3).contains(&length) {
        return None;
    }
    let number = std::str::from_utf8(&digits[..length]).ok()?;
    let byte = u8::from_str_radix(number, radix).ok().filter(|byte| is_text(*byte))?;
    Some((byte, prefix.len() + length))
}

fn hex_digits(rest: &[u8]) -> usize {
    rest.iter().take(8).take_while(|byte| byte.is_ascii_hexdigit()).count()
}

/// What stands between the end of a number and the next behind `sign`, if there is a name in it.
fn between(rest: &[u8], sign: u8) -> Option<&[u8]> {
    let rest = &rest[..rest.len().min(MAX_BETWEEN)];
    let next = rest.windows(2).position(|pair| pair[0] == sign && pair[1].is_ascii_digit())? + 1;
    let between = &rest[..next];
    between.iter().any(u8::is_ascii_alphabetic).then_some(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut calls, mut found) = (Calls::default(), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| calls.next_in(block, text))));
        found
    }

    fn spell(text: &[u8], spelling: usize) -> String {
        let (each, between) = [
            ("chr(#)", "+"),
            ("chr(0x%)", " + "),
            ("Chr(#)", " & "),
            ("U+00%", " "),
            ("U+00%", ", "),
            ("s += String.fromCharCode(#);", "\n"),
            ("out.push(#)", "\\n"),
        ][spelling];
        let spell = |byte: &u8| each.replace('#', &byte.to_string()).replace('%', &format!("{byte:02X}"));
        text.iter().map(spell).collect::<Vec<_>>().join(between)
    }

    proptest! {
        #[test]
        fn numbers_in_calls_are_read_and_edits_read_right(
            text in "[ -~]{14,60}", spelling in 0_usize..7, lead in "[a-z .]{0,70}", start in 0_usize..9, length in 1_usize..5,
        ) {
            let encoded = format!("{lead} {}", spell(text.as_bytes(), spelling));
            let found = all(encoded.as_bytes());
            let decoded = found.iter().find(|decoded| decoded.bytes == text.as_bytes()).expect("text");
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, decoded);
            let edit = inner.replacement(start..start + length, b"[redacted-here]").expect("it can be encoded");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(edit.range, edit.bytes);
            let expected = format!("{}[redacted-here]{}", &text[..start], &text[start + length..]);
            prop_assert!(all(&edited).iter().any(|decoded| decoded.bytes == expected.as_bytes()));
        }
    }

    #[test]
    fn other_calls_are_left_alone() {
        for call in ["f(1), ", "add(7); ", "point(3, 7) ", "(65), ", "a[10] = b(7); "] {
            assert!(all(call.repeat(40).as_bytes()).is_empty(), "{call}");
        }
    }
}
