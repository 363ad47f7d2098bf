//! A signer that comes back with a new authority, and is cut short on its way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::signer::{Client, Running};
use common::steps::{NO_STRACE, STEPS, copy, killed_before};
use common::{ca_prep, everything, finish, folder, made, text};

/// What a reader of `trust/` finds.
#[derive(Debug, PartialEq, Eq, Clone)]
struct Trust {
    certificate: String,
    bundle: String,
    env: String,
}

impl Trust {
    fn read(out: &Path) -> Self {
        let text = |name| fs::read_to_string(out.join("trust").join(name)).unwrap();
        Self { certificate: text("ca.pem"), bundle: text("bundle.pem"), env: text("env") }
    }
}

/// A bottle whose signer was killed, and which is put back to that moment again and again.
struct Orphan {
    dir: tempfile::TempDir,
    out: PathBuf,
}

impl Orphan {
    fn new() -> Self {
        let dir = folder();
        let out = Running::start_in(dir.path(), &["--host", "a.example"]).out.clone();
        copy(&out, &dir.path().join("saved"));
        Self { dir, out }
    }

    fn restore(&self) {
        fs::remove_dir_all(&self.out).unwrap();
        copy(&self.dir.path().join("saved"), &self.out);
    }

    /// Paths in the folder and beside it, without those of generations.
    fn names(&self) -> Vec<PathBuf> {
        let mut found = everything(self.dir.path());
        found.retain(|path| {
            !text(path).contains(".generation-") && !path.starts_with(self.dir.path().join("saved"))
        });
        found
    }

    fn renewed_by(&self) -> Command {
        let socket = self.dir.path().join("signer.sock");
        let mut command = ca_prep(&["sign", "--renew", "--out", text(&self.out), "--socket", text(&socket)]);
        command.args(["--host", "a.example", "--mounted-at", "/run/trust"]);
        command
    }
}

#[test]
fn a_renewal_killed_at_any_step_leaves_all_old_or_all_new() {
    let orphan = Orphan::new();
    let (clean, old) = (orphan.names(), Trust::read(&orphan.out));
    let (mut kept, mut turned) = (0, 0);
    for call in STEPS {
        for when in 1.. {
            let Some(ended) = killed_before(&orphan.renewed_by(), call, when) else {
                return eprintln!("{NO_STRACE}");
            };
            let step = format!("{call} {when}");
            let now = Trust::read(&orphan.out);
            assert!(now.bundle.starts_with(&now.certificate), "{step}: the bundle is of another authority");
            if now == old {
                kept += 1;
            } else {
                turned += 1;
                assert!(now.certificate != old.certificate, "{step}");
                assert!(
                    now.env.contains("=/run/trust/ca.pem"),
                    "{step}: the old paths with the new authority"
                );
            }
            // What the folder says of itself agrees with what is in it.
            made(&["verify", "--out", text(&orphan.out)]);
            made(&["trust", "--out", text(&orphan.out)]);
            let again = Trust::read(&orphan.out);
            assert_eq!(again.certificate, now.certificate, "{step}: trust brought another authority back");
            let running = Running::start_in(orphan.dir.path(), &["--host", "a.example", "--renew"]);
            assert!(Client::of(&running).ask(b"a.example").is_ok(), "{step}");
            drop(running);
            assert_eq!(orphan.names(), clean, "{step}: something was left behind");
            orphan.restore();
            if ended {
                break;
            }
        }
    }
    assert!(kept > 10 && turned > 3, "{kept} kills before the turn and {turned} after it");
}

#[test]
fn readers_find_every_file_whole_while_it_is_renewed() {
    let orphan = Orphan::new();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_u32;
            while !done.load(Ordering::Relaxed) {
                let now = Trust::read(&orphan.out);
                assert!(now.certificate.ends_with("-----END CERTIFICATE-----\n"));
                assert!(now.bundle.ends_with("-----END CERTIFICATE-----\n") && !now.env.is_empty());
                seen += 1;
            }
            seen
        });
        let verifier = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                made(&["verify", "--out", text(&orphan.out)]);
            }
        });
        for _ in 0..10 {
            drop(Running::start_in(orphan.dir.path(), &["--renew"]));
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 10);
        verifier.join().unwrap();
    });
}

