//! What clients of the signer and the other side of `verify` try.

mod common;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use common::signer::{Client, Running};
use common::{ca_prep, finish, folder, made, text};

#[test]
fn a_socket_inside_the_bottle_is_refused() {
    let dir = folder();
    let out = dir.path().join("ca");
    fs::create_dir(&out).unwrap();
    let socket = out.join("signer.sock");
    let (code, _, stderr) = finish(&mut ca_prep(&["sign", "--out", text(&out), "--socket", text(&socket)]));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--socket must not be below --out"), "{stderr}");
}

#[test]
fn one_signer_a_bottle_on_whatever_socket() {
    let running = Running::start(&["--host", "a.example"]);
    let other = running.socket.with_file_name("other.sock");
    let (code, _, stderr) =
        finish(&mut ca_prep(&["sign", "--renew", "--out", text(&running.out), "--socket", text(&other)]));
    assert_eq!(code, Some(3));
    assert!(stderr.contains("answered by the signer of this bottle"), "{stderr}");
    assert!(!other.exists());
    assert!(Client::of(&running).ask(b"a.example").is_ok());
}

#[test]
fn clients_that_trickle_flood_or_never_read_are_in_nobodys_way() {
    let running = Running::start(&["--host", "a.example"]);
    let connect = || UnixStream::connect(&running.socket).unwrap();
    let mut hostile: Vec<UnixStream> = (0..30).map(|_| connect()).collect();
    for stream in &mut hostile {
        stream.write_all(b"a.exam").unwrap();
    }
    // One that asks and never reads, and one that sends a book.
    let deaf = connect();
    deaf.set_nonblocking(true).unwrap();
    while (&deaf).write_all(&b"a.example\n".repeat(100)).is_ok() {}
    let mut flood = connect();
    flood.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let _ = flood.write_all(&vec![b'x'; 1 << 20]);
    let begin = Instant::now();
    assert!(Client::of(&running).ask(b"a.example").is_ok());
    assert!(begin.elapsed() < Duration::from_secs(5));
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    assert!(threads.trim().parse::<u32>().unwrap() <= 66, "{threads}");
}

#[test]
fn a_crowd_of_silent_clients_makes_room() {
    let running = Running::start(&["--host", "a.example"]);
    let crowd: Vec<_> = (0..300).map(|_| UnixStream::connect(&running.socket).unwrap()).collect();
    let begin = Instant::now();
    assert!(Client::of(&running).ask(b"a.example").is_ok());
    assert!(begin.elapsed() < Duration::from_secs(8));
    drop(crowd);
}

#[test]
fn a_trickle_is_cut_off_however_it_is_kept_up() {
    let running = Running::start(&["--host", "a.example"]);
    let mut slow = UnixStream::connect(&running.socket).unwrap();
    let begin = Instant::now();
    while slow.write_all(b"a").is_ok() {
        assert!(begin.elapsed() < Duration::from_secs(30), "it is still listened to");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn verify_does_not_wait_for_a_proxy_that_trickles() {
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["issue", "--out", text(&out)]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while stream.write_all(b"H").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let begin = Instant::now();
    let (code, stdout, _) =
        finish(&mut ca_prep(&["verify", "--out", text(&out), "--proxy", &proxy, "a.example"]));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("UNREACHABLE"), "{stdout}");
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn something_else_at_the_place_of_the_socket_stays() {
    let dir = folder();
    let socket = dir.path().join("signer.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    let out = dir.path().join("ca");
    let (code, _, stderr) = finish(&mut ca_prep(&["sign", "--out", text(&out), "--socket", text(&socket)]));
    assert_eq!(code, Some(3));
    assert!(stderr.contains("answered by a signer that lives"), "{stderr}");
    assert!(socket.exists() && !out.exists());
}
