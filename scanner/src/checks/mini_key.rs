//! Mini private keys of Bitcoin: SHA-256 of the key and a question mark begins with a zero byte.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Whether the key is one, and of a length that was used.
pub(super) fn agrees(key: &[u8]) -> bool {
    matches!(key.len(), 22 | 26 | 30) && Sha256::digest([key, b"?"].concat())[0] == 0
}

/// The key with its last three characters put right.
pub(crate) fn complete(mut key: Vec<u8>) -> Vec<u8> {
    let Some(tail) = key.len().checked_sub(3) else { return key };
    for number in 0..58 * 58 * 58 {
        let digits = [number / 58 / 58, number / 58 % 58, number % 58];
        key.splice(tail.., digits.map(|digit| ALPHABET[digit]));
        if agrees(&key) {
            break;
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete};

    #[test]
    fn one_key_in_256_agrees() {
        let key = complete(b"S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy".to_vec());
        assert!(agrees(&key) && key.starts_with(b"S6c56bnXQiBjk9mqSYE7ykVQ7Nz"));
        // The example of the Bitcoin wiki.
        assert!(agrees(b"S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy"));
        assert!(!agrees(b"S6c56bnXQiBjk9mqSYE7ykVQ7NzrRz"));
    }
}
