//! The way of a message, from its bytes to the verdict.

use std::sync::OnceLock;

use crate::hosts;
use crate::look::{Finder, Hit};
use crate::message::{Content, Direction, Header, Message, admit};
use crate::parts::{self, Parts, Root};
use crate::pieces;
use crate::policy::{Circumstances, Policy};
use crate::rules::{Rule, RuleSet, Trigger};
use crate::sight::{Sights, destination};
use crate::stream::Phrases;
use crate::verdict::{
    Action, Answer, Category, Confidence, Coverage, FingerprintKey, ScanError, Seen, Skipped, assemble,
};
use crate::views::View;

/// Rules and policy, ready to scan. Share one behind an `Arc`; scanning needs no lock.
#[derive(Debug)]
pub struct Scanner {
    finder: Finder,
    policy: Policy,
    key: FingerprintKey,
    /// Built for the first stream.
    phrases: OnceLock<Phrases>,
}

impl Scanner {
    /// A scanner for these rules, and those of the policy, under this policy. Fingerprints of secrets are keyed
    /// with `key`.
    #[must_use]
    pub fn new(rules: RuleSet, mut policy: Policy, key: FingerprintKey) -> Self {
        let rules = rules.and(policy.take_own_rules());
        Self { finder: Finder::new(rules, policy.known()), policy, key, phrases: OnceLock::new() }
    }

