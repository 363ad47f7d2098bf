//! `deflate`: zlib (RFC 1950) as the standard says, or the raw stream (RFC 1951) that some senders mean by it.

use flate2::{Decompress, FlushDecompress, Status};

use super::output::{Failed, Output, Progress};

pub(super) fn undo<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
    let end = if has_zlib_header(input) {
        match inflate(input, true, output) {
            Err(Failed::Corrupt) => {
                output.clear();
                inflate(input, false, output)?
            }
            end => end?,
        }
    } else {
        inflate(input, false, output)?
    };
    Ok(vec![&input[end..]])
}

/// Method 8, a window of at most 32 KiB, and a check number (RFC 1950 §2.2).
pub(super) fn has_zlib_header(input: &[u8]) -> bool {
    let [first, second, ..] = input else { return false };
    first & 0x0f == 8 && first >> 4 <= 7 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0
}

/// Inflates one stream; returns where it ends in the input.
pub(super) fn inflate(input: &[u8], zlib: bool, output: &mut Output<'_>) -> Result<usize, Failed> {
    let mut stream = Decompress::new(zlib);
    let mut taken = 0;
    output.fill(|room| {
        let (before_in, before_out) = (stream.total_in(), stream.total_out());
        let status =
            stream.decompress(&input[taken..], room, FlushDecompress::None).map_err(|_| Failed::Corrupt)?;
        taken += count(stream.total_in() - before_in);
        let written = count(stream.total_out() - before_out);
        let finished = status == Status::StreamEnd;
        let stuck = written == 0 && stream.total_in() == before_in && !finished;
        // No more input and no end: truncated.
        if stuck { Err(Failed::Corrupt) } else { Ok(Progress { written, finished }) }
    })?;
    Ok(taken)
}

fn count(bytes: u64) -> usize {
    usize::try_from(bytes).expect("no more than a slice holds")
}
