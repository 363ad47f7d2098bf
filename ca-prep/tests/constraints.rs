//! What an authority cannot do, even with its own key.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use common::judges::{forge, openssl_verify, webpki_verify};
use common::{ca_prep, finish, folder, made, openssl, openssl_says, text};
use webpki::Error;

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

/// A policy that allows hosts of 62 characters.
fn long_policy(dir: &Path, count: usize) -> PathBuf {
    let path = dir.join(format!("{count}.toml"));
    let parent = format!("{}.example.org", "a".repeat(39));
    let hosts: Vec<_> = (0..count).map(|number| format!("\"host-{number:05}.{parent}\"")).collect();
    fs::write(&path, format!("[egress]\nallow = [{}]\n", hosts.join(","))).unwrap();
    path
}

#[test]
fn a_list_too_long_for_a_certificate_is_warned_of_then_refused() {
    let dir = folder();
    let out = dir.path().join("ca");
    let dry_run = |count| {
        let policy = long_policy(dir.path(), count);
        finish(&mut ca_prep(&[
            "issue",
            "--dry-run",
            "--out",
            text(&out),
            "--policy",
            text(&policy),
            "--json",
        ]))
    };
    for (count, code, said) in
        [(400, 0, "\"constrained\": true"), (600, 0, "Java takes at most"), (1000, 2, "clients take at most")]
    {
        let (got, stdout, stderr) = dry_run(count);
        assert_eq!(got, Some(code), "{stderr}");
        assert!(stdout.contains(said), "{count}: {stdout}");
        assert_eq!(stdout.contains("Java"), count == 600, "{count}");
    }
}

#[test]
fn leaves_too_many_for_a_command_line_are_in_the_configuration_alone() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["seal", "--out", text(&out), "--policy", text(&long_policy(dir.path(), 700))]);
    let arguments = fs::read_to_string(out.join("mitmdump.args")).unwrap();
    assert_eq!(arguments.lines().count(), 4, "confdir and upstream_cert");
    let config = fs::read_to_string(out.join("proxy/config.yaml")).unwrap();
    assert_eq!(config.matches("host-").count(), 700);
}
