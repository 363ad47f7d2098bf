//! What the addon needs of a policy: the answer to `GET /policy`.

use serde::Serialize;

use super::{FailureActions, Policy};

/// A policy as the addon sees it. Hosts, actions and secrets stay with the scanner.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddonPolicy<'a> {
    /// `sha256:` and the hash of the policy.
    pub policy_hash: &'a str,
    /// What a flow gets without a whole verdict.
    pub failure: FailureView,
    /// What may be scanned at all.
    pub limits: LimitsView,
    /// Which hosts may be reached.
    pub egress: EgressView<'a>,
    /// Whether anything that servers send may be cut out or stopped: then no answer may come in ranges.
    pub judges_inbound: bool,
}

/// What a flow gets without a whole verdict, by the way it goes.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailureView {
    /// Requests, and WebSocket messages of the agent.
    pub outbound: FailureActions,
    /// Responses, and WebSocket messages of servers.
    pub inbound: FailureActions,
    /// Bodies of requests to model APIs.
    pub model_api: FailureActions,
}

/// What may be scanned at all.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitsView {
    /// Bytes of a body, before and after its Content-Encoding is undone.
    pub body_bytes: usize,
    /// How many times its compressed size a body may grow to, once it is past 1 MiB.
    pub compression_ratio: usize,
    /// Bytes of the URL.
    pub url_bytes: usize,
    /// Bytes of all header names and values, or of all trailers.
    pub header_bytes: usize,
    /// How many headers, or trailers.
    pub header_count: usize,
}

/// Which hosts may be reached.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EgressView<'a> {
    /// Whether there is an allow list; else any public host may be reached.
    pub allow_listed: bool,
    /// Whether some private addresses may be reached.
    pub private_listed: bool,
    /// Host patterns that are tunnelled unopened, as the policy spells them.
    pub passthrough: &'a [String],
}

impl<'a> AddonPolicy<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        let (failing, limits, egress) = (&policy.failing, &policy.limits, &policy.egress);
        Self {
            policy_hash: &policy.hash,
            failure: FailureView {
                outbound: failing.outbound,
                inbound: failing.inbound,
                model_api: failing.model_api,
            },
            limits: LimitsView {
                body_bytes: limits.body_bytes,
                compression_ratio: limits.compression_ratio,
                url_bytes: limits.url_bytes,
                header_bytes: limits.header_bytes,
                header_count: limits.header_count,
            },
            egress: EgressView {
                allow_listed: egress.is_listed(),
                private_listed: !egress.private.is_empty(),
                passthrough: &egress.passthrough_names,
            },
            judges_inbound: policy.judges_inbound(),
        }
    }
}
