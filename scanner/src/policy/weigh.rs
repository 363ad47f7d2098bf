//! What one finding is worth.

use super::Policy;
use super::overrides::Override;
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

    /// Whether anything in the body of a response may be worth more than a flag. Of the other categories no rule looks
    /// into what servers send.
    pub(super) fn judges_inbound(&self) -> bool {
        let in_bodies = [Category::Secret, Category::Known, Category::Pii, Category::Injection];
        let by_category = in_bodies.iter().any(|category| self.actions.inbound.get(*category) > Action::Flag);
        let is_strict =
            |each: &Override| each.action > Action::Flag && each.direction != Some(Direction::Outbound);
        by_category || self.overrides.iter().any(is_strict)
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

#[cfg(test)]
mod tests {
    use super::super::NoFiles;
    use super::*;

    const OUT: Circumstances<'_> = Circumstances {
        direction: Direction::Outbound,
        host: Some("api.example.com"),
        part: "body",
        at_home: false,
        model_api_body: false,
    };
    const IN: Circumstances<'_> = Circumstances { direction: Direction::Inbound, ..OUT };
    const MODEL: Circumstances<'_> = Circumstances { model_api_body: true, ..OUT };
    const HOME: Circumstances<'_> = Circumstances { at_home: true, part: "header:authorization", ..OUT };

    fn policy(text: &str) -> Policy {
        Policy::parse("policy.toml", text, &NoFiles).unwrap()
    }

    #[test]
    fn what_servers_send_is_judged_where_more_than_a_flag_can_come_of_it() {
        for (text, want) in [
            ("", false),
            ("[actions.inbound]\nsecret = \"block\"", true),
            ("[actions]\ninjection = \"block\"", true),
            ("[[override]]\nrule = \"stripe.*\"\naction = \"redact\"", true),
            ("[[override]]\nrule = \"stripe.*\"\ndirection = \"outbound\"\naction = \"redact\"", false),
            ("[[override]]\nrule = \"stripe.*\"\naction = \"allow\"", false),
        ] {
            assert_eq!(policy(text).judges_inbound(), want, "{text}");
        }
    }

    fn weighed(text: &str, confidence: Confidence, at: &Circumstances<'_>) -> Option<Action> {
        policy(text).action("stripe.secret-key", Category::Secret, confidence, at)
    }

    #[test]
    fn without_a_file_the_category_decides() {
        use Action::{Block, Flag, Redact};
        let policy = policy("");
        for (category, outbound, inbound, model_api) in [
            (Category::Secret, Block, Flag, Redact),
            (Category::Known, Block, Flag, Redact),
            (Category::Pii, Block, Flag, Redact),
            (Category::Exfiltration, Block, Block, Flag),
            (Category::Injection, Flag, Flag, Flag),
            (Category::Mcp, Block, Block, Flag),
            (Category::Host, Block, Block, Block),
        ] {
            let action = |at| policy.action("any.rule", category, Confidence::High, at).unwrap();
            assert_eq!(
                (action(&OUT), action(&IN), action(&MODEL)),
                (outbound, inbound, model_api),
                "{category:?}"
            );
        }
    }

    #[test]
    fn a_table_of_the_file_changes_what_it_names_and_what_follows_from_it() {
        let text = "[actions]\nsecret = \"flag\"\nmcp = \"flag\"\n[actions.inbound]\npii = \"redact\"\n\
                    [actions.model_api]\nmcp = \"block\"";
        let policy = policy(text);
        let action = |category, at| policy.action("any.rule", category, Confidence::High, at).unwrap();
        assert_eq!(action(Category::Secret, &OUT), Action::Flag);
        assert_eq!(action(Category::Secret, &MODEL), Action::Redact);
        assert_eq!(action(Category::Mcp, &IN), Action::Flag);
        assert_eq!(action(Category::Pii, &IN), Action::Redact);
        assert_eq!(action(Category::Mcp, &MODEL), Action::Block);
    }

    #[test]
    fn low_confidence_is_a_flag_at_most_unless_an_override_says_otherwise() {
        let spelled_out = "[actions]\nsecret = \"block\"";
        let lifted = "[[override]]\nrule = \"stripe.*\"\naction = \"block\"";
        for (text, confidence, at, want) in [
            ("", Confidence::Low, &OUT, Action::Flag),
            ("", Confidence::Low, &MODEL, Action::Flag),
            ("", Confidence::Medium, &OUT, Action::Block),
            (spelled_out, Confidence::Low, &OUT, Action::Flag),
            (lifted, Confidence::Low, &OUT, Action::Block),
        ] {
            assert_eq!(weighed(text, confidence, at), Some(want), "{text} {confidence:?}");
        }
    }

    #[test]
    fn an_override_applies_when_all_that_is_given_matches() {
        let trailer = Circumstances { part: "trailer:x-note", ..OUT };
        let nowhere = Circumstances { host: None, ..OUT };
        for (given, at, applies) in [
            ("rule = \"stripe.secret-key\"", OUT, true),
            ("rule = \"stripe.*\"", OUT, true),
            ("rule = \"stripe.other\"", OUT, false),
            ("rule = \"strip.*\"", OUT, false),
            ("category = \"secret\"", OUT, true),
            ("category = \"pii\"", OUT, false),
            ("host = \"*.example.com\"", OUT, true),
            ("host = \"API.example.com.\"", OUT, true),
            ("host = \"example.com\"", OUT, false),
            ("host = \"api.example.com\"", nowhere, false),
            ("part = \"body\"", OUT, true),
            ("part = \"url\"", OUT, false),
            ("part = \"Header:Authorization\"", Circumstances { at_home: false, ..HOME }, true),
            ("part = \"header:*\"", trailer, false),
            ("part = \"trailer:*\"", trailer, true),
            ("direction = \"outbound\"", OUT, true),
            ("direction = \"inbound\"", OUT, false),
            ("category = \"secret\"\nhost = \"api.example.com\"", OUT, true),
            ("category = \"secret\"\nhost = \"api.example.org\"", OUT, false),
        ] {
            let text = format!("[[override]]\n{given}\naction = \"redact\"");
            let want = if applies { Action::Redact } else { Action::Block };
            assert_eq!(weighed(&text, Confidence::High, &at), Some(want), "{given}");
        }
    }

    #[test]
    fn the_last_override_that_matches_wins_and_allow_drops_the_finding() {
        let three = |last: &str| {
            format!(
                "[[override]]\nrule = \"stripe.*\"\naction = \"flag\"\n\
                 [[override]]\ncategory = \"secret\"\naction = \"allow\"\n[[override]]\n{last}"
            )
        };
        let misses = three("category = \"pii\"\naction = \"block\"");
        assert_eq!(weighed(&misses, Confidence::High, &OUT), None);
        let matches = three("direction = \"outbound\"\naction = \"redact\"");
        assert_eq!(weighed(&matches, Confidence::High, &OUT), Some(Action::Redact));
    }

    #[test]
    fn at_home_a_credential_passes_unless_an_override_names_the_host() {
        let general = "[[override]]\ncategory = \"secret\"\naction = \"block\"";
        let exact = "[[override]]\nrule = \"stripe.*\"\nhost = \"api.example.com\"\naction = \"block\"";
        assert_eq!(weighed("", Confidence::High, &HOME), Some(Action::Allow));
        assert_eq!(weighed(general, Confidence::High, &HOME), Some(Action::Allow));
        assert_eq!(weighed(general, Confidence::High, &OUT), Some(Action::Block));
        assert_eq!(weighed(exact, Confidence::High, &HOME), Some(Action::Block));
    }

    #[test]
    fn home_adds_hosts_by_rule_and_by_family() {
        let policy = policy("[home]\n\"gitlab.*\" = [\"git.a.test\"]\n\"gitlab.pat\" = [\"*.b.test\"]");
        let hosts = |rule: &str| policy.home_hosts(rule).count();
        assert_eq!((hosts("gitlab.pat"), hosts("gitlab.other"), hosts("gitlabx.pat")), (2, 1, 0));
    }
}
