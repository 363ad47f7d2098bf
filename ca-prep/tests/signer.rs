//! The signer as its clients see it.

mod common;

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use common::signer::{Client, Running};
use common::{ca_prep, everything, finish, folder, openssl, openssl_says, text};

#[test]
fn a_leaf_has_its_own_key_and_is_accepted_by_who_trusts_the_bottle() {
    let running = Running::start(&["--host", "a.example", "--host", "*.w.example"]);
    let mut client = Client::of(&running);
    let mut keys = Vec::new();
    for host in ["a.example", "x.w.example"] {
        let pem = client.ask(host.as_bytes()).unwrap();
        let leaf = running.out.join("leaf.pem");
        fs::write(&leaf, &pem).unwrap();
        let trusted = running.out.join("trust/ca.pem");
        let chain = running.out.join("chain.pem");
        // What follows the leaf in the answer is what a server sends along.
        let rest = pem.splitn(3, "-----BEGIN CERTIFICATE-----").nth(2).unwrap();
        fs::write(&chain, format!("-----BEGIN CERTIFICATE-----{rest}")).unwrap();
        openssl(&[
            "verify",
            "-x509_strict",
            "-no-CApath",
            "-CAfile",
            text(&trusted),
            "-untrusted",
            text(&chain),
            "-verify_hostname",
            host,
            text(&leaf),
        ]);
        assert!(!openssl_says(&["verify", "-no-CApath", "-CAfile", text(&chain), text(&leaf)]).0);
        let key = openssl(&["pkey", "-in", text(&leaf), "-pubout"]);
        assert_eq!(key, openssl(&["x509", "-in", text(&leaf), "-noout", "-pubkey"]));
        keys.push(key);
        fs::remove_file(leaf).unwrap();
    }
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn what_it_may_not_sign_is_refused_without_an_echo() {
    let running = Running::start(&["--host", "a.example"]);
    let mut client = Client::of(&running);
    for (question, code) in [
        (&b"secret.b.example"[..], "not_allowed"),
        (b"", "malformed"),
        (b"sec ret", "malformed"),
        (b"*.a.example", "malformed"),
    ] {
        let refusal = client.ask(question).unwrap_err();
        assert!(refusal.starts_with(&format!("error {code} ")), "{refusal}");
        assert!(!refusal.contains("sec"));
    }
    assert!(client.ask(b"a.example").is_ok(), "the connection survives refusals");
    assert!(client.ask(&[b'a'; 300]).unwrap_err().starts_with("error malformed "));
    assert_eq!(client.0.read(&mut [0; 1]).unwrap_or(0), 0, "closed after a question that is too long");
    let (code, audit) = running.stop();
    assert_eq!(code, Some(0));
    assert!(!audit.contains("secret") && !audit.contains("sec ret"), "{audit}");
    assert_eq!(audit.matches("\"event\":\"leaf\"").count(), 1);
    assert_eq!(audit.matches("\"host\":\"a.example\"").count(), 1);
}

#[test]
fn the_key_is_nowhere_on_disk_and_the_socket_is_private() {
    let running = Running::start(&[]);
    for path in everything(&running.out).iter().filter(|path| path.is_file()) {
        assert!(!fs::read_to_string(path).unwrap().contains("PRIVATE"), "{}", path.display());
    }
    let mode = fs::metadata(&running.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"));
}

#[test]
fn its_pages_are_locked_where_there_is_no_limit() {
    let running = Running::start(&[]);
    let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", running.pid())).unwrap();
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    let (status, limits) = (of("status"), of("limits"));
    let capabilities = u64::from_str_radix(&value(&status, "CapEff:"), 16).unwrap();
    let may_lock = capabilities & (1 << 14) != 0 || value(&limits, "Max locked memory") == "unlimited";
    assert_eq!(value(&status, "VmLck:") != "0", may_lock);
}

#[test]
fn another_user_gets_nothing() {
    let running = Running::start(&[]);
    // As if somebody had opened the socket to all: the peer's uid must still be looked at.
    fs::set_permissions(&running.socket, fs::Permissions::from_mode(0o666)).unwrap();
    let dir = running.socket.parent().unwrap();
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
    let mut curl = Command::new("setpriv");
    curl.args(["--reuid=65534", "--clear-groups", "curl", "-sS", "--max-time", "5", "--http0.9"]);
    let (code, said, stderr) = finish(curl.args(["--unix-socket", text(&running.socket), "http://signer/"]));
    if stderr.contains("setpriv") {
        eprintln!("skipped: only root can be another user");
        return;
    }
    assert_eq!(said, "", "curl exited with {code:?}");
    let (_, audit) = running.stop();
    assert!(audit.contains("\"event\":\"stranger\"") && audit.contains("65534"), "{audit}");
}

#[test]
fn the_user_whom_the_socket_is_given_to_is_answered() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root can give a socket away");
    }
    let running = Running::start(&["--client-uid", "65534"]);
    for (path, mode) in [
        (running.socket.clone(), 0o600),
        (running.out.join("proxy"), 0o700),
        (running.out.join("proxy/config.yaml"), 0o644),
    ] {
        let found = fs::metadata(path).unwrap();
        assert_eq!((found.uid(), found.permissions().mode() & 0o7777), (65534, mode));
    }
    for own in ["", "trust", "trust/ca.pem", "mitmdump.args", "ca-prep.json"] {
        assert_eq!(fs::metadata(running.out.join(own)).unwrap().uid(), 0, "{own}");
    }
    fs::set_permissions(running.socket.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut curl = Command::new("setpriv");
    curl.args(["--reuid=65534", "--clear-groups", "curl", "-sS", "--max-time", "1", "--http0.9"]);
    let (_, said, _) = finish(curl.args(["--unix-socket", text(&running.socket), "http://signer/"]));
    assert!(said.starts_with("error malformed "), "{said}");
    assert!(Client::of(&running).ask(b"any.example").is_ok(), "the signer's own user is answered too");
}

#[test]
fn it_stops_cleanly_and_comes_back_with_a_new_authority() {
    let dir = folder();
    let running = Running::start_in(dir.path(), &["--host", "a.example"]);
    let (out, socket) = (running.out.clone(), running.socket.clone());
    let first = fs::read(out.join("trust/ca.pem")).unwrap();
    let again = ["sign", "--out", text(&out), "--socket", text(&socket), "--renew"];
    let (code, _, stderr) = finish(&mut ca_prep(&again));
    assert_eq!(code, Some(3), "two signers on one socket: {stderr}");
    assert_eq!(fs::read(out.join("trust/ca.pem")).unwrap(), first);
    let (code, audit) = running.stop();
    assert_eq!(code, Some(0));
    assert!(audit.contains("told to stop"), "{audit}");
    assert!(!socket.exists());
    let (code, ..) = finish(&mut ca_prep(&again[..5]));
    assert_eq!(code, Some(3), "without --renew nothing is replaced");
    assert!(!socket.exists(), "a run that failed leaves no socket");
    let running = Running::start_in(dir.path(), &["--host", "a.example", "--renew"]);
    assert_ne!(fs::read(out.join("trust/ca.pem")).unwrap(), first);
    assert!(Client::of(&running).ask(b"a.example").is_ok());
}

#[test]
fn the_socket_of_a_dead_signer_is_replaced_and_other_files_are_not() {
    let dir = folder();
    let mut running = Running::start_in(dir.path(), &[]);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert!(running.socket.exists());
    let running = Running::start_in(dir.path(), &["--renew"]);
    assert!(Client::of(&running).ask(b"any.example").is_ok());
    let other = folder();
    fs::write(other.path().join("signer.sock"), "mine").unwrap();
    let (out, socket) = (other.path().join("ca"), other.path().join("signer.sock"));
    let (code, ..) = finish(&mut ca_prep(&["sign", "--out", text(&out), "--socket", text(&socket)]));
    assert_eq!(code, Some(3));
    assert!(!out.exists());
}

#[test]
fn a_silent_client_is_in_nobodys_way() {
    let running = Running::start(&[]);
    let silent: Vec<_> = (0..40).map(|_| UnixStream::connect(&running.socket).unwrap()).collect();
    let begin = Instant::now();
    assert!(Client::of(&running).ask(b"any.example").is_ok());
    assert!(begin.elapsed() < Duration::from_secs(5));
    drop(silent);
}

#[test]
fn systemd_is_told_when_it_answers() {
    let dir = folder();
    let notify = dir.path().join("notify");
    let listener = std::os::unix::net::UnixDatagram::bind(&notify).unwrap();
    listener.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (out, socket) = (dir.path().join("ca"), dir.path().join("signer.sock"));
    let mut command = ca_prep(&["sign", "--out", text(&out), "--socket", text(&socket)]);
    let child =
        command.env("NOTIFY_SOCKET", &notify).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let running = Running { child, out, socket, dir: None };
    let mut message = [0; 64];
    let length = listener.recv(&mut message).unwrap();
    assert_eq!(&message[..length], b"READY=1");
    assert!(Client::of(&running).ask(b"any.example").is_ok());
}

#[test]
fn told_to_stop_at_any_moment_it_leaves_no_socket() {
    let dir = folder();
    let (out, socket) = (dir.path().join("ca"), dir.path().join("signer.sock"));
    let (mut served, mut patience) = (0, Duration::from_micros(200));
    // Later and later, until it has begun to serve some times before it is told.
    while served < 3 {
        assert!(patience < Duration::from_secs(20), "it was always told too early");
        let mut command = ca_prep(&["sign", "--renew", "--out", text(&out), "--socket", text(&socket)]);
        let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(patience);
        patience = patience * 9 / 8;
        kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
        served += u32::from(run.wait().unwrap().success());
        assert!(!socket.exists(), "after {patience:?}");
    }
}

#[test]
fn a_dry_run_binds_nothing() {
    let dir = folder();
    let (out, socket) = (dir.path().join("ca"), dir.path().join("signer.sock"));
    let said = common::made(&["sign", "--out", text(&out), "--socket", text(&socket), "--dry-run"]);
    assert_eq!(said["command"], "sign");
    assert!(!socket.exists() && !out.exists());
}
