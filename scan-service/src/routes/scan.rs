//! `POST /scan`: one message, one verdict.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use scanner::{RawMessage, Report, Scanner};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Reply, answer};
use crate::intake::{Intake, take_in};
use crate::message_http::{self, Context, Scheme};
use crate::problem::{Code, Problem};
use crate::state::App;
use crate::{message_json, query};

/// How to answer, and what a raw message cannot say about itself.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScanQuery {
    /// From 400 to 499: the status of every verdict but allow, for callers that can only read statuses. Such a
    /// caller cannot apply edits, so redact gets it too.
    #[param(minimum = 400, maximum = 499, example = 403)]
    deny_status: Option<u16>,
    /// Milliseconds from the head of the request to the answer, 1 to 600000; the header `Scan-Deadline-Ms` says
    /// the same, and the smaller counts.
    #[param(minimum = 1, maximum = 600_000, example = 2000)]
    deadline_ms: Option<u64>,
    /// `message/http`: how the message travelled; gives the port where none is given. `https` when not said.
    #[param(inline)]
    scheme: Option<Scheme>,
    /// `message/http`: target of the CONNECT, or of the plain connection.
    #[param(example = "api.example.com")]
    host: Option<String>,
    /// `message/http`: port of the target.
    port: Option<u16>,
    /// `message/http`: server name of the TLS client hello.
    sni: Option<String>,
    /// `message/http`: the bottle that the message belongs to.
    session: Option<String>,
    /// `message/http`: the flow that a request and its response share.
    flow: Option<String>,
    /// `message/http`: echoed in the answer.
    id: Option<String>,
    /// `message/http`, needed for a response: method of the request that it answers.
    request_method: Option<String>,
    /// `message/http`, needed for a response: URL of the request that it answers.
    request_url: Option<String>,
}

/// Scan one message.
///
/// The body is one JSON message, or one raw HTTP/1.x request or response exactly as on the wire (`message/http`),
/// its Content-Encoding still applied. Chunked bodies are joined before offsets count; chunk extensions are refused.
#[utoipa::path(
    post,
    path = "/scan",
    tag = "scan",
    params(ScanQuery),
    security((), ("token" = [])),
    request_body(
        description = "One message.",
        content(
            (RawMessage<'static> = "application/json", example = json!({
                "type": "http.request", "session": "bottle-7", "flow": "f-1",
                "connect": {"host": "api.example.com", "port": 443, "sni": "api.example.com"},
                "method": "POST", "url": "https://api.example.com/v1/items?q=1", "version": "HTTP/2",
                "headers": [["content-type", "application/json"]],
                "body": {"text": "{\"note\": \"hello\"}"}
            })),
            (String = "message/http", example = "GET /v1/items?q=1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n"),
        ),
    ),
    responses(
        (status = 200, description = "Scanned; read `verdict`.", body = Report<'static>,
            headers(("Scan-Verdict" = String, description = "The verdict once more: allow, redact or block."))),
        (status = "4XX", description = "No verdict: a problem; or, with `deny_status`, the report of a redact or block.",
            body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "No verdict.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn scan(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let format = Format::of(request.headers())?;
    let query: ScanQuery = query::parse(request.uri())?;
    let (deny_status, deadline_ms, context) = query.split()?;
    format.check(&context)?;
    let scanner = app.scanner()?;
    let intake = take_in(&app, request, deadline_ms, scanner.policy().limits()).await?;
    let (bytes, deadline) = (intake.body.len(), intake.deadline);
    let work = {
        let app = app.clone();
        move || judge(&app, &scanner, format, &context, &intake)
    };
    let reply = app.house.run(bytes, deadline, work).await??;
    Ok(reply.into_response(deny_status))
}

fn judge(
    app: &App,
    scanner: &Scanner,
    format: Format,
    context: &Context,
    intake: &Intake,
) -> Result<Reply, Problem> {
    let message = match format {
        Format::Json => message_json::parse(&intake.body)?,
        Format::Http => message_http::parse(&intake.body, context, scanner.policy().limits())?,
    };
    answer(scanner, app, &message, intake.deadline)
}

/// The two spellings of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Http,
}

impl Format {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match media_type(headers)?.as_str() {
            "application/json" => Ok(Self::Json),
            "message/http" => Ok(Self::Http),
            _ => Err(Problem::new(
                Code::UnsupportedMediaType,
                "Content-Type: expected application/json or message/http",
            )),
        }
    }

    /// A JSON message says everything itself; said twice, it could be said differently.
    fn check(self, context: &Context) -> Result<(), Problem> {
        if self == Self::Json && !context.is_empty() {
            let detail =
                "query: only deny_status and deadline_ms go with application/json; the rest stands in it";
            return Err(Problem::new(Code::UnknownField, detail));
        }
        Ok(())
    }
}

impl ScanQuery {
    fn split(self) -> Result<(Option<StatusCode>, Option<u64>, Context), Problem> {
        let context = Context {
            scheme: self.scheme,
            host: self.host,
            port: self.port,
            sni: self.sni,
            session: self.session,
            flow: self.flow,
            id: self.id,
            request_method: self.request_method,
            request_url: self.request_url,
        };
        Ok((self.deny_status.map(deny_status).transpose()?, self.deadline_ms, context))
    }
}

fn deny_status(status: u16) -> Result<StatusCode, Problem> {
    StatusCode::from_u16(status)
        .ok()
        .filter(StatusCode::is_client_error)
        .ok_or_else(|| Problem::invalid("query parameter deny_status: expected a status from 400 to 499"))
}

/// The lower-case media type of the body, without parameters. A body that is itself compressed is refused.
pub(super) fn media_type(headers: &HeaderMap) -> Result<String, Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let detail = "Content-Encoding of the call itself is not supported; the message in it may have one";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}
