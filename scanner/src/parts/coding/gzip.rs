//! `gzip` (RFC 1952): every member, and what stands in its header.

use flate2::Crc;

use super::deflate::inflate;
use super::output::{Failed, Output};

pub(super) const MAGIC: &[u8] = &[0x1f, 0x8b];
const FIXED_HEADER: usize = 10;
const TRAILER: usize = 8;

pub(super) fn undo<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
    let mut extra = Vec::new();
    let mut rest = input;
    loop {
        rest = member(rest, output, &mut extra)?;
        // Zeros fill up to a block of a tape; readers skip them.
        let filled = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len());
        if !rest[filled..].starts_with(MAGIC) {
            extra.push(&rest[filled..]);
            return Ok(extra);
        }
        rest = &rest[filled..];
    }
}

/// Undoes one member; returns what follows it.
fn member<'i>(
    input: &'i [u8],
    output: &mut Output<'_>,
    extra: &mut Vec<&'i [u8]>,
) -> Result<&'i [u8], Failed> {
    let header = header(input).ok_or(Failed::Corrupt)?;
    // Time and system are the sender's to choose as well, but six bytes carry no secret.
    extra.push(&input[FIXED_HEADER..header]);
    let start = output.bytes().len();
    let end = header + inflate(&input[header..], false, output)?;
    let (trailer, rest) = input[end..].split_at_checked(TRAILER).ok_or(Failed::Corrupt)?;
    let mut crc = Crc::new();
    crc.update(&output.bytes()[start..]);
    let expected = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
    if trailer == expected { Ok(rest) } else { Err(Failed::Corrupt) }
}

/// Length of the header with its optional fields.
pub(crate) fn header(input: &[u8]) -> Option<usize> {
    const DEFLATE: u8 = 8;
    const HEADER_CRC: u8 = 0x02;
    const EXTRA: u8 = 0x04;
    const NAME: u8 = 0x08;
    const COMMENT: u8 = 0x10;
    const RESERVED: u8 = 0xe0;
    let [0x1f, 0x8b, DEFLATE, flags, ..] = *input.get(..FIXED_HEADER)? else { return None };
    if flags & RESERVED != 0 {
        return None;
    }
    let mut end = FIXED_HEADER;
    if flags & EXTRA != 0 {
        let length = input.get(end..end + 2)?;
        end += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for field in [NAME, COMMENT] {
        if flags & field != 0 {
            end += 1 + memchr::memchr(0, input.get(end..)?)?;
        }
    }
    if flags & HEADER_CRC != 0 {
        end += 2;
    }
    (end <= input.len()).then_some(end)
}
