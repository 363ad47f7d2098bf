//! Base64 in any context, at any alignment, in both alphabets.
//!
//! A secret is ASCII, and four characters of base64 that encode three ASCII bytes show it: three of their bits
//! are zero. Only stretches of such groups are decoded, so an image or a hash costs one look and no copy.

use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use super::groups::reads_as_text;
use super::{Codec, Decoded, Replacement};
use crate::candidates::{ROW, next_text_in_base64};

/// First of a group of four whose byte is ASCII.
const FIRST: u8 = 1;
/// Second likewise.
const SECOND: u8 = 1 << 1;
/// Third likewise.
const THIRD: u8 = 1 << 2;
/// In one of the alphabets.
const MEMBER: u8 = 1 << 3;

static ROLES: [u8; 256] = roles();
/// Value of each character, both alphabets in one; 255 for others.
static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [255_u8; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

const fn roles() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = VALUES[byte];
        if value < 64 {
            table[byte] = MEMBER
                | if value & 0b10_0000 == 0 { FIRST } else { 0 }
                | if value & 0b00_1000 == 0 { SECOND } else { 0 }
                | if value & 0b00_0010 == 0 { THIRD } else { 0 };
        }
        byte += 1;
    }
    table
}

/// Stretches of ASCII in base64 inside one run.
#[derive(Debug)]
pub(crate) struct Stretches {
    run: Range<usize>,
    /// From where on each alignment is looked at.
    from: [usize; 4],
    /// The stretch that was found last, with the letters of other alphabets beside it.
    wide: Option<Decoded>,
}

impl Stretches {
    /// Looks at the characters `run` of a view.
    pub(crate) fn new(run: Range<usize>) -> Self {
        Self { from: [run.start; 4], run, wide: None }
    }

    /// The next stretch, decoded.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        if let Some(wide) = self.wide.take() {
            return Some(wide);
        }
        while let Some(start) = next_text_in_base64(bytes, self.run.clone(), &self.from) {
            let mut end = start + ROW;
            while end + 4 <= self.run.end && is_ascii_group(bytes, end) {
                end += 4;
            }
            self.from = self.from.map(|from| from.max(start + 1));
            self.from[start % 4] = end + 4;
            if let Some(decoded) = decode(bytes, start..with_tail(bytes, end, self.run.end)) {
                self.wide = widened(bytes, &self.run, start..end);
                return Some(decoded);
            }
        }
        None
    }
}

/// Two or three characters after the last group encode one or two more bytes.
fn with_tail(bytes: &[u8], stretch_end: usize, run_end: usize) -> usize {
    // A slash that is no part of text in base64 is one of a path.
    let rest = bytes[stretch_end..run_end].iter().take(4).take_while(|byte| **byte != b'/');
    let tail: Vec<u8> =
        rest.map(|byte| ROLES[usize::from(*byte)]).take_while(|role| role & MEMBER != 0).collect();
    match tail[..] {
        [first, _] if first & FIRST != 0 => stretch_end + 2,
        [first, second, _] if first & FIRST != 0 && second & SECOND != 0 => stretch_end + 3,
        _ => stretch_end,
    }
}

/// The stretch and the groups beside it, where these are letters of other alphabets that hold a part of the text.
fn widened(bytes: &[u8], run: &Range<usize>, stretch: Range<usize>) -> Option<Decoded> {
    let group = |at: Option<usize>| {
        let at = at.filter(|at| *at >= run.start && at + 4 <= run.end)?;
        let is_whole = bytes[at..at + 4].iter().all(|byte| VALUES[usize::from(*byte)] < 64);
        is_whole.then(|| (at, decode_all(&bytes[at..at + 4])))
    };
    let before = group(stretch.start.checked_sub(4)).filter(|(_, three)| {
        let after_letter = three.iter().rposition(|byte| !byte.is_ascii());
        after_letter.is_some_and(|at| at < 2 && matches!(three[at], 0x80..=0xbf))
    });
    let after = group(Some(stretch.end)).filter(|(_, three)| {
        let letter = three.iter().position(|byte| !byte.is_ascii());
        letter.is_some_and(|at| at > 0 && matches!(three[at], 0xc2..=0xf4))
    });
    if before.is_none() && after.is_none() {
        return None;
    }
    let start = before.map_or(stretch.start, |(at, _)| at);
    let end = after.map_or_else(|| with_tail(bytes, stretch.end, run.end), |(at, _)| at + 4);
    Some(decoded_at(bytes, start..end))
}

#[inline]
pub(super) fn is_ascii_group(bytes: &[u8], at: usize) -> bool {
    let role = |offset: usize| ROLES[usize::from(bytes[at + offset])];
    role(0) & FIRST != 0 && role(1) & SECOND != 0 && role(2) & THIRD != 0 && role(3) & MEMBER != 0
}

/// Whether `characters` are groups of text.
pub(super) fn is_text(characters: &[u8]) -> bool {
    (0..characters.len()).step_by(4).all(|at| is_ascii_group(characters, at))
        && reads_as_text(&decode_all(characters))
}

