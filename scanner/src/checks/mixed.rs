//! What a generated secret looks like and a word does not.

/// Letters, and digits or signs that no name has (separators of names do not count).
pub(super) fn agrees(text: &[u8]) -> bool {
    let letter = text.iter().any(u8::is_ascii_alphabetic);
    let digit = text.iter().any(u8::is_ascii_digit);
    let sign = text.iter().any(|byte| b"!@#$%^&*+=~?|".contains(byte));
    letter && (digit || sign)
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn names_are_not_mixed() {
        assert!(!agrees(b"some-setting.name_of"));
        assert!(!agrees(b"1234567890"));
        assert!(agrees(b"a1b2c3d4"));
        assert!(agrees(b"correct!horse"));
    }
}
