//! What a generator writes and no person: digits all over, and no words.

/// Longest run of letters of one case; random letters and digits seldom have a longer one.
const LONGEST: usize = 7;

/// Whether at least one character in ten is a digit, and no letters of one case stand long together.
pub(super) fn agrees(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let longest = |kind: fn(&u8) -> bool| text.split(|byte| !kind(byte)).map(<[u8]>::len).max().unwrap_or(0);
    digits * 10 >= text.len()
        && longest(u8::is_ascii_lowercase).max(longest(u8::is_ascii_uppercase)) <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn tells_generated_text_from_words() {
        assert!(agrees(b"q7Zp2mX9vK4tB8nW") && agrees(b"0f3a9c1e77b2d4"));
        for text in ["setAttr-Token-B0Prime", "tests/ecdsa_public_key_p256.der", "HTTPPasswordMgr2"] {
            assert!(!agrees(text.as_bytes()), "{text}");
        }
    }
}
