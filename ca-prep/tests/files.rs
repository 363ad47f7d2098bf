//! What is written, for whose eyes, and what happens when it cannot be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{ca_prep, everything, finish, folder, made, text};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The program under a umask.
fn under_umask(umask: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask, env!("CARGO_BIN_EXE_ca-prep")]);
    command.args(arguments);
    command
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for umask in ["000", "022", "077", "777"] {
        let dir = folder();
        let out = dir.path().join("ca");
        let (code, stdout, stderr) = finish(&mut under_umask(umask, &["issue", "--out", text(&out)]));
        assert_eq!(code, Some(0), "umask {umask}: {stdout}{stderr}");
        assert_eq!(mode(&out.join("proxy")), 0o700);
        assert_eq!(mode(&out.join("proxy/mitmproxy-ca.pem")), 0o600);
        assert_eq!(mode(&out.join("trust")), 0o755);
        assert_eq!(mode(&out), 0o755);
        for name in ["ca.pem", "bundle.pem", "env"] {
            assert_eq!(mode(&out.join("trust").join(name)), 0o644);
        }
    }
}

#[test]
fn the_key_file_is_private_from_its_first_byte() {
    let dir = folder();
    let (out, trace) = (dir.path().join("ca"), dir.path().join("trace"));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=openat,open,creat", "-o", text(&trace)]);
    strace.args([env!("CARGO_BIN_EXE_ca-prep"), "issue", "--out", text(&out)]);
    strace.stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(true) = strace.status().map(|status| status.success()) else {
        eprintln!("skipped: strace is not there, or may not trace");
        return;
    };
    let calls = fs::read_to_string(trace).unwrap();
    let created: Vec<_> = calls.lines().filter(|line| line.contains("mitmproxy-ca.pem")).collect();
    if created.is_empty() && !rustix::process::geteuid().is_root() {
        eprintln!("skipped: nobody but root sees the paths of a process that cannot be traced");
        return;
    }
    assert!(!created.is_empty(), "the trace does not show the file");
    assert!(created.iter().all(|line| line.contains("O_EXCL") && line.contains("0600")), "{created:?}");
}

#[test]
fn no_private_key_is_printed_or_left_outside_its_file() {
    let dir = folder();
    for (name, arguments) in [
        ("issue", vec!["issue"]),
        ("rsa", vec!["issue", "--key", "rsa-2048", "--host", "a.example"]),
        ("seal", vec!["seal", "--host", "a.example"]),
    ] {
        let out = dir.path().join(name);
        let (code, stdout, stderr) = finish(ca_prep(&arguments).args(["--out", text(&out)]));
        assert_eq!(code, Some(0), "{stderr}");
        assert!(!(stdout + &stderr).contains("PRIVATE"));
        for path in everything(&out).iter().filter(|path| path.is_file()) {
            let holds_key = fs::read_to_string(path).unwrap().contains("PRIVATE KEY");
            assert_eq!(holds_key, mode(path) == 0o600, "{}", path.display());
        }
    }
}

#[test]
fn a_sealed_bottle_has_no_authority_key() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["seal", "--out", text(&out), "--host", "a.example", "--host", "*.b.example"]);
    assert!(!out.join("proxy/mitmproxy-ca.pem").exists());
    let keys = everything(&out)
        .iter()
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap().matches("BEGIN PRIVATE KEY").count())
        .sum::<usize>();
    assert_eq!(keys, 2, "one key a leaf, and no other");
}

#[test]
fn nothing_is_ever_overwritten() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    let before = fs::read(out.join("proxy/mitmproxy-ca.pem")).unwrap();
    for command in [vec!["issue"], vec!["issue", "--dry-run"], vec!["seal", "--host", "a.example"]] {
        let (code, stdout, stderr) = finish(ca_prep(&command).args(["--out", text(&out)]));
        assert_eq!(code, Some(3), "{stdout}{stderr}");
        assert!(stderr.contains("exists already"));
    }
    assert_eq!(fs::read(out.join("proxy/mitmproxy-ca.pem")).unwrap(), before);
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert_eq!(finish(ca_prep(&["issue", "--out", text(&file)]).arg("--json")).0, Some(3));
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn an_empty_folder_is_taken() {
    let dir = folder();
    let out = dir.path().join("runtime directory");
    fs::create_dir(&out).unwrap();
    made(&["issue", "--out", text(&out)]);
    assert!(out.join("proxy/mitmproxy-ca.pem").exists());
}

