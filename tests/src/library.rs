//! The first door: the engine, called directly.

use std::time::Duration;

use scanner::{
    FingerprintKey, InMemory, Message, MessageError, NoFiles, Policy, RawMessage, Report, RuleSet, Scanner,
    Session,
};
use serde_json::{Value, json};

use crate::Case;

/// The engine under one policy.
#[derive(Debug)]
pub struct Library {
    scanner: Scanner,
    memory: InMemory,
}

impl Library {
    /// # Panics
    ///
    /// When the policy is bad: it is part of the corpus.
    #[must_use]
    pub fn new(policy: &str) -> Self {
        let policy = Policy::parse("policy.toml", policy, &NoFiles).expect("the policy of a case is good");
        let rules = RuleSet::builtin().expect("the rules are good");
        let scanner = Scanner::new(rules, policy, FingerprintKey::new([7; 32]));
        Self { scanner, memory: InMemory::new() }
    }

    /// The answer to the case, after what comes before it.
    #[must_use]
    pub fn case(&self, case: &Case) -> Value {
        for message in &case.before {
            let _ = self.answer(message);
        }
        self.answer(&case.json)
    }

    /// `{"report": …}`, or `{"problem": {"code": …, "detail": …}}`.
    ///
    /// The engine has no code for text that serde refuses: there `code` is null, and the doors say which it is.
    #[must_use]
    pub fn answer(&self, json: &str) -> Value {
        let raw: RawMessage<'_> = match serde_json::from_str(json) {
            Ok(raw) => raw,
            Err(_) => return problem(None, "serde"),
        };
        match raw.into_message() {
            Ok(message) => self.scan(&message),
            Err(error) => problem(Some(code(&error)), &error.to_string()),
        }
    }

    fn scan(&self, message: &Message<'_>) -> Value {
        let session = Session { memory: &self.memory, now: Duration::ZERO };
        match self.scanner.scan_in_session(message, session, &|| false) {
            Ok(answer) => {
                let report = Report::new(&self.scanner, &answer, String::new(), message.id.as_deref(), 0);
                json!({ "report": crate::plain(serde_json::to_value(report).expect("a report is JSON")) })
            }
            Err(error) => problem(Some(error.code()), &error.to_string()),
        }
    }
}

fn problem(code: Option<&str>, detail: &str) -> Value {
    json!({ "problem": { "code": code, "detail": detail } })
}

/// The rule that the doors follow.
fn code(error: &MessageError) -> &'static str {
    match error {
        MessageError::MissingField { .. } | MessageError::ForeignField { .. } => "unknown_field",
        _ => "invalid_value",
    }
}
