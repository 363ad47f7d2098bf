//! Equal secrets look equal, and none can be guessed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Key of all fingerprints of one process: random, never stored.
#[derive(Clone)]
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// A key from 32 random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// `hmac:` and the first 16 bytes of HMAC-SHA-256 over `secret`, in hex.
    pub(crate) fn fingerprint(&self, secret: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(secret);
        let digest = mac.finalize().into_bytes();
        format!("hmac:{}", data_encoding::HEXLOWER.encode(&digest[..16]))
    }
}

impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FingerprintKey")
    }
}
