//! What a flow gets when there is no verdict, or not a whole one.

use serde::{Deserialize, Serialize};

use crate::message::Direction;
use crate::verdict::Category;

/// What happens to a flow without a whole verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OnFailure {
    /// Nothing passes.
    #[default]
    Block,
    /// It passes, and is counted, logged and reported.
    Flag,
}

/// Why there is no whole verdict, as far as the engine itself meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A budget ran out.
    Incomplete,
    /// Something in this category should be cut out, and cannot be.
    Unredactable(Category),
}

/// One action for each way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailureActions {
    /// The scanner is down, slow or lying.
    pub unavailable: OnFailure,
    /// Something broke.
    pub error: OnFailure,
    /// More bytes than the limits allow.
    pub over_limit: OnFailure,
    /// The Content-Encoding cannot be undone.
    pub undecodable: OnFailure,
    /// A budget ran out before everything was looked at.
    pub incomplete: OnFailure,
    /// What should be cut out cannot be: a digest or signature covers the bytes.
    pub unredactable: OnFailure,
}

/// What the file says about one way; what it leaves out has a default.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Given {
    pub(super) unavailable: Option<OnFailure>,
    pub(super) error: Option<OnFailure>,
    pub(super) over_limit: Option<OnFailure>,
    pub(super) undecodable: Option<OnFailure>,
    pub(super) incomplete: Option<OnFailure>,
    pub(super) unredactable: Option<OnFailure>,
}

/// The three tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failing {
    pub(super) outbound: FailureActions,
    pub(super) inbound: FailureActions,
    pub(super) model_api: FailureActions,
}

impl Failing {
    /// The defaults, and over them what the file says.
    pub(super) fn new(outbound: Given, inbound: Given, model_api: Given) -> Self {
        let block = OnFailure::Block;
        let strict = FailureActions {
            unavailable: block,
            error: block,
            over_limit: block,
            undecodable: block,
            incomplete: block,
            unredactable: block,
        };
        let outbound = outbound.over(strict);
        // Whoever asks for an incomplete answer again gets the same one: a block here only ends the work.
        let lenient = FailureActions { incomplete: OnFailure::Flag, ..outbound };
        Self { outbound, inbound: inbound.over(lenient), model_api: model_api.over(lenient) }
    }

    fn table(&self, direction: Direction, model_api_body: bool) -> &FailureActions {
        match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound if model_api_body => &self.model_api,
            Direction::Outbound => &self.outbound,
        }
    }
}

impl Given {
    fn over(self, base: FailureActions) -> FailureActions {
        FailureActions {
            unavailable: self.unavailable.unwrap_or(base.unavailable),
            error: self.error.unwrap_or(base.error),
            over_limit: self.over_limit.unwrap_or(base.over_limit),
            undecodable: self.undecodable.unwrap_or(base.undecodable),
            incomplete: self.incomplete.unwrap_or(base.incomplete),
            unredactable: self.unredactable.unwrap_or(base.unredactable),
        }
    }
}

impl super::Policy {
    /// What happens when the engine cannot give a whole verdict.
    pub(crate) fn on_failure(
        &self,
        failure: Failure,
        direction: Direction,
        model_api_body: bool,
    ) -> OnFailure {
        let table = self.failing.table(direction, model_api_body);
        match failure {
            Failure::Incomplete => table.incomplete,
            // Signed requests are full of names and addresses that belong there.
            Failure::Unredactable(Category::Pii) => OnFailure::Flag,
            Failure::Unredactable(_) => table.unredactable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NoFiles, Policy};
    use super::*;

    #[test]
    fn an_incomplete_scan_blocks_outbound_alone_unless_the_file_says_otherwise() {
        use Direction::{Inbound, Outbound};
        use OnFailure::{Block, Flag};
        let strict = "[failure.inbound]\nincomplete = \"block\"";
        let lax = "[failure]\nincomplete = \"flag\"\n[failure.model_api]\nincomplete = \"block\"";
        for (text, outbound, inbound, model_api) in [
            ("", Block, Flag, Flag),
            ("[failure]\nincomplete = \"block\"", Block, Flag, Flag),
            (strict, Block, Block, Flag),
            (lax, Flag, Flag, Block),
        ] {
            let policy = Policy::parse("", text, &NoFiles).unwrap();
            let action = |direction, body| policy.on_failure(Failure::Incomplete, direction, body);
            let got = (action(Outbound, false), action(Inbound, false), action(Outbound, true));
            assert_eq!(got, (outbound, inbound, model_api), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_cut_out_blocks_except_personal_data() {
        let action = |category| {
            Policy::default().on_failure(Failure::Unredactable(category), Direction::Outbound, true)
        };
        assert_eq!(action(Category::Secret), OnFailure::Block);
        assert_eq!(action(Category::Pii), OnFailure::Flag);
    }
}
