//! Starting, reading the policy again, and stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::server::{Server, command};

const HELLO: &str = r#"{"type":"text","text":"hello"}"#;

fn write_limit(policy: &Path, limit: &str) {
    std::fs::write(policy, format!("[limits]\nbody_bytes = {limit}\n")).unwrap();
}

#[tokio::test]
async fn a_good_policy_is_taken_over_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    write_limit(&policy, "100");
    let server = Server::with(&["--policy", policy.to_str().unwrap()]);
    assert_eq!(server.scan(HELLO).await.status, 200);

    write_limit(&policy, "4");
    server.signal("-HUP");
    server.logged("read again");
    server.scan(HELLO).await.problem(413, "over_limit");
    let hash = server.get("/policy").await.json()["policy_hash"].clone();

    write_limit(&policy, "\"zebra\"");
    server.signal("-HUP");
    let line = server.logged("stays");
    let error = line["error"].as_str().unwrap();
    assert!(error.contains("policy.toml:2: "), "{error}");
    assert_eq!(server.get("/policy").await.json()["policy_hash"], hash);

    std::fs::remove_file(&policy).unwrap();
    server.signal("-HUP");
    server.logged("stays");
    server.scan(HELLO).await.problem(413, "over_limit");
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("scangate_policy_reloads_total{result=\"ok\"} 1\n"));
    assert!(metrics.text().contains("scangate_policy_reloads_total{result=\"refused\"} 2\n"));
}

#[tokio::test]
async fn told_to_stop_the_service_finishes_what_it_has_begun() {
    let mut server = Server::start();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let length = HELLO.len();
    let head = format!(
        "POST /scan HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    while !server.get("/metrics").await.text().contains("scangate_in_flight 1\n") {
        tokio::task::yield_now().await;
    }
    server.signal("-TERM");
    server.logged("told to stop");
    while TcpStream::connect(&server.address).is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(HELLO.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    assert!(reply.contains("scan-verdict: allow"), "{reply}");
    assert!(server.ended().success());
}

#[test]
fn a_bad_policy_or_token_file_is_one_sentence_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "[limit]\n").unwrap();
    let missing = folder.path().join("missing");
    for (option, path, words) in [
        ("--policy", &file, ":1: "),
        ("--policy", &missing, "cannot read the policy"),
        ("--token-file", &file, "at least 16 visible ASCII characters"),
        ("--token-file", &missing, "cannot read the token file"),
    ] {
        let output = command().args(["--listen", "127.0.0.1:0", option]).arg(path).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("scan-service: ") && said.contains(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn it_says_its_version() {
    let output = command().arg("--version").output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        concat!("scan-service ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
