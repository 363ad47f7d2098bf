//! What neighbours on the machine try.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::signer::{Client, Running};
use common::{ca_prep, everything, finish, folder, made, text};

#[test]
fn pipes_and_links_with_the_name_of_a_leftover_lead_nowhere() {
    let (dir, other) = (folder(), folder());
    fs::write(other.path().join("mine"), "mine").unwrap();
    let pipe = dir.path().join(".ca.ca-prep-0123456789abcdef");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink(other.path(), dir.path().join(".ca.ca-prep-0123456789abcde0")).unwrap();
    let out = dir.path().join("ca");
    let mut run = ca_prep(&["issue", "--out", text(&out)]).stdout(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while run.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(20), "it waits at the pipe");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(out.exists());
    assert_eq!(everything(other.path()).len(), 1);
}

#[test]
fn a_link_that_another_user_put_into_an_open_folder_is_not_followed() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root can give files away");
    }
    let (dir, theirs) = (folder(), folder());
    fs::set_permissions(dir.path(), Permissions::from_mode(0o1777)).unwrap();
    let link = dir.path().join("ca");
    symlink(theirs.path(), &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(65534), None).unwrap();
    for out in [link.clone(), link.join("deeper")] {
        let (code, _, stderr) = finish(&mut ca_prep(&["issue", "--out", text(&out)]));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("is a link that another user put"), "{stderr}");
    }
    assert_eq!(everything(theirs.path()).len(), 0);
}

#[test]
fn an_own_link_may_lead_to_what_is_not_there_yet() {
    let dir = folder();
    let link = dir.path().join("ca");
    symlink("real/ca", &link).unwrap();
    for _ in 0..2 {
        made(&["issue", "--out", text(&link)]);
        assert!(dir.path().join("real/ca/proxy/mitmproxy-ca.pem").exists());
        made(&["remove", "--out", text(&link)]);
        assert!(!dir.path().join("real/ca").exists());
    }
}

#[test]
fn new_parents_are_nobody_elses_to_write() {
    let dir = folder();
    let out = dir.path().join("deep/er/ca");
    let script = "umask 000; exec \"$@\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh", env!("CARGO_BIN_EXE_ca-prep"), "issue", "--out", text(&out)]);
    assert_eq!(finish(&mut shell).0, Some(0));
    for parent in ["deep", "deep/er"] {
        let mode = fs::metadata(dir.path().join(parent)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755, "{parent}");
    }
}

#[test]
fn a_place_that_anybody_can_swap_is_warned_of() {
    let dir = folder();
    let warned = |mode: u32| {
        fs::set_permissions(dir.path(), Permissions::from_mode(mode)).unwrap();
        let said = made(&["issue", "--out", text(&dir.path().join("ca")), "--dry-run"]);
        said["warnings"].to_string().contains(&format!("any user can swap what is in {}:", text(dir.path())))
    };
    assert!(warned(0o777));
    assert!(!warned(0o1777) && !warned(0o775) && !warned(0o755));
}

/// Writes a manifest that has a file in `/etc` removed and a program of an image run.
fn planted(out: &std::path::Path, image: &std::path::Path, victim: &std::path::Path) {
    let anchors = image.join("usr/local/share/ca-certificates");
    fs::create_dir_all(&anchors).unwrap();
    let path = out.join("ca-prep.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    manifest["installed"] = serde_json::json!([{"root": image, "file": victim}]);
    fs::write(&path, manifest.to_string()).unwrap();
}

#[test]
fn a_planted_manifest_has_nothing_else_removed() {
    let dir = folder();
    let (out, image, victim) = (dir.path().join("ca"), dir.path().join("image"), dir.path().join("victim"));
    fs::write(&victim, "precious").unwrap();
    made(&["issue", "--out", text(&out)]);
    planted(&out, &image, &victim);
    let (code, _, stderr) = finish(&mut ca_prep(&["remove", "--out", text(&out)]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("is left where it is"), "{stderr}");
    assert!(victim.exists());
    assert!(!out.join("proxy/mitmproxy-ca.pem").exists(), "the key goes all the same");
}

#[test]
fn root_acts_on_no_other_users_manifest_outside_its_folder() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root can give files away");
    }
    let dir = folder();
    let (out, image) = (dir.path().join("ca"), dir.path().join("image"));
    made(&["issue", "--out", text(&out)]);
    let fingerprint: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("ca-prep.json")).unwrap()).unwrap();
    let short = &fingerprint["fingerprint_sha256"].as_str().unwrap()[..16];
    let victim = image.join(format!("usr/local/share/ca-certificates/scangate-{short}.crt"));
    planted(&out, &image, &victim);
    fs::write(&victim, "certificate").unwrap();
    chown(out.join("ca-prep.json"), Some(65534), None).unwrap();
    let (code, _, stderr) = finish(&mut ca_prep(&["remove", "--out", text(&out)]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("another user wrote it down"), "{stderr}");
    assert!(victim.exists());
}

#[test]
fn a_manifest_that_a_power_failure_emptied_can_be_removed() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    fs::write(out.join("ca-prep.json"), "").unwrap();
    assert_eq!(finish(&mut ca_prep(&["trust", "--out", text(&out)])).0, Some(1));
    assert_eq!(made(&["remove", "--out", text(&out)])["found"], true);
    assert!(!out.exists());
}

#[test]
fn remove_takes_a_dead_signers_socket_along_and_tells_of_a_living_one() {
    let dir = folder();
    let running = Running::start_in(dir.path(), &[]);
    let (out, socket) = (running.out.clone(), running.socket.clone());
    assert_eq!(made(&["remove", "--out", text(&out)])["still_answered"], text(&socket));
    assert!(socket.exists());
    drop(running);
    let out = Running::start_in(dir.path(), &[]).out.clone();
    assert!(socket.exists());
    assert_eq!(made(&["remove", "--out", text(&out)])["still_answered"], serde_json::Value::Null);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_without_an_end_is_no_policy() {
    let dir = folder();
    let out = dir.path().join("ca");
    let (code, _, stderr) = finish(&mut ca_prep(&["issue", "--out", text(&out), "--policy", "/dev/zero"]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("longer than 16 MiB"), "{stderr}");
}

#[test]
fn a_lock_held_by_another_user_stops_no_teardown() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    // What a bottle or a neighbour may open: the folder and `trust/`.
    let held = [out.clone(), out.join("trust")].map(|path| fs::File::open(path).unwrap());
    for folder in &held {
        rustix::fs::flock(folder, rustix::fs::FlockOperation::LockExclusive).unwrap();
    }
    let begin = Instant::now();
    made(&["remove", "--out", text(&out)]);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_bottle_that_may_write_to_trust_leads_no_file_astray() {
    let dir = folder();
    let out = Running::start_in(dir.path(), &["--host", "a.example"]).out.clone();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for name in ["ca.pem", "env", ".now"] {
        fs::remove_file(out.join("trust").join(name)).unwrap();
        symlink(elsewhere.join(name), out.join("trust").join(name)).unwrap();
    }
    let running = Running::start_in(dir.path(), &["--host", "a.example", "--renew"]);
    assert!(Client::of(&running).ask(b"a.example").is_ok());
    assert_eq!(everything(&elsewhere).len(), 0);
    made(&["verify", "--out", text(&out)]);
    let mut certificate = String::new();
    fs::File::open(out.join("trust/ca.pem")).unwrap().read_to_string(&mut certificate).unwrap();
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
}
