//! `br`.

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use super::{Corrupt, Step, Undo};

/// A stream and whether it is over.
pub(super) struct Brotli {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    total: usize,
    is_over: bool,
}

impl Brotli {
    pub(super) fn new() -> Self {
        // Strict: no windows over 16 MiB.
        let state = BrotliState::new_strict(
            StandardAlloc::default(),
            StandardAlloc::default(),
            StandardAlloc::default(),
        );
        Self { state: Box::new(state), total: 0, is_over: false }
    }
}

impl Undo for Brotli {
    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Corrupt> {
        if self.is_over {
            return Ok(Step { taken: input.len(), written: 0 });
        }
        let (mut available, mut taken, mut left, mut written) = (input.len(), 0, room.len(), 0);
        let result = BrotliDecompressStream(
            &mut available,
            &mut taken,
            input,
            &mut left,
            &mut written,
            room,
            &mut self.total,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultFailure => return Err(Corrupt),
            BrotliResult::ResultSuccess => self.is_over = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        Ok(Step { taken, written })
    }

    fn may_end(&self) -> bool {
        self.is_over
    }
}
