//! What is served besides scans.

use std::path::Path;

use serde_json::Value;

use crate::server::{Server, command};

#[tokio::test]
async fn the_checked_in_document_is_the_one_that_is_served_and_printed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let checked_in = std::fs::read_to_string(file).unwrap();
    let printed = command().arg("openapi").output().unwrap().stdout;
    let served = Server::start().get("/openapi.json").await;
    let remedy = "write it anew: cargo run -p scan-service -- openapi > openapi/openapi.json";
    assert!(served.text() == checked_in, "openapi/openapi.json is not what is served; {remedy}");
    assert!(printed == checked_in.as_bytes(), "openapi/openapi.json is not what is printed; {remedy}");
}

#[tokio::test]
async fn every_schema_and_field_says_what_it_is_and_every_reference_leads_somewhere() {
    let document = Server::start().get("/openapi.json").await.json();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name} has no description");
        let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        for (field, value) in parts.iter().filter_map(|part| part["properties"].as_object()).flatten() {
            let said = value["description"].is_string() || value["oneOf"][0]["description"].is_string();
            assert!(said, "{name}.{field} has no description");
        }
    }
    references(&document, &mut |name| {
        assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name} leads nowhere");
    });
}

fn references(value: &Value, check: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get("$ref") {
                check(name);
            }
            fields.values().for_each(|value| references(value, check));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, check)),
        _ => {}
    }
}

#[tokio::test]
async fn the_documents_example_of_a_message_gets_a_verdict() {
    let server = Server::start();
    let document = server.get("/openapi.json").await.json();
    let content = &document["paths"]["/scan"]["post"]["requestBody"]["content"];
    let reply = server.scan(content["application/json"]["example"].to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let raw = content["message/http"]["example"].as_str().unwrap().to_owned();
    let reply = server.post("/scan", "message/http", raw).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn the_docs_page_needs_nothing_from_elsewhere() {
    let server = Server::start();
    assert_eq!(server.get("/docs").await.header("location"), "/docs/");
    let page = server.get("/docs/").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self';"));
    let loaded = page.text().split(['"', '\'']).filter(|word| word.starts_with("./") || *word == "index.css");
    for file in loaded {
        let file = file.trim_start_matches("./");
        assert_eq!(server.get(&format!("/docs/{file}")).await.status, 200, "{file}");
    }
    let start = server.get("/docs/swagger-initializer.js").await;
    assert!(start.text().contains("\"/openapi.json\""));
    assert!(!page.text().contains("://") && !start.text().contains("://"));
}

#[tokio::test]
async fn rules_and_policy_are_those_of_the_answers() {
    let server = Server::start();
    let report = server.scan(r#"{"type":"text","text":"hello"}"#).await.json();
    let rules = server.get("/rules").await.json();
    assert_eq!(
        (&rules["version"], &rules["hash"]),
        (&report["ruleset"]["version"], &report["ruleset"]["hash"])
    );
    assert!(rules["rules"].as_array().unwrap().iter().all(|rule| rule["finds"].is_string()));
    let policy = server.get("/policy").await.json();
    assert_eq!(policy["policy_hash"], report["policy_hash"]);
    assert_eq!(policy["failure"]["outbound"]["unavailable"], "block");
}

#[tokio::test]
async fn alive_and_ready_say_so() {
    let server = Server::start();
    assert_eq!(server.get("/livez").await.text(), "alive\n");
    assert_eq!(server.get("/readyz").await.text(), "ready\n");
}
