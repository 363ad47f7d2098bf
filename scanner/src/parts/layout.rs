//! How the short parts lie in one arena: `METHOD`, `URL`, then `name: value`, a line each.
//!
//! The layout is the message's own order, so a place is found again by walking it; nothing is stored.

use std::ops::Range;

use super::Arena;
use crate::message::{Content, Header, Message};

/// A short part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PartId {
    /// Host, port and server name of a CONNECT.
    Connect,
    /// The method.
    Method,
    /// The URL.
    Url,
    /// The reason phrase of a response.
    Reason,
    /// Name of the header with this index.
    HeaderName(usize),
    /// Value of the header with this index.
    Header(usize),
    /// The body.
    Body,
    /// Name of the trailer with this index.
    TrailerName(usize),
    /// Value of the trailer with this index.
    Trailer(usize),
}

/// A range of the arena, as a range of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The part.
    pub(crate) part: PartId,
    /// Bytes of the part.
    pub(crate) range: Range<usize>,
}

/// Copies the short parts into one arena.
pub(super) fn lay_out(message: &Message<'_>) -> Arena {
    let mut arena = Arena::new();
    for (part, bytes) in pieces(message) {
        arena.push(bytes);
        arena.push(separator(part));
    }
    arena
}

/// The part that holds the start of `range`; what reaches beyond that part is cut off.
pub(crate) fn locate(message: &Message<'_>, range: &Range<usize>) -> Option<Located> {
    let mut start = 0;
    for (part, bytes) in pieces(message) {
        let end = start + bytes.len();
        let next = end + separator(part).len();
        if range.start < next {
            let clipped = range.start.clamp(start, end) - start..range.end.clamp(start, end) - start;
            return Some(Located { part, range: clipped });
        }
        start = next;
    }
    None
}

/// Every short part, where it begins in the arena, and its bytes.
pub(crate) fn placed<'m>(message: &'m Message<'_>) -> impl Iterator<Item = (PartId, usize, &'m [u8])> {
    pieces(message).scan(0, |next, (part, bytes)| {
        let start = *next;
        *next += bytes.len() + separator(part).len();
        Some((part, start, bytes))
    })
}

/// What stands after a part, so that names meet their values and nothing else meets.
fn separator(part: PartId) -> &'static [u8] {
    match part {
        PartId::HeaderName(_) | PartId::TrailerName(_) => b": ",
        _ => b"\n",
    }
}

fn pieces<'m>(message: &'m Message<'_>) -> impl Iterator<Item = (PartId, &'m [u8])> {
    let empty: &[Header<'_>] = &[];
    let (first, headers, trailers) = match &message.content {
        Content::Request(request) => (
            [Some((PartId::Method, &*request.method)), Some((PartId::Url, &*request.url))],
            request.headers.as_slice(),
            request.trailers.as_slice(),
        ),
        Content::Response(response) => (
            [response.reason.as_deref().map(|reason| (PartId::Reason, reason)), None],
            response.headers.as_slice(),
            response.trailers.as_slice(),
        ),
        Content::Connect(connect) => {
            let claim = |name: &'m Option<std::borrow::Cow<'_, str>>| {
                name.as_deref().map(|name| (PartId::Connect, name.as_bytes()))
            };
            ([claim(&connect.host), claim(&connect.sni)], empty, empty)
        }
        Content::WebSocket(_) | Content::Text(_) => ([None, None], empty, empty),
    };
    let headers = fields(headers, PartId::HeaderName, PartId::Header);
    let trailers = fields(trailers, PartId::TrailerName, PartId::Trailer);
    first.into_iter().flatten().chain(headers).chain(trailers)
}

fn fields<'m>(
    fields: &'m [Header<'_>],
    name: fn(usize) -> PartId,
    value: fn(usize) -> PartId,
) -> impl Iterator<Item = (PartId, &'m [u8])> {
    fields
        .iter()
        .enumerate()
        .flat_map(move |(index, field)| [(name(index), &*field.name), (value(index), &*field.value)])
}
