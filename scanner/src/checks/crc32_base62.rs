//! GitHub's token checksum, which npm uses too.
//!
//! The last six characters are the CRC-32 of the characters between the last `_` and them, in base 62 with
//! leading zeros. <https://github.blog/engineering/behind-githubs-new-authentication-token-formats/>

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK_BYTES: usize = 6;

/// Whether the checksum at the end is right.
pub(super) fn agrees(token: &[u8]) -> bool {
    let start = token.iter().rposition(|byte| *byte == b'_').map_or(0, |place| place + 1);
    let random = &token[start..];
    random
        .split_last_chunk::<CHECK_BYTES>()
        .is_some_and(|(random, check)| !random.is_empty() && *check == checksum(random))
}

/// The random characters followed by their checksum.
pub(crate) fn complete(mut random: Vec<u8>) -> Vec<u8> {
    let check = checksum(&random);
    random.extend(check);
    random
}

fn checksum(random: &[u8]) -> [u8; CHECK_BYTES] {
    let mut rest = crc32fast::hash(random);
    let mut check = [b'0'; CHECK_BYTES];
    for place in check.iter_mut().rev() {
        *place = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    check
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete};

    /// Random part and checksum of a token that was published after it was revoked.
    const PUBLISHED: [&str; 2] = ["zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"];

    #[test]
    fn agrees_with_a_published_token() {
        let [random, check] = PUBLISHED;
        assert_eq!(complete(random.into()), PUBLISHED.concat().into_bytes());
        assert!(agrees(format!("pre_{random}{check}").as_bytes()));
        assert!(!agrees(format!("pre_{random}{}", check.to_lowercase()).as_bytes()));
    }
}
