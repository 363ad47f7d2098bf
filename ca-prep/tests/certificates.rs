//! The certificates as OpenSSL and webpki see them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use common::{folder, made, openssl, openssl_says, text};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Signs a leaf for any name with the real key of an issued authority, as a thief or mitmproxy would.
fn forge(dir: &Path, authority: &Path, name: &str, subject_alt_name: &str) -> PathBuf {
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
fn openssl_verify(authority: &Path, leaf: &Path, more: &[&str]) -> (bool, String) {
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

fn certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(path).unwrap().map(Result::unwrap).collect()
}

/// What webpki, the verifier of rustls, says of a leaf for a host.
fn webpki_verify(authority: &Path, leaf: &Path, host: &str) -> Result<(), Error> {
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

#[test]
fn names_inside_the_allow_list_are_accepted_and_names_outside_refused() {
    for key in ["ecdsa-p256", "rsa-2048"] {
        let dir = folder();
        let out = dir.path().join("ca");
        made(&["issue", "--out", text(&out), "--key", key, "--host", "a.example", "--host", "*.w.example"]);
        for (host, inside) in [
            ("a.example", true),
            ("x.w.example", true),
            ("w.example", true),
            ("below.a.example", true),
            ("b.example", false),
            ("xa.example", false),
            ("example", false),
        ] {
            let leaf = forge(dir.path(), &out, host, &format!("DNS:{host}"));
            let (ok, said) = openssl_verify(&out, &leaf, &["-verify_hostname", host]);
            assert_eq!(ok, inside, "{host}: {said}");
            assert!(inside || said.contains("subtree violation"), "{host}: {said}");
            let said = webpki_verify(&out, &leaf, host);
            let expected = if inside { Ok(()) } else { Err(Error::NameConstraintViolation) };
            assert_eq!(said, expected, "{host}");
        }
    }
}

#[test]
fn addresses_are_refused_unless_they_are_on_the_list() {
    let dir = folder();
    let (names, addresses) = (dir.path().join("names"), dir.path().join("addresses"));
    made(&["issue", "--out", text(&names), "--host", "a.example"]);
    made(&["issue", "--out", text(&addresses), "--host", "192.0.2.7"]);
    let judge = |authority: &Path, address: &str| {
        let leaf = forge(dir.path(), authority, "x", &format!("IP:{address}"));
        assert!(address.parse::<IpAddr>().is_ok());
        webpki_verify(authority, &leaf, address)
    };
    assert_eq!(judge(&names, "192.0.2.7"), Err(Error::NameConstraintViolation));
    assert_eq!(judge(&names, "2001:db8::1"), Err(Error::NameConstraintViolation));
    assert_eq!(judge(&addresses, "192.0.2.7"), Ok(()));
    assert_eq!(judge(&addresses, "192.0.2.8"), Err(Error::NameConstraintViolation));
    assert_eq!(judge(&addresses, "2001:db8::1"), Err(Error::NameConstraintViolation));
    let name = forge(dir.path(), &addresses, "a.example", "DNS:a.example");
    assert!(!openssl_verify(&addresses, &name, &[]).0, "a name passed a list of addresses");
}

#[test]
fn an_authority_cannot_make_another() {
    let dir = folder();
    for (name, hosts) in [("any", vec![]), ("limited", vec!["--host", "a.example"])] {
        let out = dir.path().join(name);
        let mut arguments = vec!["issue", "--out", text(&out)];
        arguments.extend(hosts);
        made(&arguments);
        let leaf = forge(dir.path(), &out, "a.example", "DNS:a.example\nbasicConstraints=critical,CA:TRUE");
        let below = dir.path().join("below.pem");
        let (ca, extensions) = (text(&leaf), dir.path().join("below.ext"));
        fs::write(&extensions, "subjectAltName=DNS:a.example\n").unwrap();
        let (request, key) = (dir.path().join("below.csr"), dir.path().join("forged.key"));
        openssl(&["req", "-new", "-subj", "/CN=below", "-key", text(&key), "-out", text(&request)]);
        openssl(&[
            "x509",
            "-req",
            "-in",
            text(&request),
            "-CA",
            ca,
            "-CAkey",
            text(&key),
            "-set_serial",
            "2",
            "-days",
            "1",
            "-extfile",
            text(&extensions),
            "-out",
            text(&below),
        ]);
        let chain = dir.path().join("chain.pem");
        let both = fs::read_to_string(ca).unwrap()
            + &fs::read_to_string(out.join("proxy/mitmproxy-ca.pem")).unwrap();
        fs::write(&chain, both).unwrap();
        let trusted = out.join("trust/ca.pem");
        let (ok, said) =
            openssl_says(&["verify", "-CAfile", text(&trusted), "-untrusted", text(&chain), text(&below)]);
        assert!(!ok && said.contains("path length"), "{said}");
    }
}

#[test]
fn sealed_leaves_are_accepted_for_their_host_alone() {
    let dir = folder();
    let out = dir.path().join("ca");
    let long = format!("{}.example", "abcdefghi.".repeat(24).trim_end_matches('.'));
    let hosts = ["a.example", "*.w.example", "192.0.2.7", "2001:db8::7", "Bücher.example.", &long];
    let mut arguments = vec!["seal", "--out", text(&out)];
    for host in hosts {
        arguments.extend(["--host", host]);
    }
    let said = made(&arguments);
    let leaves: Vec<(String, PathBuf)> = said["mitmdump_args"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|argument| argument.as_str().unwrap().split_once("=/"))
        .filter(|(host, _)| *host != "confdir")
        .map(|(host, path)| (host.replace('*', "x"), PathBuf::from(format!("/{path}"))))
        .collect();
    assert_eq!(leaves.len(), hosts.len());
    for (host, leaf) in &leaves {
        assert_eq!(webpki_verify(&out, leaf, host), Ok(()), "{host}");
        let name = if host.parse::<IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
        let (ok, said) = openssl_verify(&out, leaf, &[name, host]);
        assert!(ok, "{host}: {said}");
        assert!(!openssl_verify(&out, leaf, &["-verify_hostname", "other.example"]).0, "{host}");
    }
}

#[test]
fn every_certificate_has_the_promised_form() {
    let dir = folder();
    let (issued, sealed) = (dir.path().join("issued"), dir.path().join("sealed"));
    made(&[
        "issue",
        "--out",
        text(&issued),
        "--host",
        "a.example",
        "--lifetime",
        "3h",
        "--org",
        "Kellerei Süd",
    ]);
    made(&["seal", "--out", text(&sealed), "--host", "a.example", "--lifetime", "3h"]);
    let mut all = certificates(&issued.join("proxy/mitmproxy-ca.pem"));
    all.extend(certificates(&sealed.join("proxy/leaf-1.pem")));
    assert_eq!(all.len(), 4);
    let mut serials = Vec::new();
    for der in &all {
        let (_, certificate) = X509Certificate::from_der(der).unwrap();
        let validity = certificate.validity();
        let seconds = validity.not_after.timestamp() - validity.not_before.timestamp();
        assert_eq!(seconds, 4 * 3600, "three hours, and one into the past");
        let now = UnixTime::now().as_secs().cast_signed();
        assert!((now - validity.not_before.timestamp() - 3600).abs() < 60);
        assert!(certificate.serial.bits() > 90 && certificate.serial.bits() <= 128);
        serials.push(certificate.raw_serial().to_vec());
    }
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), 4);
    let (_, ca) = X509Certificate::from_der(&all[0]).unwrap();
    assert!(ca.subject().to_string().contains("Kellerei Süd"));
    assert!(ca.name_constraints().unwrap().unwrap().critical);
    assert_eq!(ca.basic_constraints().unwrap().unwrap().value.path_len_constraint, Some(0));
}

