//! Commands that are killed at every step, and run again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::steps::{STEPS, copy, failing_at, killed_before, signalled_before};
use common::{ca_prep, everything, finish, folder, made, text};

/// Kills a command before each of its steps, and has what it left looked at; tells how often, if this machine can.
fn at_every_step(command: impl Fn() -> Command, look: impl Fn(&str)) -> Option<u32> {
    let mut kills = 0;
    for call in STEPS {
        for when in 1.. {
            let ended = killed_before(&command(), call, when)?;
            look(&format!("{call} {when}"));
            if ended {
                break;
            }
            kills += 1;
        }
    }
    Some(kills)
}

fn assert_kills(kills: Option<u32>, at_least: u32) {
    assert!(kills.is_none_or(|kills| kills >= at_least), "killed at {kills:?} steps alone");
}

#[test]
fn a_bottle_in_the_making_is_whole_or_not_there() {
    let dir = folder();
    for words in [vec!["issue"], vec!["seal", "--host", "a.example"]] {
        let out = dir.path().join("ca");
        let arguments = [words, vec!["--out", text(&out)]].concat();
        made(&arguments);
        let whole = everything(dir.path());
        fs::remove_dir_all(&out).unwrap();
        let kills = at_every_step(
            || ca_prep(&arguments),
            |step| {
                if !out.exists() {
                    made(&arguments);
                }
                assert_eq!(everything(dir.path()), whole, "{step}");
                made(&["verify", "--out", text(&out)]);
                made(&["remove", "--out", text(&out)]);
                assert_eq!(everything(dir.path()).len(), 0, "{step}");
            },
        );
        assert_kills(kills, 20);
    }
}

#[test]
fn told_to_stop_at_any_step_a_command_leaves_no_key_beside_its_place() {
    let dir = folder();
    let out = dir.path().join("ca");
    let command = ca_prep(&["seal", "--host", "a.example", "--out", text(&out)]);
    for signal in ["INT", "TERM"] {
        for call in STEPS {
            for when in 1.. {
                let Some(ended) = signalled_before(&command, signal, call, when) else { return };
                let names = fs::read_dir(dir.path()).unwrap().count();
                assert_eq!(names, usize::from(out.exists()), "SIG{signal} before {call} {when}");
                let _ = fs::remove_dir_all(&out);
                if ended {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_step_that_fails_is_an_error_and_leaves_nothing() {
    for call in STEPS.iter().chain(&["openat"]) {
        for when in 1.. {
            let dir = folder();
            let out = dir.path().join("ca");
            let command = ca_prep(&["seal", "--host", "a.example", "--out", text(&out)]);
            let Some((failed, ended)) = failing_at(&command, call, when) else { return };
            if !failed {
                break;
            }
            let said = String::from_utf8_lossy(&ended.stderr);
            let step = format!("{call} {when}: {said}");
            let names = everything(dir.path()).len();
            match ended.status.code() {
                // Not all that fails matters: an own locale, or the sweep of what others left.
                Some(0) => assert!(names > 5, "{step}"),
                Some(1) if said.contains("cannot say so") => assert!(names > 5, "{step}"),
                // The system's loader says it so.
                Some(127) => assert_eq!(names, 0, "{step}"),
                code => {
                    assert_eq!((code, names), (Some(1), 0), "{step}");
                    assert!(said.contains("No space left"), "{step}");
                }
            }
        }
    }
}

#[test]
fn a_removal_cut_short_is_brought_to_its_end_by_the_next() {
    let dir = folder();
    let (saved, out) = (dir.path().join("saved"), dir.path().join("ca"));
    made(&["issue", "--out", text(&saved)]);
    copy(&saved, &out);
    let kills = at_every_step(
        || ca_prep(&["remove", "--out", text(&out)]),
        |step| {
            made(&["remove", "--out", text(&out)]);
            // Where all but the empty folder was gone, it is anybody's.
            let left = everything(dir.path()).iter().filter(|path| !path.starts_with(&saved)).count();
            assert!(left <= 1, "{step}: {left}");
            let _ = fs::remove_dir(&out);
            copy(&saved, &out);
        },
    );
    assert_kills(kills, 8);
}

/// A system image, and a `chroot` that makes its bundle anew.
fn image(dir: &Path) -> (std::path::PathBuf, String) {
    let (root, bin) = (dir.join("image"), dir.join("bin"));
    for folder in ["usr/local/share/ca-certificates", "etc/ssl/certs"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::create_dir(&bin).unwrap();
    let script = "#!/bin/sh\ncd \"$1\"\ncat usr/local/share/ca-certificates/*.crt >etc/ssl/certs/ca-certificates.crt\nexit 0\n";
    fs::write(bin.join("chroot"), script).unwrap();
    fs::set_permissions(bin.join("chroot"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", text(&bin), std::env::var("PATH").unwrap());
    (root, path)
}

#[test]
fn an_installation_cut_short_is_undone_by_remove() {
    let dir = folder();
    let out = dir.path().join("ca");
    let (root, path) = image(dir.path());
    made(&["issue", "--out", text(&out)]);
    let kills = at_every_step(
        || {
            let mut command = ca_prep(&["trust", "--install", "--root", text(&root), "--out", text(&out)]);
            command.env("PATH", &path);
            command
        },
        |step| {
            let (code, said, why) = finish(ca_prep(&["remove", "--out", text(&out)]).env("PATH", &path));
            assert_eq!(code, Some(0), "{step}: {said}{why}");
            assert!(!out.exists(), "{step}: {said}");
            let anchors = fs::read_dir(root.join("usr/local/share/ca-certificates")).unwrap();
            assert_eq!(anchors.count(), 0, "{step}: the certificate stayed in the store");
            made(&["issue", "--out", text(&out)]);
        },
    );
    assert_kills(kills, 10);
}
