//! The way of a message, from its bytes to the verdict.

mod overlapping;
mod pieces;
mod volume;

use std::sync::OnceLock;

use crate::exfiltration;
use crate::hosts;
use crate::look::{Finder, Hit};
use crate::message::{Content, Header, Message, admit};
use crate::parts::{self, Parts, Root};
use crate::policy::{Circumstances, Policy};
use crate::rules::RuleSet;
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
        let (mut hits, mut coverage) = self.find(&parts, parts::content_type(message), expired)?;
        let memory = session.zip(message.session.as_deref());
        coverage.session = memory.is_some();
        hits.extend(self.find_in_pieces(message, &parts, memory, &mut coverage));
        let data = exfiltration::find(&self.finder, message, &hits);
        hits.extend(self.find_data(message, data, memory));
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

    /// Everything that the rules find, by place, in a body of this type.
    fn find(
        &self,
        parts: &Parts<'_>,
        content_type: &[u8],
        expired: &dyn Fn() -> bool,
    ) -> Result<(Vec<(Root, Hit)>, Coverage), ScanError> {
        let mut looking = self.finder.looking(parts.head.len() + parts.body.len(), expired);
        let (boundary, is_form) = (parts::boundary(content_type), parts::is_form(content_type));
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
            if root == Root::Body && is_form {
                looking.look_at_blanks(&view)?;
            }
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
