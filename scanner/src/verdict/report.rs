//! The answer as it travels: the same fields through every door.

use serde::Serialize;

use super::Answer;
use crate::scan::Scanner;

/// An [`Answer`] with what only the door knows, and what it was judged by.
#[derive(Debug, Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(description = "A completed scan: verdict, reasons, edits, and what it was judged by.")
)]
pub struct Report<'a> {
    /// A ULID, new for every scan.
    pub scan_id: String,
    /// The message's own `id`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub id: Option<&'a str>,
    /// Verdict and reasons.
    #[serde(flatten)]
    pub answer: &'a Answer,
    /// The rules.
    pub ruleset: RulesetId<'a>,
    /// `sha256:` and the hash of the policy.
    pub policy_hash: &'a str,
    /// How long the scan took.
    pub duration_us: u64,
}

/// Which rules a message was judged by.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesetId<'a> {
    /// Version of the release the rules came with.
    pub version: &'a str,
    /// `sha256:` and the hash of the rule files.
    pub hash: &'a str,
}

impl<'a> Report<'a> {
    /// Puts an answer of `scanner` into its envelope.
    #[must_use]
    pub fn new(
        scanner: &'a Scanner,
        answer: &'a Answer,
        scan_id: String,
        id: Option<&'a str>,
        duration_us: u64,
    ) -> Self {
        let ruleset = RulesetId { version: scanner.rules().version(), hash: scanner.rules().hash() };
        Self { scan_id, id, answer, ruleset, policy_hash: scanner.policy().hash(), duration_us }
    }
}
