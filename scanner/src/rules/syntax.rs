//! A rule file as it is written. `docs/rules.md` explains each field.

use serde::Deserialize;

use super::{Home, Volume};
use crate::candidates::Says;
use crate::verdict::{Category, Confidence, Severity};

/// One file: a vendor, what holds for all its rules, and the rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) vendor: String,
    pub(super) source: Option<String>,
    pub(super) category: Option<Category>,
    pub(super) severity: Option<Severity>,
    pub(super) confidence: Option<Confidence>,
    #[serde(default)]
    pub(super) home: Vec<Home>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Entry>,
}

/// One `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) finds: String,
    pub(super) category: Option<Category>,
    pub(super) severity: Option<Severity>,
    pub(super) confidence: Option<Confidence>,
    pub(super) keywords: Option<Vec<String>>,
    #[serde(default)]
    pub(super) ignore_case: bool,
    #[serde(default)]
    pub(super) reach: usize,
    #[serde(default)]
    pub(super) lead: String,
    #[serde(default)]
    pub(super) tail: usize,
    pub(super) names: Option<Vec<String>>,
    pub(super) says: Option<Says>,
    pub(super) shape: Option<Shape>,
    pub(super) volume: Option<Volume>,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    pub(super) pattern: String,
    pub(super) until: Option<String>,
    pub(super) until_bytes: Option<usize>,
    #[serde(default = "yes")]
    pub(super) whole_word: bool,
    #[serde(default)]
    pub(super) context: Vec<String>,
    #[serde(default)]
    pub(super) confirm: Vec<String>,
    #[serde(default)]
    pub(super) except: Vec<String>,
    pub(super) home: Option<Vec<Home>>,
    pub(super) token: Option<String>,
    #[serde(default)]
    pub(super) hits: Vec<String>,
    #[serde(default)]
    pub(super) misses: Vec<String>,
    pub(super) source: Option<String>,
}

/// A trigger without a literal.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Shape {
    Digits,
    Mailbox,
    Run,
    SeedWords,
    Userinfo,
    Host,
    Label,
    Value,
}

fn yes() -> bool {
    true
}

/// Where nearly every credential belongs at home.
pub(super) fn authorization() -> Vec<String> {
    vec!["header:authorization".to_owned()]
}
