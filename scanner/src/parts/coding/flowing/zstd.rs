//! `zstd`, frame by frame; what stands in skippable frames is dropped.

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::super::zstd::WINDOW_LOG;
use super::{Corrupt, Step, Undo};

/// A stream and whether a frame is over.
pub(super) struct Zstd {
    decoder: Decoder<'static>,
    is_between_frames: bool,
}

impl Zstd {
    pub(super) fn new() -> Result<Self, Corrupt> {
        let mut decoder = Decoder::new().map_err(|_| Corrupt)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(|_| Corrupt)?;
        Ok(Self { decoder, is_between_frames: false })
    }
}

impl Undo for Zstd {
    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Corrupt> {
        if input.is_empty() && self.is_between_frames {
            return Ok(Step::default());
        }
        let mut source = InBuffer::around(input);
        let mut sink = OutBuffer::around(room);
        let hint = self.decoder.run(&mut source, &mut sink).map_err(|_| Corrupt)?;
        self.is_between_frames = hint == 0;
        Ok(Step { taken: source.pos(), written: sink.pos() })
    }

    fn may_end(&self) -> bool {
        self.is_between_frames
    }
}
