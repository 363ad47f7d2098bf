//! What to look for: TOML files, embedded at build, compiled once.

mod compile;
mod examples;
#[cfg(test)]
mod homes;
mod known;
mod pattern;
mod row;
mod summary;
mod syntax;
mod telling;
mod template;
#[cfg(test)]
mod tests;
mod volume;

use std::sync::Arc;

use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::candidates::Says;
use crate::checks::Check;
use crate::verdict::{Category, Confidence, Severity};

pub use examples::{Example, ExampleKind};
pub(crate) use pattern::{Form, Pattern, SIGNS};
pub use summary::RuleSummary;
pub(crate) use volume::Volume;

/// The files under `rules/`, by name and text.
const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// Why a rule file cannot be used. Stops the start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}: {rule}: {reason}")]
pub struct RuleError {
    /// The rule file.
    pub file: String,
    /// Id of the rule, or the line where there is none yet.
    pub rule: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Rules, compiled. The default has none.
#[derive(Debug, Default)]
pub struct RuleSet {
    pub(crate) rules: Vec<Rule>,
    hash: String,
}

impl RuleSet {
    /// The rules that ship with the engine.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::default().join(BUILTIN.iter().copied())
    }

    /// These rules and the operator's own, given as file name and TOML text.
    ///
    /// Every pattern is compiled here, so that a bad one stops the start.
    pub fn with_files<N, T>(self, files: impl IntoIterator<Item = (N, T)>) -> Result<Self, RuleError>
    where
        N: AsRef<str>,
        T: AsRef<str>,
    {
        let known = self.rules.len();
        let joined = self.join(files)?;
        joined.rules[known..].iter().try_for_each(compile::prove)?;
        Ok(joined)
    }

    /// The rules of these files and no others.
    #[cfg(test)]
    pub(crate) fn only(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        Self::default().join(files).expect("the rules of the test are good")
    }

    /// The same, but rules whose ids stand in `files` are taken from there.
    pub fn with_replacements<N, T>(self, files: impl IntoIterator<Item = (N, T)>) -> Result<Self, RuleError>
    where
        N: AsRef<str>,
        T: AsRef<str>,
    {
        let new = Self::default().with_files(files)?;
        let is_new = |rule: &Rule| new.rules.iter().any(|new| new.id == rule.id);
        let kept = self.rules.into_iter().filter(|rule| !is_new(rule)).collect();
        Ok(Self { rules: kept, hash: self.hash }.and(new))
    }

    /// Refuses `others` when one of them has the id of one of these.
    pub(crate) fn admits(&self, others: &Self) -> Result<(), RuleError> {
        compile::ids_are_unique(self.rules.iter().chain(&others.rules))?;
        compile::numbers_are_few(self.rules.iter().chain(&others.rules))
    }

    /// These rules, then `others`.
    pub(crate) fn and(mut self, others: Self) -> Self {
        if !others.rules.is_empty() {
            self.hash = hash_of(Sha256::new_with_prefix([self.hash, others.hash].concat()));
            self.rules.extend(others.rules);
        }
        self
    }

    /// Ids of the rules that stand in this file.
    pub fn ids_in(&self, file: &str) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(move |rule| &*rule.file == file).map(|rule| &*rule.id)
    }

    fn join<N, T>(mut self, files: impl IntoIterator<Item = (N, T)>) -> Result<Self, RuleError>
    where
        N: AsRef<str>,
        T: AsRef<str>,
    {
        let mut hash = Sha256::new_with_prefix(&self.hash);
        for (name, text) in files {
            let (name, text) = (name.as_ref(), text.as_ref());
            hash.update([name, "\0", text, "\0"].concat());
            compile::file(name, text, &mut self.rules)?;
        }
        compile::ids_are_unique(&self.rules)?;
        compile::numbers_are_few(&self.rules)?;
        self.hash = hash_of(hash);
        Ok(self)
    }

    /// Version of the release the rules came with.
    #[must_use]
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// `sha256:` and the hash of the rule files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

fn hash_of(hash: Sha256) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&hash.finalize()))
}

/// One thing to look for, ready to run.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The file it stands in, for errors.
    pub(crate) file: Arc<str>,
    /// Who issues what it finds.
    pub(crate) vendor: Arc<str>,
    /// `family.thing-in-kebab`.
    pub(crate) id: Arc<str>,
    /// Completes the sentence "the message contains …".
    pub(crate) finds: String,
    pub(crate) category: Category,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    /// What makes the engine look closer.
    pub(crate) trigger: Trigger,
    /// The exact form. Keyword triggers without reach: anchored at the keyword; with reach, digits and
    /// userinfo: searched in a window around what the trigger found; names: the whole value. The group
    /// `secret`, where there is one, is what is cut out.
    pub(crate) pattern: Pattern,
    /// How unlikely random text of token characters is to be taken for what the rule finds, in bits.
    pub(crate) bits: f64,
    /// What a match begins with, where that is fixed.
    pub(crate) starts: Vec<Keyword>,
    /// Bytes of the shortest match.
    pub(crate) min_bytes: usize,
    /// Whether every match lies in one run and has a digit or two capitals in a row.
    pub(crate) is_telling: bool,
    /// Whether every match lies at a run, see [`crate::candidates::MIN_RUN`]; where its beginning is not known, yes.
    pub(crate) is_at_run: bool,
    /// Where the match may go on to: everything up to and including this, at most `max_bytes` further.
    pub(crate) until: Option<Until>,
    /// A match touching a word character on either side is part of something longer, and no match.
    pub(crate) whole_word: bool,
    /// Words of which one must name the number, where its digits alone say too little; lower case.
    pub(crate) context: Vec<String>,
    /// What it counts over the messages of a session, where one value says too little.
    pub(crate) volume: Option<Volume>,
    /// Words in names of values that are what they should be.
    pub(crate) unless: Vec<String>,
    /// Second opinions, each given the bytes of the secret; all must agree. Asked by [`Rule::confirms`].
    pub(crate) checks: Vec<Check>,
    /// Published test data that is no finding.
    pub(crate) except: Vec<Vec<u8>>,
    /// Where the credential belongs.
    pub(crate) home: Vec<Home>,
    /// The document that specifies the format.
    pub(crate) source: String,
    /// Builds a fresh secret of this form; see [`RuleSet::examples`].
    pub(crate) token: Option<String>,
    /// Texts in which the rule finds something.
    pub(crate) hits: Vec<String>,
    /// Texts in which it finds nothing.
    pub(crate) misses: Vec<String>,
}

