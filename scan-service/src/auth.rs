//! The optional bearer token.

use std::path::Path;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use crate::problem::{Code, Problem};
use crate::start_error::StartError;
use crate::state::{App, read};

/// A shorter token could be guessed.
const MIN_TOKEN_BYTES: usize = 16;

/// What callers must show.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn read(path: &Path) -> Result<Self, StartError> {
        let token = read(path, "the token file")?.trim_end().to_owned();
        if token.len() < MIN_TOKEN_BYTES || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(StartError::Token { path: path.to_owned() });
        }
        Ok(Self(token))
    }

    /// Takes as long for a token that is nearly right as for one that is all wrong.
    fn is_shown_by(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        match shown.split_at_checked(b"Bearer ".len()) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") => {
                token.ct_eq(self.0.as_bytes()).into()
            }
            _ => false,
        }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token")
    }
}

/// Lets a request through that shows the token, or any where there is none.
pub(crate) async fn require_token(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    match &app.token {
        Some(token) if !token.is_shown_by(request.headers()) => {
            Err(Problem::new(Code::Unauthorized, "send the service's token as Authorization: Bearer"))
        }
        _ => Ok(next.run(request).await),
    }
}
