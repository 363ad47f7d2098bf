//! Everything that is no verdict is a problem that names place and remedy, and echoes nothing.

use hyper::Request;

use crate::server::{JSON, RAW, Server};

/// Stands for content: no answer may repeat it.
const CONTENT: &str = "zebra-crossing-17";

#[tokio::test]
async fn bad_messages_get_their_code_and_place_and_are_not_repeated() {
    let server = Server::start();
    let request =
        |field: &str| format!(r#"{{"type":"http.request","method":"GET","url":"http://a/",{field}}}"#);
    let cases = [
        (CONTENT.to_owned(), 400, "malformed", "line 1, column 1"),
        (format!("{{\"type\":\n\"text\", {CONTENT}"), 400, "malformed", "line 2"),
        (r#"{"type":"text","text":"hello""#.to_owned(), 400, "malformed", "ends too early"),
        (format!(r#"["text","{CONTENT}"]"#), 400, "malformed", "a JSON object"),
        ("7".to_owned(), 400, "malformed", "a JSON object"),
        (format!("[{CONTENT}]"), 400, "malformed", "line 1, column 2"),
        (request(&format!(r#""{CONTENT}":1"#)), 422, "unknown_field", "expected one of `type`"),
        (request(&format!(r#""connect":{{"{CONTENT}":1}}"#)), 422, "unknown_field", "field connect: "),
        (
            request(&format!(r#""headers":[["a","b"],["{CONTENT}",7]]"#)),
            422,
            "invalid_value",
            "headers[1][1]",
        ),
        (
            request(&format!(r#""body":{{"{CONTENT}":""}}"#)),
            422,
            "invalid_value",
            "field body: expected one of `text`",
        ),
        (request(&format!(r#""reason":{{"{CONTENT}":""}}"#)), 422, "invalid_value", "field reason"),
        (
            request(&format!(r#""connect":{{"port":"{CONTENT}"}}"#)),
            422,
            "invalid_value",
            "field connect.port: expected u16",
        ),
        (request(r#""body":{"base64":"aGVs!G8="}"#), 422, "invalid_value", "character 4"),
        (request(&format!(r#""headers":[["a","b","{CONTENT}"]]"#)), 422, "invalid_value", "headers"),
        (request(r#""body":7"#), 422, "invalid_value", "field body"),
        (request(r#""body":{}"#), 422, "invalid_value", "field body"),
        (
            request(&format!(r#""body":{{"text":"{CONTENT}","base64":""}}"#)),
            422,
            "invalid_value",
            "field body",
        ),
        (request(r#""method":"GET""#), 422, "invalid_value", "duplicate field `method`"),
        (request(r#""status":200"#), 422, "unknown_field", "\"status\""),
        (r#"{"type":"text"}"#.to_owned(), 422, "unknown_field", "\"text\""),
        (r#"{"text":"hello"}"#.to_owned(), 422, "unknown_field", "missing field `type`"),
        (
            format!(r#"{{"type":"{CONTENT}"}}"#),
            422,
            "invalid_value",
            "field type: expected one of `http.request`",
        ),
        (request(r#""body":{"omitted":70000000}"#), 413, "over_limit", "67108864"),
    ];
    for (message, status, code, place) in cases {
        let reply = server.scan(message).await;
        let detail = reply.problem(status, code);
        assert!(detail.contains(place), "{detail:?} does not name {place:?}");
        assert!(!reply.text().contains(CONTENT), "{detail:?} repeats what was sent");
    }
}

#[tokio::test]
async fn bad_queries_are_problems() {
    let server = Server::start();
    let cases = [
        (format!("{CONTENT}=1"), JSON, "unknown_field", "query: unknown field"),
        ("deny_staus=403".to_owned(), JSON, "unknown_field", "`deny_status`"),
        ("deny_status=200".to_owned(), JSON, "invalid_value", "400 to 499"),
        (format!("deny_status={CONTENT}"), JSON, "invalid_value", "deny_status: expected a number"),
        ("deadline_ms=0".to_owned(), JSON, "invalid_value", "from 1 to 600000"),
        ("host=a".to_owned(), JSON, "unknown_field", "only deny_status and deadline_ms"),
        (format!("scheme={CONTENT}"), RAW, "invalid_value", "scheme: expected `https` or `http`"),
    ];
    for (query, media_type, code, place) in cases {
        let reply = server.post(&format!("/scan?{query}"), media_type, r#"{"type":"text","text":""}"#).await;
        let detail = reply.problem(422, code);
        assert!(detail.contains(place), "{detail:?} does not name {place:?}");
        assert!(!reply.text().contains(CONTENT), "{detail:?} repeats what was sent");
    }
}

#[tokio::test]
async fn the_frameworks_own_refusals_are_problems_too() {
    let server = Server::start();
    server.get("/zebra").await.problem(404, "not_found");
    server.get("/docs/zebra.js").await.problem(404, "not_found");
    let wrong_method = server.get("/scan").await;
    wrong_method.problem(405, "method_not_allowed");
    assert_eq!(wrong_method.header("allow"), "POST");
    for media_type in ["", "text/plain", "application/jsonx", "message/httpx"] {
        server.post("/scan", media_type, "{}").await.problem(415, "unsupported_media_type");
    }
    server.post("/scan/batch", RAW, "").await.problem(415, "unsupported_media_type");
    let compressed = Request::post("/scan").header("content-type", JSON).header("content-encoding", "gzip");
    server.send(compressed, "").await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn problems_are_counted_by_code_and_logged_without_content() {
    let server = Server::start();
    server.scan(CONTENT).await.problem(400, "malformed");
    let line = server.logged("no verdict");
    assert_eq!((line["code"].as_str(), line["status"].as_u64()), (Some("malformed"), Some(400)));
    assert!(!line.to_string().contains(CONTENT));
    let metrics = server.get("/metrics").await;
    assert!(
        metrics.text().contains("scangate_no_verdict_total{code=\"malformed\"} 1\n"),
        "{}",
        metrics.text()
    );
    assert!(!metrics.text().contains(CONTENT));
}
