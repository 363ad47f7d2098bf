//! What the operator named, as rules: the value is its own pattern, and nothing of it is shown.

use std::fmt::Write;

use super::pattern::Pattern;
use super::{Keyword, Rule, Trigger};
use crate::policy::KnownSecret;
use crate::verdict::{Category, Confidence, Severity};

impl Rule {
    /// Whether the operator named it.
    pub(crate) fn is_known(&self) -> bool {
        self.category == Category::Known
    }

    /// A rule that finds this value wherever it stands, also inside a word.
    pub(crate) fn known(secret: &KnownSecret) -> Self {
        let literal = secret.value.iter().fold(String::from(r"\A"), |mut pattern, byte| {
            let _ = write!(pattern, r"\x{byte:02x}");
            pattern
        });
        let keyword = Keyword { bytes: secret.value.to_vec(), ignore_case: false };
        Self {
            file: "policy".into(),
            vendor: "the operator".into(),
            id: format!("known.{}", secret.name).into(),
            finds: "a secret that the operator named".to_owned(),
            category: Category::Known,
            severity: Severity::Critical,
            confidence: Confidence::High,
            bits: secret.value.iter().map(|_| 6.0).sum(),
            starts: vec![keyword.clone()],
            min_bytes: secret.value.len(),
            trigger: Trigger::Keywords { literals: vec![keyword], reach: 0, max_bytes: secret.value.len() },
            pattern: Pattern::new(literal),
            is_telling: false,
            until: None,
            whole_word: false,
            checks: Vec::new(),
            except: Vec::new(),
            home: Vec::new(),
            source: "policy".to_owned(),
            token: None,
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }
}
