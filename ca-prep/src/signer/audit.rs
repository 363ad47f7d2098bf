//! One line of JSON on standard error for every new leaf.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::protocol::Refusal;
use crate::commands::rfc3339;
use crate::host::Host;

/// Refusals closer together than this share a line, and strangers likewise: who asks a lot cannot fill a disk.
const LINES_APART: Duration = Duration::from_secs(1);

/// Writes leaves and refusals down.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    refusals: Mutex<Seldom>,
    strangers: Mutex<Seldom>,
}

/// Counts what happens, and tells the count now and then.
#[derive(Debug, Default)]
struct Seldom {
    last_line: Option<Instant>,
    unwritten: u64,
}

impl Audit {
    /// A new leaf.
    pub(super) fn leaf(host: &Host, serial: &str, peer: i32) {
        write(json!({"event": "leaf", "host": host, "serial": serial, "peer_pid": peer}));
    }

    /// Says why, not for which host: a refused name is the client's to choose.
    pub(super) fn refused(&self, refusal: Refusal, peer: i32) {
        if let Some(count) = Seldom::count(&self.refusals) {
            write(json!({"event": "refused", "code": refusal.code(), "count": count, "peer_pid": peer}));
        }
    }

    /// A process that may not ask.
    pub(super) fn stranger(&self, uid: u32, peer: i32) {
        if let Some(count) = Seldom::count(&self.strangers) {
            write(json!({"event": "stranger", "peer_uid": uid, "count": count, "peer_pid": peer}));
        }
    }

    /// The signer's own end.
    pub(crate) fn ended(why: &str) {
        write(json!({"event": "ended", "why": why}));
    }
}

impl Seldom {
    /// How many there were, if it is time for a line.
    fn count(of: &Mutex<Self>) -> Option<u64> {
        let mut of = of.lock().unwrap_or_else(PoisonError::into_inner);
        of.unwritten += 1;
        if of.last_line.is_some_and(|last| last.elapsed() < LINES_APART) {
            return None;
        }
        of.last_line = Some(Instant::now());
        Some(std::mem::take(&mut of.unwritten))
    }
}

fn write(mut line: Value) {
    line["time"] = rfc3339(OffsetDateTime::now_utc()).into();
    // A log that is gone must not take the handshakes with it.
    let _ = writeln!(io::stderr(), "{line}");
}
