//! GitLab's routable tokens: the last seven characters are the CRC-32 of all before them, prefix included, in
//! base 36 with leading zeros. <https://docs.gitlab.com/security/tokens/>; the handbook's "Routable Tokens".

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const CHECK_BYTES: usize = 7;

/// Whether the checksum at the end is right.
pub(super) fn agrees(token: &[u8]) -> bool {
    token
        .split_last_chunk::<CHECK_BYTES>()
        .is_some_and(|(token, check)| !token.is_empty() && *check == checksum(token))
}

/// The token followed by its checksum.
pub(crate) fn complete(mut token: Vec<u8>) -> Vec<u8> {
    let check = checksum(&token);
    token.extend(check);
    token
}

fn checksum(token: &[u8]) -> [u8; CHECK_BYTES] {
    let mut rest = crc32fast::hash(token);
    let mut check = [b'0'; CHECK_BYTES];
    for place in check.iter_mut().rev() {
        *place = ALPHABET[(rest % 36) as usize];
        rest /= 36;
    }
    check
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete};

    #[test]
    fn the_checksum_is_base_36_with_leading_zeros() {
        // The CRC-32 of "123456789" is cbf43926 (the algorithm's check value), which is 1kl8mjq in base 36.
        assert_eq!(complete(b"123456789".to_vec()), b"1234567891kl8mjq");
        assert!(agrees(b"1234567891kl8mjq") && !agrees(b"1234567891kl8mj0"));
    }
}
