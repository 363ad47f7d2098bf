//! HTTP Basic credentials: RFC 7617, section 2.

use data_encoding::{BASE64, BASE64_NOPAD};

use super::placeholder;

/// Whether this is base64 of printable text with a user, a colon and a password of at least four characters that is no
/// placeholder.
pub(super) fn agrees(text: &[u8]) -> bool {
    let pair = BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).unwrap_or_default();
    let colon = pair.iter().position(|byte| *byte == b':');
    let printable = pair.iter().all(|byte| (b' '..=b'~').contains(byte));
    printable && colon.is_some_and(|colon| pair.len() > colon + 4 && placeholder::is_none(&pair[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn wants_a_user_and_a_password() {
        let basic = |pair: &[u8]| data_encoding::BASE64.encode(pair);
        assert!(agrees(basic(b"alice:correct horse").as_bytes()));
        assert!(agrees(basic(b":a-token-alone").as_bytes()));
        for other in [&b"no colon here"[..], b"alice:", b"user:password", b"\x01\x02:\xff\xfe\xfd\xfc"] {
            assert!(!agrees(basic(other).as_bytes()));
        }
        assert!(!agrees(b"not base64!"));
    }
}
