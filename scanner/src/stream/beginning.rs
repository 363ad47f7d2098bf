//! The beginning of an upload, whose values are joined to each other and to what its session sent before. Of a remote
//! call each message is one of the session.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::calls::Calls;
use crate::look::Hit;
use crate::message::{Body, Bytes, Connect, Content, Header, Message, Request};
use crate::parts::{Root, content_type};
use crate::pieces::is_token;
use crate::scan::Scanner;
use crate::session::Session;
use crate::verdict::ScanError;

/// So much of a body is looked at for values: as much as a proxy holds of a long upload before any of it goes.
const MAX_BYTES: usize = 32 << 10;

/// The head of a request, and its text until there is enough.
pub(super) struct Beginning {
    head: Message<'static>,
    text: Zeroizing<Vec<u8>>,
    /// Where the text begins in the body.
    at: usize,
    /// Bytes of the body since then.
    taken: usize,
    calls: Option<Calls>,
}

/// What the values turned out to be.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Secrets that have a piece in the body.
    pub(super) hits: Vec<Hit>,
    /// Bytes that could not be looked at whole.
    pub(super) skipped_bytes: usize,
}

impl Beginning {
    /// `None` of what is no request: nobody cuts what it is to get.
    pub(super) fn of(head: &Message<'_>) -> Option<Self> {
        let Content::Request(request) = &head.content else { return None };
        let head = Message {
            id: None,
            session: owned_name(head.session.as_deref()),
            flow: owned_name(head.flow.as_deref()),
            connect: head.connect.as_ref().map(owned_connect),
            content: Content::Request(owned_request(request)),
        };
        let calls = Calls::of(content_type(&head));
        Some(Self { head, text: Zeroizing::new(Vec::new()), at: 0, taken: 0, calls })
    }

    /// Whether anything is remembered of it.
    pub(super) fn has_session(&self) -> bool {
        self.head.session.is_some()
    }

    /// Takes as much as is wanted; what is left, once that is enough.
    pub(super) fn take<'t>(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (length, is_end) = self.calls.as_mut().map_or((text.len(), false), |calls| calls.next(text));
        // One allocation: what grows leaves copies behind.
        let room = MAX_BYTES - self.text.len();
        self.text.reserve_exact(room);
        self.text.extend_from_slice(&text[..length.min(room)]);
        self.taken += length;
        let is_enough = if self.calls.is_some() { is_end } else { self.text.len() == MAX_BYTES };
        is_enough.then(|| &text[length..])
    }

    /// Whether more is wanted after a join.
    pub(super) fn goes_on(&self) -> bool {
        self.calls.is_some()
    }

    /// Joins the values. `ends`: the body is over, and so is its last value.
    pub(super) fn join(
        &mut self,
        scanner: &Scanner,
        session: Option<Session<'_>>,
        ends: bool,
    ) -> Result<Joined, ScanError> {
        let ends = ends || self.calls.is_some();
        let open = if ends { 0 } else { self.text.iter().rev().take_while(|byte| is_token(**byte)).count() };
        let text = std::mem::take(&mut *self.text);
        let text = Zeroizing::new(text);
        if let Content::Request(request) = &mut self.head.content {
            request.body = Body::Bytes(Cow::Owned(text[..text.len() - open].to_vec()));
        }
        let (hits, is_whole) = scanner.find_joined(&self.head, session)?;
        let hits = hits.into_iter().filter_map(|hit| in_body(hit, self.at)).collect();
        self.at += std::mem::take(&mut self.taken);
        self.forget_head();
        Ok(Joined { hits, skipped_bytes: if is_whole { 0 } else { text.len() } })
    }

    /// What comes after the first message of a call has no head of its own.
    fn forget_head(&mut self) {
        if let Content::Request(request) = &mut self.head.content {
            request.url = Cow::Borrowed(b"");
            request.headers.retain(|header| header.name.eq_ignore_ascii_case(b"content-type"));
        }
    }
}

/// The hit as it stands in the body, of which so much came before; none where all of it stands in the head, which was
/// judged before.
fn in_body((root, mut hit): (Root, Hit), before: usize) -> Option<Hit> {
    hit.rest.retain(|(root, _)| *root == Root::Body);
    if root != Root::Body {
        let (_, range) = hit.rest.first()?.clone();
        hit.rest.remove(0);
        hit.replacement.range = range.clone();
        hit.range = range;
    }
    hit.shift(before);
    for (_, range) in &mut hit.rest {
        *range = range.start + before..range.end + before;
    }
    Some(hit)
}

/// The head as the scan of a whole message has it; the text that comes is decoded already.
fn owned_request(request: &Request<'_>) -> Request<'static> {
    let is_kept = |header: &&Header<'_>| !header.name.eq_ignore_ascii_case(b"content-encoding");
    Request {
        method: owned(&request.method),
        url: owned(&request.url),
        version: owned_name(request.version.as_deref()),
        headers: request.headers.iter().filter(is_kept).map(owned_header).collect(),
        body: Body::Absent,
        trailers: Vec::new(),
    }
}

fn owned_header(header: &Header<'_>) -> Header<'static> {
    Header { name: owned(&header.name), value: owned(&header.value) }
}

fn owned_connect(connect: &Connect<'_>) -> Connect<'static> {
    Connect {
        host: owned_name(connect.host.as_deref()),
        port: connect.port,
        sni: owned_name(connect.sni.as_deref()),
        peer: owned_name(connect.peer.as_deref()),
    }
}

fn owned(bytes: &Bytes<'_>) -> Bytes<'static> {
    Cow::Owned(bytes.to_vec())
}

fn owned_name(name: Option<&str>) -> Option<Cow<'static, str>> {
    name.map(|name| Cow::Owned(name.to_owned()))
}

impl std::fmt::Debug for Beginning {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Beginning({} bytes)", self.text.len())
    }
}
