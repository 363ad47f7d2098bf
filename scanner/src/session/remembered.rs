//! Values of earlier messages that a secret could begin with, and what followed them.

use std::collections::VecDeque;
use std::time::Duration;

use super::Sent;
use super::typed::Typed;
use crate::message::Limits;
use crate::pieces::{Flow, Kept};

/// Values that are remembered of one session.
const MAX_KEPT: usize = 256;

/// What is remembered of one session. Says how much and never what.
#[derive(Default)]
pub struct Remembered {
    kept: VecDeque<(Duration, Kept)>,
    bytes: usize,
    typed: Typed,
    sent: Sent,
}

impl Remembered {
    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.typed.is_empty() && self.sent.is_empty()
    }

    /// Whether no value is waiting for what later messages bring.
    pub(crate) fn is_settled(&self) -> bool {
        self.kept.is_empty()
    }

    /// How much random data went to whom.
    pub(crate) fn sent(&mut self) -> &mut Sent {
        &mut self.sent
    }

    /// The end of what was typed in a flow, with these keys.
    pub(crate) fn type_on(&mut self, flow: u64, keys: &[u8], now: Duration) -> &[u8] {
        self.typed.go_on(flow, keys, now)
    }

    /// The values, oldest first.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Kept> {
        self.kept.iter().map(|(_, kept)| kept)
    }

    /// Those of one flow, where others stand between them.
    pub(crate) fn of_flow(&self, flow: Flow) -> Option<impl Iterator<Item = &Kept>> {
        let is_of_it = move |kept: &&Kept| kept.flow.name == flow.name;
        let count = self.values().filter(is_of_it).count();
        let is_apart = flow.name.is_some() && 0 < count && count < self.kept.len();
        is_apart.then(|| self.values().filter(is_of_it))
    }

    /// Forgets what is too old, and what an earlier look at the same flow left: it was sent once.
    pub(crate) fn forget(&mut self, now: Duration, flow: Flow, limits: &Limits) {
        let age = Duration::from_secs(60 * limits.session_minutes as u64);
        self.sent.forget(now, age);
        self.kept.retain(|(at, kept)| now.saturating_sub(*at) < age && (!flow.is_one || kept.flow != flow));
        self.bytes = self.kept.iter().map(|(_, kept)| kept.text.len()).sum();
        self.typed.forget(now, age);
        self.trim(limits);
    }

    /// Remembers one more value.
    pub(crate) fn keep(&mut self, kept: Kept, now: Duration, limits: &Limits) {
        if self.is_settled() && !kept.is_first {
            return;
        }
        self.bytes += kept.text.len();
        self.kept.push_back((now, kept));
        self.trim(limits);
    }

    /// What is left begins with a value that could begin a secret.
    fn trim(&mut self, limits: &Limits) {
        while self.kept.len() > MAX_KEPT
            || self.bytes > limits.session_bytes
            || self.kept.front().is_some_and(|(_, kept)| !kept.is_first)
        {
            let Some((_, gone)) = self.kept.pop_front() else { break };
            self.bytes -= gone.text.len();
        }
    }

    #[cfg(test)]
    pub(super) fn keep_for_test(&mut self, text: &[u8]) {
        self.keep(Kept::first(text), Duration::ZERO, &Limits::default());
    }
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Remembered({} values, {} bytes)", self.kept.len(), self.bytes)
    }
}
