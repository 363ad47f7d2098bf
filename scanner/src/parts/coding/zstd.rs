//! `zstd` (RFC 8878): every frame, and what stands in skippable frames.

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::output::{Failed, Output, Progress};

const MAGIC: u32 = 0xfd2f_b528;
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184d_2a50..=0x184d_2a5f;

/// 8 MiB: no content coding may need more (RFC 9659).
pub(super) const WINDOW_LOG: u32 = 23;

pub(super) fn undo<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<Vec<&'i [u8]>, Failed> {
    let mut extra = Vec::new();
    let mut rest = input;
    let mut frames = 0_usize;
    loop {
        match word(rest) {
            Some(MAGIC) => rest = frame(rest, output)?,
            Some(magic) if SKIPPABLE.contains(&magic) => {
                let (skipped, after) = skippable(rest).ok_or(Failed::Corrupt)?;
                extra.push(skipped);
                rest = after;
            }
            _ if frames == 0 => return Err(Failed::Corrupt),
            _ => {
                extra.push(rest);
                return Ok(extra);
            }
        }
        frames += 1;
    }
}

/// Undoes one frame; returns what follows it.
fn frame<'i>(input: &'i [u8], output: &mut Output<'_>) -> Result<&'i [u8], Failed> {
    let mut decoder = Decoder::new().map_err(|_| Failed::Corrupt)?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(|_| Failed::Corrupt)?;
    let mut source = InBuffer::around(input);
    output.fill(|room| {
        let before = source.pos();
        let mut sink = OutBuffer::around(room);
        let finished = decoder.run(&mut source, &mut sink).map_err(|_| Failed::Corrupt)? == 0;
        let written = sink.pos();
        // No more input and no end: truncated.
        let stuck = written == 0 && source.pos() == before && !finished;
        if stuck { Err(Failed::Corrupt) } else { Ok(Progress { written, finished }) }
    })?;
    Ok(&input[source.pos()..])
}

/// The content of a skippable frame, and what follows it.
fn skippable(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(word(input.get(4..)?)?).ok()?;
    input[8..].split_at_checked(length)
}

fn word(input: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*input.first_chunk::<4>()?))
}
