//! One line of JSON on standard error for every new leaf.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::protocol::Refusal;
use crate::commands::rfc3339;
use crate::host::Host;

/// Refusals closer together than this share a line: who asks a lot cannot fill a disk.
const REFUSALS_APART: Duration = Duration::from_secs(1);

/// Writes leaves and refusals down.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    refusals: Mutex<Refusals>,
}

#[derive(Debug, Default)]
struct Refusals {
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
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.unwritten += 1;
        if refusals.last_line.is_none_or(|last| last.elapsed() >= REFUSALS_APART) {
            let count = std::mem::take(&mut refusals.unwritten);
            write(json!({"event": "refused", "code": refusal.code(), "count": count, "peer_pid": peer}));
            refusals.last_line = Some(Instant::now());
        }
    }

    /// A process that may not ask.
    pub(super) fn stranger(uid: u32, peer: i32) {
        write(json!({"event": "stranger", "peer_uid": uid, "peer_pid": peer}));
    }

    /// The signer's own end.
    pub(crate) fn ended(why: &str) {
        write(json!({"event": "ended", "why": why}));
    }
}

fn write(mut line: Value) {
    line["time"] = rfc3339(OffsetDateTime::now_utc()).into();
    // A log that is gone must not take the handshakes with it.
    let _ = writeln!(io::stderr(), "{line}");
}
