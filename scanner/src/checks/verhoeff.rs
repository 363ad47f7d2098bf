//! Verhoeff's check digit (Aadhaar): J. Verhoeff, "Error Detecting Decimal Codes", 1969.

use super::digits;

/// Whether the last digit is the check digit of the others.
pub(super) fn agrees(text: &[u8]) -> bool {
    digits(text).count() > 1 && residue(digits(text)) == 0
}

/// The digits followed by their check digit.
pub(crate) fn complete(mut text: Vec<u8>) -> Vec<u8> {
    for check in b'0'..=b'9' {
        text.push(check);
        if residue(digits(&text)) == 0 {
            break;
        }
        text.pop();
    }
    text
}

fn residue(digits: impl DoubleEndedIterator<Item = u8>) -> u8 {
    digits.rev().enumerate().fold(0, |sum, (place, digit)| dihedral(sum, permuted(place, digit)))
}

/// The dihedral group of the pentagon: 0 to 4 turn it, 5 to 9 turn it over too.
fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Verhoeff's permutation, applied once per place.
fn permuted(place: usize, digit: u8) -> u8 {
    const ONCE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..place % 8).fold(digit, |digit, _| ONCE[usize::from(digit)])
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete};

    #[test]
    fn the_check_digit_of_236_is_3() {
        assert_eq!(complete(b"236".to_vec()), b"2363");
        assert!(agrees(b"2363"));
    }

    #[test]
    fn finds_every_wrong_digit_and_every_swap() {
        assert!(agrees(b"123451"));
        assert!((0..=9).filter(|last| agrees(format!("12345{last}").as_bytes())).eq([1]));
        assert!(!agrees(b"213451") && !agrees(b"123541"));
    }
}
