//! Everything that is no verdict: RFC 9457 problems, and the one place that maps errors to status and code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scanner::{MessageError, ScanError};
use serde::Serialize;
use utoipa::ToSchema;

/// Why there is no verdict. Stable; new ones may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// Not JSON, or not HTTP.
    Malformed,
    /// A field or query parameter that does not belong there, or one that is missing.
    UnknownField,
    /// A field of the wrong type, or with an impossible value.
    InvalidValue,
    /// Over a limit, sizes and ratios of decompressed bodies included.
    OverLimit,
    /// The body cannot be decoded as its headers say.
    Undecodable,
    /// Neither JSON nor `message/http`.
    UnsupportedMediaType,
    /// The bearer token is missing or wrong.
    Unauthorized,
    /// Too much in the house; try again.
    Overloaded,
    /// The deadline passed before the scan was over.
    Deadline,
    /// The rules are being compiled; try again.
    NotReady,
    /// There is nothing at this path.
    NotFound,
    /// The path does not know this method.
    MethodNotAllowed,
    /// A defect in the service.
    Internal,
}

impl Code {
    /// The word that the JSON has for it.
    pub(crate) fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::UnknownField | Self::InvalidValue | Self::Undecodable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::OverLimit => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Overloaded | Self::Deadline | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the same request may get a verdict later.
    fn is_retryable(self) -> bool {
        matches!(self, Self::Overloaded | Self::Deadline | Self::NotReady)
    }

    fn header(self) -> Option<(header::HeaderName, HeaderValue)> {
        match self {
            Self::Overloaded | Self::NotReady => Some((header::RETRY_AFTER, HeaderValue::from_static("1"))),
            Self::Unauthorized => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            _ => None,
        }
    }
}

/// A problem as RFC 9457 has it. Never a verdict in disguise, never an echo of what was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "unknown_field",
    "retryable": false, "detail": "line 1, column 42: unknown field; expected one of `type`, `id`, …"
}))]
pub(crate) struct Problem {
    /// Always `about:blank`: `code` says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The words that belong to the status.
    title: &'static str,
    /// The HTTP status; of the item, in a batch.
    status: u16,
    /// Why there is no verdict; for programs.
    pub(crate) code: Code,
    /// Whether the same request may get a verdict later.
    retryable: bool,
    /// Where the mistake is and what would be right; for people.
    pub(crate) detail: String,
    /// In a batch: the item's own `id`, null where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(clippy::option_option, reason = "null and absent are two things")]
    id: Option<Option<String>>,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code,
            retryable: code.is_retryable(),
            detail: detail.into(),
            id: None,
        }
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidValue, detail)
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Code::Malformed, detail)
    }

    pub(crate) fn internal() -> Self {
        Self::new(Code::Internal, "the service failed on this message; its log names the place")
    }

    pub(crate) fn deadline(scanned_bytes: usize) -> Self {
        ScanError::Deadline { scanned_bytes }.into()
    }

    /// This problem as the answer to one item of a batch.
    pub(crate) fn of_item(mut self, id: Option<String>) -> Self {
        self.id = Some(id);
        self
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a problem has string keys only")
    }
}

impl From<ScanError> for Problem {
    fn from(error: ScanError) -> Self {
        let code = match error {
            ScanError::OverLimit { .. } => Code::OverLimit,
            ScanError::Undecodable { .. } | ScanError::UnknownCoding => Code::Undecodable,
            ScanError::Deadline { .. } => Code::Deadline,
            _ => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<MessageError> for Problem {
    fn from(error: MessageError) -> Self {
        let code = match error {
            MessageError::ForeignField { .. } | MessageError::MissingField { .. } => Code::UnknownField,
            _ => Code::InvalidValue,
        };
        Self::new(code, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.code.status(), media_type, self.to_json()).into_response();
        if let Some((name, value)) = self.code.header() {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self.code);
        response
    }
}
