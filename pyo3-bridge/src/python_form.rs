//! What Rust serialises, as Python sees it.

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeCheck;
use serde::Serialize;

/// `value` in the form of `T`, by way of its JSON: what the service sends, Python's own parser reads.
pub(crate) fn python_form<'py, T: PyTypeCheck>(
    py: Python<'py>,
    value: &impl Serialize,
) -> PyResult<Bound<'py, T>> {
    let json = serde_json::to_string(value).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let loads = py.import(intern!(py, "json"))?.getattr(intern!(py, "loads"))?;
    Ok(loads.call1((json,))?.cast_into::<T>()?)
}
