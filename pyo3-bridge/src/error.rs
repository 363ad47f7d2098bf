//! The one place that turns errors into exceptions.

use std::fmt::Display;

use pyo3::PyErr;
use pyo3::exceptions::PyRuntimeError;
use scanner::{MessageError, PolicyError, RuleError, ScanError};

/// The exceptions are written in Python: a class that extends `Exception` cannot be native under abi3-py310.
mod python {
    pyo3::import_exception!(scangate._errors, PolicyError);
    pyo3::import_exception!(scangate._errors, ScanError);
}

/// Not a message at all.
pub(crate) const MALFORMED: &str = "malformed";
/// A field that is not known, or one that is missing.
pub(crate) const UNKNOWN_FIELD: &str = "unknown_field";
/// A field whose value is of the wrong type, or out of range.
pub(crate) const INVALID_VALUE: &str = "invalid_value";

/// Every `code` that a [`ScanError`] of this door can carry: its own, and the engine's.
pub(crate) const CODES: [&str; 6] =
    [MALFORMED, UNKNOWN_FIELD, INVALID_VALUE, "over_limit", "undecodable", "deadline"];

/// An exception for a message that never reached the engine.
pub(crate) fn refused(code: &'static str, reason: impl Display) -> PyErr {
    python::ScanError::new_err((reason.to_string(), code, false))
}

/// An exception for a message that the engine gave no verdict on. Only a passed deadline may go better next time.
pub(crate) fn no_verdict(error: &ScanError) -> PyErr {
    let retryable = matches!(error, ScanError::Deadline { .. });
    python::ScanError::new_err((error.to_string(), error.code(), retryable))
}

/// An exception for fields that do not fit the type of message.
pub(crate) fn bad_message(error: &MessageError) -> PyErr {
    let code = match error {
        MessageError::MissingField { .. } | MessageError::ForeignField { .. } => UNKNOWN_FIELD,
        _ => INVALID_VALUE,
    };
    refused(code, error)
}

/// An exception for a policy that cannot be used.
pub(crate) fn bad_policy(error: PolicyError) -> PyErr {
    let text = error.to_string();
    python::PolicyError::new_err((text, error.file, error.line))
}

/// An exception for built-in rules that cannot be used: a broken build, nothing a caller could mend.
pub(crate) fn bad_rules(error: &RuleError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
