//! Exceptions: what some findings are worth whatever their category says.

use super::weigh::Circumstances;
use crate::hosts::{Host, HostPattern};
use crate::message::Direction;
use crate::verdict::{Action, Category};

/// One exception. All that is given must match.
#[derive(Clone, Debug)]
pub(super) struct Override {
    pub(super) rule: Option<RulePattern>,
    pub(super) category: Option<Category>,
    pub(super) host: Option<HostPattern>,
    pub(super) part: Option<PartPattern>,
    pub(super) direction: Option<Direction>,
    pub(super) action: Action,
}

/// A rule, or every rule of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RulePattern {
    Id(Box<str>),
    /// With the dot at the end.
    Family(Box<str>),
}

/// A part, or every header or trailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartPattern {
    Exact(Box<str>),
    /// `header:` or `trailer:`.
    Every(Box<str>),
}

impl Override {
    /// Whether it would apply to every finding.
    pub(super) fn is_unconditional(&self) -> bool {
        self.rule.is_none()
            && self.category.is_none()
            && self.host.is_none()
            && self.part.is_none()
            && self.direction.is_none()
    }

    pub(super) fn matches(&self, rule: &str, category: Category, at: &Circumstances<'_>) -> bool {
        self.rule.as_ref().is_none_or(|pattern| pattern.matches(rule))
            && self.category.is_none_or(|wanted| wanted == category)
            && self.direction.is_none_or(|wanted| wanted == at.direction)
            && self.part.as_ref().is_none_or(|pattern| pattern.matches(at.part))
            && self.host.as_ref().is_none_or(|pattern| covers(pattern, at.host))
    }
}

fn covers(pattern: &HostPattern, host: Option<&str>) -> bool {
    host.and_then(Host::parse_with_port).is_some_and(|(host, port)| pattern.covers(&host, port))
}

impl RulePattern {
    /// Reads `family.thing-in-kebab` or `family.*`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let kebab = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        match text.split_once('.')? {
            (family, "*") if kebab(family) => Some(Self::Family(format!("{family}.").into())),
            (family, thing) if kebab(family) && kebab(thing) => Some(Self::Id(text.into())),
            _ => None,
        }
    }

    pub(super) fn matches(&self, rule: &str) -> bool {
        match self {
            Self::Id(id) => **id == *rule,
            Self::Family(family) => rule.starts_with(&**family),
        }
    }
}

impl PartPattern {
    const WHOLE: [&'static str; 5] = ["method", "url", "reason", "body", "connect"];
    const NAMED: [&'static str; 2] = ["header:", "trailer:"];

    /// Reads the name of a part, `header:*` or `trailer:*`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if Self::WHOLE.contains(&text.as_str()) || text.starts_with("header-name:") {
            return Some(Self::Exact(text.into()));
        }
        let kind = Self::NAMED.into_iter().find(|kind| text.starts_with(kind))?;
        match &text[kind.len()..] {
            "" => None,
            "*" => Some(Self::Every(kind.into())),
            _ => Some(Self::Exact(text.into())),
        }
    }

    fn matches(&self, part: &str) -> bool {
        match self {
            Self::Exact(name) => name.eq_ignore_ascii_case(part),
            Self::Every(kind) => part.starts_with(&**kind),
        }
    }
}
