//! Decompression as far as it goes: what is cut short or broken is looked at up to there.

use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::{Bounds, Unpacked};
use crate::views::{Codec, Decoded};

/// How far the output grows before limit and time are looked at again.
const STEP: usize = 64 << 10;

/// 128 MiB: what `zstd` itself allows.
const WINDOW_LOG: u32 = 27;

/// What came out of a compressed stream.
pub(super) struct Inflated {
    pub(super) bytes: Vec<u8>,
    /// Bytes of the input that it was made of.
    pub(super) taken: usize,
    /// Whether the stream ended by itself.
    pub(super) ended: bool,
    /// Whether there was more than the limit.
    pub(super) cut: bool,
}

impl Inflated {
    pub(super) fn into_member(self, start: usize, name: &'static str) -> Unpacked {
        let source = start..start + self.taken;
        self.into_member_of(source, name)
    }

    /// What gives nothing is none, whatever it begins like.
    pub(super) fn into_member_of(self, source: Range<usize>, name: &'static str) -> Unpacked {
        if self.bytes.is_empty() && !self.ended {
            return Unpacked::Broken(source);
        }
        let cut = self.cut;
        Unpacked::Member { decoded: Decoded { bytes: self.bytes, source, codec: Codec::Archive(name) }, cut }
    }
}

/// RFC 1951.
pub(super) fn raw(input: &[u8], bounds: Bounds<'_>) -> Inflated {
    inflate(Decompress::new(false), input, bounds)
}

/// RFC 1950.
pub(super) fn zlib(input: &[u8], bounds: Bounds<'_>) -> Inflated {
    inflate(Decompress::new(true), input, bounds)
}

fn inflate(mut stream: Decompress, input: &[u8], bounds: Bounds<'_>) -> Inflated {
    let count = |bytes: u64| usize::try_from(bytes).expect("no more than a slice holds");
    let mut bytes = Vec::new();
    loop {
        let (taken, start) = (count(stream.total_in()), bytes.len());
        bytes.resize(start + STEP, 0);
        let status = stream.decompress(&input[taken..], &mut bytes[start..], FlushDecompress::None);
        bytes.truncate(count(stream.total_out()));
        let ended = matches!(status, Ok(Status::StreamEnd));
        let stuck = bytes.len() == start && count(stream.total_in()) == taken;
        let cut = bytes.len() > bounds.bytes;
        if status.is_err() || ended || stuck || cut || (bounds.expired)() {
            bytes.truncate(bounds.bytes);
            return Inflated { bytes, taken: count(stream.total_in()), ended, cut };
        }
    }
}

/// RFC 8878. `None` when no decoder can be had.
pub(super) fn zstd(input: &[u8], bounds: Bounds<'_>) -> Option<Inflated> {
    let mut decoder = Decoder::new().ok()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).ok()?;
    let mut source = InBuffer::around(input);
    let mut bytes = Vec::new();
    loop {
        let (taken, start) = (source.pos(), bytes.len());
        bytes.resize(start + STEP, 0);
        let mut sink = OutBuffer::around(&mut bytes[start..]);
        let status = decoder.run(&mut source, &mut sink);
        let written = sink.pos();
        bytes.truncate(start + written);
        let ended = matches!(status, Ok(0));
        let stuck = written == 0 && source.pos() == taken;
        let cut = bytes.len() > bounds.bytes;
        if status.is_err() || ended || stuck || cut || (bounds.expired)() {
            bytes.truncate(bounds.bytes);
            return Some(Inflated { bytes, taken: source.pos(), ended, cut });
        }
    }
}

/// Whether `input` begins like RFC 1950 says and goes on like RFC 1951 says: two bytes alone are no proof.
pub(super) fn is_zlib(input: &[u8]) -> bool {
    const SAMPLE: usize = 512;
    let [first, second, ..] = input else { return false };
    if *first != 0x78 || (u16::from(*first) << 8 | u16::from(*second)) % 31 != 0 {
        return false;
    }
    let mut output = [0; SAMPLE];
    let mut stream = Decompress::new(true);
    let sample = &input[..input.len().min(SAMPLE)];
    stream.decompress(sample, &mut output, FlushDecompress::None).is_ok() && stream.total_out() > 0
}
