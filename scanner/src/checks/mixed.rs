//! What a generated secret looks like and a word does not.

/// Letters mixed with digits or with signs that no name has, or cases mixed as no name mixes them. Separators of
/// names do not count.
pub(super) fn agrees(text: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let other = count(u8::is_ascii_digit) + count(|byte| b"!@#$%^&*+=~?|".contains(byte));
    let rarer = upper.min(lower);
    (upper + lower > 0 && other > 0) || (text.len() >= 16 && rarer * 4 > upper + lower)
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn names_are_not_mixed() {
        for name in
            ["some-setting.name_of", "getUserAccountTokenManager", "SCREAMING_SNAKE_CASE", "1234567890"]
        {
            assert!(!agrees(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn generated_text_is() {
        for text in ["a1b2c3d4", "correct!horse", "qZpTmXvKvKtBnWsQ"] {
            assert!(agrees(text.as_bytes()), "{text}");
        }
    }
}
