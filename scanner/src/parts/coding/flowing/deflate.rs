//! `deflate`: zlib or the raw stream, told by the first two bytes.

use flate2::{Decompress, FlushDecompress, Status};

use super::super::deflate::has_zlib_header;
use super::{Corrupt, Step, Undo};

/// A stream whose kind is known once it has begun.
#[derive(Default)]
pub(super) struct Deflate {
    first: Vec<u8>,
    stream: Option<Decompress>,
    is_over: bool,
}

impl Undo for Deflate {
    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Corrupt> {
        if self.is_over {
            return Ok(Step { taken: input.len(), written: 0 });
        }
        let Some(stream) = &mut self.stream else {
            let taken = input.len().min(2 - self.first.len());
            self.first.extend_from_slice(&input[..taken]);
            if self.first.len() < 2 {
                return Ok(Step { taken, written: 0 });
            }
            let mut stream = Decompress::new(has_zlib_header(&self.first));
            let (step, is_over) = inflate(&mut stream, &self.first, room)?;
            self.is_over = is_over;
            self.stream = Some(stream);
            return Ok(Step { taken, written: step.written });
        };
        let (step, is_over) = inflate(stream, input, room)?;
        self.is_over = is_over;
        Ok(step)
    }

    fn may_end(&self) -> bool {
        self.is_over
    }
}

/// One step of a deflate stream, and whether it is over.
pub(super) fn inflate(
    stream: &mut Decompress,
    input: &[u8],
    room: &mut [u8],
) -> Result<(Step, bool), Corrupt> {
    let (before_in, before_out) = (stream.total_in(), stream.total_out());
    let Ok(status) = stream.decompress(input, room, FlushDecompress::None) else { return Err(Corrupt) };
    let count = |bytes: u64| usize::try_from(bytes).expect("no more than a slice holds");
    let taken = count(stream.total_in() - before_in);
    let written = count(stream.total_out() - before_out);
    Ok((Step { taken, written }, status == Status::StreamEnd))
}
