//! `POST /scan/batch`: many messages, as many answers, in the same order.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use scanner::{RawMessage, Report, Scanner};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::scan::media_type;
use crate::answer::answer;
use crate::intake::{Intake, take_in};
use crate::place::json_problem;
use crate::problem::{Code, Problem};
use crate::state::App;
use crate::{message_json, query};

/// How to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// Milliseconds from the head of the request to the answer, 1 to 600000, for all messages together; the header
    /// `Scan-Deadline-Ms` says the same, and the smaller counts.
    #[param(minimum = 1, maximum = 600_000, example = 2000)]
    deadline_ms: Option<u64>,
}

/// What one message of a batch gets.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what is written byte by byte")]
pub(crate) enum Item {
    /// The verdict.
    Report(Report<'static>),
    /// Why there is none, with the item's `id`.
    Problem(Problem),
}

/// Scan several messages.
///
/// An array is answered with an array, NDJSON with NDJSON, in the order of the messages. One bad message spoils
/// nothing but its own answer, which is then a problem with its `id`. Look at every item: there is no header and no
/// status that sums them up. In NDJSON empty lines are skipped.
#[utoipa::path(
    post,
    path = "/scan/batch",
    tag = "scan",
    params(BatchQuery),
    security((), ("token" = [])),
    request_body(
        description = "The messages.",
        content(
            (Vec<RawMessage<'static>> = "application/json", example = json!([
                {"type": "text", "id": "1", "text": "hello"},
                {"type": "connect", "id": "2", "host": "api.example.com", "port": 443}
            ])),
            (String = "application/x-ndjson", example = "{\"type\": \"text\", \"id\": \"1\", \"text\": \"hello\"}\n"),
        ),
    ),
    responses(
        (status = 200, description = "One report or problem for each message.", content(
            (Vec<Item> = "application/json"),
            (String = "application/x-ndjson"),
        )),
        (status = "4XX", description = "No verdict on any.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "No verdict on any.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn scan_batch(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let format = Format::of(request.headers())?;
    let query: BatchQuery = query::parse(request.uri())?;
    let scanner = app.scanner()?;
    let intake = take_in(&app, request, query.deadline_ms, scanner.policy().limits()).await?;
    let (bytes, deadline) = (intake.body.len(), intake.deadline);
    let work = {
        let app = app.clone();
        move || format.answer(&app, &scanner, &intake)
    };
    let answers = app.house.run(bytes, deadline, work).await??;
    Ok(([(header::CONTENT_TYPE, format.media_type())], answers).into_response())
}

/// The two spellings of a batch.
#[derive(Clone, Copy)]
enum Format {
    Array,
    Lines,
}

impl Format {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match media_type(headers)?.as_str() {
            "application/json" => Ok(Self::Array),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Self::Lines),
            _ => Err(Problem::new(
                Code::UnsupportedMediaType,
                "Content-Type: expected application/json or application/x-ndjson",
            )),
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Array => "application/json",
            Self::Lines => "application/x-ndjson",
        }
    }

    fn answer(self, app: &App, scanner: &Scanner, intake: &Intake) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Array => {
                let items: Vec<&RawValue> =
                    serde_json::from_slice(&intake.body).map_err(|error| json_problem(&error, ""))?;
                let items = items.into_iter().map(|item| item.get().as_bytes());
                let answers: Vec<_> = items.map(|item| one(app, scanner, item, intake)).collect();
                Ok([b"[", answers.join(&b',').as_slice(), b"]"].concat())
            }
            Self::Lines => {
                let lines =
                    intake.body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
                Ok(lines
                    .flat_map(|line| [one(app, scanner, line, intake), b"\n".to_vec()].concat())
                    .collect())
            }
        }
    }
}

/// The answer to one message: its report, or its problem with its `id`.
fn one(app: &App, scanner: &Scanner, json: &[u8], intake: &Intake) -> Vec<u8> {
    let reply = message_json::parse(json).and_then(|message| answer(scanner, app, &message, intake.deadline));
    match reply {
        Ok(reply) => reply.json,
        Err(problem) => {
            app.metrics.no_verdict(problem.code);
            problem.of_item(message_json::id_of(json)).to_json()
        }
    }
}
