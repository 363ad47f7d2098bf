//! `GET /metrics`: for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::metrics::MEDIA_TYPE;
use crate::state::App;

/// Figures for Prometheus, in `OpenMetrics` text. Numbers and names of rules, never content.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    security((), ("token" = [])),
    responses((
        status = 200,
        description = "What has happened since the start.",
        body = String,
        content_type = "application/openmetrics-text",
    )),
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], app.metrics.render(app.house.in_flight()))
}
