//! Where decoded bytes go: grows in steps, and stops at the limits.

use crate::message::Limits;
use crate::verdict::ScanError;

/// How far the output grows before limits and deadline are looked at again.
pub(super) const STEP: usize = 64 << 10;

/// Up to here a body may grow by any ratio.
const RATIO_FREE: usize = 1 << 20;

/// Decoded bytes, bounded.
pub(super) struct Output<'l> {
    bytes: Vec<u8>,
    limit: usize,
    expired: &'l dyn Fn() -> bool,
}

/// Why a coding was not undone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// Not what the coding says, or not all of it.
    Corrupt,
    /// More than the limit, after this many bytes.
    OverLimit { actual: usize, limit: usize },
    /// The deadline passed.
    Expired,
}

impl Failed {
    pub(super) fn into_error(self, coding: &'static str, limits: &Limits) -> ScanError {
        match self {
            Self::Corrupt => ScanError::Undecodable { coding: coding.to_owned() },
            Self::OverLimit { actual, limit } if limit == limits.body_bytes => {
                ScanError::OverLimit { what: "the decoded body", actual, limit }
            }
            Self::OverLimit { actual, limit } => {
                ScanError::OverLimit { what: "the decoded body, for its compressed size,", actual, limit }
            }
            Self::Expired => ScanError::Deadline { scanned_bytes: 0 },
        }
    }
}

/// What a decoder did with its input and the room it was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) written: usize,
    pub(super) finished: bool,
}

impl<'l> Output<'l> {
    /// Room for what `compressed` bytes may grow to.
    pub(super) fn new(compressed: usize, limits: &Limits, expired: &'l dyn Fn() -> bool) -> Self {
        let ratio = compressed.saturating_mul(limits.compression_ratio).max(RATIO_FREE);
        Self { bytes: Vec::new(), limit: ratio.min(limits.body_bytes), expired }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was decoded so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was decoded, to try again.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Lets `decode` write step by step until it is finished.
    pub(super) fn fill(
        &mut self,
        mut decode: impl FnMut(&mut [u8]) -> Result<Progress, Failed>,
    ) -> Result<(), Failed> {
        loop {
            let start = self.bytes.len();
            self.bytes.resize(start + STEP, 0);
            let progress = decode(&mut self.bytes[start..]);
            self.bytes.truncate(start + progress.as_ref().map_or(0, |progress| progress.written));
            if progress?.finished {
                return self.check();
            }
            self.check()?;
        }
    }

    /// Takes bytes as they are.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        for step in bytes.chunks(STEP) {
            self.bytes.extend_from_slice(step);
            self.check()?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Failed> {
        if self.bytes.len() > self.limit {
            return Err(Failed::OverLimit { actual: self.bytes.len(), limit: self.limit });
        }
        if (self.expired)() { Err(Failed::Expired) } else { Ok(()) }
    }
}