#[test]
fn the_key_identifier_is_the_one_mitmproxy_computes() {
    let dir = folder();
    for key in ["ecdsa-p256", "rsa-2048"] {
        let out = dir.path().join(key);
        made(&["issue", "--out", text(&out), "--key", key]);
        let certificate = openssl(&[
            "x509",
            "-noout",
            "-ext",
            "subjectKeyIdentifier",
            "-in",
            text(&out.join("trust/ca.pem")),
        ]);
        let forged = forge(dir.path(), &out, "a.example", "DNS:a.example\nsubjectKeyIdentifier=hash");
        let ca = out.join("proxy/mitmproxy-ca.pem");
        // `hash` is SHA-1 of the public key: OpenSSL computes it for the authority's own key here.
        let (request, extensions) = (dir.path().join("own.csr"), dir.path().join("own.ext"));
        openssl(&["req", "-new", "-subj", "/CN=own", "-key", text(&ca), "-out", text(&request)]);
        fs::write(&extensions, "subjectKeyIdentifier=hash\n").unwrap();
        let own = dir.path().join("own.pem");
        openssl(&[
            "x509",
            "-req",
            "-in",
            text(&request),
            "-key",
            text(&ca),
            "-extfile",
            text(&extensions),
            "-out",
            text(&own),
        ]);
        let expected = openssl(&["x509", "-noout", "-ext", "subjectKeyIdentifier", "-in", text(&own)]);
        assert_eq!(certificate, expected);
        assert!(openssl_verify(&out, &forged, &[]).0);
        let key = openssl(&["pkey", "-noout", "-check", "-in", text(&ca)]);
        assert!(key.contains("Key is valid"));
    }
}

#[test]
fn private_keys_are_pkcs8() {
    let dir = folder();
    for key in ["ecdsa-p256", "rsa-2048"] {
        let out = dir.path().join(key);
        made(&["issue", "--out", text(&out), "--key", key]);
        let pem = fs::read_to_string(out.join("proxy/mitmproxy-ca.pem")).unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert!(pem.lines().all(|line| line.len() <= 64));
    }
}
