//! Text as one row of digits: eight binary ones for each byte, three decimal ones, or one number for all.

use std::ops::Range;

use super::groups::is_text;
use super::numbers::Numbers;
use super::{Codec, Decoded};
use crate::candidates::classes::{CORE, is};

/// Digits of sixteen bytes as one number, and of fourteen as others.
const MIN_DIGITS: usize = 37;
const MIN_BYTES: usize = 14;
/// Longer rows are not read: as one number the work grows with the square of the length.
const MAX_DIGITS: usize = 64 << 10;
const MAX_NUMBER: usize = 1024;
/// How far from the beginning of a run they may begin, behind a name.
const MARGIN: usize = 24;
/// Decimal digits that are read at once.
const STEP: usize = 9;

/// The text that the digits of the run `run` say, where it has no others.
pub(super) fn digits_of(bytes: &[u8], run: &Range<usize>) -> Option<Decoded> {
    if run.len() < MIN_DIGITS || !bytes[run.end - 1].is_ascii_digit() {
        return None;
    }
    let is_escaped = run.start > 0 && bytes[run.start - 1] == b'\\';
    let start = run.start + usize::from(is_escaped);
    let head = &bytes[start..run.end.min(start + MARGIN)];
    let start = start + head.iter().rposition(|byte| !is(*byte, CORE)).map_or(0, |sign| sign + 1);
    let digits = &bytes[start..run.end];
    let is_row = (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let source = start..run.end;
    is_row.then(|| {
        binary(digits, &source)
            .or_else(|| Some(sealed(bytes_of(digits, 3, 10)?, &source, "decimal")))
            .or_else(|| Some(sealed(number(digits)?, &source, "number")))
    })?
}

fn binary(digits: &[u8], source: &Range<usize>) -> Option<Decoded> {
    let bytes = bytes_of(digits, 8, 2)?;
    let numbers = Numbers::of_bits(source.clone().step_by(8).map(|start| start..start + 8).collect());
    Some(Decoded { bytes, source: source.clone(), codec: Codec::Numbers(numbers) })
}

fn sealed(bytes: Vec<u8>, source: &Range<usize>, name: &'static str) -> Decoded {
    Decoded { bytes, source: source.clone(), codec: Codec::Archive(name) }
}

/// The text that every `each` digits say in this base.
fn bytes_of(digits: &[u8], each: usize, base: u32) -> Option<Vec<u8>> {
    let byte = |digits: &[u8]| {
        let digit = |number: u32, digit: &u8| Some(number * base + char::from(*digit).to_digit(base)?);
        let byte = u8::try_from(digits.iter().try_fold(0, digit)?).ok()?;
        is_text(byte).then_some(byte)
    };
    let is_whole = digits.len().is_multiple_of(each) && digits.len() >= each * MIN_BYTES;
    is_whole.then(|| digits.chunks(each).map(byte).collect())?
}

/// The text that one number says, its first byte the highest.
fn number(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.len() > MAX_NUMBER || digits[0] == b'0' {
        return None;
    }
    let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / STEP + 1);
    for step in digits.chunks(STEP) {
        let value = |value: u64, digit: &u8| value * 10 + u64::from(digit - b'0');
        let mut carry = step.iter().fold(0, value);
        let factor = step.iter().fold(1, |factor: u64, _| factor * 10);
        for limb in &mut limbs {
            carry += u64::from(*limb) * factor;
            *limb = u32::try_from(carry & 0xffff_ffff).unwrap_or_default();
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(u32::try_from(carry).unwrap_or_default());
        }
    }
    let bytes = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).skip_while(|byte| *byte == 0);
    bytes.map(|byte| is_text(byte).then_some(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Option<Vec<u8>> {
        digits_of(text.as_bytes(), &(0..text.len())).map(|decoded| decoded.bytes)
    }

    #[test]
    fn rows_of_digits_are_text() {
        let text = b"sixteen bytes: 7";
        let row = |spell: fn(&u8) -> String| text.iter().map(spell).collect::<String>();
        for digits in [
            row(|byte| format!("{byte:08b}")),
            row(|byte| format!("{byte:03}")),
            u128::from_be_bytes(*text).to_string(),
            format!("n={}", u128::from_be_bytes(*text)),
        ] {
            assert_eq!(says(&digits).expect(&digits), text, "{digits}");
        }
    }

    #[test]
    fn long_numbers_are_read_as_far_as_they_may_be() {
        // 256 in the power of 20, times the letter.
        let twenty_one = "99488000922893988486064806053021974139498504191031";
        assert!(says(twenty_one).is_none(), "its other bytes are zero");
        assert!(says(&"7".repeat(100_000)).is_none());
    }

    #[test]
    fn other_numbers_are_none() {
        for text in
            ["1234567890".repeat(5), "0".repeat(64), "31415926535897932384626433832795028841971".into()]
        {
            assert!(says(&text).is_none(), "{text}");
        }
    }
}
