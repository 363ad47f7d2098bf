//! Secrets in pieces, within a message and over the messages of a session.

use std::hash::{DefaultHasher, Hash, Hasher};

use zeroize::Zeroizing;

use super::Scanner;
use crate::look::Hit;
use crate::message::{Content, Direction, Message};
use crate::parts::{self, Parts, Root};
use crate::pieces;
use crate::session::{Session, is_stroke};
use crate::verdict::{Coverage, ScanError, Skipped};

impl Scanner {
    /// What values of a message are pieces of, together with what its session sent before, and whether all of it was
    /// looked at.
    pub(crate) fn find_joined(
        &self,
        message: &Message<'_>,
        session: Option<Session<'_>>,
    ) -> Result<(Vec<(Root, Hit)>, bool), ScanError> {
        let parts = parts::split(message, self.policy.limits(), &|| false)?;
        let mut coverage = Coverage { complete: true, scanned_bytes: 0, skipped: Vec::new(), session: false };
        let memory = session.zip(message.session.as_deref());
        let hits = self.find_in_pieces(message, &parts, memory, &mut coverage);
        Ok((hits, coverage.complete))
    }

    /// Secrets that were cut into pieces. Only what the agent sends is looked at: nobody cuts what it is to get.
    pub(super) fn find_in_pieces(
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
        if let Some(names) = pieces::Pieces::of_names(&self.finder, message, parts) {
            let found = search.among(&names).into_iter();
            hits.extend(found.filter_map(|found| found.hit(&self.finder, &names)));
        }
        if let Some((session, name)) = memory.filter(|_| hits.is_empty()) {
            hits = self.find_over_messages(message, parts, firsts.as_ref(), session, name, &mut search);
            if hits.is_empty() {
                hits.extend(self.find_typed(message, parts, session, name));
            }
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
                is_open = !remembered.is_settled();
            });
        }
        let mut hits = Vec::new();
        if !is_open {
            return hits;
        }
        let pieces = pieces::Pieces::of_message(firsts, message, parts);
        memory.exchange(name, now, &mut |remembered| {
            remembered.forget(now, flow, limits);
            let was_open = !remembered.is_settled();
            if was_open {
                hits = self.over_messages(&pieces.after(remembered.values()), search);
            }
            if let Some(kept) = remembered.of_flow(flow).filter(|_| hits.is_empty()) {
                hits = self.over_messages(&pieces.after(kept), search);
            }
            if hits.is_empty() {
                pieces.to_keep(flow, was_open).for_each(|kept| remembered.keep(kept, now, limits));
            }
        });
        hits
    }

    /// What these pieces make that earlier messages began and this one ends.
    fn over_messages(&self, pieces: &pieces::Pieces, search: &mut pieces::Search<'_>) -> Vec<(Root, Hit)> {
        let found = search.among(pieces).into_iter().filter(|found| found.is_over_messages(pieces));
        found.filter_map(|found| found.hit(&self.finder, pieces)).collect()
    }

    /// A secret that ends with this message and was typed key by key into its WebSocket.
    fn find_typed(
        &self,
        message: &Message<'_>,
        parts: &Parts<'_>,
        Session { memory, now }: Session<'_>,
        name: &str,
    ) -> Option<(Root, Hit)> {
        let keys = &*parts.body;
        if !matches!(message.content, Content::WebSocket(_)) || !is_stroke(keys) {
            return None;
        }
        let mut text = Zeroizing::new(Vec::new());
        let flow = hash(message.flow.as_deref().unwrap_or_default());
        let limits = self.policy.limits();
        memory.exchange(name, now, &mut |remembered| {
            remembered.forget(now, pieces::Flow::default(), limits);
            *text = remembered.type_on(flow, keys, now).to_vec();
        });
        let (hits, _) = self.look_at(&text).ok()?;
        let rules = &self.rules().rules;
        let is_typed = |hit: &Hit| {
            hit.range.end == text.len() && pieces::is_evident(&rules[hit.rule], &hit.secret, text.len())
        };
        let mut hit = hits.into_iter().find(is_typed)?;
        hit.range = 0..keys.len();
        hit.replacement.range = 0..keys.len();
        hit.decoded_by = vec!["session", "pieces"];
        Some((Root::Body, hit))
    }
}

/// The flow of a message. Requests have one each, but for calls, whose later messages have no URL.
fn flow_of(message: &Message<'_>) -> pieces::Flow {
    let is_one = matches!(&message.content, Content::Request(request) if !request.url.is_empty());
    pieces::Flow { name: message.flow.as_deref().map(hash), is_one }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
