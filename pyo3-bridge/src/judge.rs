//! The engine with what it remembers: every call of Python's ends here.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use scanner::{FingerprintKey, Message, Policy, RuleSet};

use crate::answer::Answer;
use crate::arguments::Valid;
use crate::error::{bad_rules, no_verdict};
use crate::sessions::Sessions;
use crate::stream::Stream;

/// Rules and policy, ready to scan.
pub(crate) struct Judge {
    pub(crate) engine: Arc<scanner::Scanner>,
    /// What is remembered of sessions, for as long as this lives.
    sessions: Sessions,
}

impl Judge {
    pub(crate) fn with_policy(policy: Policy) -> PyResult<Self> {
        let rules = RuleSet::builtin().map_err(|error| bad_rules(&error))?;
        let engine = Arc::new(scanner::Scanner::new(rules, policy, fingerprint_key()?));
        Ok(Self { engine, sessions: Sessions::new() })
    }

    /// Scans without the GIL. What Python lent stays alive in the caller's frame.
    pub(crate) fn run(
        &self,
        py: Python<'_>,
        message: &Message<'_>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        let start = Instant::now();
        let deadline = deadline_ms.and_then(|limit| start.checked_add(Duration::from_millis(limit.0)));
        let expired = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let session = self.sessions.now();
        let answer = py
            .detach(|| self.engine.scan_in_session(message, session, &expired))
            .map_err(|error| no_verdict(&error))?;
        Ok(Answer::new(Arc::clone(&self.engine), answer, start.elapsed()))
    }

    /// What the typed calls give back.
    pub(crate) fn typed(
        &self,
        py: Python<'_>,
        message: &Message<'_>,
        deadline_ms: Option<Valid<u64>>,
    ) -> PyResult<Answer> {
        self.run(py, message, deadline_ms)?.with_edits(py, message)
    }

    /// The scanner of a body that is still to come.
    pub(crate) fn stream(&self, py: Python<'_>, head: &Message<'_>) -> PyResult<Stream> {
        Stream::open(py, &self.engine, head, &self.sessions)
    }
}

/// One key for all scanners of the process, so that equal secrets look equal whoever saw them.
fn fingerprint_key() -> PyResult<FingerprintKey> {
    static KEY: OnceLock<FingerprintKey> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok(KEY.get_or_init(|| FingerprintKey::new(random)).clone())
}
