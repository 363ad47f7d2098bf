//! `GET /rules`: what is looked for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use scanner::RuleSummary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::App;

/// What is looked for, and which release it came with.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the same word in JSON")]
pub(crate) struct Rules {
    /// Version of the release that the rules came with.
    version: String,
    /// `sha256:` and the hash of the rule files.
    hash: String,
    /// Every rule.
    rules: Vec<RuleSummary>,
}

/// What is looked for.
#[utoipa::path(
    get,
    path = "/rules",
    tag = "about",
    security((), ("token" = [])),
    responses(
        (status = 200, description = "Every rule.", body = Rules),
        (status = 503, description = "Not yet.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn rules(State(app): State<Arc<App>>) -> Result<Json<Rules>, Problem> {
    let scanner = app.scanner()?;
    let rules = scanner.rules();
    Ok(Json(Rules {
        version: rules.version().to_owned(),
        hash: rules.hash().to_owned(),
        rules: rules.summaries().collect(),
    }))
}
