//! Why a message got no verdict.

use thiserror::Error;

/// Why a message got no verdict. Never a verdict in disguise: the caller decides how to fail.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScanError {
    /// Something is larger than the policy's limits allow; nothing was scanned.
    #[error("{what} is {actual} bytes or entries, over the limit of {limit}")]
    OverLimit {
        /// The thing that is too large.
        what: &'static str,
        /// Its size; for a body that grows while it is decoded, the size at which decoding stopped.
        actual: usize,
        /// The limit that applied.
        limit: usize,
    },
    /// The body cannot be decoded as its Content-Encoding says.
    #[error("the body is not valid {coding}")]
    Undecodable {
        /// The coding that failed.
        coding: String,
    },
    /// The body has a Content-Encoding that nobody here knows.
    #[error("the Content-Encoding is not one of gzip, deflate, br, zstd, identity, aws-chunked")]
    UnknownCoding,
    /// The body has a Transfer-Encoding that nobody here undoes.
    #[error("the Transfer-Encoding is not chunked")]
    UnknownTransferCoding,
    /// The caller's deadline passed.
    #[error("the deadline passed after {scanned_bytes} bytes")]
    Deadline {
        /// Bytes looked at before.
        scanned_bytes: usize,
    },
}

impl ScanError {
    /// Stable machine-readable code, the same through every door.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OverLimit { .. } => "over_limit",
            Self::Undecodable { .. } | Self::UnknownCoding | Self::UnknownTransferCoding => "undecodable",
            Self::Deadline { .. } => "deadline",
        }
    }
}
