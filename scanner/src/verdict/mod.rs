//! The last station: the answer that a door gives.

mod apply;
mod assemble;
mod error;
mod fingerprint;
mod report;

use serde::Serialize;

pub use apply::{Edited, Field, apply};
pub(crate) use assemble::{Seen, assemble};
pub use error::ScanError;
pub use fingerprint::FingerprintKey;
pub use report::{Report, RulesetId};

/// What happens to the message, from mildest to strictest: the order is the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// Forward unchanged.
    #[default]
    Allow,
    /// Forward with the edits applied.
    Redact,
    /// Do not forward.
    Block,
}

/// What one finding is worth, from mildest to strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Action {
    /// In its place: seen, and nothing to say.
    Allow,
    /// Reported; the message passes.
    Flag,
    /// Cut out.
    Redact,
    /// Not forwarded.
    Block,
}

/// What kind of trouble a rule is about; the policy decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Category {
    /// Credentials, private keys, wallets.
    Secret,
    /// Canaries and secrets that the operator named.
    Known,
    /// Personal and financial data.
    Pii,
    /// Data hidden in host names, paths, queries, headers.
    Exfiltration,
    /// Text that tries to steer the agent.
    Injection,
    /// Poisoned, changed or shadowed tools; protocol tricks.
    Mcp,
    /// Fronting, hosts outside the allow list, private and metadata addresses.
    Host,
}

/// How bad it is if the finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// Worth a look.
    Low,
    /// Harm in the wrong hands.
    Medium,
    /// Access to something.
    High,
    /// Access to much.
    Critical,
}

/// How sure the rule is. Low confidence is never worth more than a flag unless the policy says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Confidence {
    /// Could be chance.
    Low,
    /// Named by its context.
    Medium,
    /// A format of its own, or a checksum.
    High,
}

/// A completed scan: verdict, reasons, and how to cut out what was found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The strictest finding decides.
    pub verdict: Verdict,
    /// `<category>_outbound` or `_inbound` of the strictest finding, `host_fronting`, `host_not_allowed`,
    /// `host_private`, or `incomplete`; null on an allow without flags.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reason_code: Option<&'static str>,
    /// One per rule and fingerprint, at most 1,000.
    pub findings: Vec<Finding>,
    /// How many findings were left out.
    #[serde(skip_serializing_if = "is_zero")]
    pub findings_omitted: usize,
    /// Sorted by part and start, never overlapping. Null when something worth cutting cannot be cut.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub edits: Option<Vec<Edit>>,
    /// What was looked at.
    pub coverage: Coverage,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A rule that fired: where, never what.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Id of the rule, `family.thing-in-kebab`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: std::sync::Arc<str>,
    /// What kind of trouble.
    pub category: Category,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What the policy makes of it.
    pub action: Action,
    /// `method`, `url`, `header:<name>`, `header-name:<n>`, `body`, `trailer:<name>`, `connect`.
    pub part: String,
    /// Which of several headers of that name, from 0; absent when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// JSON Pointer of the enclosing value; null outside JSON.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pointer: Option<String>,
    /// First byte in the part, its Content-Encoding undone.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Decodings between the part and the finding, outermost first.
    pub decoded_by: Vec<&'static str>,
    /// Equal secrets have equal fingerprints within one process; nothing can be guessed from one.
    pub fingerprint: String,
    /// How often this rule found this secret in the message.
    pub count: usize,
}

/// Replace a byte range of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edit {
    /// The part.
    pub part: String,
    /// Which of several headers of that name, from 0; absent when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// First byte in the part, its Content-Encoding undone.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What to put there, already escaped for the place.
    pub replacement: String,
}

/// What was looked at, and what was not.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coverage {
    /// False when a budget ran out.
    pub complete: bool,
    /// Bytes looked at, decodings included.
    pub scanned_bytes: usize,
    /// What was not looked at, and why.
    pub skipped: Vec<Skipped>,
    /// Whether the message was looked at together with what its session sent before. False when it names no session,
    /// or nobody remembers.
    pub session: bool,
}

/// Something that was not looked at.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skipped {
    /// The part.
    pub part: String,
    /// `budget`, `depth`, `opaque` …
    pub reason: &'static str,
    /// How many bytes.
    pub bytes: usize,
}
