//! Which of several hits that share bytes is reported.

use std::cmp::Ordering;

use super::Scanner;
use crate::look::Hit;
use crate::parts::Root;
use crate::rules::{Rule, Trigger};

impl Scanner {
    /// Of hits that share bytes, the one that says most: a known format before a named value, a raw reading
    /// before a decoded one.
    pub(super) fn best_of_overlapping(&self, mut hits: Vec<(Root, Hit)>) -> Vec<(Root, Hit)> {
        let rank = |hit: &Hit| {
            let rule = &self.finder.rules.rules[hit.rule];
            let raw = std::cmp::Reverse(hit.decoded_by.len());
            (
                knowledge(rule),
                rule.confidence,
                !rule.context.is_empty(),
                raw,
                keyword_bytes(rule),
                hit.range.len(),
            )
        };
        hits.sort_by_key(|(root, hit)| (*root, hit.range.start));
        let mut best: Vec<(Root, Hit)> = Vec::with_capacity(hits.len());
        for (root, hit) in hits {
            match best.last_mut() {
                Some((last_root, last)) if *last_root == root && hit.range.start < last.range.end => {
                    // Of one rule the one that covers the other: both columns of a dump are cut out.
                    let same = hit.rule == last.rule && hit.range != last.range;
                    let better = match hit.range.end.cmp(&last.range.end) {
                        Ordering::Less | Ordering::Equal if same => false,
                        Ordering::Greater if same && hit.range.start == last.range.start => true,
                        _ => rank(&hit) > rank(last),
                    };
                    if better {
                        *last = hit;
                    }
                }
                _ => best.push((root, hit)),
            }
        }
        best
    }
}

/// How much a rule knows about what it finds.
fn knowledge(rule: &Rule) -> u8 {
    match &rule.trigger {
        Trigger::Keywords { .. } | Trigger::Known { .. } => 3,
        Trigger::Run { lead, tail: 0, .. } if !lead.is_empty() => 1,
        Trigger::Userinfo
        | Trigger::Digits { .. }
        | Trigger::Run { .. }
        | Trigger::Mailbox
        | Trigger::SeedWords => 2,
        Trigger::Name { words, .. } if !words.is_empty() => 1,
        Trigger::Name { .. } | Trigger::Host | Trigger::Label | Trigger::Value => 0,
    }
}

/// The longest keyword: the vendor's own beats one that many share.
fn keyword_bytes(rule: &Rule) -> usize {
    match &rule.trigger {
        Trigger::Keywords { literals, .. } => literals.iter().map(|word| word.bytes.len()).max().unwrap_or(0),
        Trigger::Known { value } => value.len(),
        _ => 0,
    }
}
