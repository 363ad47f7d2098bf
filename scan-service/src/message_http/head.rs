//! The start line and the header fields.

use httparse::{EMPTY_HEADER, Status};
use scanner::{Header, Limits};

use crate::problem::{Code, Problem};

/// Headers for which there is room without asking the allocator twice.
const USUAL_HEADERS: usize = 64;

/// Everything before the body.
pub(super) struct Head<'a> {
    pub(super) start: StartLine<'a>,
    pub(super) minor_version: u8,
    pub(super) fields: Vec<Header<'a>>,
    pub(super) line_end: LineEnd,
}

/// The first line.
pub(super) enum StartLine<'a> {
    Request { method: &'a [u8], url: &'a [u8] },
    Response { status: u16, reason: &'a [u8] },
}

/// How all lines of one message end: a file written by hand has bare line feeds, the wire has none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    CrLf,
    Lf,
}

impl LineEnd {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
        }
    }

    /// The end that the first line of `wire` has.
    fn of(wire: &[u8]) -> Self {
        match wire.iter().position(|byte| *byte == b'\n') {
            Some(at) if at > 0 && wire[at - 1] == b'\r' => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// Refuses lines that end the other way: parsers differ on where those end. `first_line` is for the message.
    pub(super) fn check(self, lines: &[u8], what: &str) -> Result<(), Problem> {
        let wrong = |(number, line): (usize, &[u8])| match self {
            Self::CrLf => {
                (!line.ends_with(b"\r") || line[..line.len() - 1].contains(&b'\r')).then_some(number)
            }
            Self::Lf => line.contains(&b'\r').then_some(number),
        };
        let lines = lines.strip_suffix(b"\n").unwrap_or(lines);
        match lines.split(|byte| *byte == b'\n').enumerate().find_map(wrong) {
            Some(number) => Err(Problem::malformed(format!(
                "{what} line {}: ends unlike the first line of the message, or has a stray carriage return",
                number + 1
            ))),
            None => Ok(()),
        }
    }
}

impl Head<'_> {
    pub(super) fn version(&self) -> &'static str {
        if self.minor_version == 0 { "HTTP/1.0" } else { "HTTP/1.1" }
    }
}

/// Splits `wire` into its head and what follows.
pub(super) fn parse<'a>(wire: &'a [u8], limits: &Limits) -> Result<(Head<'a>, &'a [u8]), Problem> {
    let line_end = LineEnd::of(wire);
    let mut room = vec![EMPTY_HEADER; USUAL_HEADERS.min(limits.header_count)];
    let (head, bytes) = match read(wire, &mut room, line_end) {
        Err(httparse::Error::TooManyHeaders) => {
            room = vec![EMPTY_HEADER; limits.header_count];
            read(wire, &mut room, line_end)
        }
        done => done,
    }
    .map_err(|error| explain(error, wire, limits))?;
    line_end.check(&wire[..bytes], "head")?;
    Ok((head, &wire[bytes..]))
}

fn read<'a>(
    wire: &'a [u8],
    room: &mut [httparse::Header<'a>],
    line_end: LineEnd,
) -> Result<(Head<'a>, usize), httparse::Error> {
    if wire.starts_with(b"HTTP/") {
        let mut response = httparse::Response::new(room);
        let bytes = complete(response.parse(wire)?)?;
        let start = StartLine::Response {
            status: response.code.ok_or(httparse::Error::Status)?,
            reason: reason(wire),
        };
        let minor_version = response.version.ok_or(httparse::Error::Version)?;
        Ok((Head { start, minor_version, fields: fields(response.headers), line_end }, bytes))
    } else {
        let mut request = httparse::Request::new(room);
        let bytes = complete(request.parse(wire)?)?;
        let start = StartLine::Request {
            method: request.method.ok_or(httparse::Error::Token)?.as_bytes(),
            url: request.path.ok_or(httparse::Error::Token)?.as_bytes(),
        };
        let minor_version = request.version.ok_or(httparse::Error::Version)?;
        Ok((Head { start, minor_version, fields: fields(request.headers), line_end }, bytes))
    }
}

/// A head that does not end is as good as one with a bad line.
fn complete(status: Status<usize>) -> Result<usize, httparse::Error> {
    match status {
        Status::Complete(bytes) => Ok(bytes),
        Status::Partial => Err(httparse::Error::NewLine),
    }
}

/// The reason phrase in full: httparse drops one with bytes beyond ASCII.
fn reason(wire: &[u8]) -> &[u8] {
    let line = wire.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.splitn(3, |byte| *byte == b' ').nth(2).unwrap_or_default()
}

pub(super) fn fields<'a>(parsed: &[httparse::Header<'a>]) -> Vec<Header<'a>> {
    parsed
        .iter()
        .map(|field| Header { name: field.name.as_bytes().into(), value: field.value.into() })
        .collect()
}

fn explain(error: httparse::Error, wire: &[u8], limits: &Limits) -> Problem {
    match error {
        httparse::Error::TooManyHeaders => too_many_fields("headers", limits),
        _ => Problem::malformed(format!("{}: {}", place(wire), remedy(error))),
    }
}

pub(super) fn too_many_fields(what: &str, limits: &Limits) -> Problem {
    Problem::new(Code::OverLimit, format!("there are more {what} than the limit of {}", limits.header_count))
}

/// Words for what httparse found wrong.
pub(super) fn remedy(error: httparse::Error) -> &'static str {
    match error {
        httparse::Error::HeaderName => "a header name is wrong, or a line starts with white space",
        httparse::Error::HeaderValue => "a header value holds a control character",
        httparse::Error::NewLine => "the head does not end in an empty line, or a line ends wrongly",
        httparse::Error::Status => "the status is not three digits",
        httparse::Error::Version => "the version is not HTTP/1.0 or HTTP/1.1",
        _ => "this is not a request line (method, one space, target, one space, HTTP/1.1)",
    }
}

/// The first line that does not stand on its own.
fn place(wire: &[u8]) -> String {
    let mut lines = wire.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let bad_header = |line: &[u8]| {
        let alone = [line, b"\r\n\r\n"].concat();
        !matches!(httparse::parse_headers(&alone, &mut [EMPTY_HEADER; 1]), Ok(Status::Complete(_)))
    };
    let first = [lines.next().unwrap_or_default(), b"\r\n\r\n"].concat();
    if read(&first, &mut [EMPTY_HEADER; 1], LineEnd::CrLf).is_err() {
        return "line 1".to_owned();
    }
    let number = lines.take_while(|line| !line.is_empty()).position(bad_header);
    number.map_or_else(|| "head".to_owned(), |number| format!("line {}", number + 2))
}
