//! Undoes `Transfer-Encoding: chunked`.

use httparse::EMPTY_HEADER;
use scanner::{Body, Header, Limits};

use super::framing::{Payload, exactly};
use super::head::{LineEnd, fields, remedy, too_many_fields};
use crate::problem::{Code, Problem};

/// Hex digits of a chunk size: more than any chunk needs, fewer than overflow.
const SIZE_DIGITS: usize = 12;

/// The joined chunks and the trailers. Chunk extensions are refused: they are bytes of the sender's choice that are
/// in no part.
pub(super) fn decode<'a>(wire: &'a [u8], line_end: LineEnd, limits: &Limits) -> Result<Payload<'a>, Problem> {
    let mut chunks = Chunks { wire, at: 0, line_end };
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next()? {
        body.extend_from_slice(chunk);
    }
    let trailers = trailers(&wire[chunks.at..], line_end, limits)?;
    Ok(Payload { body: Body::Bytes(body.into()), trailers })
}

struct Chunks<'a> {
    wire: &'a [u8],
    at: usize,
    line_end: LineEnd,
}

impl<'a> Chunks<'a> {
    /// The next chunk; none after the last.
    fn next(&mut self) -> Result<Option<&'a [u8]>, Problem> {
        let bytes = self.size()?;
        if bytes == 0 {
            return Ok(None);
        }
        let chunk = self.take(bytes, "the chunk ends too early")?;
        let end = self.line_end.bytes();
        if self.take(end.len(), "the chunk has no line end")? != end {
            return Err(self
                .malformed("the chunk is longer than it says, or its line end is unlike the first line's"));
        }
        Ok(Some(chunk))
    }

    fn size(&mut self) -> Result<usize, Problem> {
        let rest = &self.wire[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match rest.get(digits) {
            Some(b';' | b' ' | b'\t') => {
                let detail = "chunk extensions belong to no part and cannot be scanned: send without them";
                return Err(self.problem(Code::Undecodable, detail));
            }
            _ if digits == 0 || digits > SIZE_DIGITS => {
                return Err(self.malformed("a chunk size in hex is expected"));
            }
            _ => {}
        }
        let text = std::str::from_utf8(&rest[..digits]).expect("hex digits are ASCII");
        let bytes = usize::from_str_radix(text, 16).expect("so few digits fit");
        self.at += digits;
        let end = self.line_end.bytes();
        if self.take(end.len(), "the chunk size has no line end")? != end {
            return Err(self.malformed("the chunk size does not end as the first line of the message does"));
        }
        Ok(bytes)
    }

    fn take(&mut self, bytes: usize, otherwise: &str) -> Result<&'a [u8], Problem> {
        let end = self.at.saturating_add(bytes);
        let taken = self.wire.get(self.at..end).ok_or_else(|| self.malformed(otherwise))?;
        self.at = end;
        Ok(taken)
    }

    fn malformed(&self, detail: &str) -> Problem {
        self.problem(Code::Malformed, detail)
    }

    fn problem(&self, code: Code, detail: &str) -> Problem {
        Problem::new(code, format!("byte {} after the head: {detail}", self.at))
    }
}

fn trailers<'a>(wire: &'a [u8], line_end: LineEnd, limits: &Limits) -> Result<Vec<Header<'a>>, Problem> {
    if wire == line_end.bytes() {
        return Ok(Vec::new());
    }
    let mut room = vec![EMPTY_HEADER; limits.header_count];
    match httparse::parse_headers(wire, &mut room) {
        Ok(httparse::Status::Complete((bytes, parsed))) => {
            line_end.check(&wire[..bytes], "trailer")?;
            exactly(&wire[bytes..], 0, "the last chunk and its trailers")?;
            Ok(fields(parsed))
        }
        Ok(httparse::Status::Partial) => {
            Err(Problem::malformed("trailers: the empty line at their end is missing"))
        }
        Err(httparse::Error::TooManyHeaders) => Err(too_many_fields("trailers", limits)),
        Err(error) => Err(Problem::malformed(format!("trailers: {}", remedy(error)))),
    }
}
