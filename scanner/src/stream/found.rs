//! What was found in a stream, collected: one finding per rule and secret.

use std::collections::HashMap;

use crate::look::Hit;
use crate::scan::Scanner;
use crate::verdict::{Action, Finding};

/// Findings that are kept; the rest is counted.
const MAX_FINDINGS: usize = 1_000;

/// Findings so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    findings: Vec<Finding>,
    places: HashMap<(usize, String), usize>,
    omitted: usize,
}

impl Found {
    /// Adds what a hit in the body is worth.
    pub(super) fn add(&mut self, scanner: &Scanner, hit: &Hit, action: Action) {
        let fingerprint = scanner.key().fingerprint(&hit.secret);
        let place = (hit.rule, fingerprint.clone());
        if let Some(index) = self.places.get(&place) {
            self.findings[*index].count += 1;
        } else if self.findings.len() < MAX_FINDINGS {
            self.places.insert(place, self.findings.len());
            self.findings.push(finding(scanner, hit, action, fingerprint));
        } else {
            self.omitted += 1;
        }
    }

    /// In the order in which they were found, and how many were left out.
    pub(super) fn list(&self) -> (&[Finding], usize) {
        (&self.findings, self.omitted)
    }

    /// The finding that decides.
    pub(super) fn strictest(&self) -> Option<&Finding> {
        let worth = |finding: &&Finding| finding.action > Action::Allow;
        self.findings
            .iter()
            .filter(worth)
            .min_by_key(|finding| std::cmp::Reverse((finding.action, finding.severity)))
    }
}

fn finding(scanner: &Scanner, hit: &Hit, action: Action, fingerprint: String) -> Finding {
    let rule = &scanner.rules().rules[hit.rule];
    Finding {
        rule: rule.id.clone(),
        category: rule.category,
        severity: rule.severity,
        confidence: rule.confidence,
        action,
        part: "body".to_owned(),
        index: None,
        pointer: None,
        start: hit.range.start,
        end: hit.range.end,
        decoded_by: hit.decoded_by.clone(),
        fingerprint,
        count: 1,
    }
}
