//! Typed arguments: bytes and strings stay where Python keeps them.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyBytes;
use scanner::{Connect, Header};

use crate::error::{INVALID_VALUE, refused};

/// A value of the right type that may still be impossible: lone surrogates, a number out of range. That is a
/// `ScanError`, so that a caller who relays what strangers chose has one exception to catch.
pub(crate) struct Valid<T>(pub(crate) T);

impl<'a, 'py, T: FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Valid<T> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        object.extract().map(Self).map_err(|error: T::Error| {
            let error = error.into();
            if error.is_instance_of::<PyTypeError>(object.py()) {
                return error;
            }
            refused(INVALID_VALUE, "an argument is not valid Unicode, or a number out of range")
        })
    }
}

/// A string, borrowed from Python.
pub(crate) type Text = Valid<PyBackedStr>;

pub(crate) fn text(argument: Option<&Text>) -> Option<std::borrow::Cow<'_, str>> {
    argument.map(|text| text.0.as_str().into())
}

/// Headers or trailers, in order, repeats kept.
pub(crate) type Pairs<'py> = Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)>;

pub(crate) fn headers<'a>(pairs: &'a Pairs<'_>) -> Vec<Header<'a>> {
    pairs
        .iter()
        .map(|(name, value)| Header { name: name.as_bytes().into(), value: value.as_bytes().into() })
        .collect()
}

/// `(host, port, sni, peer)` of a connection.
pub(crate) type Tunnel = (Option<Text>, Option<Valid<u16>>, Option<Text>, Option<Text>);

pub(crate) fn connect((host, port, sni, peer): &Tunnel) -> Connect<'_> {
    Connect {
        host: text(host.as_ref()),
        port: port.as_ref().map(|port| port.0),
        sni: text(sni.as_ref()),
        peer: text(peer.as_ref()),
    }
}

/// What every typed call may say about where its message belongs.
pub(crate) struct Around {
    pub(crate) connect: Option<Tunnel>,
    pub(crate) session: Option<Text>,
    pub(crate) flow: Option<Text>,
}

impl Around {
    pub(crate) fn message<'a>(&'a self, content: scanner::Content<'a>) -> scanner::Message<'a> {
        scanner::Message {
            id: None,
            session: text(self.session.as_ref()),
            flow: text(self.flow.as_ref()),
            connect: self.connect.as_ref().map(connect),
            content,
        }
    }
}
