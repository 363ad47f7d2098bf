//! What findings in the body of one stream are worth.

use crate::hosts::{Place, Spot, at_home};
use crate::message::{Content, Direction, Message};
use crate::policy::{Circumstances, Failure, OnFailure};
use crate::rules::{Rule, Trigger};
use crate::scan::{Scanner, is_sealed};
use crate::sight::destination;
use crate::verdict::{Action, Category};

/// The circumstances of a stream, as its head tells them.
#[derive(Debug)]
pub(super) struct Weigher {
    pub(super) direction: Direction,
    host: Option<String>,
    model_api_body: bool,
    /// Whether a digest or a signature covers the body.
    pub(super) is_sealed: bool,
}

impl Weigher {
    pub(super) fn new(scanner: &Scanner, head: &Message<'_>) -> Self {
        let host = destination(head).map(std::borrow::Cow::into_owned);
        let is_request = matches!(head.content, Content::Request(_));
        let model_api_body =
            is_request && host.as_deref().is_some_and(|host| scanner.policy().is_model_api(host));
        Self { direction: head.direction(), host, model_api_body, is_sealed: is_sealed(head) }
    }

    /// What a finding of this rule is worth. `None` where the policy drops it. Fields of forms are not told apart.
    pub(super) fn action(&self, scanner: &Scanner, rule: usize) -> Option<Action> {
        let rule = &scanner.rules().rules[rule];
        let host = self.host.as_deref();
        let place = Place { part: "body", spot: Spot::Anywhere };
        let circumstances = Circumstances {
            direction: self.direction,
            host,
            part: "body",
            at_home: at_home(&rule.home, scanner.policy().home_hosts(&rule.id), host, &place),
            model_api_body: self.model_api_body,
        };
        scanner.policy().action(&rule.id, rule.category, rule.confidence, &circumstances)
    }

    /// The strictest and the mildest of what findings can be worth here, flags and less left out.
    pub(super) fn strictness(&self, scanner: &Scanner) -> Strictness {
        let in_bodies = scanner.rules().rules.iter().enumerate().filter(|(_, rule)| is_for_bodies(rule));
        let actions: Vec<Action> = in_bodies.filter_map(|(rule, _)| self.action(scanner, rule)).collect();
        Strictness { cuts: actions.contains(&Action::Redact), blocks: actions.contains(&Action::Block) }
    }

    /// What becomes of a stream in which something cannot be cut out.
    pub(super) fn blocks_unredactable(&self, scanner: &Scanner, category: Category) -> bool {
        self.fails(scanner, Failure::Unredactable(category)) == OnFailure::Block
    }

    /// What becomes of a stream that was not looked at whole.
    pub(super) fn blocks_incomplete(&self, scanner: &Scanner) -> bool {
        self.fails(scanner, Failure::Incomplete) == OnFailure::Block
    }

    fn fails(&self, scanner: &Scanner, failure: Failure) -> OnFailure {
        scanner.policy().on_failure(failure, self.direction, self.model_api_body)
    }
}

/// Whether a rule looks into bodies; some look at hosts, paths and single values alone.
fn is_for_bodies(rule: &Rule) -> bool {
    !matches!(rule.trigger, Trigger::Host | Trigger::Label | Trigger::Value)
}

/// What the policy could do with this stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// Something may have to be cut out.
    pub(super) cuts: bool,
    /// It may have to end.
    pub(super) blocks: bool,
}
