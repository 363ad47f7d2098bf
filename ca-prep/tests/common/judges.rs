//! Verifiers that are not ours, and a forger with the real key.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

use super::{openssl, openssl_says, text};

/// Signs a leaf for any name with the real key of an issued authority, as a thief or mitmproxy would.
pub(crate) fn forge(dir: &Path, authority: &Path, name: &str, subject_alt_name: &str) -> PathBuf {
    let file = |ending: &str| dir.join(format!("forged.{ending}"));
    let (request, key, leaf, extensions) = (file("csr"), file("key"), file("pem"), file("ext"));
    fs::write(&extensions, format!("subjectAltName={subject_alt_name}\nauthorityKeyIdentifier=keyid\n"))
        .unwrap();
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let subject = format!("/CN={name}");
    let mut arguments = vec!["req", "-new", "-subj", &subject, "-keyout", text(&key), "-out", text(&request)];
    arguments.extend(curve);
    openssl(&arguments);
    let ca = authority.join("proxy/mitmproxy-ca.pem");
    openssl(&[
        "x509",
        "-req",
        "-in",
        text(&request),
        "-CA",
        text(&ca),
        "-CAkey",
        text(&ca),
        "-set_serial",
        "1",
        "-days",
        "1",
        "-extfile",
        text(&extensions),
        "-out",
        text(&leaf),
    ]);
    leaf
}

/// What `openssl verify` says of a leaf below an authority.
pub(crate) fn openssl_verify(authority: &Path, leaf: &Path, more: &[&str]) -> (bool, String) {
    let (trusted, chain) = (authority.join("trust/ca.pem"), authority.join("proxy/mitmproxy-ca.pem"));
    let untrusted = if chain.exists() { chain } else { leaf.to_owned() };
    let mut arguments = vec![
        "verify",
        "-x509_strict",
        "-no-CAfile",
        "-no-CApath",
        "-purpose",
        "sslserver",
        "-CAfile",
        text(&trusted),
        "-untrusted",
        text(&untrusted),
    ];
    arguments.extend(more);
    arguments.push(text(leaf));
    openssl_says(&arguments)
}

pub(crate) fn certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(path).unwrap().map(Result::unwrap).collect()
}

/// What webpki, the verifier of rustls, says of a leaf for a host.
pub(crate) fn webpki_verify(authority: &Path, leaf: &Path, host: &str) -> Result<(), Error> {
    let trusted = certificates(&authority.join("trust/ca.pem"));
    let chain = authority.join("proxy/mitmproxy-ca.pem");
    let intermediates = if chain.exists() { certificates(&chain) } else { certificates(leaf)[1..].to_vec() };
    let leaf = certificates(leaf);
    let leaf = EndEntityCert::try_from(&leaf[0])?;
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor_from_trusted_cert(&trusted[0])?],
        &intermediates,
        UnixTime::now(),
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(host.to_owned()).unwrap())
}
