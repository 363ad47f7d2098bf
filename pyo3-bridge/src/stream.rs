//! A body on its way: bytes in, bytes that may go on out.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use scanner::{Message, Report, ScanError};
use ulid::Ulid;

use crate::answer::Answer;
use crate::error::no_verdict;
use crate::names::verdict_name;
use crate::python_form::python_form;
use crate::sessions::Sessions;

/// Handing a chunk over without the GIL costs about as much as scanning so many bytes.
const SMALL: usize = 2 << 10;

/// A body that is scanned while it flows.
#[pyclass(frozen, module = "scangate")]
pub(crate) struct Stream {
    engine: Arc<scanner::Scanner>,
    flow: Mutex<Flow>,
    scan_id: Ulid,
    /// The verdict on everything before the body.
    #[pyo3(get)]
    head: Py<Answer>,
    /// Whether what is returned may differ from what was pushed.
    #[pyo3(get)]
    rewrites: bool,
    /// Whether anything is ever held back.
    #[pyo3(get)]
    holds: bool,
}

struct Flow {
    stream: scanner::Stream,
    sessions: Sessions,
    took: Duration,
}

/// What may go on of a chunk.
enum Released {
    /// All of it, as it is.
    Same,
    /// Other bytes.
    Other(Vec<u8>),
}

impl Stream {
    pub(crate) fn open(
        py: Python<'_>,
        engine: &Arc<scanner::Scanner>,
        head: &Message<'_>,
        sessions: &Sessions,
    ) -> PyResult<Self> {
        let start = Instant::now();
        let opened = py.detach(|| engine.stream_in_session(head, sessions.now()));
        let (answer, stream) = opened.map_err(|error| no_verdict(&error))?;
        let took = start.elapsed();
        let (rewrites, holds) = (stream.rewrites(), stream.holds());
        let head = Answer::new(Arc::clone(engine), answer, took).with_edits(py, head)?;
        let head = Py::new(py, head)?;
        let flow = Mutex::new(Flow { stream, sessions: sessions.clone(), took });
        Ok(Self { engine: Arc::clone(engine), flow, scan_id: Ulid::generate(), head, rewrites, holds })
    }

    fn flow(&self) -> PyResult<MutexGuard<'_, Flow>> {
        self.flow.lock().map_err(|_| PyRuntimeError::new_err("the scanner of this stream broke"))
    }

    fn answer(&self) -> PyResult<(scanner::Answer, Duration)> {
        let flow = self.flow()?;
        Ok((flow.stream.answer(), flow.took))
    }
}

impl Flow {
    fn push(&mut self, raw: &[u8]) -> Result<Released, ScanError> {
        let start = Instant::now();
        let released = self.stream.push_in_session(raw, self.sessions.now());
        self.took += start.elapsed();
        Ok(match released? {
            std::borrow::Cow::Borrowed(same) if same.len() == raw.len() => Released::Same,
            other => Released::Other(other.into_owned()),
        })
    }

    fn finish(&mut self) -> Result<Vec<u8>, ScanError> {
        self.stream.finish_in_session(self.sessions.now())
    }
}

#[pymethods]
impl Stream {
    /// Small chunks keep the GIL. Whoever waits for the lock with the GIL waits for nobody who needs it: inside the
    /// lock it is never asked for.
    #[pyo3(signature = (raw, /))]
    fn push<'py>(&self, raw: &Bound<'py, PyBytes>) -> PyResult<Bound<'py, PyBytes>> {
        let (py, bytes) = (raw.py(), raw.as_bytes());
        let released = if bytes.len() <= SMALL {
            self.flow()?.push(bytes)
        } else {
            py.detach(|| self.flow().map(|mut flow| flow.push(bytes)))?
        };
        match released.map_err(|error| no_verdict(&error))? {
            Released::Same => Ok(raw.clone()),
            Released::Other(bytes) => Ok(PyBytes::new(py, &bytes)),
        }
    }

    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let rest = py.detach(|| self.flow().map(|mut flow| flow.finish()))?;
        Ok(PyBytes::new(py, &rest.map_err(|error| no_verdict(&error))?))
    }

    #[getter]
    fn verdict(&self) -> PyResult<&'static str> {
        Ok(verdict_name(self.flow()?.stream.verdict()))
    }

    #[getter]
    fn reason_code(&self) -> PyResult<Option<&'static str>> {
        Ok(self.answer()?.0.reason_code)
    }

    #[getter]
    fn scan_id(&self) -> String {
        self.scan_id.to_string()
    }

    /// How many findings there are, those left out of the report included.
    #[getter]
    fn finding_count(&self) -> PyResult<usize> {
        Ok(self.flow()?.stream.finding_count())
    }

    /// As in `POST /scan`.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        python_form(py, &self.answer()?.0.findings)
    }

    /// Ids of the rules that fired, each once.
    fn rule_ids(&self) -> PyResult<Vec<String>> {
        let mut ids = Vec::new();
        for finding in self.flow()?.stream.findings() {
            if !ids.iter().any(|id| *id == *finding.rule) {
                ids.push(finding.rule.to_string());
            }
        }
        Ok(ids)
    }

    /// The fields of `POST /scan` for the body so far.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (answer, took) = self.answer()?;
        let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        python_form(py, &Report::new(&self.engine, &answer, self.scan_id.to_string(), None, duration_us))
    }

    fn __repr__(&self) -> PyResult<String> {
        let (verdict, scan_id) = (self.verdict()?, self.scan_id);
        let count = self.flow()?.stream.findings().len();
        Ok(format!("<Stream {verdict}, {count} findings, scan_id {scan_id}>"))
    }
}
