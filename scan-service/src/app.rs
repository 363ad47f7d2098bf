//! Every route, in one list, and what lies around all of them.

use std::any::Any;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::require_token;
use crate::openapi;
use crate::problem::{Code, Problem};
use crate::routes::{batch, docs, health, metrics, policy, rules, scan};
use crate::state::App;

/// The service.
pub fn router(app: Arc<App>) -> axum::Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), require_token));
    let (router, document) = described(guarded).split_for_parts();
    router
        .merge(docs::routes(&document))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| Problem::internal().into_response()))
        .layer(from_fn_with_state(app.clone(), count_problems))
        .layer(no_store())
        .with_state(app)
}

/// The OpenAPI document of all routes.
pub(crate) fn document() -> OpenApi {
    described(guarded()).into_openapi()
}

/// Routes that want the token where there is one.
fn guarded() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(scan::scan))
        .routes(routes!(batch::scan_batch))
        .routes(routes!(rules::rules))
        .routes(routes!(policy::policy))
        .routes(routes!(metrics::metrics))
}

/// All routes that stand in the document.
fn described(guarded: OpenApiRouter<Arc<App>>) -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(guarded)
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
}

async fn not_found() -> Problem {
    Problem::new(Code::NotFound, "there is nothing at this path; GET /openapi.json lists what there is")
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        "this path does not know this method; the Allow header lists those it knows",
    )
}

/// Counts and logs answers that are problems, here and nowhere else.
async fn count_problems(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(code) = response.extensions().get::<Code>() {
        app.metrics.no_verdict(*code);
        tracing::warn!(code = code.name(), status = response.status().as_u16(), "no verdict");
    }
    response
}

/// Answers belong to one moment and one caller.
fn no_store() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
