//! Digits that somebody typed to fill a place: `000000000`, `121212121`, `123456789`.

use super::digits;

/// Neighbours in a row that nobody was given.
const ROW: u8 = 7;

/// Whether the digits are neither one or two repeated, nor a row up or down.
pub(super) fn is_none(text: &[u8]) -> bool {
    let mut seen = [false; 10];
    digits(text).for_each(|digit| seen[usize::from(digit)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let steps = |step: u8| {
        let pairs = digits(text).zip(digits(text).skip(1));
        let mut row = 1_u8;
        pairs.fold(1, |longest: u8, (first, second)| {
            row = if (first + step) % 10 == second { row.saturating_add(1) } else { 1 };
            longest.max(row)
        })
    };
    different > 2 && steps(1) < ROW && steps(9) < ROW
}

#[cfg(test)]
mod tests {
    use super::is_none;

    #[test]
    fn knows_what_was_typed() {
        for typed in ["000-00-0000", "121212121", "123456789", "987654321", "1234567890", "555555555"] {
            assert!(!is_none(typed.as_bytes()), "{typed}");
        }
        assert!(is_none(b"399993891") && is_none(b"536-22-8726") && is_none(b"123 455 789"));
    }
}
