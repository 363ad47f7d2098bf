//! `GET /policy`: what an addon needs of the policy in force.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use scanner::AddonPolicy;

use crate::problem::Problem;
use crate::state::App;

/// What an addon needs of the policy in force.
#[utoipa::path(
    get,
    path = "/policy",
    tag = "about",
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The policy in force.", body = AddonPolicy<'static>),
        (status = 503, description = "Not yet.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn policy(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let scanner = app.scanner()?;
    let json = serde_json::to_vec(&scanner.policy().addon()).map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}
