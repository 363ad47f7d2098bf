//! What one finding is worth.

use super::Policy;
use crate::message::Direction;
use crate::verdict::{Action, Category, Confidence};

/// Where and how something was found, as far as the policy cares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// Which way the message travels.
    pub(crate) direction: Direction,
    /// Where the request goes or went.
    pub(crate) host: Option<&'a str>,
    /// The part, as findings name it: `body`, `header:x-api-key` …
    pub(crate) part: &'a str,
    /// A credential in its place at home.
    pub(crate) at_home: bool,
    /// In the body of a request to a model API.
    pub(crate) model_api_body: bool,
}

impl Policy {
    /// What a finding is worth. `None`: an override drops it.
    ///
    /// An override that matches decides, the last of several, and lifts the cap on low confidence. At home only
    /// an override that names a host counts: one without means the credential elsewhere.
    pub(crate) fn action(
        &self,
        rule: &str,
        category: Category,
        confidence: Confidence,
        at: &Circumstances<'_>,
    ) -> Option<Action> {
        let decided = self
            .overrides
            .iter()
            .rev()
            .filter(|each| !at.at_home || each.host.is_some())
            .find(|each| each.matches(rule, category, at))
            .map(|each| each.action);
        match decided {
            Some(Action::Allow) => None,
            Some(action) => Some(action),
            None if at.at_home => Some(Action::Allow),
            None => Some(self.by_category(category, confidence, at)),
        }
    }

    fn by_category(&self, category: Category, confidence: Confidence, at: &Circumstances<'_>) -> Action {
        let table = match at.direction {
            Direction::Inbound => &self.actions.inbound,
            Direction::Outbound if at.model_api_body => &self.actions.model_api,
            Direction::Outbound => &self.actions.outbound,
        };
        let cap = if confidence == Confidence::Low { Action::Flag } else { Action::Block };
        table.get(category).min(cap)
    }
}
