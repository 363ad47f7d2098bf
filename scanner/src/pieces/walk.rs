//! The values of a message that could be pieces of something, in the order in which they stand.

use std::borrow::Cow;
use std::ops::Range;

use super::json::{self, Event};
use super::protobuf;
use super::stem::Stem;
use super::token::{token_in_json, token_of};
use super::xml;
use crate::message::Message;
use crate::parts::{PartId, Parts, Root, UrlMap, content_type, multipart_contents, placed};
use crate::stream::is_calls;

/// Containers that every message has; those of JSON count on from here.
const HOST: usize = 0;
pub(super) const PATH: usize = 1;
pub(super) const QUERY: usize = 2;
pub(super) const HEADERS: usize = 3;
pub(super) const COOKIES: usize = 4;
pub(super) const FIELDS: usize = 5;
const LINES: usize = 6;
const CALLS: usize = 7;
const ELEMENTS: usize = 8;
pub(super) const JSON: usize = 9;

/// Lines of a text that is no form of fields.
const MAX_LINES: usize = 1024;

/// Shorter words in the headers of transport say nothing.
const SHORTEST_ODD: usize = 6;

/// Headers that say how to carry a message, and nothing of its sender's choice that is no sentence.
const OF_TRANSPORT: &[&[u8]] = &[
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"authorization",
    b"cache-control",
    b"connection",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"date",
    b"host",
    b"origin",
    b"pragma",
    b"referer",
    b"te",
    b"transfer-encoding",
    b"upgrade-insecure-requests",
    b"user-agent",
];

/// A value that is made of the characters of tokens.
#[derive(Debug)]
pub(super) struct Value<'v> {
    /// Where it stands.
    pub(super) root: Root,
    /// The bytes to cut out.
    pub(super) range: Range<usize>,
    /// What it says, escapes undone.
    pub(super) text: Cow<'v, [u8]>,
    /// What it is called.
    pub(super) key: &'v [u8],
    /// The same without numbers, places included.
    pub(super) stem: Stem,
    /// The object, list of headers, query … that it is a member of.
    pub(super) container: usize,
}

/// What a walk meets.
pub(super) enum Step<'v> {
    /// A value.
    Value(Value<'v>),
    /// A container turned out to have this number.
    Numbered { container: usize, number: u64 },
}

/// Tells `visit` every value of the message; those of a JSON body only `with_json`.
pub(super) fn walk<'v>(
    message: &'v Message<'_>,
    parts: &'v Parts<'_>,
    with_json: bool,
    visit: &mut dyn FnMut(Step<'v>),
) {
    let mut name: &[u8] = b"";
    for (part, start, bytes) in placed(message) {
        let mut head = Place { root: Root::Head, bytes, start, visit };
        match part {
            PartId::Connect => head.split(0..bytes.len(), b".", HOST),
            PartId::Url => url(&mut head),
            PartId::HeaderName(_) | PartId::TrailerName(_) => name = bytes,
            PartId::Header(_) | PartId::Trailer(_) => header(&mut head, name),
            // One of the sender's own: all that are registered are capitals.
            PartId::Method if !bytes.iter().all(u8::is_ascii_uppercase) => {
                head.value(0..bytes.len(), b"", PATH);
            }
            PartId::Method | PartId::Reason | PartId::Body => {}
        }
    }
    let mut body = Place { root: Root::Body, bytes: &parts.body, start: 0, visit };
    match kind_of(&parts.body, content_type(message)) {
        Kind::Json if with_json => json(&mut body),
        Kind::Json => {}
        Kind::Form => body.pairs(0..parts.body.len(), b"&", FIELDS),
        Kind::Multipart => {
            for (name, content) in multipart_contents(&parts.body, content_type(message)) {
                body.value(content, &parts.body[name], FIELDS);
            }
        }
        Kind::Calls => calls(&mut body),
        Kind::Xml => elements(&mut body),
        Kind::Text => lines(&mut body),
    }
}

/// What a body is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Form,
    Multipart,
    Calls,
    Xml,
    Text,
}

/// What this body is, by its type and its first character.
pub(super) fn kind_of(body: &[u8], content_type: &[u8]) -> Kind {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let is = |kind: &[u8]| content_type.get(..kind.len()).is_some_and(|head| head.eq_ignore_ascii_case(kind));
    if is(b"application/x-www-form-urlencoded") {
        Kind::Form
    } else if is(b"multipart/") {
        Kind::Multipart
    } else if is_calls(content_type) {
        Kind::Calls
    } else if matches!(first, Some(b'{' | b'[' | b'"')) {
        Kind::Json
    } else if first == Some(&b'<') && !is_page(body.trim_ascii_start()) {
        Kind::Xml
    } else {
        Kind::Text
    }
}

/// Whether this is HTML: its elements hold words, of which many begin as tokens do, and to join those takes longer than
/// all the rest.
fn is_page(body: &[u8]) -> bool {
    let begins = |tag: &&[u8]| body.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag));
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<div", b"<p>", b"<!--"].iter().any(begins)
}

