//! From sightings to the answer: findings grouped, edits merged, the strictest decides.

use std::collections::HashMap;

use super::{Action, Answer, Coverage, Edit, Finding, FingerprintKey, Verdict};
use crate::hosts::HostFinding;
use crate::message::Message;
use crate::parts::PartId;
use crate::policy::{Failure, OnFailure};
use crate::rules::RuleSet;
use crate::sight::{Sighting, part_name, reason_code};
use crate::verdict::{Category, Confidence, Severity};

/// Findings that an answer lists; the rest is counted.
const MAX_FINDINGS: usize = 1_000;

/// What the answer is made of.
pub(crate) struct Seen<'s> {
    /// The message.
    pub(crate) message: &'s Message<'s>,
    /// The rules.
    pub(crate) rules: &'s RuleSet,
    /// Key of the fingerprints.
    pub(crate) key: &'s FingerprintKey,
    /// Whether a digest or signature covers the body, so that it cannot be edited.
    pub(crate) body_is_sealed: bool,
    /// What was found in the parts, in order.
    pub(crate) sightings: Vec<Sighting>,
    /// What is wrong with the hosts, and what that is worth.
    pub(crate) hosts: Vec<(HostFinding, Action)>,
    /// What was looked at.
    pub(crate) coverage: Coverage,
}

/// Puts the answer together. `failing` says what the policy makes of a failure.
pub(crate) fn assemble(seen: Seen<'_>, failing: impl Fn(Failure) -> OnFailure) -> Answer {
    let edits = edits(&seen);
    let (mut findings, findings_omitted) = findings(&seen);
    findings.sort_by(|a, b| b.action.cmp(&a.action).then(b.severity.cmp(&a.severity)));
    let strictest = findings.iter().map(|finding| finding.action).max().unwrap_or(Action::Allow);
    let mut verdict = match strictest {
        Action::Allow | Action::Flag => Verdict::Allow,
        Action::Redact => Verdict::Redact,
        Action::Block => Verdict::Block,
    };
    let mut reason = findings.first().filter(|finding| finding.action > Action::Allow).map(|finding| {
        let host = seen.hosts.iter().find(|(host, _)| *host.rule == *finding.rule);
        host.map_or_else(
            || reason_code(finding.category, seen.message.direction()),
            |(host, _)| host.reason_code,
        )
    });
    if verdict == Verdict::Redact && edits.is_none() {
        verdict = without_edits(&findings, failing(Failure::Unredactable(findings[0].category)));
    }
    if !seen.coverage.complete && verdict < Verdict::Block && failing(Failure::Incomplete) == OnFailure::Block
    {
        verdict = Verdict::Block;
        reason = Some("incomplete");
    }
    findings.sort_by(|a, b| (&a.part, a.index, a.start).cmp(&(&b.part, b.index, b.start)));
    Answer { verdict, reason_code: reason, findings, findings_omitted, edits, coverage: seen.coverage }
}

/// What becomes of a message whose secrets should be cut out and cannot be.
fn without_edits(findings: &[Finding], otherwise: OnFailure) -> Verdict {
    let blocks =
        otherwise == OnFailure::Block || findings.iter().any(|finding| finding.action == Action::Block);
    if blocks { Verdict::Block } else { Verdict::Allow }
}

/// One per rule and fingerprint: the place of the first that is worth most, the count of all.
fn findings(seen: &Seen<'_>) -> (Vec<Finding>, usize) {
    let mut places: HashMap<(usize, String), usize> = HashMap::new();
    let mut findings: Vec<Finding> =
        seen.hosts.iter().map(|(host, action)| host_finding(host, *action)).collect();
    let mut omitted = 0;
    for sighting in &seen.sightings {
        if findings.len() >= MAX_FINDINGS {
            omitted += 1;
            continue;
        }
        let fingerprint = seen.key.fingerprint(&sighting.hit.secret);
        let known = places.get(&(sighting.hit.rule, fingerprint.clone())).copied();
        if let Some(index) = known {
            let count = findings[index].count + 1;
            if findings[index].action < sighting.action {
                findings[index] = finding(seen, sighting, fingerprint);
            }
            findings[index].count = count;
        } else {
            places.insert((sighting.hit.rule, fingerprint.clone()), findings.len());
            findings.push(finding(seen, sighting, fingerprint));
        }
    }
    (findings, omitted)
}

