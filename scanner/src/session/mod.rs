//! What is remembered of a session from one message to the next, so that a secret in pieces is found over several,
//! and how much random data went to whom.
//!
//! The engine keeps nothing itself: a door gives it a [`Memory`] and the time. Nothing is remembered but values that
//! could begin a secret and what followed them, what is typed key by key, and hashes of random values, bounded in
//! number and minutes; it is wiped when it goes, and shown nowhere.

mod in_memory;
mod remembered;
mod sent;
mod typed;

use std::time::Duration;

pub use in_memory::InMemory;
pub use remembered::Remembered;
pub(crate) use sent::{MAX_VALUES, Sent};
pub(crate) use typed::is_stroke;

/// Keeps what is remembered, by session. Replicas of a service share what they remember by sharing one of these.
pub trait Memory: Send + Sync + std::fmt::Debug {
    /// Lets `change` see what is remembered of `session`, and keeps what it leaves.
    ///
    /// No two changes of one session overlap: of two messages at once the later one sees what the other left. An
    /// implementation over a network may call `change` again with what somebody else has left meanwhile.
    fn exchange(&self, session: &str, now: Duration, change: &mut dyn FnMut(&mut Remembered));
}

/// The memory that a scan has, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Session<'m> {
    /// Where what is remembered is kept.
    pub memory: &'m dyn Memory,
    /// Time since any moment that is the same for all who share the memory.
    pub now: Duration,
}
