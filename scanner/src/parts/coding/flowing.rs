//! Content-Encoding undone while the body flows, in bounded memory.

mod brotli;
mod deflate;
mod gzip;
#[cfg(test)]
mod tests;
mod zstd;

use brotli::Brotli;
use deflate::Deflate;
use gzip::Gzip;
use zstd::Zstd;

use super::output::STEP;
use super::{Coding, in_order};
use crate::message::Limits;
use crate::verdict::ScanError;

/// Up to here a body may grow by any ratio.
const RATIO_FREE: u64 = 1 << 20;

/// Takes the bytes of a body as they come, and gives what they decode to.
pub(crate) struct Flowing {
    stages: Vec<Stage>,
    ratio: u64,
    taken: u64,
    given: u64,
}

struct Stage {
    undo: Box<dyn Undo>,
    name: &'static str,
    room: Vec<u8>,
}

/// One coding, undone step by step.
trait Undo: Send {
    /// Reads from `input` and writes to `room` as far as both go.
    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Corrupt>;

    /// Whether the body may end here.
    fn may_end(&self) -> bool;
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    taken: usize,
    written: usize,
}

/// Not what the coding says.
#[derive(Debug)]
struct Corrupt;

impl std::fmt::Debug for Flowing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.stages.iter().map(|stage| stage.name);
        formatter.debug_list().entries(names).finish()
    }
}

impl Flowing {
    /// Ready for a body with these Content-Encoding headers. `aws-chunked` cannot be undone while it flows.
    pub(crate) fn new(codings: &[&[u8]], limits: &Limits) -> Result<Self, ScanError> {
        let stages = in_order(codings)?.into_iter().map(stage).collect::<Result<_, _>>()?;
        Ok(Self { stages, ratio: limits.compression_ratio as u64, taken: 0, given: 0 })
    }

    /// Whether the body has any coding.
    pub(crate) fn is_coded(&self) -> bool {
        !self.stages.is_empty()
    }

    /// Decodes `raw` and hands it to `sink`, at most 64 KiB at a time.
    pub(crate) fn push(
        &mut self,
        raw: &[u8],
        sink: &mut dyn FnMut(&[u8]) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        self.taken += raw.len() as u64;
        let limit = self.taken.saturating_mul(self.ratio).max(RATIO_FREE);
        let given = &mut self.given;
        let mut counted = |text: &[u8]| {
            *given += text.len() as u64;
            if *given > limit {
                return Err(ScanError::OverLimit {
                    what: "the decoded body, for its compressed size,",
                    actual: usize::try_from(*given).unwrap_or(usize::MAX),
                    limit: usize::try_from(limit).unwrap_or(usize::MAX),
                });
            }
            sink(text)
        };
        if self.stages.is_empty() {
            return raw.chunks(STEP).try_for_each(sink);
        }
        drive(&mut self.stages, raw, &mut counted)
    }

    /// Whether what came is a whole body. One without any bytes has nothing to decode (HEAD, 304).
    pub(crate) fn finish(&self) -> Result<(), ScanError> {
        match self.stages.iter().find(|stage| !stage.undo.may_end()) {
            Some(stage) if self.taken > 0 => Err(ScanError::Undecodable { coding: stage.name.to_owned() }),
            _ => Ok(()),
        }
    }
}

fn stage(coding: Coding) -> Result<Stage, ScanError> {
    let undo: Box<dyn Undo> = match coding {
        Coding::Gzip => Box::new(Gzip::default()),
        Coding::Deflate => Box::new(Deflate::default()),
        Coding::Brotli => Box::new(Brotli::new()),
        Coding::Zstd => Box::new(Zstd::new().map_err(|Corrupt| undecodable(coding.name()))?),
        Coding::AwsChunked => return Err(undecodable(coding.name())),
    };
    Ok(Stage { undo, name: coding.name(), room: vec![0; STEP] })
}

fn undecodable(coding: &str) -> ScanError {
    ScanError::Undecodable { coding: coding.to_owned() }
}

fn drive(
    stages: &mut [Stage],
    mut input: &[u8],
    sink: &mut dyn FnMut(&[u8]) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    let Some((stage, further)) = stages.split_first_mut() else { return sink(input) };
    loop {
        let step = stage.undo.step(input, &mut stage.room).map_err(|Corrupt| undecodable(stage.name))?;
        input = &input[step.taken..];
        if step.written > 0 {
            drive(further, &stage.room[..step.written], sink)?;
        } else if step.taken == 0 || input.is_empty() {
            return Ok(());
        }
    }
}
