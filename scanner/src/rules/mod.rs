//! What to look for: TOML files, embedded at build, compiled once.

use thiserror::Error;

/// Why a rule file cannot be used. Stops the start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}: {rule}: {reason}")]
pub struct RuleError {
    /// The rule file.
    pub file: String,
    /// Id of the rule, or the line where there is none yet.
    pub rule: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// All rules, compiled.
#[derive(Debug)]
pub struct RuleSet {
    version: String,
    hash: String,
}

impl RuleSet {
    /// The rules that ship with the engine.
    pub fn builtin() -> Result<Self, RuleError> {
        Ok(Self { version: env!("CARGO_PKG_VERSION").to_owned(), hash: String::new() })
    }

    /// Version of the release the rules came with.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `sha256:` and the hash of the rule files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}
