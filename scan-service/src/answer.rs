//! One message in, one reply out: asks the engine, counts, and puts the answer into its envelope.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scanner::{Content, Message, Report, Scanner, Verdict};
use tokio::time::Instant;
use ulid::Ulid;

use crate::problem::Problem;
use crate::state::App;

const SCAN_VERDICT: HeaderName = HeaderName::from_static("scan-verdict");

/// A completed scan, as it travels.
pub(crate) struct Reply {
    verdict: Verdict,
    pub(crate) json: Vec<u8>,
}

/// Scans `message`. `deadline` holds for the wait before as well as for the scan.
pub(crate) fn answer(
    scanner: &Scanner,
    app: &App,
    message: &Message<'_>,
    deadline: Instant,
) -> Result<Reply, Problem> {
    let start = Instant::now();
    if start >= deadline {
        return Err(Problem::deadline(0));
    }
    let answer = scanner.scan_in_session(message, app.session(), &|| Instant::now() >= deadline)?;
    let duration = start.elapsed();
    let kind = kind(&message.content);
    app.metrics.scanned(kind, &answer, duration);
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let report =
        Report::new(scanner, &answer, Ulid::generate().to_string(), message.id.as_deref(), duration_us);
    if answer.verdict != Verdict::Allow {
        let (verdict, reason) = (name(answer.verdict), answer.reason_code.unwrap_or_default());
        tracing::info!(scan_id = report.scan_id, kind, verdict, reason, duration_us, "not allowed as it is");
    }
    let json = serde_json::to_vec(&report).expect("a report has string keys only");
    Ok(Reply { verdict: answer.verdict, json })
}

impl Reply {
    /// The answer to one scan: 200, or `deny_status` for callers that can only read statuses and so cannot edit.
    pub(crate) fn into_response(self, deny_status: Option<StatusCode>) -> Response {
        let status = match deny_status {
            Some(status) if self.verdict != Verdict::Allow => status,
            _ => StatusCode::OK,
        };
        let verdict = HeaderValue::from_static(name(self.verdict));
        let headers =
            [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), (SCAN_VERDICT, verdict)];
        (status, headers, self.json).into_response()
    }
}

/// The word for a verdict in headers, metrics and logs.
pub(crate) fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Redact => "redact",
        Verdict::Block => "block",
    }
}

fn kind(content: &Content<'_>) -> &'static str {
    match content {
        Content::Request(_) => "http.request",
        Content::Response(_) => "http.response",
        Content::WebSocket(_) => "websocket.message",
        Content::Connect(_) => "connect",
        Content::Text(_) => "text",
    }
}
