//! Fresh examples from the rules themselves, for tests, benches, fuzz seeds and the corpus.

use std::sync::Arc;

use super::template::{Random, Template};
use super::{Rule, RuleSet};

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExampleKind {
    /// A secret of the rule's form and nothing else.
    Token,
    /// A text in which the rule finds something; lines that begin with `GET ` are requests, in one session.
    Hit,
    /// A look-alike in which the rule finds nothing.
    Miss,
}

/// A text built from one of a rule's templates.
#[derive(Clone, PartialEq, Eq)]
pub struct Example {
    /// Id of the rule.
    pub rule: Arc<str>,
    /// What it shows.
    pub kind: ExampleKind,
    /// The bytes, check digits right.
    pub text: Vec<u8>,
}

/// Says which example it is and never the text, which looks like a live secret.
impl std::fmt::Debug for Example {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Example({}, {:?}, {} bytes)", self.rule, self.kind, self.text.len())
    }
}

impl RuleSet {
    /// One fresh example of every `token`, `hits` and `misses` entry of every rule.
    ///
    /// The same seed gives the same examples; another seed gives other secrets of the same forms. No secret
    /// is live: nobody issued it.
    pub fn examples(&self, seed: u64) -> impl Iterator<Item = Example> + '_ {
        self.rules.iter().flat_map(move |rule| rule.examples(seed))
    }
}

impl Rule {
    fn examples(&self, seed: u64) -> impl Iterator<Item = Example> + '_ {
        let mut random = Random::new(seed, &self.id);
        let token = self.token.as_deref().map(read);
        let tokens = self.token.iter().map(|text| (ExampleKind::Token, text));
        let hits = self.hits.iter().map(|text| (ExampleKind::Hit, text));
        let misses = self.misses.iter().map(|text| (ExampleKind::Miss, text));
        tokens.chain(hits).chain(misses).map(move |(kind, text)| Example {
            rule: self.id.clone(),
            kind,
            text: self.expanded(&read(text), token.as_ref(), &mut random),
        })
    }
}

impl Rule {
    /// What a rule with a volume counts stands in many messages, a line each.
    fn expanded(&self, template: &Template, token: Option<&Template>, random: &mut Random) -> Vec<u8> {
        let lines = self.volume.map_or(1, |volume| 2 * volume.values);
        let lines: Vec<_> = (0..lines).map(|_| template.expand(token, random)).collect();
        lines.join(&b'\n')
    }
}

fn read(text: impl AsRef<str>) -> Template {
    Template::parse(text.as_ref()).expect("checked when the rule was read")
}
