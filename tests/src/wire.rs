//! The `message/http` spelling of a message.

use data_encoding::BASE64;
use serde_json::{Value, json};

/// A message as it looks on the wire, and the same message in JSON.
#[derive(Debug)]
pub struct Raw {
    /// What the wire cannot say, for the query string.
    pub query: String,
    /// The bytes on the wire.
    pub wire: Vec<u8>,
    /// The JSON message with the framing header that the wire needs.
    pub json: String,
}

/// The raw spelling of `json`, if it is an HTTP message that HTTP/1.1 can carry as it is.
#[must_use]
pub fn raw(json: &str) -> Option<Raw> {
    let mut message: Value = serde_json::from_str(json).ok()?;
    let is_request = match message["type"].as_str()? {
        "http.request" => true,
        "http.response" => false,
        _ => return None,
    };
    let query = query(&message, is_request)?;
    if is_framed(&message) {
        return None;
    }
    let mut wire = start_line(&message, is_request)?;
    let body = framed(&mut message, is_request)?;
    append_fields(&mut wire, &message["headers"])?;
    wire.extend_from_slice(&body);
    Some(Raw { query, wire, json: message.to_string() })
}

fn query(message: &Value, is_request: bool) -> Option<String> {
    let connect = message.get("connect").cloned().unwrap_or(json!({}));
    // The peer has no parameter.
    if connect.get("peer").is_some() {
        return None;
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    let request = if is_request { &Value::Null } else { &message["request"] };
    for (key, value) in [
        ("id", &message["id"]),
        ("session", &message["session"]),
        ("flow", &message["flow"]),
        ("host", &connect["host"]),
        ("sni", &connect["sni"]),
        ("request_method", &request["method"]),
        ("request_url", &request["url"]),
    ] {
        if let Some(value) = value.as_str() {
            query.append_pair(key, value);
        }
    }
    if let Some(port) = connect["port"].as_u64() {
        query.append_pair("port", &port.to_string());
    }
    Some(query.finish())
}

fn start_line(message: &Value, is_request: bool) -> Option<Vec<u8>> {
    let visible = |bytes: &Vec<u8>| bytes.iter().all(u8::is_ascii_graphic) && !bytes.is_empty();
    if is_request {
        let method = bytes(&message["method"]).filter(visible)?;
        let url = bytes(&message["url"]).filter(visible)?;
        return Some([&method[..], b" ", &url, b" HTTP/1.1\r\n"].concat());
    }
    let status = message["status"].as_u64().filter(|status| (100..1000).contains(status))?.to_string();
    let reason = bytes(&message["reason"]).unwrap_or_default();
    Some([b"HTTP/1.1 ", status.as_bytes(), b" ", &reason, b"\r\n"].concat())
}

/// Whether the message says itself where its body ends.
fn is_framed(message: &Value) -> bool {
    let framing =
        |name: &str| ["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str());
    let mut fields = message["headers"].as_array().into_iter().flatten();
    fields.any(|field| field[0].as_str().is_some_and(framing))
}

/// The body in its frame, and the header that says so added to `message`.
fn framed(message: &mut Value, is_request: bool) -> Option<Vec<u8>> {
    let has_body = message.get("body").is_some_and(|body| !body.is_null());
    let body = if has_body { body(&message["body"])? } else { Vec::new() };
    let trailers = message.get("trailers").and_then(Value::as_array).is_some_and(|fields| !fields.is_empty());
    let (header, payload) = if trailers {
        let mut chunked = format!("{:x}\r\n", body.len()).into_bytes();
        chunked.extend_from_slice(&body);
        chunked.extend_from_slice(if body.is_empty() { b"" } else { b"\r\n0\r\n" });
        append_fields(&mut chunked, &message["trailers"])?;
        (json!(["transfer-encoding", "chunked"]), chunked)
    } else if has_body || !is_request {
        (json!(["content-length", body.len().to_string()]), body)
    } else {
        return Some(body);
    };
    if message.get("headers").is_none() {
        message["headers"] = json!([]);
    }
    message["headers"].as_array_mut()?.push(header);
    Some(payload)
}

/// Fields and the empty line after them, if the wire can carry them unchanged.
fn append_fields(wire: &mut Vec<u8>, fields: &Value) -> Option<()> {
    for field in fields.as_array().into_iter().flatten() {
        let (name, value) = (bytes(field.get(0)?)?, bytes(field.get(1)?)?);
        let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        let is_plain = value.trim_ascii() == value && !value.iter().any(u8::is_ascii_control);
        if name.is_empty() || !name.iter().all(is_token) || !is_plain {
            return None;
        }
        wire.extend_from_slice(&[&name[..], b": ", &value, b"\r\n"].concat());
    }
    wire.extend_from_slice(b"\r\n");
    Some(())
}

fn body(body: &Value) -> Option<Vec<u8>> {
    match body.get("text") {
        Some(text) => text.as_str().map(|text| text.as_bytes().to_vec()),
        None => bytes(body),
    }
}

/// A string, or `{"base64": …}`.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value.as_str() {
        Some(text) => Some(text.as_bytes().to_vec()),
        None => BASE64.decode(value.get("base64")?.as_str()?.as_bytes()).ok(),
    }
}
