//! Verdicts: the same in both spellings, and what callers can read of them.

use std::sync::LazyLock;

use scanner::{
    Content, Direction, ExampleKind, FingerprintKey, Message, Policy, RuleSet, Scanner, Text, Verdict,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Reply;
use crate::server::{JSON, RAW, Server};

/// A secret of the form of some rule, built here so that nothing in this file looks like a live one.
static SECRET: LazyLock<String> = LazyLock::new(|| {
    let scanner = Scanner::new(RuleSet::builtin().unwrap(), Policy::default(), FingerprintKey::new([7; 32]));
    let tokens = scanner.rules().examples(7).filter(|example| example.kind == ExampleKind::Token);
    let mut tokens = tokens.filter_map(|token| String::from_utf8(token.text).ok());
    let is_found_whole = |token: &String| {
        let text = format!("see {token}.");
        let text = Text { text: text.as_bytes().into(), direction: Direction::Outbound, content_type: None };
        let content = Content::Text(text);
        let message = Message { id: None, session: None, flow: None, connect: None, content };
        let answer = scanner.scan(&message, &|| false).unwrap();
        answer.reason_code == Some("secret_outbound")
            && answer.verdict == Verdict::Block
            && matches!(answer.findings.as_slice(), [finding] if finding.end - finding.start == token.len())
    };
    let plain = |token: &String| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    tokens.find(|token| plain(token) && is_found_whole(token)).expect("some rule has a plain token")
});

/// A service under a policy with this action for secrets.
fn server(action: &str) -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, format!("[actions]\nsecret = \"{action}\"\n")).unwrap();
    let server = Server::with(&["--policy", policy.to_str().unwrap()]);
    (folder, server)
}

fn text(text: &str) -> String {
    json!({"type": "text", "id": "7", "text": text}).to_string()
}

fn verdict(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.header("scan-verdict"))
}

#[tokio::test]
async fn an_allow_says_so_in_body_and_header() {
    let server = Server::start();
    let reply = server.scan(text("hello")).await;
    assert_eq!((verdict(&reply), reply.header("content-type")), ((200, "allow"), JSON));
    assert_eq!(reply.header("cache-control"), "no-store");
    let report = reply.json();
    assert_eq!((&report["verdict"], &report["id"]), (&json!("allow"), &json!("7")));
    assert_eq!((&report["findings"], &report["edits"]), (&json!([]), &json!([])));
    assert_eq!(report["scan_id"].as_str().unwrap().len(), 26);
    assert_ne!(report["scan_id"], server.scan(text("hello")).await.json()["scan_id"]);
}

#[tokio::test]
async fn a_block_is_a_completed_scan_and_repeats_nothing() {
    let (_folder, server) = server("block");
    let secret = SECRET.as_str();
    let reply = server.scan(text(&format!("see {secret}."))).await;
    assert_eq!(verdict(&reply), (200, "block"));
    let report = reply.json();
    assert_eq!(report["reason_code"], "secret_outbound");
    assert_eq!(
        (&report["findings"][0]["start"], &report["findings"][0]["end"]),
        (&json!(4), &json!(4 + SECRET.len()))
    );
    assert!(!reply.text().contains(SECRET.as_str()));
    let line = server.logged("not allowed");
    assert_eq!((&line["scan_id"], &line["verdict"]), (&report["scan_id"], &json!("block")));
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("scangate_scans_total{type=\"text\",verdict=\"block\"} 1\n"));
    let rule = report["findings"][0]["rule"].as_str().unwrap();
    let counted = format!("scangate_findings_total{{rule=\"{rule}\",action=\"block\"}} 1\n");
    assert!(metrics.text().contains(&counted), "{}", metrics.text());
    assert!(!metrics.text().contains(SECRET.as_str()) && !line.to_string().contains(SECRET.as_str()));
}

#[tokio::test]
async fn a_deny_status_stands_for_every_verdict_but_allow() {
    for action in ["block", "redact"] {
        let (_folder, server) = server(action);
        let denied = server.post("/scan?deny_status=403", JSON, text(&SECRET)).await;
        assert_eq!(verdict(&denied), (403, action));
        assert_eq!((denied.header("content-type"), &denied.json()["verdict"]), (JSON, &json!(action)));
        let allowed = server.post("/scan?deny_status=403", JSON, text("hello")).await;
        assert_eq!(verdict(&allowed), (200, "allow"));
    }
}

#[tokio::test]
async fn a_large_message_takes_the_other_path_to_the_same_answer() {
    let (_folder, server) = server("block");
    let secret = SECRET.as_str();
    let large = "a sentence without secrets. ".repeat(40_000);
    assert_eq!(verdict(&server.scan(text(&large)).await), (200, "allow"));
    assert_eq!(verdict(&server.scan(text(&format!("{large}{secret}"))).await), (200, "block"));
}

/// What of a report does not depend on the moment.
fn lasting(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut report = reply.json();
    for field in ["scan_id", "duration_us"] {
        report.as_object_mut().unwrap().remove(field);
    }
    report
}

#[tokio::test]
async fn both_spellings_of_a_message_get_the_same_answer() {
    let (_folder, server) = server("block");
    let secret = SECRET.as_str();
    let body = format!("{{\"note\": \"{secret}\"}}");
    let json = json!({
        "type": "http.request", "id": "7", "session": "s", "connect": {"host": "example.com", "port": 443, "sni": "example.com"},
        "method": "POST", "url": "/a?b=c", "version": "HTTP/1.1",
        "headers": [["Host", "example.com"], ["Content-Type", "application/json"], ["Transfer-Encoding", "chunked"]],
        "body": {"text": body}, "trailers": [["X-Note", secret]]
    });
    let (first, second) = body.split_at(20);
    let wire = format!(
        "POST /a?b=c HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\nX-Note: {secret}\r\n\r\n",
        first.len(),
        second.len()
    );
    let query = "/scan?id=7&session=s&host=example.com&sni=example.com";
    let raw = lasting(&server.post(query, RAW, wire.clone()).await);
    assert_eq!(lasting(&server.scan(json.to_string()).await), raw);
    assert_eq!(lasting(&server.post(query, RAW, wire.replace("\r\n", "\n")).await), raw);
    assert_eq!((&raw["verdict"], &raw["findings"][0]["count"]), (&json!("block"), &json!(2)));
}

#[tokio::test]
async fn a_response_is_judged_the_same_in_both_spellings() {
    let (_folder, server) = server("block");
    let secret = SECRET.as_str();
    let json = json!({
        "type": "http.response", "status": 200, "reason": "OK", "version": "HTTP/1.1",
        "request": {"method": "GET", "url": "https://example.com/"},
        "headers": [["Content-Type", "text/plain"]], "body": {"text": secret}
    });
    let wire = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{secret}");
    let query = "/scan?request_method=GET&request_url=https://example.com/";
    let raw = lasting(&server.post(query, RAW, wire).await);
    assert_eq!(lasting(&server.scan(json.to_string()).await), raw);
    assert_eq!((&raw["verdict"], &raw["findings"][0]["action"]), (&json!("allow"), &json!("flag")));
}
