//! What is looked for, for people: docs and `/rules`.

use std::sync::Arc;

use serde::Serialize;

use super::RuleSet;
use crate::verdict::{Category, Confidence, Severity};

/// One rule, without how it works.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleSummary {
    /// `family.thing-in-kebab`; never renamed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: Arc<str>,
    /// Completes the sentence "the message contains …".
    pub finds: String,
    /// What kind of trouble; the policy decides by it.
    pub category: Category,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Who issues what it finds.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub vendor: Arc<str>,
    /// The document that specifies the format.
    pub source: String,
    /// Hosts at which the credential may be used.
    pub home: Vec<String>,
}

impl RuleSet {
    /// Whether what this rule matches is strong evidence by itself, so that it counts also in bytes that chance could
    /// have written: text turned around, lists of numbers.
    #[must_use]
    pub fn is_strong(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| *rule.id == *id && rule.is_strong())
    }

    /// Every rule in the order of the files; what the operator named is nobody else's business.
    pub fn summaries(&self) -> impl Iterator<Item = RuleSummary> {
        self.rules.iter().filter(|rule| !rule.is_known()).map(|rule| RuleSummary {
            id: rule.id.clone(),
            finds: rule.finds.clone(),
            category: rule.category,
            severity: rule.severity,
            confidence: rule.confidence,
            vendor: rule.vendor.clone(),
            source: rule.source.clone(),
            home: rule.home.iter().flat_map(|home| home.hosts.iter().cloned()).collect(),
        })
    }
}