#[test]
fn of_many_runs_at_once_exactly_one_wins() {
    let dir = folder();
    let out = dir.path().join("ca");
    let start = || {
        ca_prep(&["issue", "--out", text(&out)]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let runs: Vec<_> = (0..8).map(|_| start()).collect();
    let mut codes: Vec<_> = runs.into_iter().map(|mut run| run.wait().unwrap().code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 3, 3, 3, 3, 3, 3, 3]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "something was left beside it");
    common::openssl(&["pkey", "-in", text(&out.join("proxy/mitmproxy-ca.pem")), "-noout", "-check"]);
}

#[test]
fn what_an_interrupted_run_left_is_swept_away() {
    let dir = folder();
    let leftover = dir.path().join(".ca.ca-prep-0123456789abcdef");
    let stranger = dir.path().join(".ca2.ca-prep-0123456789abcdef");
    for path in [&leftover, &stranger] {
        fs::create_dir_all(path.join("proxy")).unwrap();
        fs::write(path.join("proxy/mitmproxy-ca.pem"), "half").unwrap();
    }
    made(&["issue", "--out", text(&dir.path().join("ca"))]);
    assert!(!leftover.exists() && stranger.exists());
}

#[test]
fn a_run_killed_at_any_moment_leaves_all_or_nothing() {
    let dir = folder();
    let whole = dir.path().join("whole");
    made(&["seal", "--out", text(&whole), "--host", "a.example"]);
    let out = dir.path().join("ca");
    let mut patience = std::time::Duration::from_millis(1);
    // Later and later, until a run comes to its end before it is killed.
    while patience < std::time::Duration::from_secs(20) {
        let mut command = ca_prep(&["seal", "--out", text(&out), "--host", "a.example"]);
        let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(patience);
        patience = patience * 5 / 4;
        run.kill().unwrap();
        run.wait().unwrap();
        if out.exists() {
            assert_eq!(everything(&out).len(), everything(&whole).len());
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "leftovers of the killed runs");
            return;
        }
    }
    panic!("no run came to its end");
}

#[test]
fn a_dry_run_changes_nothing() {
    let dir = folder();
    let out = dir.path().join("deep/er/ca");
    let said = made(&["issue", "--out", text(&out), "--dry-run", "--host", "a.example"]);
    assert_eq!(said["dry_run"], true);
    assert_eq!(said["hosts"], serde_json::json!(["a.example"]));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing() {
    let dir = folder();
    // Root may write to any folder, but nobody may make one below a file, or on a read-only mount.
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    for place in [file.join("ca"), "/proc/ca".into()] {
        let (code, _, stderr) = finish(&mut ca_prep(&["issue", "--out", text(&place)]));
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains("cannot"), "{stderr}");
    }
}

#[test]
fn a_read_only_folder_is_an_error_for_its_owner() {
    let dir = folder();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o555)).unwrap();
    let out = dir.path().join("ca");
    // For root permissions mean nothing: run as nobody where that is possible.
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups", env!("CARGO_BIN_EXE_ca-prep")]);
        command
    } else {
        ca_prep(&[])
    };
    let (code, _, stderr) = finish(command.args(["issue", "--out", text(&out)]));
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    if stderr.contains("setpriv") {
        eprintln!("skipped: this machine lets root be nobody else");
        return;
    }
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("Permission denied"), "{stderr}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let dir = folder();
    let script = "mount -t tmpfs -o size=64k none \"$1\" || exit 77
        \"$2\" issue --out \"$1/ca\"; code=$?
        ls -A \"$1\"; exit $code";
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--map-root-user", "--user", "sh", "-c", script, "sh", text(dir.path())]);
    let (code, left, stderr) = finish(unshare.arg(env!("CARGO_BIN_EXE_ca-prep")));
    if stderr.contains("unshare") || code == Some(77) {
        eprintln!("skipped: this machine allows no mounts");
        return;
    }
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("No space left"), "{stderr}");
    assert_eq!(left, "", "something was left behind");
}

#[test]
fn paths_with_spaces_and_quotes_come_out_whole() {
    let dir = folder();
    let out = dir.path().join("a b's \"c\" $d = #e");
    made(&["seal", "--out", text(&out), "--host", "a.example"]);
    let arguments = fs::read_to_string(out.join("mitmdump.args")).unwrap();
    let out = out.canonicalize().unwrap();
    let expected = [
        "--set".to_owned(),
        format!("confdir={}", out.join("proxy").display()),
        "--set".to_owned(),
        "upstream_cert=false".to_owned(),
        "--certs".to_owned(),
        format!("a.example={}", out.join("proxy/leaf-1.pem").display()),
    ];
    assert_eq!(arguments.lines().collect::<Vec<_>>(), expected);
    let script = "set -a; . \"$1\"; printf %s \"$SSL_CERT_FILE\"";
    let shell = finish(Command::new("sh").args(["-c", script, "sh", text(&out.join("trust/env"))]));
    assert_eq!(shell.1, text(&out.join("trust/bundle.pem")));
}

#[test]
fn the_bundle_holds_the_system_roots_and_the_bottles_own() {
    let dir = folder();
    let (out, roots) = (dir.path().join("ca"), dir.path().join("roots.pem"));
    let other = dir.path().join("other");
    made(&["issue", "--out", text(&other)]);
    fs::copy(other.join("trust/ca.pem"), &roots).unwrap();
    made(&["issue", "--out", text(&out), "--system-roots", text(&roots), "--mounted-at", "/run/trust"]);
    let bundle = fs::read_to_string(out.join("trust/bundle.pem")).unwrap();
    assert!(bundle.contains(&fs::read_to_string(out.join("trust/ca.pem")).unwrap()));
    assert!(bundle.contains(&fs::read_to_string(&roots).unwrap()));
    let env = fs::read_to_string(out.join("trust/env")).unwrap();
    assert!(env.lines().all(|line| line.contains("=/run/trust")), "{env}");
}
