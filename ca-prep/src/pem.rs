//! PEM (RFC 7468), written here so that no copy of a key stays behind in memory.

use aws_lc_rs::digest;
use data_encoding::{BASE64, HEXLOWER};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use zeroize::Zeroizing;

/// Bytes of DER in one line of 64 characters.
const LINE: usize = 48;

/// A certificate.
pub(crate) fn certificate(der: &[u8]) -> String {
    let mut text = String::new();
    block(&mut text, "CERTIFICATE", der);
    text
}

/// A PKCS#8 private key; the memory is wiped when the text is dropped.
pub(crate) fn private_key(pkcs8: &[u8]) -> Zeroizing<String> {
    // Room for all of it at once: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(128 + pkcs8.len() * 3 / 2));
    block(&mut text, "PRIVATE KEY", pkcs8);
    text
}

/// SHA-256 of a certificate, in hexadecimal, as it names a certificate everywhere here.
pub(crate) fn fingerprint_of(der: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, der).as_ref())
}

/// The same for the first certificate of a text, if there is one.
pub(crate) fn fingerprint(text: &str) -> Option<String> {
    let certificate = CertificateDer::from_pem_slice(text.as_bytes()).ok()?;
    Some(fingerprint_of(&certificate))
}

fn block(text: &mut String, label: &str, der: &[u8]) {
    for part in ["-----BEGIN ", label, "-----\n"] {
        text.push_str(part);
    }
    for line in der.chunks(LINE) {
        BASE64.encode_append(line, text);
        text.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        text.push_str(part);
    }
}
