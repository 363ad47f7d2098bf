//! `Base58Check`: Bitcoin addresses, WIF keys, extended keys (BIP-32).

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const CHECK_BYTES: usize = 4;
/// An extended key has 111 characters; decoding is quadratic, so nothing much longer is tried.
const MAX_CHARACTERS: usize = 128;

/// Whether the last four bytes are the double SHA-256 of the others.
pub(super) fn agrees(text: &[u8]) -> bool {
    let Some(bytes) = decode(text) else { return false };
    bytes
        .split_last_chunk::<CHECK_BYTES>()
        .is_some_and(|(payload, check)| !payload.is_empty() && *check == checksum(payload))
}

/// The payload, version byte first, with its checksum, in base 58.
pub(crate) fn encode(payload: &[u8]) -> Vec<u8> {
    let bytes: Vec<u8> = payload.iter().copied().chain(checksum(payload)).collect();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = change_base(bytes.iter().copied(), 256, 58);
    let leading = std::iter::repeat_n(0, zeros);
    leading.chain(digits.into_iter().rev()).map(|digit| ALPHABET[usize::from(digit)]).collect()
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > MAX_CHARACTERS {
        return None;
    }
    let value = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
    let digits: Vec<u8> =
        text.iter().map(|byte| value(byte).and_then(|value| value.try_into().ok())).collect::<Option<_>>()?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let bytes = change_base(digits.into_iter(), 58, 256);
    Some(std::iter::repeat_n(0, zeros).chain(bytes.into_iter().rev()).collect())
}

/// Digits of a number in another base, least significant first.
fn change_base(digits: impl Iterator<Item = u8>, from: u32, to: u32) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for digit in digits {
        let mut carry = u32::from(digit);
        for place in &mut out {
            carry += u32::from(*place) * from;
            *place = (carry % to).to_le_bytes()[0];
            carry /= to;
        }
        while carry > 0 {
            out.push((carry % to).to_le_bytes()[0]);
            carry /= to;
        }
    }
    out
}

fn checksum(payload: &[u8]) -> [u8; CHECK_BYTES] {
    let twice = Sha256::digest(Sha256::digest(payload));
    [twice[0], twice[1], twice[2], twice[3]]
}

#[cfg(test)]
mod tests {
    use super::{agrees, encode};

    /// Address of the genesis block.
    const GENESIS: &[u8] = b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";

    #[test]
    fn agrees_with_the_first_address() {
        assert!(agrees(GENESIS));
        assert!(!agrees(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    }

    #[test]
    fn encodes_the_hash_of_the_first_key() {
        let hash = data_encoding::HEXLOWER.decode(b"0062e907b15cbf27d5425399ebf6f0fb50ebb88f18").unwrap();
        assert_eq!(encode(&hash), GENESIS);
    }
}
