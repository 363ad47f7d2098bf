//! The memory of one process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Memory, Remembered};

/// Sessions that are remembered at a time; the one that was silent longest is forgotten first.
const MAX_SESSIONS: usize = 4096;
/// A longer name of a session is none that a door gives.
const MAX_NAME: usize = 1024;

/// Remembers in the memory of this process. A session of which nothing is left to remember takes no room.
#[derive(Default)]
pub struct InMemory {
    sessions: Mutex<HashMap<Box<str>, Slot>>,
}

#[derive(Default)]
struct Slot {
    remembered: Remembered,
    used: Duration,
}

impl InMemory {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sessions of which something is remembered.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Slot>> {
        // What a panic left is bounded and wiped like anything else that is remembered.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory for InMemory {
    fn exchange(&self, session: &str, now: Duration, change: &mut dyn FnMut(&mut Remembered)) {
        let name = session.get(..MAX_NAME).unwrap_or(session);
        let mut sessions = self.lock();
        let mut slot = sessions.remove(name).unwrap_or_default();
        change(&mut slot.remembered);
        if slot.remembered.is_empty() {
            return;
        }
        slot.used = now;
        if sessions.len() >= MAX_SESSIONS
            && let Some(oldest) =
                sessions.iter().min_by_key(|(_, slot)| slot.used).map(|(name, _)| name.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(name.into(), slot);
    }
}

impl std::fmt::Debug for InMemory {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "InMemory({} sessions)", self.sessions())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_which_nothing_is_left_takes_no_room() {
        let memory = InMemory::new();
        memory.exchange("one", Duration::ZERO, &mut |_| {});
        assert_eq!(memory.sessions(), 0);
    }

    #[test]
    fn the_session_that_was_silent_longest_is_forgotten_first() {
        let memory = InMemory::new();
        for number in 0..=MAX_SESSIONS {
            let now = Duration::from_secs(number as u64);
            memory.exchange(&number.to_string(), now, &mut |remembered| remembered.keep_for_test(b"ghp_"));
        }
        assert_eq!(memory.sessions(), MAX_SESSIONS);
        let mut was_empty = Vec::new();
        for name in ["0", "1"] {
            memory.exchange(name, Duration::ZERO, &mut |remembered| was_empty.push(remembered.is_empty()));
        }
        assert_eq!(was_empty, [true, false]);
    }
}
