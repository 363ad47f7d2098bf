//! What a scan gives back: little until more is asked for.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use scanner::{Field, Message, Report, Verdict};
use ulid::Ulid;

use crate::error::no_verdict;
use crate::names::verdict_name;
use crate::python_form::python_form;

/// A completed scan.
#[pyclass(frozen, module = "scangate")]
pub(crate) struct Answer {
    engine: Arc<scanner::Scanner>,
    result: scanner::Answer,
    scan_id: Ulid,
    took: Duration,
    /// The message with its edits applied, present when the verdict is redact.
    #[pyo3(get)]
    edited: Option<Py<Edited>>,
}

impl Answer {
    pub(crate) fn new(engine: Arc<scanner::Scanner>, result: scanner::Answer, took: Duration) -> Self {
        Self { engine, result, scan_id: Ulid::generate(), took, edited: None }
    }

    /// The same answer with the edited `message`, where the verdict is to send that on.
    pub(crate) fn with_edits(mut self, py: Python<'_>, message: &Message<'_>) -> PyResult<Self> {
        if let (Verdict::Redact, Some(edits)) = (self.result.verdict, &self.result.edits) {
            let edited = py.detach(|| scanner::apply(message, edits, self.engine.policy().limits()));
            let edited = edited.map_err(|error| no_verdict(&error))?;
            self.edited = Some(Py::new(py, Edited::new(py, edited)?)?);
        }
        Ok(self)
    }

    /// The fields of `POST /scan`, for a message that calls itself `id`.
    pub(crate) fn fields<'py>(&self, py: Python<'py>, id: Option<&str>) -> PyResult<Bound<'py, PyDict>> {
        let duration_us = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX);
        python_form(py, &Report::new(&self.engine, &self.result, self.scan_id.to_string(), id, duration_us))
    }
}

#[pymethods]
impl Answer {
    #[getter]
    fn verdict(&self) -> &'static str {
        verdict_name(self.result.verdict)
    }

    #[getter]
    fn reason_code(&self) -> Option<&'static str> {
        self.result.reason_code
    }

    #[getter]
    fn scan_id(&self) -> String {
        self.scan_id.to_string()
    }

    /// How many findings there are, those left out of the report included.
    #[getter]
    fn finding_count(&self) -> usize {
        self.result.findings.len() + self.result.findings_omitted
    }

    /// The fields of `POST /scan`.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.fields(py, None)
    }

    /// Rule, part and first byte of each finding.
    fn places(&self) -> Vec<(&str, &str, usize)> {
        let findings = self.result.findings.iter();
        findings.map(|finding| (&*finding.rule, &*finding.part, finding.start)).collect()
    }

    /// Ids of the rules that fired, each once, in the order of the findings.
    fn rule_ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        for finding in &self.result.findings {
            if !ids.contains(&&*finding.rule) {
                ids.push(&*finding.rule);
            }
        }
        ids
    }

    fn __repr__(&self) -> String {
        let reason = self.result.reason_code.unwrap_or("None");
        let (verdict, findings) = (self.result.verdict, self.finding_count());
        format!("<Answer {verdict:?}, reason_code {reason}, {findings} findings, scan_id {}>", self.scan_id)
    }
}

/// A message with its edits applied: what is `None` stays as it is.
#[pyclass(frozen, get_all, module = "scangate")]
pub(crate) struct Edited {
    url: Option<Py<PyBytes>>,
    reason: Option<Py<PyBytes>>,
    headers: Option<Py<PyList>>,
    body: Option<Py<PyBytes>>,
    trailers: Option<Py<PyList>>,
}

impl Edited {
    fn new(py: Python<'_>, edited: scanner::Edited) -> PyResult<Self> {
        Ok(Self {
            url: edited.url.map(|url| PyBytes::new(py, &url).unbind()),
            reason: edited.reason.map(|reason| PyBytes::new(py, &reason).unbind()),
            headers: edited.headers.map(|headers| pairs(py, &headers)).transpose()?,
            body: edited.body.map(|body| PyBytes::new(py, &body).unbind()),
            trailers: edited.trailers.map(|trailers| pairs(py, &trailers)).transpose()?,
        })
    }
}

fn pairs(py: Python<'_>, fields: &[Field]) -> PyResult<Py<PyList>> {
    let pairs = fields.iter().map(|(name, value)| (PyBytes::new(py, name), PyBytes::new(py, value)));
    PyList::new(py, pairs.collect::<Vec<_>>()).map(Bound::unbind)
}
