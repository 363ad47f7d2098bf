//! Random data in small pieces, counted over the messages of a session by the domain that they go to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::Scanner;
use crate::exfiltration;
use crate::hosts::{Host, Place, Spot, at_home, registered_domain};
use crate::look::Hit;
use crate::message::Message;
use crate::parts::Root;
use crate::session::{Sent, Session};
use crate::sight::destination;
use crate::verdict::Confidence;

impl Scanner {
    /// Those of the findings that do not belong where they are sent, and those of the counted ones with which their
    /// session has sent too much.
    pub(super) fn find_data(
        &self,
        message: &Message<'_>,
        found: exfiltration::Found,
        memory: Option<(Session<'_>, &str)>,
    ) -> Vec<(Root, Hit)> {
        let exfiltration::Found { mut hits, mut counted } = found;
        if hits.is_empty() && counted.is_empty() {
            return hits;
        }
        let host = destination(message).unwrap_or_default().to_ascii_lowercase();
        hits.retain(|(_, hit)| !self.belongs(hit.rule, &host));
        counted.retain(|(_, hit)| !self.belongs(hit.rule, &host) && !self.is_listed(&host));
        if let Some(memory) = memory.filter(|_| !counted.is_empty()) {
            hits.extend(self.find_volume(&host, counted, memory));
        }
        hits
    }

    fn find_volume(
        &self,
        host: &str,
        counted: Vec<(Root, Hit)>,
        (Session { memory, now }, name): (Session<'_>, &str),
    ) -> Vec<(Root, Hit)> {
        let domain = domain_of(host);
        let age = Duration::from_secs(60 * self.policy.limits().session_minutes as u64);
        let mut over = Vec::new();
        memory.exchange(name, now, &mut |remembered| {
            let sent = remembered.sent();
            sent.forget(now, age);
            over = counted.iter().map(|(_, hit)| self.is_too_much(sent, hit, domain, now)).collect();
        });
        counted.into_iter().zip(over).filter(|(_, over)| *over).map(|(hit, _)| hit).collect()
    }

    /// Whether what the rule finds is usual in names and URLs of this host.
    fn belongs(&self, rule: usize, host: &str) -> bool {
        let rule = &self.finder.rules.rules[rule];
        let place = Place { part: "url", spot: Spot::Anywhere };
        at_home(&rule.home, self.policy.home_hosts(&rule.id), Some(host), &place)
    }

    /// Whether the allow list names this host.
    fn is_listed(&self, host: &str) -> bool {
        let egress = self.policy.egress();
        let allows = |(host, port): (Host<'_>, _)| egress.allows(&host, port);
        egress.is_listed() && Host::parse_with_port(host).is_some_and(allows)
    }

    /// What is worth no more than a flag is told once, and counted from nothing again.
    fn is_too_much(&self, sent: &mut Sent, hit: &Hit, domain: &[u8], now: Duration) -> bool {
        let rule = &self.finder.rules.rules[hit.rule];
        let Some(volume) = rule.volume else { return false };
        let key = hash_of(&(&rule.id, domain));
        let (values, bytes) = sent.count(key, hash_of(&hit.secret), hit.secret.len(), now);
        let is_too_much = values >= volume.values && bytes >= volume.bytes;
        if is_too_much && rule.confidence == Confidence::Low {
            sent.start_anew(key);
        }
        is_too_much
    }
}

/// The registered domain of a host; the host itself, where it has none.
fn domain_of(host: &str) -> &[u8] {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    registered_domain(name.as_bytes()).unwrap_or(name.as_bytes())
}

fn hash_of(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