fn finding(seen: &Seen<'_>, sighting: &Sighting, fingerprint: String) -> Finding {
    let rule = &seen.rules.rules[sighting.hit.rule];
    let (part, index) = name_of(seen, sighting.part);
    Finding {
        rule: rule.id.clone(),
        category: rule.category,
        severity: rule.severity,
        confidence: rule.confidence,
        action: sighting.action,
        part,
        index,
        pointer: sighting.pointer.clone(),
        start: sighting.range.start,
        end: sighting.range.end,
        decoded_by: sighting.hit.decoded_by.clone(),
        fingerprint,
        count: 1,
    }
}

/// The name of a part; of a header whose own name holds something that was found, only its number.
fn name_of(seen: &Seen<'_>, part: PartId) -> (String, Option<usize>) {
    match part {
        PartId::Header(index) if name_is_found(seen, part) => (format!("header:#{index}"), None),
        PartId::Trailer(index) if name_is_found(seen, part) => (format!("trailer:#{index}"), None),
        _ => part_name(seen.message, part),
    }
}

/// Whether something was found in the name of this header or trailer. Sightings are in order, names before values.
fn name_is_found(seen: &Seen<'_>, part: PartId) -> bool {
    let name = match part {
        PartId::Header(index) => PartId::HeaderName(index),
        PartId::Trailer(index) => PartId::TrailerName(index),
        _ => return false,
    };
    seen.sightings
        .iter()
        .take_while(|sighting| sighting.part != PartId::Body)
        .any(|sighting| sighting.part == name)
}

fn host_finding(host: &HostFinding, action: Action) -> Finding {
    Finding {
        rule: host.rule.into(),
        category: Category::Host,
        severity: Severity::High,
        confidence: Confidence::High,
        action,
        part: host.part.to_owned(),
        index: None,
        pointer: None,
        start: host.start,
        end: host.end,
        decoded_by: Vec::new(),
        fingerprint: String::new(),
        count: 1,
    }
}

/// Everything worth cutting, sorted, what overlaps made one. `None` when something cannot be cut.
fn edits(seen: &Seen<'_>) -> Option<Vec<Edit>> {
    if seen.hosts.iter().any(|(_, action)| *action >= Action::Redact) {
        return None;
    }
    let mut cuts = Vec::new();
    for sighting in seen.sightings.iter().filter(|sighting| sighting.action >= Action::Redact) {
        cuts.push((sighting.part, sighting.cut.clone()?));
        cuts.extend(sighting.also.clone()?);
    }
    if seen.body_is_sealed && cuts.iter().any(|(part, _)| *part == PartId::Body) {
        return None;
    }
    cuts.sort_by_key(|(part, cut)| (*part, cut.range.start, std::cmp::Reverse(cut.range.end)));
    let mut merged: Vec<(PartId, crate::views::Replacement)> = Vec::with_capacity(cuts.len());
    for (part, cut) in cuts {
        match merged.last_mut() {
            Some((last_part, last)) if *last_part == part && cut.range.start < last.range.end => {
                last.range.end = last.range.end.max(cut.range.end);
            }
            _ => merged.push((part, cut)),
        }
    }
    merged
        .into_iter()
        .map(|(part, cut)| {
            if name_is_found(seen, part) {
                return None;
            }
            let (part, index) = part_name(seen.message, part);
            let replacement = String::from_utf8(cut.bytes).ok()?;
            Some(Edit { part, index, start: cut.range.start, end: cut.range.end, replacement })
        })
        .collect()
}
