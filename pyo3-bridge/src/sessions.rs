//! The memory of sessions, shared by a scanner and its streams.

use std::sync::Arc;
use std::time::Instant;

use scanner::{InMemory, Session};

/// What is remembered of sessions, and since when.
#[derive(Clone)]
pub(crate) struct Sessions {
    memory: Arc<InMemory>,
    made: Instant,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self { memory: Arc::new(InMemory::new()), made: Instant::now() }
    }

    /// The memory of sessions, now.
    pub(crate) fn now(&self) -> Session<'_> {
        Session { memory: &*self.memory, now: self.made.elapsed() }
    }
}
