//! Discord bot tokens: the first segment is the bot's id, a decimal number, in base64.

use data_encoding::BASE64URL_NOPAD;

/// Whether the first segment decodes to digits.
pub(super) fn agrees(token: &[u8]) -> bool {
    let id = token.split(|byte| *byte == b'.').next().unwrap_or_default();
    BASE64URL_NOPAD.decode(id).is_ok_and(|id| !id.is_empty() && id.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn wants_a_number_in_front() {
        let token = |id: &str| format!("{}.G.x", data_encoding::BASE64URL_NOPAD.encode(id.as_bytes()));
        assert!(agrees(token("104857600000000000").as_bytes()));
        assert!(!agrees(token("a-name-of-18-bytes").as_bytes()) && !agrees(b"") && !agrees(b"M.."));
    }
}
