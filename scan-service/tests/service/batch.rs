//! Many messages, as many answers, in the same order.

use serde_json::{Value, json};

use crate::server::{JSON, Server};

const NDJSON: &str = "application/x-ndjson";

fn messages() -> Vec<Value> {
    vec![
        json!({"type": "text", "id": "first", "text": "hello"}),
        json!({"type": "text", "id": "second", "txt": "hello"}),
        json!({"type": "text", "text": "hello"}),
        json!({"type": "connect", "id": "fourth", "host": "example.com", "port": 443}),
        json!({"type": "connect", "id": 5}),
        json!(6),
    ]
}

/// What each of [`messages`] gets: id, and verdict or code.
#[track_caller]
fn assert_answers(answers: &[Value]) {
    let seen: Vec<_> = answers.iter().map(|item| (item["id"].as_str(), item["code"].as_str())).collect();
    let expected = [
        (Some("first"), None),
        (Some("second"), Some("unknown_field")),
        (None, None),
        (Some("fourth"), None),
        (None, Some("invalid_value")),
        (None, Some("malformed")),
    ];
    assert_eq!(seen, expected);
    for item in answers {
        assert!(item["code"].is_string() || item["verdict"] == "allow", "{item}");
        assert!(item.get("id").is_some(), "{item}");
    }
}

#[tokio::test]
async fn an_array_is_answered_with_an_array_in_its_order() {
    let server = Server::start();
    let reply = server.post("/scan/batch", JSON, Value::from(messages()).to_string()).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, JSON));
    assert_answers(reply.json().as_array().unwrap());
}

#[tokio::test]
async fn ndjson_is_answered_with_ndjson_in_its_order() {
    let server = Server::start();
    let lines: Vec<_> = messages().iter().map(Value::to_string).collect();
    let reply = server.post("/scan/batch", NDJSON, lines.join("\r\n\n")).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, NDJSON));
    let answers: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_answers(&answers);
}

#[tokio::test]
async fn a_line_that_is_no_json_spoils_only_its_own_answer() {
    let server = Server::start();
    let reply = server.post("/scan/batch", NDJSON, "zebra\n{\"type\":\"text\",\"text\":\"\"}\n").await;
    let answers: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&answers[0]["code"], &answers[1]["verdict"]), (&json!("malformed"), &json!("allow")));
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("scangate_no_verdict_total{code=\"malformed\"} 1\n"));
}

#[tokio::test]
async fn what_is_no_array_at_all_is_one_problem() {
    let server = Server::start();
    server.post("/scan/batch", JSON, "[{").await.problem(400, "malformed");
    server.post("/scan/batch", JSON, "{}").await.problem(422, "invalid_value");
    server.post("/scan/batch?deny_status=403", JSON, "[]").await.problem(422, "unknown_field");
}

#[tokio::test]
async fn an_empty_batch_has_an_empty_answer() {
    let server = Server::start();
    assert_eq!(server.post("/scan/batch", JSON, "[]").await.text(), "[]");
    assert_eq!(server.post("/scan/batch", NDJSON, "\n").await.text(), "");
}
