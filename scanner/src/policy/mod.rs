//! What a finding is worth: one file for the whole bottle. Every key is explained in `docs/policy.md`.

mod actions;
mod compile;
mod egress;
mod failing;
mod files;
mod known;
mod model_api;
mod overrides;
mod own_rules;
mod syntax;
mod view;
mod weigh;

use thiserror::Error;

use crate::hosts::{HostPattern, HostSet};
use crate::message::Limits;
use crate::rules::RuleSet;
use actions::Actions;
use egress::Egress;
use failing::Failing;
use overrides::{Override, RulePattern};

pub(crate) use failing::Failure;
pub(crate) use known::KnownSecret;
pub(crate) use weigh::Circumstances;

pub use failing::{FailureActions, OnFailure};
pub use files::{Files, NoFiles};
pub use view::{AddonPolicy, EgressView, FailureView, LimitsView};

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

/// A policy, checked and ready to weigh. The default is the policy of an empty file.
#[derive(Debug)]
pub struct Policy {
    egress: Egress,
    actions: Actions,
    /// In the order of the file: the last that matches decides.
    overrides: Vec<Override>,
    home: Vec<(RulePattern, Vec<HostPattern>)>,
    known: Vec<KnownSecret>,
    failing: Failing,
    limits: Limits,
    model_api: HostSet,
    own_rules: RuleSet,
    hash: String,
}

impl Policy {
    /// Reads a policy. `file` is only named in errors; every wrong key, host or number is refused with its line.
    /// `files` gives those that `[[known]]` and `[rules]` name: the engine itself opens none.
    pub fn parse(file: &str, text: &str, files: &dyn Files) -> Result<Self, PolicyError> {
        compile::compile(text, files).map_err(|error| PolicyError {
            file: file.to_owned(),
            line: error.line(text),
            reason: error.reason,
        })
    }

    /// `sha256:` and the hash of the policy's text, without the known secrets in it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What may be scanned at all.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What the addon needs of it: the answer to `GET /policy`.
    #[must_use]
    pub fn addon(&self) -> AddonPolicy<'_> {
        AddonPolicy::new(self)
    }

    /// Whether `host` serves a model API.
    pub(crate) fn is_model_api(&self, host: &str) -> bool {
        self.model_api.matches(host)
    }

    /// Host patterns that the policy adds to the home of this rule.
    pub(crate) fn home_hosts(&self, rule: &str) -> impl Iterator<Item = &HostPattern> {
        self.home.iter().filter(move |(pattern, _)| pattern.matches(rule)).flat_map(|(_, hosts)| hosts)
    }

    /// What the operator wants found wherever it goes.
    pub(crate) fn known(&self) -> &[KnownSecret] {
        &self.known
    }

    /// The operator's own rules, which whoever scans by this policy takes over.
    pub(crate) fn take_own_rules(&mut self) -> RuleSet {
        std::mem::take(&mut self.own_rules)
    }

    /// Which hosts may be reached, and how.
    pub(crate) fn egress(&self) -> &Egress {
        &self.egress
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::parse("", "", &NoFiles).expect("an empty policy has nothing to refuse")
    }
}
