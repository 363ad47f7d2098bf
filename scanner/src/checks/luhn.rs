//! Luhn: ISO/IEC 7812-1, annex B.

use super::digits;

/// With every second digit from the right doubled, the digit sum is a multiple of 10.
pub(super) fn agrees(text: &[u8]) -> bool {
    digits(text).count() > 1 && sum(digits(text)).is_multiple_of(10)
}

/// The digits followed by their check digit.
pub(crate) fn complete(mut text: Vec<u8>) -> Vec<u8> {
    text.push(b'0');
    let check = (10 - sum(digits(&text)) % 10) % 10;
    text.pop();
    text.push(b'0' + check.to_le_bytes()[0]);
    text
}

fn sum(digits: impl DoubleEndedIterator<Item = u8>) -> u32 {
    let doubled = |(place, digit): (usize, u8)| match place % 2 {
        0 => digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    };
    digits.rev().enumerate().map(doubled).map(u32::from).sum()
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete};

    #[test]
    fn agrees_with_the_standards_example() {
        assert!(agrees(b"79927398713"));
        assert!((0..=9).filter(|last| agrees(format!("7992739871{last}").as_bytes())).eq([3]));
    }

    #[test]
    fn completes_to_an_agreeing_number() {
        assert_eq!(complete(b"7992739871".to_vec()), b"79927398713");
    }

    #[test]
    fn separators_do_not_count() {
        assert!(agrees(b"7992-7398 713"));
    }
}
