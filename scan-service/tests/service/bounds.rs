//! How much, how many, how long, and who.

use std::io::{Read, Write};
use std::net::TcpStream;

use hyper::Request;

use crate::server::{JSON, Server};

const HELLO: &str = r#"{"type":"text","text":"hello"}"#;

/// Sends the head of a scan and keeps its body back.
fn half_a_scan(server: &Server, path: &str, announced: usize) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {JSON}\r\ncontent-length: {announced}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Waits until the service has as many requests under way.
async fn in_flight(server: &Server, count: usize) {
    let line = format!("scangate_in_flight {count}\n");
    while !server.get("/metrics").await.text().contains(&line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_deadline_holds_while_the_body_is_waited_for() {
    let server = Server::start();
    let mut stream = half_a_scan(&server, "/scan?deadline_ms=50", 10);
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply);
    assert!(reply.starts_with("HTTP/1.1 503 "), "{reply}");
    assert!(reply.contains(r#""code":"deadline","retryable":true"#), "{reply}");
}

#[tokio::test]
async fn the_shorter_deadline_of_header_and_query_holds() {
    let server = Server::start();
    for (query, header) in [(600_000, 1), (1, 600_000)] {
        // Its body never comes: a client that is still sending might not read its answer.
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let head = format!(
            "POST /scan?deadline_ms={query} HTTP/1.1\r\nhost: a\r\ncontent-type: {JSON}\r\n\
             scan-deadline-ms: {header}\r\ncontent-length: 10\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut reply = [0; 1024];
        let bytes = stream.read(&mut reply).unwrap();
        let reply = String::from_utf8_lossy(&reply[..bytes]).into_owned();
        assert!(reply.starts_with("HTTP/1.1 503 ") && reply.contains(r#""code":"deadline""#), "{reply}");
    }
    let request = Request::post("/scan").header("content-type", JSON).header("scan-deadline-ms", "soon");
    server.send(request, HELLO).await.problem(422, "invalid_value");
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_back() {
    let server = Server::with(&["--max-in-flight", "1"]);
    let mut first = half_a_scan(&server, "/scan", HELLO.len());
    in_flight(&server, 1).await;
    let refused = server.scan(HELLO).await;
    assert!(refused.problem(503, "overloaded").contains("--max-in-flight"));
    assert_eq!(refused.header("retry-after"), "1");
    first.write_all(HELLO.as_bytes()).unwrap();
    in_flight(&server, 0).await;
    assert_eq!(server.scan(HELLO).await.status, 200);
}

#[tokio::test]
async fn bodies_over_the_memory_for_all_are_told_to_come_back() {
    let server = Server::with(&["--max-buffered-mib", "1"]);
    let large = format!(r#"{{"type":"text","text":"{}"}}"#, "a".repeat(1 << 20));
    let refused = server.scan(large).await;
    assert!(refused.problem(503, "overloaded").contains("--max-buffered-mib"));
    assert_eq!(server.scan(HELLO).await.status, 200);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_sent() {
    let server = Server::start();
    let mut stream = half_a_scan(&server, "/scan", 1 << 30);
    let mut reply = [0; 1024];
    let bytes = stream.read(&mut reply).unwrap();
    let reply = String::from_utf8_lossy(&reply[..bytes]).into_owned();
    assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
    assert!(reply.contains(r#""code":"over_limit""#), "{reply}");
}

#[tokio::test]
async fn a_message_over_the_policys_limit_is_refused_with_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "[limits]\nbody_bytes = 4\n").unwrap();
    let server = Server::with(&["--policy", policy.to_str().unwrap()]);
    let detail = server.scan(HELLO).await.problem(413, "over_limit");
    assert!(detail.contains("5 ") && detail.contains("limit of 4"), "{detail}");
}

#[tokio::test]
async fn with_a_token_only_its_holders_get_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "a-token-for-this-test\n").unwrap();
    let server = Server::with(&["--token-file", file.to_str().unwrap()]);
    for path in ["/policy", "/rules", "/metrics"] {
        server.get(path).await.problem(401, "unauthorized");
    }
    for shown in [
        "Bearer a-token-for-this-tesT",
        "Bearer a-token",
        "Basic a-token-for-this-test",
        "a-token-for-this-test",
    ] {
        let request = Request::post("/scan").header("content-type", JSON).header("authorization", shown);
        let refused = server.send(request, HELLO).await;
        refused.problem(401, "unauthorized");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    let request = Request::post("/scan").header("content-type", JSON);
    let request = request.header("authorization", "bearer a-token-for-this-test");
    assert_eq!(server.send(request, HELLO).await.status, 200);
    for path in ["/livez", "/readyz", "/openapi.json", "/docs/"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}