    /// The rules that are looked for.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.finder.rules
    }

    /// The policy that weighs what is found.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans one message.
    ///
    /// Linear in the bytes of the message. `expired` is asked now and then, at least once every 64 KiB; when it
    /// says true the scan ends with [`ScanError::Deadline`].
    pub fn scan(&self, message: &Message<'_>, expired: &dyn Fn() -> bool) -> Result<Answer, ScanError> {
        let limits = self.policy.limits();
        admit(message, limits)?;
        let parts = parts::split(message, limits, expired)?;
        let (mut hits, mut coverage) = self.find(&parts, expired)?;
        hits.extend(self.find_in_pieces(message, &parts, &mut coverage));
        hits.sort_by_key(|(root, hit)| (*root, hit.range.start));
        Ok(self.judge(message, &parts, hits, coverage))
    }

    /// What the rules find in these bytes alone, in order, and how many bytes were not looked at.
    pub(crate) fn look_at(&self, bytes: &[u8]) -> Result<(Vec<Hit>, usize), ScanError> {
        let mut looking = self.finder.looking(bytes.len(), &|| false);
        looking.look(&View::part(bytes))?;
        let hits = std::mem::take(&mut looking.hits).into_iter().map(|hit| (Root::Body, hit)).collect();
        let hits = self.best_of_overlapping(hits).into_iter().map(|(_, hit)| hit).collect();
        Ok((hits, looking.skipped_bytes))
    }

    /// What is written in several words.
    pub(crate) fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| Phrases::new(self.rules()))
    }

    /// The key of fingerprints.
    pub(crate) fn key(&self) -> &FingerprintKey {
        &self.key
    }

    /// Everything that the rules find, by place.
    fn find(
        &self,
        parts: &Parts<'_>,
        expired: &dyn Fn() -> bool,
    ) -> Result<(Vec<(Root, Hit)>, Coverage), ScanError> {
        let mut looking = self.finder.looking(parts.head.len() + parts.body.len(), expired);
        let mut hits = Vec::new();
        let mut skipped = Vec::new();
        let beside = parts.beside_body.iter().map(|bytes| (Root::BesideBody, &**bytes));
        for (root, bytes) in
            [(Root::Head, &*parts.head), (Root::Body, &*parts.body)].into_iter().chain(beside)
        {
            looking.look(&View::part(bytes))?;
            hits.extend(std::mem::take(&mut looking.hits).into_iter().map(|hit| (root, hit)));
            let bytes = std::mem::take(&mut looking.skipped_bytes);
            if bytes > 0 {
                let part = if root == Root::Head { "headers" } else { "body" };
                skipped.push(Skipped { part: part.to_owned(), reason: "budget", bytes });
            }
        }
        let coverage =
            Coverage { complete: skipped.is_empty(), scanned_bytes: looking.scanned_bytes, skipped };
        Ok((self.best_of_overlapping(hits), coverage))
    }

    /// Secrets that were cut into pieces. Only what the agent sends is looked at: nobody cuts what it is to get.
    fn find_in_pieces(
        &self,
        message: &Message<'_>,
        parts: &Parts<'_>,
        coverage: &mut Coverage,
    ) -> Vec<(Root, Hit)> {
        let mut hits = Vec::new();
        let outbound = message.direction() == Direction::Outbound;
        let firsts = if outbound { pieces::firsts(&self.finder.starts, message, parts) } else { None };
        if let Some(firsts) = firsts {
            let mut search = pieces::Search::new(&self.finder);
            firsts.collect(message, parts, &mut |pieces| {
                let found = search.among(pieces).into_iter();
                hits.extend(found.filter_map(|found| found.hit(&self.finder, pieces)));
            });
            if search.is_cut_short() {
                let bytes = parts.head.len() + parts.body.len();
                coverage.complete = false;
                coverage.skipped.push(Skipped { part: "body".to_owned(), reason: "budget", bytes });
            }
        }
        hits
    }

    /// Of hits that share bytes, the one that says most: a known format before a named value, a raw reading
    /// before a decoded one.
    fn best_of_overlapping(&self, mut hits: Vec<(Root, Hit)>) -> Vec<(Root, Hit)> {
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
                    if rank(&hit) > rank(last) {
                        *last = hit;
                    }
                }
                _ => best.push((root, hit)),
            }
        }
        best
    }

    fn judge(
        &self,
        message: &Message<'_>,
        parts: &Parts<'_>,
        hits: Vec<(Root, Hit)>,
        coverage: Coverage,
    ) -> Answer {
        let sights = Sights::new(message, parts, &self.policy, self.rules(), &hits);
        let sightings = hits.into_iter().filter_map(|(root, hit)| sights.sight(root, hit)).collect();
        let seen = Seen {
            message,
            rules: self.rules(),
            key: &self.key,
            body_is_sealed: is_sealed(message),
            sightings,
            hosts: self.judge_hosts(message),
            coverage,
        };
        assemble(seen, |failure| {
            let host = destination(message);
            let model_api = host.as_deref().is_some_and(|host| self.policy.is_model_api(host));
            let model_api_body = model_api && matches!(message.content, Content::Request(_));
            self.policy.on_failure(failure, message.direction(), model_api_body)
        })
    }

    fn judge_hosts(&self, message: &Message<'_>) -> Vec<(hosts::HostFinding, Action)> {
        let host = destination(message);
        let at = Circumstances {
            direction: message.direction(),
            host: host.as_deref(),
            part: "connect",
            at_home: false,
            model_api_body: false,
        };
        hosts::judge(message, &self.policy)
            .into_iter()
            .filter_map(|finding| {
                let action = self.policy.action(finding.rule, Category::Host, Confidence::High, &at)?;
                Some((finding, action))
            })
            .collect()
    }
}

/// How much a rule knows about what it finds.
fn knowledge(rule: &Rule) -> u8 {
    match &rule.trigger {
        Trigger::Keywords { .. } | Trigger::Known { .. } => 3,
        Trigger::Userinfo
        | Trigger::Digits { .. }
        | Trigger::Run { .. }
        | Trigger::Mailbox
        | Trigger::SeedWords => 2,
        Trigger::Name { words, .. } if !words.is_empty() => 1,
        Trigger::Name { .. } => 0,
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

/// Whether a digest or a signature covers the body.
pub(crate) fn is_sealed(message: &Message<'_>) -> bool {
    const SEALS: [&[u8]; 6] = [
        b"content-md5",
        b"content-digest",
        b"repr-digest",
        b"digest",
        b"signature-input",
        b"x-amz-content-sha256",
    ];
    let headers: &[Header<'_>] = match &message.content {
        Content::Request(request) => &request.headers,
        Content::Response(response) => &response.headers,
        _ => &[],
    };
    headers.iter().any(|header| {
        SEALS.iter().any(|seal| header.name.eq_ignore_ascii_case(seal))
            && !header.value.starts_with(b"UNSIGNED")
    })
}