/// Bytes that lie somewhere in a root.
pub(super) struct Place<'v, 'f> {
    pub(super) root: Root,
    pub(super) bytes: &'v [u8],
    pub(super) start: usize,
    pub(super) visit: &'f mut dyn FnMut(Step<'v>),
}

impl<'v> Place<'v, '_> {
    /// One value, percent-encoded or not.
    pub(super) fn value(&mut self, range: Range<usize>, key: &'v [u8], container: usize) {
        let stem = in_container(container).with(key);
        self.stemmed(range, key, stem, container);
    }

    fn stemmed(&mut self, range: Range<usize>, key: &'v [u8], stem: Stem, container: usize) {
        let Some(text) = token_of(&self.bytes[range.clone()]) else { return };
        let range = self.start + range.start..self.start + range.end;
        (self.visit)(Step::Value(Value { root: self.root, range, text, key, stem, container }));
    }

    /// What stands between separators, without names of their own.
    fn split(&mut self, range: Range<usize>, separators: &[u8], container: usize) {
        let mut from = range.start;
        while from <= range.end {
            let rest = &self.bytes[from..range.end];
            let length = rest.iter().position(|byte| separators.contains(byte)).unwrap_or(rest.len());
            self.value(from..from + length, b"", container);
            from += length + 1;
        }
    }

    /// `name=value` between separators, or a value without a name.
    fn pairs(&mut self, range: Range<usize>, separators: &[u8], container: usize) {
        let bytes = self.bytes;
        let mut from = range.start;
        while from < range.end {
            let rest = &bytes[from..range.end];
            let length = rest.iter().position(|byte| separators.contains(byte)).unwrap_or(rest.len());
            let pair = &rest[..length];
            let space = pair.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if let Some(equals) = memchr::memchr(b'=', pair).filter(|equals| *equals >= space) {
                let key = &pair[space..equals];
                self.value(from + equals + 1..from + length, key, container);
            } else {
                self.value(from + space..from + length, b"", container);
            }
            from += length + 1;
        }
    }
}

fn url(place: &mut Place<'_, '_>) {
    let map = UrlMap::new(place.bytes);
    let (host, path, query) = (map.host(), map.path(), map.query());
    let after = query.end..place.bytes.len();
    let separators: &[u8] = if place.bytes[path.clone()].contains(&b';') { b"/;=" } else { b"/" };
    place.split(host, b".", HOST);
    place.split(path, separators, PATH);
    place.pairs(query, b"&;", QUERY);
    if place.bytes[after.clone()].starts_with(b"#") {
        place.value(after.start + 1..after.end, b"", QUERY);
    }
}

fn header<'v>(place: &mut Place<'v, '_>, name: &'v [u8]) {
    let whole = 0..place.bytes.len();
    if name.eq_ignore_ascii_case(b"cookie") {
        place.pairs(whole, b";", COOKIES);
    } else if !is_of_transport(name)
        || is_no_word_of_transport(place.bytes) && !name.eq_ignore_ascii_case(b"authorization")
    {
        place.value(whole, name, HEADERS);
    }
}

/// Whether a header of this name says how to carry a message.
pub(super) fn is_of_transport(name: &[u8]) -> bool {
    OF_TRANSPORT.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// One word that no header of transport has: with digits among letters, or capitals after small ones.
fn is_no_word_of_transport(value: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let has_digits = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let turns = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    value.len() >= SHORTEST_ODD && value.iter().all(is_word) && (has_digits || value.windows(2).any(turns))
}

fn json(place: &mut Place<'_, '_>) {
    json::walk(place.bytes, &mut |event| match event {
        Event::Text { range, key, stem, container } => {
            let Some(text) = token_in_json(&place.bytes[range.clone()]) else { return };
            let container = JSON + container;
            (place.visit)(Step::Value(Value { root: place.root, range, text, key, stem, container }));
        }
        Event::Numbered { container, number } => {
            (place.visit)(Step::Numbered { container: JSON + container, number });
        }
    });
}

/// The texts in the messages of a remote call.
fn calls(place: &mut Place<'_, '_>) {
    protobuf::walk(place.bytes, in_container(CALLS), &mut |range, stem| {
        place.stemmed(range, b"", stem, CALLS);
    });
}

/// The texts of elements.
fn elements(place: &mut Place<'_, '_>) {
    xml::walk(place.bytes, &mut |range, name| place.value(range, name, ELEMENTS));
}

/// Each line of a text whose lines are all values; prose has spaces in the first.
fn lines(place: &mut Place<'_, '_>) {
    let bytes = place.bytes;
    let mut from = 0;
    for line in bytes.split(|byte| *byte == b'\n').take(MAX_LINES) {
        let end = from + line.len() - usize::from(line.ends_with(b"\r"));
        if end > from {
            if token_of(&bytes[from..end]).is_none() {
                return;
            }
            place.value(from..end, b"", LINES);
        }
        from += line.len() + 1;
    }
}

fn in_container(container: usize) -> Stem {
    Stem { name: container as u64 + 1, number: 0 }
}
