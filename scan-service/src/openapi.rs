//! The OpenAPI document: derived from the routes, never written by hand.

use std::io::Write;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{Modify, OpenApi as _};

use crate::app;
use crate::start_error::StartError;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Scangate",
        description = "Gives a verdict on what an AI agent sends and receives: allow, redact or block.\n\nA completed \
            scan is always 200, block included. Any other status is a problem (RFC 9457) with a stable `code`, and \
            never a verdict. Scanned content appears in no answer.",
    ),
    tags(
        (name = "scan", description = "Messages in, verdicts out."),
        (name = "about", description = "What is looked for, and what holds."),
        (name = "health", description = "For those who run the service."),
    ),
    modifiers(&Token),
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_with(Components::default).add_security_scheme("token", bearer);
    }
}

/// The document without its paths.
pub(crate) fn base() -> OpenApi {
    Document::openapi()
}

/// The document as it is served and checked in.
pub(crate) fn render(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().expect("the document has string keys only");
    text.push('\n');
    text
}

/// Writes the document to standard output.
pub fn print_openapi() -> Result<(), StartError> {
    Ok(std::io::stdout().write_all(render(&app::document()).as_bytes())?)
}