/// Decodes a stretch; `None` when it holds control characters, as chance does and text does not.
fn decode(bytes: &[u8], stretch: Range<usize>) -> Option<Decoded> {
    let decoded = decoded_at(bytes, stretch);
    reads_as_text(&decoded.bytes).then_some(decoded)
}

fn decoded_at(bytes: &[u8], stretch: Range<usize>) -> Decoded {
    let text = &bytes[stretch.clone()];
    let padding = bytes[stretch.end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    let source = stretch.start..stretch.end + if text.len().is_multiple_of(4) { 0 } else { padding };
    let url = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    Decoded { bytes: decode_all(text), source, codec: Codec::Base64 { url } }
}

/// Characters of both alphabets as the bytes they hold.
pub(super) fn decode_all(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut accumulator = 0_u32;
    for (index, byte) in text.iter().enumerate() {
        accumulator = accumulator << 6 | u32::from(VALUES[usize::from(*byte)] & 63);
        if index % 4 != 0 {
            let shift = [0, 4, 2, 0][index % 4];
            decoded.push((accumulator >> shift & 0xff) as u8);
        }
    }
    decoded
}

/// Characters that hold any bit of the bytes `range`.
pub(super) fn source_of(range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
    let start = whole.start + range.start / 3 * 4 + range.start % 3;
    let end = match range.end.checked_sub(1) {
        Some(last) => whole.start + last / 3 * 4 + last % 3 + 2,
        None => whole.start,
    };
    start..end.min(whole.end)
}

/// Encodes whole groups again: what is replaced, and the few bytes that share a group with it.
pub(super) fn encode(decoded: &Decoded, url: bool, replacement: &Replacement) -> Replacement {
    let plain = &decoded.bytes;
    let first_group = replacement.range.start / 3;
    let past_group = replacement.range.end.div_ceil(3);
    let before = &plain[first_group * 3..replacement.range.start];
    let reaches_end = past_group * 3 >= plain.len();
    let after_end = plain.len().min(past_group * 3);
    let mut text = [before, &replacement.bytes, &plain[replacement.range.end..after_end]].concat();
    while text.len() % 3 != 0 {
        text.insert(before.len() + replacement.bytes.len(), b'-');
    }
    let start = decoded.source.start + first_group * 4;
    let end = if reaches_end { decoded.source.end } else { decoded.source.start + past_group * 4 };
    let encoding = if url { BASE64URL_NOPAD } else { BASE64_NOPAD };
    Replacement { range: start..end, bytes: encoding.encode(&text).into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use data_encoding::{BASE64, BASE64URL};
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Decoded> {
        let mut stretches = Stretches::new(0..text.len());
        std::iter::from_fn(|| stretches.next(text)).collect()
    }

    proptest! {
        #[test]
        fn finds_text_at_every_alignment_and_maps_it_back(
            text in "[ -~]{24,90}", lead in 0_usize..4, at in 0_usize..10,
        ) {
            let encoded = format!("{}{}", &"QQQQ"[..lead], BASE64_NOPAD.encode(text.as_bytes()));
            let found = all(encoded.as_bytes());
            let inner = found.iter().find(|decoded| {
                decoded.bytes.windows(20).any(|window| window == &text.as_bytes()[..20])
            });
            let decoded = inner.expect("the text is found");
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, decoded);
            let offset = decoded.bytes.windows(20).position(|window| window == &text.as_bytes()[..20]).expect("seen");
            let start = offset + at;
            let source = inner.source_of(&(start..start + 3));
            prop_assert!(source.start >= lead && source.end <= encoded.len() && source.len() >= 4);
        }

        #[test]
        fn what_replaces_a_range_reads_right_when_decoded(
            text in "[a-z ]{30,60}", start in 0_usize..20, length in 1_usize..10, url in any::<bool>(),
        ) {
            let encoded = if url { BASE64URL.encode(text.as_bytes()) } else { BASE64.encode(text.as_bytes()) };
            let found = all(encoded.trim_end_matches('=').as_bytes());
            prop_assume!(!found.is_empty() && found[0].bytes == text.as_bytes());
            // The padding stands outside the run; decoding sees it in the whole text.
            let decoded = decode(encoded.as_bytes(), 0..encoded.trim_end_matches('=').len()).expect("text");
            let view = View::part(encoded.as_bytes());
            let replacement = View::decoded(&view, &decoded).replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(replacement.range, replacement.bytes);
            let plain = BASE64.decode(&edited).or_else(|_| BASE64URL.decode(&edited)).expect("still base64");
            let plain = String::from_utf8(plain).expect("still text");
            let head = format!("{}[redacted]", &text[..start]);
            prop_assert!(plain.starts_with(&head));
            prop_assert!(plain.trim_end_matches('-').ends_with(text[start + length..].trim_end_matches('-')));
        }
    }

    #[test]
    fn random_bytes_are_rarely_text() {
        let mut state = 7_u64;
        let noise: Vec<u8> = (0..300_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        let encoded = BASE64.encode(&noise);
        assert!(all(encoded.as_bytes()).len() < 200);
    }
}
