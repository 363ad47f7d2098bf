//! What is wrong with a message in Python's form: where and which kind, never the value.

use std::fmt::{self, Display};

use pyo3::PyErr;
use serde::de::{Expected, Unexpected};

use crate::error::{INVALID_VALUE, UNKNOWN_FIELD, refused};

/// A field that does not fit.
#[derive(Debug)]
pub(crate) struct FieldError {
    code: &'static str,
    /// Where, outermost first, as in `headers[2][1]`.
    place: String,
    reason: String,
}

impl FieldError {
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self { code: INVALID_VALUE, place: String::new(), reason: reason.into() }
    }

    fn unknown(reason: String) -> Self {
        Self { code: UNKNOWN_FIELD, place: String::new(), reason }
    }

    /// The same error, seen from what has it under `step`: a field's name, or an index in brackets.
    pub(super) fn under(mut self, step: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{step}{dot}{}", self.place);
        self
    }
}

impl Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            formatter.write_str(&self.reason)
        } else {
            write!(formatter, "{}: {}", self.place, self.reason)
        }
    }
}

impl std::error::Error for FieldError {}

impl From<FieldError> for PyErr {
    fn from(error: FieldError) -> Self {
        refused(error.code, error)
    }
}

/// serde's own texts repeat the value that was met; these do not.
impl serde::de::Error for FieldError {
    fn custom<T: Display>(reason: T) -> Self {
        Self::invalid(reason.to_string())
    }

    fn invalid_type(met: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid(format!("expected {expected}, not {}", kind(met)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid(format!("the value is not {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::invalid(format!("expected {expected}, not {length} items"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::invalid(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown(format!("unknown field; known are {}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::unknown(format!("the field {field:?} is missing"))
    }
}

fn kind(met: Unexpected<'_>) -> &'static str {
    match met {
        Unexpected::Bool(_) => "bool",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "int",
        Unexpected::Str(_) => "str",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "None",
        Unexpected::Seq => "a sequence",
        Unexpected::Map => "a mapping",
        _ => "this",
    }
}
