//! Admission: what is too much is refused by number, before any work.

use serde::Deserialize;

use super::{Body, Content, Header, Message};
use crate::verdict::ScanError;

/// How much one message may hold. Set by `[limits]` of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a body, before and after its Content-Encoding is undone.
    pub body_bytes: usize,
    /// How many times its compressed size a body may grow to, once it is past 1 MiB.
    pub compression_ratio: usize,
    /// Bytes of the URL.
    pub url_bytes: usize,
    /// Bytes of all header names and values, or of all trailers.
    pub header_bytes: usize,
    /// How many headers, or trailers.
    pub header_count: usize,
    /// Bytes that are remembered of one session.
    pub session_bytes: usize,
    /// Minutes for which they are.
    pub session_minutes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 20,
            compression_ratio: 200,
            url_bytes: 1 << 20,
            header_bytes: 1 << 20,
            header_count: 2_000,
            session_bytes: 16 << 10,
            session_minutes: 15,
        }
    }
}

/// Refuses a message that holds more than `limits` allow.
pub(crate) fn admit(message: &Message<'_>, limits: &Limits) -> Result<(), ScanError> {
    match &message.content {
        Content::Request(request) => {
            within("url", request.url.len(), limits.url_bytes)?;
            admit_fields("headers", &request.headers, limits)?;
            admit_fields("trailers", &request.trailers, limits)?;
            admit_body(&request.body, limits)
        }
        Content::Response(response) => {
            within("url", response.request.url.len(), limits.url_bytes)?;
            admit_fields("headers", &response.headers, limits)?;
            admit_fields("trailers", &response.trailers, limits)?;
            admit_body(&response.body, limits)
        }
        Content::WebSocket(message) => {
            within("url", message.url.len(), limits.url_bytes)?;
            admit_body(&message.body, limits)
        }
        Content::Connect(_) => Ok(()),
        Content::Text(text) => within("text", text.text.len(), limits.body_bytes),
    }
}

fn admit_fields(what: &'static str, fields: &[Header<'_>], limits: &Limits) -> Result<(), ScanError> {
    within(what, fields.len(), limits.header_count)?;
    let bytes = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
    within(what, bytes, limits.header_bytes)
}

fn admit_body(body: &Body<'_>, limits: &Limits) -> Result<(), ScanError> {
    match body {
        Body::Absent => Ok(()),
        Body::Bytes(bytes) => within("body", bytes.len(), limits.body_bytes),
        Body::Omitted(bytes) => Err(ScanError::OverLimit {
            what: "body",
            actual: usize::try_from(*bytes).unwrap_or(usize::MAX),
            limit: limits.body_bytes,
        }),
    }
}

fn within(what: &'static str, actual: usize, limit: usize) -> Result<(), ScanError> {
    if actual > limit { Err(ScanError::OverLimit { what, actual, limit }) } else { Ok(()) }
}