#[test]
fn whoever_has_trust_mounted_sees_the_new_files() {
    let orphan = Orphan::new();
    let (seen, socket) = (orphan.dir.path().join("seen"), orphan.dir.path().join("signer.sock"));
    fs::create_dir(&seen).unwrap();
    let script = "mount --bind \"$1/trust\" \"$2\" && mount -o remount,bind,ro \"$2\" || exit 77
        timeout 2 \"$3\" sign --renew --out \"$1\" --socket \"$4\" >/dev/null
        cmp \"$1/trust/ca.pem\" \"$2/ca.pem\" && cat \"$2/ca.pem\" \"$2/bundle.pem\"";
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script, "sh", text(&orphan.out), text(&seen)]);
    let (code, read, stderr) = finish(unshare.arg(env!("CARGO_BIN_EXE_ca-prep")).arg(&socket));
    if code == Some(77) || stderr.contains("unshare") {
        return eprintln!("skipped: this machine allows no mounts");
    }
    assert_eq!(code, Some(0), "{stderr}");
    let new = Trust::read(&orphan.out);
    assert_ne!(read, new.certificate.clone());
    assert!(read == new.certificate.clone() + &new.bundle, "the mount shows other files");
}

#[test]
fn trust_and_a_renewal_at_once_do_not_mix() {
    let orphan = Orphan::new();
    let trust = || {
        let mut command = ca_prep(&["trust", "--out", text(&orphan.out)]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for _ in 0..8 {
        let mut others: Vec<_> = (0..3).map(|_| trust()).collect();
        let running = Running::start_in(orphan.dir.path(), &["--host", "a.example", "--renew"]);
        others.extend((0..3).map(|_| trust()));
        for mut other in others {
            assert!(other.wait().unwrap().success());
        }
        let pem = Client::of(&running).ask(b"a.example").unwrap();
        let leaf = orphan.dir.path().join("leaf.pem");
        fs::write(&leaf, pem).unwrap();
        let trusted = orphan.out.join("trust/ca.pem");
        common::openssl(&[
            "verify",
            "-no-CApath",
            "-CAfile",
            text(&trusted),
            "-untrusted",
            text(&leaf),
            text(&leaf),
        ]);
    }
}

#[test]
fn of_many_signers_at_once_exactly_one_answers() {
    let orphan = Orphan::new();
    let socket = orphan.dir.path().join("signer.sock");
    assert!(socket.exists(), "the socket of a dead signer");
    let start = |renew: bool| {
        let mut command = ca_prep(&["sign", "--out", text(&orphan.out), "--socket", text(&socket)]);
        command.args(renew.then_some("--renew")).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    for renew in [true, false] {
        if !renew {
            fs::remove_dir_all(&orphan.out).unwrap();
        }
        let mut runs: Vec<_> = (0..6).map(|_| start(renew)).collect();
        let mut living = 0;
        for run in &mut runs {
            let mut line = String::new();
            BufReader::new(run.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
            if line.starts_with("made ") {
                living += 1;
            } else {
                assert_eq!(run.wait().unwrap().code(), Some(3));
            }
        }
        assert_eq!(living, 1);
        assert!(fs::symlink_metadata(&socket).is_ok(), "it lost its socket");
        for run in &mut runs {
            let _ = run.kill();
            run.wait().unwrap();
        }
    }
}

#[test]
fn a_full_disk_keeps_the_old_authority() {
    let dir = folder();
    let script = "mount -t tmpfs -o size=2m none \"$1\" || exit 77
        sign() { timeout -s \"$1\" 2 \"$ca_prep\" sign --out \"$dir/ca\" --socket \"$dir/s\" $2; }
        dir=$1 ca_prep=$2; sign KILL >/dev/null; cp \"$dir/ca/trust/ca.pem\" \"$dir/before\"
        head -c 4m /dev/zero >\"$dir/rest\" 2>/dev/null
        sign TERM --renew; code=$?
        cmp \"$dir/before\" \"$dir/ca/trust/ca.pem\" && \"$ca_prep\" verify --out \"$dir/ca\" || exit 78
        find \"$dir/ca\" -name '*ca-prep-*' | grep . && exit 79
        rm \"$dir/rest\"; sign TERM --renew | grep -q made && ! cmp -s \"$dir/before\" \"$dir/ca/trust/ca.pem\" || exit 80
        exit $code";
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script, "sh", text(dir.path()), env!("CARGO_BIN_EXE_ca-prep")]);
    let (code, said, stderr) = finish(&mut unshare);
    if code == Some(77) || stderr.contains("unshare") {
        return eprintln!("skipped: this machine allows no mounts");
    }
    assert_eq!(code, Some(1), "{said}{stderr}");
    assert!(stderr.contains("No space left"), "{stderr}");
}
