//! `GET /livez`, `GET /readyz`: for those who restart and route.

use std::sync::Arc;

use axum::extract::State;

use crate::problem::Problem;
use crate::state::App;

/// Is the process there?
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, description = "It is.", body = String)))]
pub(crate) async fn livez() -> &'static str {
    "alive\n"
}

/// Can it give verdicts?
///
/// Yes, once the rules are compiled and the self-test has found a fresh canary for each of them.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    responses(
        (status = 200, description = "It can.", body = String),
        (status = 503, description = "Not yet.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    app.scanner().map(|_| "ready\n")
}
