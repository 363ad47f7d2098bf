//! `aws-chunked`: the framing of signed uploads to S3, with signatures as chunk extensions and checksums as trailers
//! ("Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks").

use super::output::{Failed, Output};

/// Digits of a chunk size: more would not fit any limit.
const MAX_DIGITS: usize = 12;

pub(super) fn undo<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
    let mut extra = Vec::new();
    let mut rest = input;
    loop {
        let (line, after) = line(rest).ok_or(Failed::Corrupt)?;
        let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
        let size = size(&line[..digits]).ok_or(Failed::Corrupt)?;
        extra.push(&line[digits..]);
        if size == 0 {
            // Trailers, and whatever else follows.
            extra.push(after);
            return Ok(extra);
        }
        let (chunk, after) = after.split_at_checked(size).ok_or(Failed::Corrupt)?;
        output.push(chunk)?;
        rest = after.strip_prefix(b"\r\n").ok_or(Failed::Corrupt)?;
    }
}

fn line(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memmem::find(input, b"\r\n")?;
    Some((&input[..end], &input[end + 2..]))
}

fn size(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
