//! Machine-readable lines of passports and identity cards: ICAO Doc 9303, part 3, section 4.9.

/// Whether the check digits of a line are right: number, birth and expiry of a passport's second line, birth and
/// expiry of a card's.
pub(super) fn is_line(text: &[u8]) -> bool {
    let fields: &[(usize, usize)] = match text.len() {
        28.. if text.len() != 30 => &[(0, 9), (13, 19), (21, 27)],
        30 => &[(0, 6), (8, 14)],
        _ => return false,
    };
    text.contains(&b'<') && fields.iter().all(|(start, check)| agrees(&text[*start..=*check]))
}

/// Whether the last digit is the check digit of the characters before it: weights 7, 3, 1 modulo 10.
pub(super) fn agrees(text: &[u8]) -> bool {
    let Some((check, field)) = text.split_last() else { return false };
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 =
        field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    check.is_ascii_digit() && sum % 10 == u32::from(check - b'0')
}

#[cfg(test)]
mod tests {
    use super::{agrees, is_line};

    #[test]
    fn agrees_with_the_examples_of_the_standard() {
        assert!(is_line(b"L898902C36UTO7408122F1204159ZE184226B<<<<<10"));
        assert!(is_line(b"7408122F1204159UTO<<<<<<<<<<<6"));
        assert!(agrees(b"D231458907"));
        assert!(!is_line(b"L898902C35UTO7408122F1204159ZE184226B<<<<<10"));
    }
}
