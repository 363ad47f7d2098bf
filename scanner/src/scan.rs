//! The way of a message, from its bytes to the verdict.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use crate::exfiltration;
use crate::hosts;
use crate::look::{Finder, Hit};
use crate::message::{Content, Direction, Header, Message, admit};
use crate::parts::{self, Parts, Root};
use crate::pieces;
use crate::policy::{Circumstances, Policy};
use crate::rules::{Rule, RuleSet, Trigger};
use crate::session::Session;
use crate::sight::{Sights, destination};
use crate::stream::{Phrases, is_calls};
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

    /// Scans one message by itself: nothing is remembered.
    ///
    /// Linear in the bytes of the message. `expired` is asked now and then, at least once every 64 KiB; when it
    /// says true the scan ends with [`ScanError::Deadline`].
    pub fn scan(&self, message: &Message<'_>, expired: &dyn Fn() -> bool) -> Result<Answer, ScanError> {
        self.scan_with(message, None, expired)
    }

    /// Scans one message together with what its session sent before, as far as that is remembered. A message without
    /// a session is scanned by itself.
    pub fn scan_in_session(
        &self,
        message: &Message<'_>,
        session: Session<'_>,
        expired: &dyn Fn() -> bool,
    ) -> Result<Answer, ScanError> {
        self.scan_with(message, Some(session), expired)
    }

    fn scan_with(
        &self,
        message: &Message<'_>,
        session: Option<Session<'_>>,
        expired: &dyn Fn() -> bool,
    ) -> Result<Answer, ScanError> {
        let limits = self.policy.limits();
        admit(message, limits)?;
        let parts = parts::split(message, limits, expired)?;
        let boundary = parts::boundary(parts::content_type(message));
        let (mut hits, mut coverage) = self.find(&parts, boundary, expired)?;
        let memory = session.zip(message.session.as_deref());
        coverage.session = memory.is_some();
        hits.extend(self.find_in_pieces(message, &parts, memory, &mut coverage));
        let data = exfiltration::find(&self.finder, message, &hits);
        hits.extend(data);
        hits.sort_by_key(|(root, hit)| (*root, hit.range.start));
        Ok(self.judge(message, &parts, hits, coverage))
    }

    /// What the rules find in these bytes alone, in order, and how many bytes were not looked at.
    pub(crate) fn look_at(&self, bytes: &[u8]) -> Result<(Vec<Hit>, usize), ScanError> {
        let mut looking = self.finder.looking(bytes.len(), &|| false);
        looking.look(&View::part(bytes))?;
        let hits = std::mem::take(&mut looking.hits).into_iter().map(|hit| (Root::Body, hit)).collect();
        let hits = self.best_of_overlapping(hits).into_iter().map(|(_, hit)| hit).collect();
        Ok((hits, looking.skipped_bytes + looking.opaque_bytes))
    }

    /// What is written in several words.
    pub(crate) fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| Phrases::new(self.rules()))
    }

    /// The key of fingerprints.
    pub(crate) fn key(&self) -> &FingerprintKey {
        &self.key
    }

    /// Everything that the rules find, by place; a body that is a form has a boundary.
    fn find(
        &self,
        parts: &Parts<'_>,
        boundary: Option<&[u8]>,
        expired: &dyn Fn() -> bool,
    ) -> Result<(Vec<(Root, Hit)>, Coverage), ScanError> {
        let mut looking = self.finder.looking(parts.head.len() + parts.body.len(), expired);
        let mut hits = Vec::new();
        let mut skipped = Vec::new();
        let beside = parts.beside_body.iter().map(|bytes| (Root::BesideBody, &**bytes));
        for (root, bytes) in
            [(Root::Head, &*parts.head), (Root::Body, &*parts.body)].into_iter().chain(beside)
        {
            let view = match (root, boundary) {
                (Root::Head, _) => View::head(bytes),
                (Root::Body, Some(boundary)) => View::form(bytes, boundary),
                _ => View::part(bytes),
            };
            looking.look(&view)?;
            hits.extend(std::mem::take(&mut looking.hits).into_iter().map(|hit| (root, hit)));
            let part = if root == Root::Head { "headers" } else { "body" };
            let budget = ("budget", std::mem::take(&mut looking.skipped_bytes));
            let opaque = ("opaque", std::mem::take(&mut looking.opaque_bytes));
            let unseen = [budget, opaque].into_iter().filter(|(_, bytes)| *bytes > 0);
            skipped.extend(unseen.map(|(reason, bytes)| Skipped { part: part.to_owned(), reason, bytes }));
        }
        let coverage = Coverage {
            complete: skipped.is_empty(),
            scanned_bytes: looking.scanned_bytes,
            skipped,
            session: false,
        };
        Ok((self.best_of_overlapping(hits), coverage))
    }

    /// Secrets that were cut into pieces. Only what the agent sends is looked at: nobody cuts what it is to get.
    fn find_in_pieces(
        &self,
        message: &Message<'_>,
        parts: &Parts<'_>,
        memory: Option<(Session<'_>, &str)>,
        coverage: &mut Coverage,
    ) -> Vec<(Root, Hit)> {
        let mut hits = Vec::new();
        if message.direction() == Direction::Inbound {
            return hits;
        }
        let firsts = pieces::firsts(&self.finder, message, parts);
        let mut search = pieces::Search::new(&self.finder);
        if let Some(firsts) = firsts.as_ref().filter(|firsts| !firsts.is_alone) {
            firsts.collect(message, parts, &mut |pieces| {
                let found = search.among(pieces).into_iter();
                hits.extend(found.filter_map(|found| found.hit(&self.finder, pieces)));
            });
        }
        if let Some((session, name)) = memory.filter(|_| hits.is_empty()) {
            hits = self.find_over_messages(message, parts, firsts.as_ref(), session, name, &mut search);
        }
        if search.is_cut_short() {
            let bytes = parts.head.len() + parts.body.len();
            coverage.complete = false;
            coverage.skipped.push(Skipped { part: "body".to_owned(), reason: "budget", bytes });
        }
        hits
    }

    /// Secrets that earlier messages of the session began; and remembers what this one begins.
    fn find_over_messages(
        &self,
        message: &Message<'_>,
        parts: &Parts<'_>,
        firsts: Option<&pieces::Firsts>,
        Session { memory, now }: Session<'_>,
        name: &str,
        search: &mut pieces::Search<'_>,
    ) -> Vec<(Root, Hit)> {
        let limits = self.policy.limits();
        let flow = flow_of(message);
        let mut is_open = firsts.is_some_and(pieces::Firsts::are_sure);
        if !is_open {
            memory.exchange(name, now, &mut |remembered| {
                remembered.forget(now, flow, limits);
                is_open = !remembered.is_empty();
            });
        }
        let mut hits = Vec::new();
        if !is_open {
            return hits;
        }
        let pieces = pieces::Pieces::of_message(firsts, message, parts);
        memory.exchange(name, now, &mut |remembered| {
            remembered.forget(now, flow, limits);
            let was_open = !remembered.is_empty();
            if was_open {
                let all = pieces.after(remembered.values());
                let found = search.among(&all).into_iter().filter(|found| found.is_over_messages(&all));
                hits = found.filter_map(|found| found.hit(&self.finder, &all)).collect();
            }
            if hits.is_empty() {
                pieces.to_keep(flow, was_open).for_each(|kept| remembered.keep(kept, now, limits));
            }
        });
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

/// The flow of a message that is sent once in it, hashed; else zero.
fn flow_of(message: &Message<'_>) -> u64 {
    match (&message.content, message.flow.as_deref()) {
        (Content::Request(_), Some(flow)) => {
            let mut hasher = DefaultHasher::new();
            flow.hash(&mut hasher);
            hasher.finish().max(1)
        }
        _ => 0,
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
        Trigger::Name { .. } | Trigger::Host | Trigger::Value => 0,
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

/// Whether a digest, a signature or the lengths of its messages cover the body.
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
    is_calls(parts::content_type(message))
        || headers.iter().any(|header| {
            SEALS.iter().any(|seal| header.name.eq_ignore_ascii_case(seal))
                && !header.value.starts_with(b"UNSIGNED")
        })
}
