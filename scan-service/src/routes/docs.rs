//! `GET /openapi.json` and `GET /docs`: the document, and a page to try it, both from the binary.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::openapi::render;
use crate::problem::{Code, Problem};

/// The page loads nothing from elsewhere, and the browser sees to it.
const OWN_ORIGIN_ONLY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// The routes that serve `document`.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let text = render(document);
    let json = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], text) });
    let config = Arc::new(Config::from("/openapi.json").validator_url("none"));
    let start = get({
        let config = config.clone();
        move || async move { file("index.html", config) }
    });
    let rest = get(move |Path(name): Path<String>| async move { file(&name, config) });
    Router::new()
        .route("/openapi.json", json)
        .route("/docs", get(|| async { Redirect::to("/docs/") }))
        .route("/docs/", start)
        .route("/docs/{*file}", rest)
}

fn file(name: &str, config: Arc<Config<'static>>) -> Result<impl IntoResponse + use<>, Problem> {
    match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) => {
            let headers = [
                (header::CONTENT_TYPE, file.content_type),
                (header::CONTENT_SECURITY_POLICY, OWN_ORIGIN_ONLY.to_owned()),
            ];
            Ok((headers, file.bytes.into_owned()))
        }
        Ok(None) => Err(Problem::new(Code::NotFound, "the page has no such file; it starts at /docs/")),
        Err(_) => Err(Problem::internal()),
    }
}
