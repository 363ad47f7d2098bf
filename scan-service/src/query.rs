//! Query strings: unknown parameters are refused, values are never repeated.

use axum::http::Uri;
use serde::de::DeserializeOwned;

use crate::place::wanted;
use crate::problem::{Code, Problem};

/// Reads the query string of `uri`.
pub(crate) fn parse<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let pairs =
        serde_urlencoded::Deserializer::new(form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let (code, wanted) = wanted(&error.inner().to_string());
        let detail = match code {
            Code::UnknownField => format!("query: {wanted}"),
            _ => format!("query parameter {}: {wanted}", error.path()),
        };
        Problem::new(code, detail)
    })
}
