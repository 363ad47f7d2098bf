//! Base58 (Bitcoin's alphabet): one number, so a word is decoded whole or not at all.

use std::ops::Range;

use super::groups::reads_as_text;
use super::{Codec, Decoded, Replacement};
use crate::candidates::classes::{ALNUM, end_of, is};

/// Shortest word that is decoded: sixteen bytes.
const MIN_CHARACTERS: usize = 21;
/// Longest one. The work grows with the square of the length, ten characters and eight bytes at a time.
const MAX_CHARACTERS: usize = 2048;
/// Characters whose value fits into one step.
const STEP: usize = 10;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Value of each character; 255 for others.
static VALUES: [u8; 256] = values();

#[expect(clippy::cast_possible_truncation, reason = "the alphabet has 58 characters")]
const fn values() -> [u8; 256] {
    let mut table = [255; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        table[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    table
}

/// Words in base58 inside one run.
#[derive(Debug)]
pub(crate) struct Words {
    run: Range<usize>,
}

impl Words {
    /// Looks at the characters `run` of a view.
    pub(crate) fn new(run: Range<usize>) -> Self {
        Self { run }
    }

    /// The next word that says something, decoded.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        while self.run.len() >= MIN_CHARACTERS {
            // The letter of an escape (`\n`) is no part of the word.
            let escaped = self.run.start > 0 && bytes[self.run.start - 1] == b'\\';
            self.run.start += usize::from(escaped);
            let start = self.run.start;
            // A character that is in no word is passed together with all before it.
            let shortest = start..self.run.end.min(start + MIN_CHARACTERS);
            if let Some(last) =
                bytes[shortest.clone()].iter().rposition(|&byte| VALUES[usize::from(byte)] > 57)
            {
                self.run.start += last + 1;
                continue;
            }
            let word = start..end_of(&bytes[..self.run.end], shortest.end, ALNUM);
            self.run.start = word.end;
            let begins = escaped || start == 0 || !is(bytes[start - 1], ALNUM);
            if begins && let Some(decoded) = decode(bytes, word) {
                return Some(decoded);
            }
        }
        None
    }
}

fn decode(bytes: &[u8], word: Range<usize>) -> Option<Decoded> {
    let text = &bytes[word.clone()];
    if text.len() > MAX_CHARACTERS || text[0] == ALPHABET[0] || !begins_like_text(text) {
        return None;
    }
    let decoded = number(text)?;
    reads_as_text(&decoded).then_some(Decoded { bytes: decoded, source: word, codec: Codec::Base58 })
}

/// The powers of 58, divided by 256 as often as that goes.
static POWERS: [f64; MAX_CHARACTERS] = powers();

const fn powers() -> [f64; MAX_CHARACTERS] {
    let mut powers = [1.0; MAX_CHARACTERS];
    let mut exponent = 1;
    while exponent < MAX_CHARACTERS {
        let power = powers[exponent - 1] * 58.0;
        powers[exponent] = if power < 256.0 { power } else { power / 256.0 };
        exponent += 1;
    }
    powers
}

/// Whether the number of this many digits could begin with a printable byte, by its first digits alone.
fn begins_like_text(text: &[u8]) -> bool {
    let head =
        text.iter().take(STEP).fold(0.0, |value, byte| value * 58.0 + f64::from(VALUES[usize::from(*byte)]));
    let mut first: f64 = head * POWERS[text.len().saturating_sub(STEP)];
    while first >= 256.0 {
        first /= 256.0;
    }
    (8.9..11.0).contains(&first) || (12.9..14.1).contains(&first) || (31.9..127.1).contains(&first)
}

/// The number that the digits spell, as bytes.
#[expect(clippy::cast_possible_truncation, reason = "the lower half of a product is taken, then the upper")]
fn number(text: &[u8]) -> Option<Vec<u8>> {
    let mut limbs: Vec<u64> = Vec::with_capacity(text.len() * 6 / 64 + 1);
    for step in text.chunks(STEP) {
        let mut carry = 0_u64;
        let mut factor = 1_u64;
        for byte in step {
            let value = VALUES[usize::from(*byte)];
            if value > 57 {
                return None;
            }
            carry = carry * 58 + u64::from(value);
            factor *= 58;
        }
        for limb in &mut limbs {
            let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *limb = (product & u128::from(u64::MAX)) as u64;
            carry = (product >> 64) as u64;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes[zeros..].to_vec())
}

/// The replacement alone: what else the word says would move with it, and may hold another secret.
pub(super) fn encode(decoded: &Decoded, replacement: &Replacement) -> Replacement {
    Replacement { range: decoded.source.clone(), bytes: spell(&replacement.bytes) }
}

fn spell(plain: &[u8]) -> Vec<u8> {
    /// Five digits at a time.
    const BASE: u64 = 58_u64.pow(5);
    let mut fives: Vec<u64> = Vec::with_capacity(plain.len() * 7 / 25 + 1);
    for four in plain.chunks(4) {
        let mut carry = four.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        for five in &mut fives {
            carry += *five << (8 * four.len());
            *five = carry % BASE;
            carry /= BASE;
        }
        while carry > 0 {
            fives.push(carry % BASE);
            carry /= BASE;
        }
    }
    let digits = fives.iter().rev().flat_map(|five| (0..5).rev().map(move |at| five / 58_u64.pow(at) % 58));
    digits.skip_while(|digit| *digit == 0).map(|digit| ALPHABET[(digit % 58) as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use proptest::prelude::*;

    fn first(text: &[u8]) -> Option<Decoded> {
        Words::new(0..text.len()).next(text)
    }

    proptest! {
        #[test]
        fn words_are_read_and_edits_encoded_again(
            text in "[ -~]{16,90}", start in 0_usize..12, length in 1_usize..5,
        ) {
            let encoded = [b"x/", &*spell(text.as_bytes())].concat();
            let decoded = first(&encoded).expect("text");
            prop_assert_eq!(&decoded.bytes, text.as_bytes());
            let view = View::part(&encoded);
            let inner = View::decoded(&view, &decoded);
            prop_assert_eq!(inner.source_of(&(start..start + length)), 2..encoded.len());
            let edit = inner.replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone();
            edited.splice(edit.range, edit.bytes);
            prop_assert_eq!(&edited, &[b"x/", &*spell(b"[redacted]")].concat());
        }

        #[test]
        fn chance_is_no_text(word in "[1-9A-HJ-NP-Za-km-z]{24,64}") {
            prop_assert!(first(word.as_bytes()).is_none());
        }
    }
}