impl Rule {
    /// Whether a match is no chance even in bytes that chance could have written: keywords that are no everyday
    /// trigrams, and a form.
    pub(crate) fn is_strong(&self) -> bool {
        const STRONG_BITS: f64 = 40.0;
        const STRONG_KEYWORD: usize = 4;
        let Trigger::Keywords { literals, .. } = &self.trigger else { return false };
        let long = literals.iter().all(|word| word.bytes.len() >= STRONG_KEYWORD);
        self.is_known() || (long && self.bits >= STRONG_BITS)
    }

    /// Whether it is looked for in turned text: a match there is no chance, or stands alone and is long.
    pub(crate) fn tells_when_turned(&self) -> bool {
        const LONG: usize = 16;
        let by_keyword = matches!(self.trigger, Trigger::Keywords { .. });
        let bits = if self.whole_word { 18.0 } else { 24.0 };
        self.is_strong() || (by_keyword && self.min_bytes >= LONG && self.bits >= bits)
    }

    /// Whether these bytes, which the pattern matched, are what the rule is about: every check agrees, and
    /// they are not published test data.
    pub(crate) fn confirms(&self, secret: &[u8]) -> bool {
        self.checks.iter().all(|check| check.agrees(secret)) && !self.excepts(secret)
    }

    /// Whether all of `value` could be what the pattern of a rule for named values matches, by its length and the bytes
    /// that it is made of.
    pub(crate) fn could_match_all(&self, value: &[u8]) -> bool {
        let Trigger::Name { form, max_bytes, .. } = &self.trigger else { return true };
        (self.min_bytes..=*max_bytes).contains(&value.len()) && value.iter().all(|byte| form.has(*byte))
    }

    /// Among digits, separators make no difference.
    fn excepts(&self, secret: &[u8]) -> bool {
        let digits = matches!(self.trigger, Trigger::Digits { .. });
        let counts = |byte: &&u8| !digits || byte.is_ascii_alphanumeric();
        self.except.iter().any(|known| known.iter().filter(counts).eq(secret.iter().filter(counts)))
    }
}

/// What makes the engine look closer.
#[derive(Debug)]
pub(crate) enum Trigger {
    /// One of these literals. `reach` is how far before it a match may begin; 0 when it begins with it.
    Keywords { literals: Vec<Keyword>, reach: usize, max_bytes: usize },
    /// A value whose name says what it is: `name = value` in any syntax, where the name (or what stands
    /// shortly before it) has one of these words, a-z, 0-9, `_`, `-` and `.`; no words: any name that says so much.
    Name { words: Vec<String>, says: Says, form: Form, max_bytes: usize },
    /// A stretch of digits with the usual separators. `reach` is how far before it a match may begin, as
    /// with the country code of an IBAN.
    Digits { reach: usize, first: Box<[bool; 256]>, form: Form, signs: u8, max_bytes: usize },
    /// A run of letters and digits as long as the pattern's matches without their first bytes, which are `lead`, and
    /// their last `tail` ones.
    Run { bytes: std::ops::RangeInclusive<usize>, lead: Vec<u8>, tail: usize },
    /// `name@host`.
    Mailbox,
    /// Words of a seed phrase.
    SeedWords,
    /// What the operator named.
    Known { value: Arc<Zeroizing<Vec<u8>>> },
    /// `scheme://user:password@host`.
    Userinfo,
    /// The whole of a host name.
    Host,
    /// One label of a host name below the registered domain.
    Label,
    /// The whole of a path segment, of a value in the query or of a header.
    Value,
}

/// A literal to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Keyword {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ignore_case: bool,
}

/// How a block ends.
#[derive(Debug)]
pub(crate) struct Until {
    pub(crate) end: Pattern,
    pub(crate) max_bytes: usize,
}

/// Hosts that issue or accept a credential, and the places where it belongs there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Home {
    /// Host patterns as in the policy.
    pub(crate) hosts: Vec<String>,
    /// Places as in `header:authorization`, `query:key`, `field:refresh_token`, `member:token`, `path`, `url`, `body`.
    #[serde(default = "syntax::authorization")]
    pub(crate) at: Vec<String>,
    /// Whether a URL of these hosts with it in its query is made to be passed on, and so is none of a text's secrets.
    #[serde(default)]
    pub(crate) link: bool,
}
