//! Why the service does not start: one sentence, and an exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use scanner::{PolicyError, RuleError};
use thiserror::Error;

/// Why the service does not start, or stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The policy says something wrong.
    #[error("the policy cannot be used: {0}")]
    Policy(#[from] PolicyError),
    /// A file named on the command line cannot be read.
    #[error("cannot read {what} {}: {source}", path.display())]
    Unreadable {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The token file has no usable token.
    #[error("{}: one line with a token of at least 16 visible ASCII characters is expected", path.display())]
    Token {
        /// The file.
        path: PathBuf,
    },
    /// A rule that came with the engine is broken.
    #[error("the rules cannot be used: {0}")]
    Rules(#[from] RuleError),
    /// The engine does not find what its own rules describe.
    #[error("the self-test failed: nothing was found in a fresh example of {rule}")]
    SelfTest {
        /// The rule.
        rule: String,
    },
    /// The engine finds something in a text that holds nothing.
    #[error("the self-test failed: something was found in an ordinary text")]
    SelfTestNoise,
    /// The address cannot be listened at.
    #[error("cannot listen at {at}: {reason}")]
    Listen {
        /// What `--listen` said.
        at: String,
        /// Why not, and what would help.
        reason: String,
    },
    /// The operating system refuses something.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl StartError {
    /// Says it on standard error. The exit code is 2 for what the caller wrote, 1 for everything else.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "this is the sentence that a failed start prints")]
    pub fn report(&self) -> ExitCode {
        eprintln!("scan-service: {self}");
        match self {
            Self::Policy(_) | Self::Unreadable { .. } | Self::Token { .. } => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
