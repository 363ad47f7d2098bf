//! Verdicts: the same through every door, and what callers can read of them.

use crate::server::{JSON, Server};

#[tokio::test]
async fn an_allow_says_so_in_body_and_header() {
    let server = Server::start();
    let reply = server.scan(r#"{"type":"text","id":"7","text":"hello"}"#).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, JSON));
    assert_eq!(reply.header("scan-verdict"), "allow");
    assert_eq!(reply.header("cache-control"), "no-store");
    let report = reply.json();
    assert_eq!((&report["verdict"], &report["id"]), (&"allow".into(), &"7".into()));
    assert_eq!((&report["findings"], &report["edits"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert_eq!(report["scan_id"].as_str().unwrap().len(), 26);
    let again = server.scan(r#"{"type":"text","text":"hello"}"#).await.json();
    assert_ne!(report["scan_id"], again["scan_id"]);
}

#[tokio::test]
async fn a_large_message_takes_the_other_path_to_the_same_answer() {
    let server = Server::start();
    let text = "a sentence without secrets. ".repeat(40_000);
    let reply = server.scan(format!(r#"{{"type":"text","text":"{text}"}}"#)).await;
    assert_eq!((reply.status.as_u16(), reply.header("scan-verdict")), (200, "allow"));
}
