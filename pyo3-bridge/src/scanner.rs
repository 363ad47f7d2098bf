//! `scangate.Scanner`: typed calls in, verdicts out.

#![expect(clippy::needless_pass_by_value, reason = "Python's arguments are handed over by value")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use scanner::{
    Body, Content, FingerprintKey, Message, Opcode, Policy, Request, RequestLine, Response, RuleSet,
    WebSocket,
};

use crate::answer::Answer;
use crate::arguments::{self, Around, Pairs, Text, Tunnel, Valid, text};
use crate::error::{INVALID_VALUE, bad_rules, no_verdict, refused};
use crate::mapping::{Fields, with_body};
use crate::policy_file;
use crate::python_form::python_form;
use crate::sessions::Sessions;
use crate::stream::Stream;

/// Rules and policy, ready to scan. Threads may share one.
#[pyclass(frozen, module = "scangate")]
pub(crate) struct Scanner {
    engine: Arc<scanner::Scanner>,
    /// What is remembered of sessions, for as long as this scanner lives.
    sessions: Sessions,
}

impl Scanner {
    fn with_policy(policy: Policy) -> PyResult<Self> {
        let rules = RuleSet::builtin().map_err(|error| bad_rules(&error))?;
        let engine = Arc::new(scanner::Scanner::new(rules, policy, fingerprint_key()?));
        Ok(Self { engine, sessions: Sessions::new() })
    }

    /// Scans without the GIL. What Python lent stays alive in the caller's frame.
    fn run(
        &self,
        py: Python<'_>,
        message: &Message<'_>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let start = Instant::now();
        let deadline = deadline_ms.and_then(|limit| start.checked_add(Duration::from_millis(limit.0)));
        let expired = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let session = self.sessions.now();
        let answer = py
            .detach(|| self.engine.scan_in_session(message, session, &expired))
            .map_err(|error| no_verdict(&error))?;
        Ok(Answer::new(Arc::clone(&self.engine), answer, start.elapsed()))
    }

    /// What the typed calls give back.
    fn typed(
        &self,
        py: Python<'_>,
        message: &Message<'_>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        self.run(py, message, deadline_ms)?.with_edits(py, message)
    }
}

/// One key for all scanners of the process, so that equal secrets look equal whoever saw them.
fn fingerprint_key() -> PyResult<FingerprintKey> {
    static KEY: OnceLock<FingerprintKey> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok(KEY.get_or_init(|| FingerprintKey::new(random)).clone())
}

#[pymethods]
impl Scanner {
    #[new]
    #[pyo3(signature = (policy=None))]
    fn new(py: Python<'_>, policy: Option<PathBuf>) -> PyResult<Self> {
        let policy = policy.map_or_else(|| Ok(Policy::default()), |path| policy_file::load(&path))?;
        py.detach(|| Self::with_policy(policy))
    }

    #[classmethod]
    fn from_policy_text(_: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
        Self::with_policy(policy_file::parse("<text>", text, Path::new(""))?)
    }

