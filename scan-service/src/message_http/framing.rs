//! Where the body ends: RFC 9112 §6.3, and nothing that two parsers could read differently.

use scanner::{Body, Header, Limits};

use super::chunked;
use super::head::LineEnd;
use crate::problem::{Code, Problem};

/// How the length of a body is known.
pub(super) enum Framing {
    /// There is no body.
    Nothing,
    /// So many bytes.
    Length(usize),
    /// In chunks.
    Chunked,
    /// All that follows (responses only).
    ToTheEnd,
}

/// What follows the head, its Transfer-Encoding undone.
pub(super) struct Payload<'a> {
    pub(super) body: Body<'a>,
    pub(super) trailers: Vec<Header<'a>>,
}

impl Framing {
    pub(super) fn of_request(fields: &[Header<'_>], minor_version: u8) -> Result<Self, Problem> {
        Ok(Self::declared(fields, minor_version)?.unwrap_or(Self::Nothing))
    }

    pub(super) fn of_response(
        status: u16,
        method: &[u8],
        fields: &[Header<'_>],
        minor_version: u8,
    ) -> Result<Self, Problem> {
        let tunnel = method == b"CONNECT" && (200..300).contains(&status);
        if method == b"HEAD" || tunnel || matches!(status, 100..=199 | 204 | 304) {
            return Ok(Self::Nothing);
        }
        Ok(Self::declared(fields, minor_version)?.unwrap_or(Self::ToTheEnd))
    }

    fn declared(fields: &[Header<'_>], minor_version: u8) -> Result<Option<Self>, Problem> {
        let mut codings = named(fields, b"transfer-encoding");
        let mut lengths = named(fields, b"content-length");
        match (codings.next(), lengths.next()) {
            (Some(_), Some(_)) => Err(Problem::malformed(
                "there are both a Content-Length and a Transfer-Encoding: leave one out",
            )),
            (Some(coding), None) if codings.next().is_none() => {
                Self::transfer_coding(coding, minor_version).map(Some)
            }
            (None, Some(length)) if lengths.next().is_none() => content_length(length).map(Some),
            (None, None) => Ok(None),
            _ => Err(Problem::malformed("Content-Length or Transfer-Encoding is there more than once")),
        }
    }

    fn transfer_coding(coding: &[u8], minor_version: u8) -> Result<Self, Problem> {
        if minor_version == 0 {
            return Err(Problem::malformed("HTTP/1.0 has no Transfer-Encoding"));
        }
        if coding.eq_ignore_ascii_case(b"chunked") {
            return Ok(Self::Chunked);
        }
        Err(Problem::new(Code::Undecodable, "Transfer-Encoding: only chunked is understood"))
    }

    pub(super) fn payload<'a>(
        self,
        rest: &'a [u8],
        line_end: LineEnd,
        limits: &Limits,
    ) -> Result<Payload<'a>, Problem> {
        let body = match self {
            Self::Nothing => exactly(rest, 0, "no body (a request needs Content-Length to have one)")
                .map(|_| Body::Absent)?,
            Self::Length(bytes) => {
                Body::Bytes(exactly(rest, bytes, "the body that Content-Length tells of")?.into())
            }
            Self::ToTheEnd => Body::Bytes(rest.into()),
            Self::Chunked => return chunked::decode(rest, line_end, limits),
        };
        Ok(Payload { body, trailers: Vec::new() })
    }
}

fn named<'m>(fields: &'m [Header<'_>], name: &'static [u8]) -> impl Iterator<Item = &'m [u8]> {
    fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| &*field.value)
}

fn content_length(value: &[u8]) -> Result<Framing, Problem> {
    let digits =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(bytes) => Ok(Framing::Length(bytes)),
        None => Err(Problem::malformed("Content-Length is not a number of bytes")),
    }
}

/// `rest` if it is `bytes` long.
pub(super) fn exactly<'a>(rest: &'a [u8], bytes: usize, what: &str) -> Result<&'a [u8], Problem> {
    if rest.len() < bytes {
        let there = rest.len();
        return Err(Problem::malformed(format!("the body ends after {there} of {bytes} bytes")));
    }
    if rest.len() > bytes {
        let over = rest.len() - bytes;
        return Err(Problem::malformed(format!("{over} bytes after {what}: send one message at a time")));
    }
    Ok(rest)
}
