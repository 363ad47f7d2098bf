//! Content-Encoding undone, bounded in bytes, ratio, memory and time.

mod aws_chunked;
mod brotli;
mod deflate;
mod flowing;
mod gzip;
mod output;
mod zstd;

use std::borrow::Cow;

pub(crate) use flowing::Flowing;

use crate::message::Limits;
use crate::verdict::ScanError;
pub(crate) use gzip::header as gzip_header;
use output::{Failed, Output};

/// More codings on one body are no use to anybody but an attacker.
const MAX_CODINGS: usize = 4;

/// A body as its reader sees it.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// The body without its codings; borrowed when it had none.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// The codings that were undone, in that order: the outermost first.
    pub(crate) applied: Vec<&'static str>,
    /// What travels in the codings beside the body. The sender chose these bytes too, and a reader who knows can
    /// get at them.
    pub(crate) extra: Vec<Extra<'a>>,
}

/// Bytes beside the body: a field of a gzip header, a chunk extension, a skippable frame, trailing bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Extra<'a> {
    /// The codings that had to be undone to get at it, outermost first, its own as the last.
    pub(crate) within: Vec<&'static str>,
    /// The bytes; borrowed from the body where they lie in it unchanged.
    pub(crate) bytes: Cow<'a, [u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    AwsChunked,
    Brotli,
    Deflate,
    Gzip,
    Zstd,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::AwsChunked => "aws-chunked",
            Self::Brotli => "br",
            Self::Deflate => "deflate",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The coding of this name (RFC 9110 §8.4.1); `identity` and an empty list element are none.
    fn parse(name: &[u8]) -> Result<Option<Self>, ScanError> {
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        match () {
            () if name.is_empty() || is("identity") => Ok(None),
            () if is("gzip") || is("x-gzip") => Ok(Some(Self::Gzip)),
            () if is("deflate") => Ok(Some(Self::Deflate)),
            () if is("br") => Ok(Some(Self::Brotli)),
            () if is("zstd") => Ok(Some(Self::Zstd)),
            () if is("aws-chunked") => Ok(Some(Self::AwsChunked)),
            () => Err(ScanError::UnknownCoding),
        }
    }

    /// Undoes the coding: what is left goes to `output`, what else was in it is returned as ranges or bytes.
    fn undo<'i>(self, input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
        match self {
            Self::AwsChunked => aws_chunked::undo(input, output),
            Self::Brotli => brotli::undo(input, output),
            Self::Deflate => deflate::undo(input, output),
            Self::Gzip => gzip::undo(input, output),
            Self::Zstd => zstd::undo(input, output),
        }
    }
}

/// Undoes the codings of the Content-Encoding headers `codings`, given in their order.
///
/// Never gives more than `limits.body_bytes`, nor, past 1 MiB, more than `limits.compression_ratio` times the
/// size of `body`; memory grows with what is decoded and never with what a header claims. `expired` is asked
/// once every 64 KiB. An empty body has nothing to decode (HEAD, 304).
pub(crate) fn decode<'a>(
    codings: &[&[u8]],
    body: &'a [u8],
    limits: &Limits,
    expired: &dyn Fn() -> bool,
) -> Result<Decoded<'a>, ScanError> {
    let mut decoded = Decoded { bytes: Cow::Borrowed(body), applied: Vec::new(), extra: Vec::new() };
    if codings.is_empty() || body.is_empty() {
        return Ok(decoded);
    }
    for coding in in_order(codings)? {
        let mut output = Output::new(body.len(), limits, expired);
        decoded.applied.push(coding.name());
        let extra = undo(coding, &decoded.bytes, &mut output, &decoded.applied)
            .map_err(|failed| failed.into_error(coding.name(), limits))?;
        decoded.extra.extend(extra);
        decoded.bytes = Cow::Owned(output.into_bytes());
    }
    Ok(decoded)
}

/// Undoes one coding; what lies beside the body is copied, since the input goes with the next coding.
fn undo(
    coding: Coding,
    input: &[u8],
    output: &mut Output<'_>,
    within: &[&'static str],
) -> Result<Vec<Extra<'static>>, Failed> {
    let beside = coding.undo(input, output)?;
    let extra = beside.into_iter().filter(|bytes| !bytes.is_empty());
    Ok(extra.map(|bytes| Extra { within: within.to_vec(), bytes: Cow::Owned(bytes.to_vec()) }).collect())
}

/// The codings in the order in which they are undone: the last that was applied comes first. `aws-chunked` is
/// the framing of an upload and always outermost, although clients write it first.
fn in_order(headers: &[&[u8]]) -> Result<Vec<Coding>, ScanError> {
    let names = headers.iter().flat_map(|header| header.split(|byte| *byte == b','));
    let mut codings = Vec::new();
    for name in names {
        codings.extend(Coding::parse(name.trim_ascii())?);
        if codings.len() > MAX_CODINGS {
            return Err(ScanError::OverLimit {
                what: "the list of content codings",
                actual: codings.len(),
                limit: MAX_CODINGS,
            });
        }
    }
    codings.reverse();
    codings.sort_by_key(|coding| *coding != Coding::AwsChunked);
    Ok(codings)
}

#[cfg(test)]
mod tests;
