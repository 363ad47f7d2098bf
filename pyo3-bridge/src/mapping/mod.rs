//! A message as a Python mapping: the fields of `POST /scan`, checked by the code that checks their JSON.

mod access;
mod error;
mod value;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping};
use scanner::{Body, Content, Message, RawMessage};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;

use self::access::{Entries, entries};
use crate::error::{MALFORMED, bad_message, refused};

/// A message in Python's form, and a body given as bytes: that is borrowed, where all else is copied.
pub(crate) struct Fields<'py> {
    entries: Entries<'py>,
    body: Option<Bound<'py, PyBytes>>,
}

impl<'py> Fields<'py> {
    pub(crate) fn of(message: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mapping =
            message.cast::<PyMapping>().map_err(|_| refused(MALFORMED, "a message is a mapping"))?;
        let mut entries = entries(mapping)?;
        let body = match entries.iter_mut().find(|(name, _)| &**name == "body") {
            Some((_, value)) => take_bytes(value)?,
            None => None,
        };
        Ok(Self { entries: Entries::new(entries), body })
    }

    /// The message, and its body where that stays in Python.
    pub(crate) fn message(self) -> PyResult<(Message<'static>, Option<Bound<'py, PyBytes>>)> {
        let raw = RawMessage::deserialize(MapAccessDeserializer::new(self.entries))?;
        Ok((raw.into_message().map_err(|error| bad_message(&error))?, self.body))
    }
}

/// Takes bytes out and leaves an empty text, so that the body's place in the message is checked like any other.
fn take_bytes<'py>(value: &mut Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let Ok(bytes) = value.cast::<PyBytes>().cloned() else { return Ok(None) };
    let empty = PyDict::new(value.py());
    empty.set_item("text", "")?;
    *value = empty.into_any();
    Ok(Some(bytes))
}

/// The message with `bytes` as its body. Types that have none were refused before.
pub(crate) fn with_body<'a>(mut message: Message<'a>, bytes: &'a [u8]) -> Message<'a> {
    let body = match &mut message.content {
        Content::Request(request) => &mut request.body,
        Content::Response(response) => &mut response.body,
        Content::WebSocket(websocket) => &mut websocket.body,
        Content::Connect(_) | Content::Text(_) => return message,
    };
    *body = Body::Bytes(bytes.into());
    message
}
