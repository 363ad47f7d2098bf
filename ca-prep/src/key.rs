//! A private key that wipes itself.

use std::fmt;

use aws_lc_rs::digest;
use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, SigningKey};
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;
use crate::pem;

/// What kind of key an authority has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
pub enum KeyKind {
    /// NIST P-256: small, made at once, understood by every client in use.
    #[value(name = "ecdsa-p256")]
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    /// For clients that know nothing else; takes about 0.1 s to make.
    #[value(name = "rsa-2048")]
    #[serde(rename = "rsa-2048")]
    Rsa2048,
}

impl KeyKind {
    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::EcdsaP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::Rsa2048 => &rcgen::PKCS_RSA_SHA256,
        }
    }
}

/// A key pair whose private half is wiped when it is dropped, and which no format string can show.
pub struct SecretKey(KeyPair);

impl SecretKey {
    /// Makes a new key; RSA keys have 2048 bits.
    pub fn generate(kind: KeyKind) -> Result<Self, Error> {
        Ok(Self(KeyPair::generate_for(kind.algorithm())?))
    }

    /// The private key as PKCS#8 PEM.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::private_key(self.0.serialized_der())
    }

    /// SHA-1 of the public key bits (RFC 5280, 4.2.1.2, method 1).
    ///
    /// mitmproxy before 12.2.3 writes this into the leaves it signs, whatever the authority says of itself.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.0.public_key_raw()).as_ref().to_vec()
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        // The library's own copy is wiped by the library when it frees it.
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

impl PublicKeyData for SecretKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl SigningKey for SecretKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0.sign(message)
    }
}
