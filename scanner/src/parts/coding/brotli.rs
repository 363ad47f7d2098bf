//! `br` (RFC 7932), and what stands in its metadata blocks.

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use super::output::{Failed, Output, Progress};

/// Shorter runs of text turn up in compressed bytes by chance.
const MIN_RUN: usize = 12;

pub(super) fn undo<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
    // Strict: no windows over 16 MiB.
    let mut state =
        BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let (mut available, mut taken, mut total) = (input.len(), 0, 0);
    output.fill(|room| {
        let (mut left, mut written, before) = (room.len(), 0, taken);
        let result = BrotliDecompressStream(
            &mut available,
            &mut taken,
            input,
            &mut left,
            &mut written,
            room,
            &mut total,
            &mut state,
        );
        match result {
            BrotliResult::ResultSuccess => Ok(Progress { written, finished: true }),
            BrotliResult::NeedsMoreOutput if written > 0 || taken > before => {
                Ok(Progress { written, finished: false })
            }
            // All input was given, so that more is needed means truncated.
            _ => Err(Failed::Corrupt),
        }
    })?;
    let (stream, trailing) = input.split_at(taken);
    let beside = if hides_text(stream, output.bytes()) { stream } else { &[] };
    Ok(vec![beside, trailing])
}

/// Whether the compressed bytes hold readable text that is not in what they decode to. Text stands verbatim in
/// uncompressed blocks, which are part of the output, and in metadata blocks, which every reader skips.
///
/// Linear: uncompressed blocks lie in the order of the output, so each search goes on where the last one ended.
fn hides_text(stream: &[u8], output: &[u8]) -> bool {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let mut rest = output;
    stream.split(|byte| !is_text(byte)).filter(|run| run.len() >= MIN_RUN).any(|run| {
        // The bytes at both ends may belong to the headers of blocks.
        let run = &run[4..run.len() - 4];
        match memchr::memmem::find(rest, run) {
            Some(at) => {
                rest = &rest[at..];
                false
            }
            None => true,
        }
    })
}
