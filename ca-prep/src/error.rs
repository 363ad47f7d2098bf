use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a command did not do what it was asked.
///
/// No variant ever carries key material.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line or the policy asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// There is something at the place that was to be written.
    #[error(
        "{} exists already and is never overwritten; take it away with `ca-prep remove --out {}` or choose another place",
        .0.display(), .0.display()
    )]
    Exists(PathBuf),
    /// What is at the place of the socket stays there.
    #[error("{} {what}", .path.display())]
    Taken {
        /// Where.
        path: PathBuf,
        /// What is there, to be read after the path.
        what: &'static str,
    },
    /// The file system said no.
    #[error("cannot {doing} {}", .path.display())]
    Io {
        /// What was tried, to be read after "cannot".
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A key or certificate could not be made.
    #[error("cannot make the certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The system gave no random bytes.
    #[error("the system gives no random numbers")]
    Random,
    /// What is there is not as it should be.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// The exit code of the process: 1 failed, 2 usage, 3 exists already.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Exists(_) | Self::Taken { .. } => 3,
            _ => 1,
        }
    }

    /// The stable word for `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Exists(_) | Self::Taken { .. } => "exists",
            _ => "failed",
        }
    }
}

/// Adds what was tried, and where, to an I/O error.
pub(crate) trait Doing<T> {
    /// `doing` is read after "cannot".
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io { doing, path: path.to_owned(), source: source.into() })
    }
}
