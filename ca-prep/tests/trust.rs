//! Trust stores, and taking everything away again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use common::{ca_prep, everything, finish, folder, made, text};

/// A system image of a family, and a `chroot` that does what its updater would do.
fn image(dir: &Path, anchors: &str, bundle: &str) -> (PathBuf, String) {
    let root = dir.join("image");
    fs::create_dir_all(root.join(anchors)).unwrap();
    fs::create_dir_all(root.join(bundle).parent().unwrap()).unwrap();
    let bin = dir.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> \"$1/../calls\"\ncat \"$1/{anchors}\"/* > \"$1/{bundle}\" 2>/dev/null\nexit 0\n"
    );
    fs::write(bin.join("chroot"), script).unwrap();
    fs::set_permissions(bin.join("chroot"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", text(&bin), std::env::var("PATH").unwrap());
    (root, path)
}

#[test]
fn install_and_remove_undo_each_other_on_every_family() {
    for (anchors, bundle, updater) in [
        ("usr/local/share/ca-certificates", "etc/ssl/certs/ca-certificates.crt", "update-ca-certificates"),
        ("etc/pki/ca-trust/source/anchors", "etc/pki/tls/certs/ca-bundle.crt", "update-ca-trust extract"),
    ] {
        let dir = folder();
        let out = dir.path().join("ca");
        made(&["issue", "--out", text(&out)]);
        let (root, path) = image(dir.path(), anchors, bundle);
        let arguments = ["trust", "--out", text(&out), "--install", "--root", text(&root)];
        for _ in 0..2 {
            let (code, _, stderr) = finish(ca_prep(&arguments).env("PATH", &path));
            assert_eq!(code, Some(0), "{stderr}");
            assert_eq!(fs::read_dir(root.join(anchors)).unwrap().count(), 1);
        }
        let (code, _, stderr) = finish(ca_prep(&["remove", "--out", text(&out)]).env("PATH", &path));
        assert_eq!(code, Some(0), "{stderr}");
        assert_eq!(fs::read_dir(root.join(anchors)).unwrap().count(), 0);
        assert_eq!(fs::read_to_string(root.join(bundle)).unwrap(), "");
        let calls = fs::read_to_string(dir.path().join("calls")).unwrap();
        assert_eq!(calls.lines().filter(|call| call.contains(updater)).count(), 3, "{calls}");
        assert!(!out.exists());
    }
}

#[test]
fn an_updater_without_effect_is_an_error() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    let (root, path) = image(dir.path(), "usr/local/share/ca-certificates", "etc/elsewhere");
    let arguments = ["trust", "--out", text(&out), "--install", "--root", text(&root)];
    let (code, _, stderr) = finish(ca_prep(&arguments).env("PATH", &path));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("does not hold the certificate"), "{stderr}");
    let (code, ..) = finish(ca_prep(&["remove", "--out", text(&out)]).env("PATH", &path));
    assert_eq!(code, Some(0));
    assert_eq!(fs::read_dir(root.join("usr/local/share/ca-certificates")).unwrap().count(), 0);
}

#[test]
fn a_link_out_of_an_image_is_not_followed_into_this_system() {
    let dir = folder();
    let (out, elsewhere) = (dir.path().join("ca"), dir.path().join("elsewhere"));
    made(&["issue", "--out", text(&out)]);
    let (root, path) = image(dir.path(), "usr/local/share", "etc/ssl/certs/ca-certificates.crt");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, root.join("usr/local/share/ca-certificates")).unwrap();
    let arguments = ["trust", "--out", text(&out), "--install", "--root", text(&root)];
    let (code, _, stderr) = finish(ca_prep(&arguments).env("PATH", &path));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("is a link out of the image"), "{stderr}");
    assert_eq!(everything(&elsewhere).len(), 0);
}

#[test]
fn a_private_key_does_not_get_into_the_bundle() {
    let dir = folder();
    let (out, other) = (dir.path().join("ca"), dir.path().join("other"));
    made(&["issue", "--out", text(&out)]);
    let key = out.join("proxy/mitmproxy-ca.pem");
    let arguments = ["issue", "--out", text(&other), "--system-roots", text(&key)];
    let (code, _, stderr) = finish(&mut ca_prep(&arguments));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("holds a private key") && !stderr.contains("BEGIN"), "{stderr}");
    assert!(!other.exists());
}

#[test]
fn a_dry_run_installs_nothing() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    let (root, _) = image(dir.path(), "usr/local/share/ca-certificates", "etc/ssl/certs/ca-certificates.crt");
    let before = everything(dir.path());
    let said = made(&["trust", "--out", text(&out), "--install", "--root", text(&root), "--dry-run"]);
    assert!(said["installed"]["file"].as_str().unwrap().contains("/scangate-"));
    assert!(said["by_hand"]["macos"].as_str().unwrap().contains("add-trusted-cert"));
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn trust_writes_the_same_files_anew() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    let before = fs::read_to_string(out.join("trust/env")).unwrap();
    fs::write(out.join("trust/env"), "damaged").unwrap();
    made(&["trust", "--out", text(&out)]);
    assert_eq!(fs::read_to_string(out.join("trust/env")).unwrap(), before);
    made(&["trust", "--out", text(&out), "--mounted-at", "/run/trust"]);
    assert!(
        fs::read_to_string(out.join("trust/env")).unwrap().contains("SSL_CERT_FILE=/run/trust/bundle.pem\n")
    );
}

#[test]
fn a_foreign_certificate_is_not_trusted_by_accident() {
    let dir = folder();
    let (out, other) = (dir.path().join("ca"), dir.path().join("other"));
    made(&["issue", "--out", text(&out)]);
    made(&["issue", "--out", text(&other)]);
    fs::copy(other.join("trust/ca.pem"), out.join("trust/ca.pem")).unwrap();
    let (code, _, stderr) = finish(&mut ca_prep(&["trust", "--out", text(&out)]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("not the certificate that was made here"), "{stderr}");
}

#[test]
fn remove_leaves_what_is_not_ours() {
    let dir = folder();
    let (out, strange) = (dir.path().join("ca"), dir.path().join("strange"));
    fs::create_dir(&strange).unwrap();
    fs::write(strange.join("mine"), "mine").unwrap();
    let (code, _, stderr) = finish(&mut ca_prep(&["remove", "--out", text(&strange)]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("not made by ca-prep"), "{stderr}");
    made(&["issue", "--out", text(&out)]);
    fs::write(out.join("mine"), "mine").unwrap();
    let said = made(&["remove", "--out", text(&out)]);
    assert_eq!(said["folder_left"], true);
    assert_eq!(everything(dir.path()).iter().filter(|path| path.is_file()).count(), 2);
}

#[test]
fn remove_can_be_repeated() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    assert_eq!(made(&["remove", "--out", text(&out), "--dry-run"])["found"], true);
    assert_eq!(made(&["remove", "--out", text(&out)])["found"], true);
    assert_eq!(made(&["remove", "--out", text(&out)])["found"], false);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
