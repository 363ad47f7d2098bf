//! `gzip`, member by member; names in headers and what follows the last member are dropped.

use flate2::{Crc, Decompress};

use super::super::gzip::{MAGIC, header};
use super::deflate::inflate;
use super::{Corrupt, Step, Undo};

/// Longest header of a member.
const MAX_HEADER: usize = 4 << 10;

/// Where in which member the stream is.
#[derive(Default)]
pub(super) struct Gzip {
    state: Member,
    header: Vec<u8>,
    crc: Crc,
    members: usize,
}

#[derive(Default)]
enum Member {
    /// Its header is being read.
    #[default]
    Header,
    /// Its data.
    Data(Box<Decompress>),
    /// Checksum and length.
    Trailer(Vec<u8>),
    /// Bytes that are no member.
    After,
}

impl Undo for Gzip {
    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Corrupt> {
        match &mut self.state {
            Member::Header => self.read_header(input),
            Member::Data(stream) => {
                let (step, is_over) = inflate(stream, input, room)?;
                self.crc.update(&room[..step.written]);
                if is_over {
                    self.state = Member::Trailer(Vec::with_capacity(8));
                }
                Ok(step)
            }
            Member::Trailer(trailer) => {
                let taken = input.len().min(8 - trailer.len());
                trailer.extend_from_slice(&input[..taken]);
                if trailer.len() == 8 {
                    let expected = [self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes()].concat();
                    if *trailer != expected {
                        return Err(Corrupt);
                    }
                    self.members += 1;
                    self.crc.reset();
                    self.state = Member::Header;
                }
                Ok(Step { taken, written: 0 })
            }
            Member::After => Ok(Step { taken: input.len(), written: 0 }),
        }
    }

    fn may_end(&self) -> bool {
        match self.state {
            Member::Header => self.members > 0 && self.header.is_empty(),
            Member::Data(_) | Member::Trailer(_) => false,
            Member::After => true,
        }
    }
}

impl Gzip {
    fn read_header(&mut self, input: &[u8]) -> Result<Step, Corrupt> {
        // Zeros fill up to a block of a tape; readers skip them.
        if self.header.is_empty() && self.members > 0 && input.first() == Some(&0) {
            let zeros = input.iter().take_while(|byte| **byte == 0).count();
            return Ok(Step { taken: zeros, written: 0 });
        }
        let known = self.header.len();
        self.header.extend_from_slice(&input[..input.len().min(MAX_HEADER)]);
        let begins = self.header.iter().zip(MAGIC).all(|(byte, magic)| byte == magic);
        if !begins && self.members > 0 {
            self.state = Member::After;
            return Ok(Step { taken: input.len(), written: 0 });
        }
        if let Some(length) = header(&self.header) {
            self.header.clear();
            self.state = Member::Data(Box::new(Decompress::new(false)));
            return Ok(Step { taken: length - known, written: 0 });
        }
        if !begins || self.header.len() > MAX_HEADER {
            return Err(Corrupt);
        }
        Ok(Step { taken: input.len(), written: 0 })
    }
}