    #[pyo3(signature = (message, *, session=None, deadline_ms=None))]
    fn scan<'py>(
        &self,
        message: &Bound<'py, PyAny>,
        session: Option<Text>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = message.py();
        let (mut message, body) = Fields::of(message)?.message()?;
        let id = message.id.take();
        if session.is_some() {
            message.session = text(session.as_ref()).map(|session| session.into_owned().into());
        }
        let message = match &body {
            Some(body) => with_body(message, body.as_bytes()),
            None => message,
        };
        self.run(py, &message, deadline_ms)?.fields(py, id.as_deref())
    }

    #[pyo3(
        signature = (*, method, url, version, headers, body, trailers=Vec::new(), connect=None, session=None,
            flow=None, deadline_ms=None),
        text_signature = "($self, /, *, method, url, version, headers, body, trailers=(), connect=None, \
            session=None, flow=None, deadline_ms=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the parts of a request, by keyword")]
    fn scan_request(
        &self,
        py: Python<'_>,
        method: &[u8],
        url: &[u8],
        version: Option<Text>,
        headers: Pairs<'_>,
        body: Option<&[u8]>,
        trailers: Pairs<'_>,
        connect: Option<Tunnel>,
        session: Option<Text>,
        flow: Option<Text>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let around = Around { connect, session, flow };
        let request = Request {
            method: method.into(),
            url: url.into(),
            version: text(version.as_ref()),
            headers: arguments::headers(&headers),
            body: raw_body(body),
            trailers: arguments::headers(&trailers),
        };
        self.typed(py, &around.message(Content::Request(request)), deadline_ms)
    }

    #[pyo3(
        signature = (*, status, reason, request_method, request_url, version, headers, body, trailers=Vec::new(),
            connect=None, session=None, flow=None, deadline_ms=None),
        text_signature = "($self, /, *, status, reason, request_method, request_url, version, headers, body, \
            trailers=(), connect=None, session=None, flow=None, deadline_ms=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the parts of a response, by keyword")]
    fn scan_response(
        &self,
        py: Python<'_>,
        status: Valid<u16>,
        reason: Option<&[u8]>,
        request_method: &[u8],
        request_url: &[u8],
        version: Option<Text>,
        headers: Pairs<'_>,
        body: Option<&[u8]>,
        trailers: Pairs<'_>,
        connect: Option<Tunnel>,
        session: Option<Text>,
        flow: Option<Text>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let around = Around { connect, session, flow };
        let response = Response {
            status: status.0,
            reason: reason.map(Into::into),
            request: RequestLine { method: request_method.into(), url: request_url.into() },
            version: text(version.as_ref()),
            headers: arguments::headers(&headers),
            body: raw_body(body),
            trailers: arguments::headers(&trailers),
        };
        self.typed(py, &around.message(Content::Response(response)), deadline_ms)
    }

    #[pyo3(signature = (*, url, from_client, text, body, connect=None, session=None, flow=None,
        deadline_ms=None))]
    #[expect(clippy::too_many_arguments, reason = "the parts of a message, by keyword")]
    fn scan_websocket(
        &self,
        py: Python<'_>,
        url: &[u8],
        from_client: bool,
        text: bool,
        body: &[u8],
        connect: Option<Tunnel>,
        session: Option<Text>,
        flow: Option<Text>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let around = Around { connect, session, flow };
        let opcode = if text { Opcode::Text } else { Opcode::Binary };
        let websocket = WebSocket { url: url.into(), from_client, opcode, body: raw_body(Some(body)) };
        self.typed(py, &around.message(Content::WebSocket(websocket)), deadline_ms)
    }

    #[pyo3(signature = (*, host, port, sni=None, peer=None, session=None, flow=None, deadline_ms=None))]
    #[expect(clippy::too_many_arguments, reason = "the parts of an attempt, by keyword")]
    fn scan_connect(
        &self,
        py: Python<'_>,
        host: Text,
        port: Valid<u16>,
        sni: Option<Text>,
        peer: Option<Text>,
        session: Option<Text>,
        flow: Option<Text>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let around = Around { connect: None, session, flow };
        let attempt = (Some(host), Some(port), sni, peer);
        self.typed(py, &around.message(Content::Connect(arguments::connect(&attempt))), deadline_ms)
    }

    /// The head of a request or response in the form of `POST /scan`, its body still to come.
    #[pyo3(signature = (message, *, session=None))]
    fn stream(&self, message: &Bound<'_, PyAny>, session: Option<Text>) -> PyResult<Stream> {
        let (mut head, body) = Fields::of(message)?.message()?;
        let has_body = match &head.content {
            Content::Request(request) => !matches!(request.body, Body::Absent),
            Content::Response(response) => !matches!(response.body, Body::Absent),
            Content::WebSocket(_) | Content::Connect(_) | Content::Text(_) => true,
        };
        if has_body || body.is_some() {
            return Err(refused(
                INVALID_VALUE,
                "the head of a stream is a request or response without a body",
            ));
        }
        if session.is_some() {
            head.session = text(session.as_ref()).map(|session| session.into_owned().into());
        }
        Stream::open(message.py(), &self.engine, &head, &self.sessions)
    }

    #[pyo3(
        signature = (*, method, url, version, headers, connect=None, session=None, flow=None),
        text_signature = "($self, /, *, method, url, version, headers, connect=None, session=None, flow=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the parts of a request, by keyword")]
    fn stream_request(
        &self,
        py: Python<'_>,
        method: &[u8],
        url: &[u8],
        version: Option<Text>,
        headers: Pairs<'_>,
        connect: Option<Tunnel>,
        session: Option<Text>,
        flow: Option<Text>,
    ) -> PyResult<Stream> {
        let around = Around { connect, session, flow };
        let request = Request {
            method: method.into(),
            url: url.into(),
            version: text(version.as_ref()),
            headers: arguments::headers(&headers),
            body: Body::Absent,
            trailers: Vec::new(),
        };
        Stream::open(py, &self.engine, &around.message(Content::Request(request)), &self.sessions)
    }

    #[pyo3(
        signature = (*, status, reason, request_method, request_url, version, headers, connect=None, session=None,
            flow=None),
        text_signature = "($self, /, *, status, reason, request_method, request_url, version, headers, connect=None, \
            session=None, flow=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the parts of a response, by keyword")]
    fn stream_response(
        &self,
        py: Python<'_>,
        status: Valid<u16>,
        reason: Option<&[u8]>,
        request_method: &[u8],
        request_url: &[u8],
        version: Option<Text>,
        headers: Pairs<'_>,
        connect: Option<Tunnel>,
        session: Option<Text>,
        flow: Option<Text>,
    ) -> PyResult<Stream> {
        let around = Around { connect, session, flow };
        let response = Response {
            status: status.0,
            reason: reason.map(Into::into),
            request: RequestLine { method: request_method.into(), url: request_url.into() },
            version: text(version.as_ref()),
            headers: arguments::headers(&headers),
            body: Body::Absent,
            trailers: Vec::new(),
        };
        Stream::open(py, &self.engine, &around.message(Content::Response(response)), &self.sessions)
    }

    /// What `GET /rules` says.
    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        python_form(py, &self.engine.rules().summaries().collect::<Vec<_>>())
    }

    /// What `GET /policy` says.
    fn policy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        python_form(py, &self.engine.policy().addon())
    }

    #[getter]
    fn ruleset_hash(&self) -> &str {
        self.engine.rules().hash()
    }

    #[getter]
    fn policy_hash(&self) -> &str {
        self.engine.policy().hash()
    }
}

fn raw_body(body: Option<&[u8]>) -> Body<'_> {
    body.map_or(Body::Absent, |bytes| Body::Bytes(bytes.into()))
}
