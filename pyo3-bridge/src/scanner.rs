//! `scangate.Scanner`: typed calls in, verdicts out.

#![expect(clippy::needless_pass_by_value, reason = "Python's arguments are handed over by value")]

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use scanner::{Body, Content, Opcode, Policy, Request, RequestLine, Response, WebSocket};

use crate::answer::Answer;
use crate::arguments::{self, Around, Pairs, Text, Tunnel, Valid, text};
use crate::error::{INVALID_VALUE, refused};
use crate::judge::Judge;
use crate::mapping::{Fields, with_body};
use crate::policy_file;
use crate::python_form::python_form;
use crate::stream::Stream;

/// Rules and policy, ready to scan. Threads may share one.
#[pyclass(frozen, module = "scangate")]
pub(crate) struct Scanner(Judge);

#[pymethods]
impl Scanner {
    #[new]
    #[pyo3(signature = (policy=None))]
    fn new(py: Python<'_>, policy: Option<PathBuf>) -> PyResult<Self> {
        let policy = policy.map_or_else(|| Ok(Policy::default()), |path| policy_file::load(&path))?;
        py.detach(|| Judge::with_policy(policy)).map(Self)
    }

    #[classmethod]
    fn from_policy_text(_: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
        Judge::with_policy(policy_file::parse("<text>", text, Path::new(""))?).map(Self)
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
        self.0.run(py, &message, deadline_ms)?.fields(py, id.as_deref())
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
        self.0.typed(py, &around.message(Content::Request(request)), deadline_ms)
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
        self.0.typed(py, &around.message(Content::Response(response)), deadline_ms)
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
        self.0.typed(py, &around.message(Content::WebSocket(websocket)), deadline_ms)
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
        self.0.typed(py, &around.message(Content::Connect(arguments::connect(&attempt))), deadline_ms)
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
        self.0.stream(message.py(), &head)
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
        self.0.stream(py, &around.message(Content::Request(request)))
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
        self.0.stream(py, &around.message(Content::Response(response)))
    }

    /// What `GET /rules` says.
    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        python_form(py, &self.0.engine.rules().summaries().collect::<Vec<_>>())
    }

    /// What `GET /policy` says.
    fn policy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        python_form(py, &self.0.engine.policy().addon())
    }

    #[getter]
    fn ruleset_hash(&self) -> &str {
        self.0.engine.rules().hash()
    }

    #[getter]
    fn policy_hash(&self) -> &str {
        self.0.engine.policy().hash()
    }
}

fn raw_body(body: Option<&[u8]>) -> Body<'_> {
    body.map_or(Body::Absent, |bytes| Body::Bytes(bytes.into()))
}
