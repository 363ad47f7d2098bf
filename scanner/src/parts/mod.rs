//! The second station: every byte that the sender controls, by the place where it stands.
//!
//! Method, URL, header names and values and trailers are short; they lie in one arena and share one look. The
//! body stands for itself, its Content-Encoding undone.

mod arena;
mod body;
mod coding;
mod form;
mod json;
mod layout;
mod multipart;
mod url;

use std::borrow::Cow;

pub(crate) use arena::Arena;
pub(crate) use body::BodyMap;
pub(crate) use coding::Flowing;
pub(crate) use coding::gzip_header;
pub(crate) use form::is_form;
pub(crate) use json::{Scalar, end_of_string};
pub(crate) use layout::{Located, PartId, locate, placed};
pub(crate) use multipart::{boundary, contents as multipart_contents};
pub(crate) use url::UrlMap;

use crate::message::{Body, Content, Header, Limits, Message};
use crate::verdict::ScanError;

/// The parts of one message, ready to be looked at.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// All short parts, laid out as `layout` says.
    pub(crate) head: Arena,
    /// The body, its Content-Encoding undone.
    pub(crate) body: Cow<'a, [u8]>,
    /// Bytes of the body that its codings do not carry over: names in a gzip header, bytes after the last member.
    pub(crate) beside_body: Vec<Cow<'a, [u8]>>,
    /// The codings that were undone.
    pub(crate) codings: Vec<&'static str>,
}

/// Where a part lies among the [`Parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// In the arena.
    Head,
    /// In the body.
    Body,
    /// In what the body's coding carries beside it.
    BesideBody,
}

/// Takes a message apart.
pub(crate) fn split<'a>(
    message: &'a Message<'_>,
    limits: &Limits,
    expired: &dyn Fn() -> bool,
) -> Result<Parts<'a>, ScanError> {
    let mut parts = Parts {
        head: layout::lay_out(message),
        body: Cow::Borrowed(b""),
        beside_body: Vec::new(),
        codings: Vec::new(),
    };
    let (body, headers) = body_of(message);
    if !body.is_empty() {
        needs_no_undoing(headers)?;
    }
    let codings: Vec<&[u8]> = values(headers, b"content-encoding").collect();
    let decoded = coding::decode(&codings, body, limits, expired)?;
    parts.beside_body = decoded.extra.into_iter().map(|extra| extra.bytes).collect();
    parts.body = decoded.bytes;
    parts.codings = decoded.applied;
    Ok(parts)
}

/// The body as it came, and the headers that describe it.
fn body_of<'m>(message: &'m Message<'_>) -> (&'m [u8], &'m [Header<'m>]) {
    let (body, headers) = match &message.content {
        Content::Request(request) => (&request.body, request.headers.as_slice()),
        Content::Response(response) => (&response.body, response.headers.as_slice()),
        Content::WebSocket(message) => (&message.body, [].as_slice()),
        Content::Text(text) => return (&text.text, &[]),
        Content::Connect(_) => return (b"", &[]),
    };
    match body {
        Body::Bytes(bytes) => (bytes, headers),
        Body::Absent | Body::Omitted(_) => (b"", headers),
    }
}

/// Whether the Transfer-Encoding leaves bytes as they are, but for chunks, which whoever received the body has undone.
pub(crate) fn needs_no_undoing(headers: &[Header<'_>]) -> Result<(), ScanError> {
    let mut codings =
        values(headers, b"transfer-encoding").flat_map(|value| value.split(|byte| *byte == b','));
    let is_plain = |coding: &[u8]| {
        let name = coding.trim_ascii();
        name.is_empty() || [&b"chunked"[..], b"identity"].iter().any(|plain| name.eq_ignore_ascii_case(plain))
    };
    if codings.all(is_plain) { Ok(()) } else { Err(ScanError::UnknownTransferCoding) }
}

/// All values of a header, in order.
pub(crate) fn values<'m>(headers: &'m [Header<'_>], name: &'static [u8]) -> impl Iterator<Item = &'m [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| &*header.value)
}

/// The media type of the body, as its sender says.
pub(crate) fn content_type<'m>(message: &'m Message<'_>) -> &'m [u8] {
    let headers = match &message.content {
        Content::Request(request) => &request.headers,
        Content::Response(response) => &response.headers,
        Content::Text(text) => return text.content_type.as_deref().unwrap_or_default().as_bytes(),
        Content::WebSocket(_) | Content::Connect(_) => return b"",
    };
    values(headers, b"content-type").next().unwrap_or_default()
}
