//! The names of a message that could be pieces of something: of fields, headers and cookies. Those of JSON are left
//! alone: there are as many as values, in every message.

use std::ops::Range;

use super::gate::Gate;
use super::walk::{COOKIES, FIELDS, HEADERS, Kind, Place, QUERY, Step, is_of_transport, kind_of};
use super::{MAX_NAMES, Pieces};
use crate::look::Finder;
use crate::message::Message;
use crate::parts::{PartId, Parts, Root, UrlMap, content_type, multipart_contents, placed};

impl Pieces {
    /// The names of a message; `None` when no secret begins with any.
    pub(crate) fn of_names(finder: &Finder, message: &Message<'_>, parts: &Parts<'_>) -> Option<Self> {
        let mut gate = Gate::new(finder);
        walk(message, parts, &mut |step| {
            if let Step::Value(name) = step {
                gate.see(&name);
            }
        });
        if gate.values < 2 || gate.firsts().is_empty() {
            return None;
        }
        let mut pieces = Self::default();
        walk(message, parts, &mut |step| match step {
            Step::Value(name) if pieces.len() < MAX_NAMES => pieces.push(name, false),
            _ => {}
        });
        Some(pieces)
    }
}

/// Tells `visit` every name that the sender may choose.
fn walk<'v>(message: &'v Message<'_>, parts: &'v Parts<'_>, visit: &mut dyn FnMut(Step<'v>)) {
    let mut name: &[u8] = b"";
    for (part, start, bytes) in placed(message) {
        let mut head = Place { root: Root::Head, bytes, start, visit };
        match part {
            PartId::Url => keys(&mut head, UrlMap::new(bytes).query(), b"&;", QUERY),
            PartId::HeaderName(_) | PartId::TrailerName(_) => {
                name = bytes;
                if !is_of_transport(name) {
                    // Names of one's own begin so.
                    let is_own = name.len() >= 2 && name[..2].eq_ignore_ascii_case(b"x-");
                    head.value(if is_own { 2 } else { 0 }..name.len(), b"", HEADERS);
                }
            }
            PartId::Header(_) if name.eq_ignore_ascii_case(b"cookie") => {
                keys(&mut head, 0..bytes.len(), b";", COOKIES);
            }
            _ => {}
        }
    }
    let mut body = Place { root: Root::Body, bytes: &parts.body, start: 0, visit };
    match kind_of(&parts.body, content_type(message)) {
        Kind::Json | Kind::Calls | Kind::Xml | Kind::Text => {}
        Kind::Form => keys(&mut body, 0..parts.body.len(), b"&", FIELDS),
        Kind::Multipart => {
            for (name, _) in multipart_contents(&parts.body, content_type(message)) {
                body.value(name, b"", FIELDS);
            }
        }
    }
}

/// The names of `name=value` between separators.
fn keys(place: &mut Place<'_, '_>, range: Range<usize>, separators: &[u8], container: usize) {
    let bytes = place.bytes;
    let mut from = range.start;
    while from < range.end {
        let rest = &bytes[from..range.end];
        let length = rest.iter().position(|byte| separators.contains(byte)).unwrap_or(rest.len());
        let space = rest[..length].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if let Some(equals) = memchr::memchr(b'=', &rest[..length]) {
            place.value(from + space.min(equals)..from + equals, b"", container);
        }
        from += length + 1;
    }
}
