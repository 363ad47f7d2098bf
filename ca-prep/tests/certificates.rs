//! The form of the certificates, and of sealed leaves.

mod common;

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use common::judges::{certificates, forge, openssl_verify, webpki_verify};
use common::{folder, made, openssl, text};
use rustls_pki_types::UnixTime;
use x509_parser::prelude::{FromDer, X509Certificate};

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
