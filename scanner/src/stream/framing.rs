//! Which bodies are made of events, and how.

use std::ops::Range;

/// What an event stream may begin with, and its readers pass over.
const BYTE_ORDER: &[u8] = b"\xef\xbb\xbf";

/// How a body is made of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// `data:` lines; an empty line ends an event.
    ServerSent,
    /// A line is an event.
    Lines,
}

impl Framing {
    /// The framing that a media type names.
    pub(super) fn of(content_type: &[u8]) -> Option<Self> {
        let kind = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is = |name: &str| kind.eq_ignore_ascii_case(name.as_bytes());
        if is("text/event-stream") {
            return Some(Self::ServerSent);
        }
        let lines = [
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/jsonlines",
            "application/x-jsonlines",
            "application/json-lines",
            "application/stream+json",
            "application/json-seq",
        ];
        lines.into_iter().any(is).then_some(Self::Lines)
    }

    /// Where the first line ends. Lines of server-sent events may end with a carriage return alone.
    pub(super) fn line_end(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Lines => memchr::memchr(b'\n', text),
            Self::ServerSent => memchr::memchr2(b'\n', b'\r', text),
        }
    }

    /// Where in a line the data stand.
    pub(super) fn payload(self, line: &[u8]) -> Option<Range<usize>> {
        let mark = if line.starts_with(BYTE_ORDER) { BYTE_ORDER.len() } else { 0 };
        let start = match self {
            Self::Lines => 0,
            Self::ServerSent if line[mark..].starts_with(b"data: ") => mark + 6,
            Self::ServerSent if line[mark..].starts_with(b"data:") => mark + 5,
            Self::ServerSent => return None,
        };
        let end = line.len() - usize::from(line.ends_with(b"\r"));
        (start < end).then_some(start..end)
    }
}
