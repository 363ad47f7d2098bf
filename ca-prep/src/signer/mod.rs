//! The signer: the authority's key in memory, leaves over a Unix socket.

mod audit;
mod limits;
mod protocol;
mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use zeroize::Zeroizing;

pub(crate) use audit::Audit;
pub(crate) use server::{Server, clear_stale, is_answered, ready};

use crate::authority::Authority;
use crate::egress::Egress;
use crate::host::Host;
use limits::{Bucket, Cache};
use protocol::Refusal;

/// Leaves that are kept. Each is about 3 KiB.
const CACHED_LEAVES: usize = 1024;

/// Key, leaf and intermediate of one host.
type LeafText = Arc<Zeroizing<String>>;

/// Answers questions for leaves within the policy.
#[derive(Debug)]
pub(crate) struct Signer {
    authority: Authority,
    egress: Egress,
    intermediate: String,
    audit: Audit,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    cache: Cache,
    bucket: Bucket,
}

impl Signer {
    /// `leaves_per_second` bounds how many new leaves are made.
    pub(crate) fn new(authority: Authority, egress: Egress, leaves_per_second: u32) -> Self {
        Self {
            intermediate: authority.intermediate_pem(),
            authority,
            egress,
            audit: Audit::default(),
            state: Mutex::new(State {
                cache: Cache::new(CACHED_LEAVES),
                bucket: Bucket::new(leaves_per_second, Instant::now()),
            }),
        }
    }

    /// The leaf for a host, made now or kept from before; `peer` is the process that asks.
    fn leaf(&self, question: &[u8], peer: i32) -> Result<LeafText, Refusal> {
        let answer = protocol::host(question).and_then(|host| self.leaf_for(host, peer));
        if let Err(refusal) = &answer {
            self.audit.refused(*refusal, peer);
        }
        answer
    }

    fn leaf_for(&self, host: Host, peer: i32) -> Result<LeafText, Refusal> {
        if !self.egress.opens(&host) {
            return Err(Refusal::NotAllowed);
        }
        {
            let mut state = self.state();
            if let Some(known) = state.cache.get(&host) {
                return Ok(known);
            }
            if !state.bucket.take(Instant::now()) {
                return Err(Refusal::RateLimited);
            }
        }
        // Made without the lock: others need not wait for it.
        let leaf = self.authority.mint(&host).map_err(|_| Refusal::Failed)?;
        let text = Arc::new(leaf.to_pem(&self.intermediate));
        Audit::leaf(&host, &leaf.serial, peer);
        self.state().cache.put(host, Arc::clone(&text));
        Ok(text)
    }

    /// A thread that panicked here left nothing half done: each change is one call.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use super::*;
    use crate::authority::Terms;
    use crate::key::KeyKind;

    fn signer(hosts: &[&str]) -> Signer {
        let terms = Terms {
            org: "Test".into(),
            key: KeyKind::EcdsaP256,
            lifetime: Duration::HOUR,
            constraints: None,
            under_a_root: true,
        };
        let authority = Authority::new(&terms, OffsetDateTime::now_utc()).unwrap();
        Signer::new(authority, Egress::of_hosts(hosts).unwrap(), 3)
    }

    #[test]
    fn the_same_host_gets_the_same_leaf_however_it_is_spelled() {
        let signer = signer(&["a.example"]);
        let first = signer.leaf(b"a.example", 1).unwrap();
        assert!(Arc::ptr_eq(&first, &signer.leaf(b"A.Example.", 1).unwrap()));
    }

    #[test]
    fn only_single_hosts_of_the_list_get_a_leaf() {
        let signer = signer(&["a.example", "*.w.example", "192.0.2.7"]);
        for question in ["a.example", "x.w.example", "192.0.2.7"] {
            assert!(signer.leaf(question.as_bytes(), 1).is_ok(), "{question}");
        }
        for question in ["b.example", "w.example", "192.0.2.8"] {
            assert_eq!(signer.leaf(question.as_bytes(), 1), Err(Refusal::NotAllowed), "{question}");
        }
        for question in [&b"*.w.example"[..], b"", b"a..b", b"\xff", b"a.example:443", b"192.0.2.0/24"] {
            assert_eq!(signer.leaf(question, 1), Err(Refusal::Malformed));
        }
    }

    #[test]
    fn new_leaves_are_limited_and_known_ones_are_not() {
        let signer = signer(&["*.w.example"]);
        let ask = |number: u32| signer.leaf(format!("h{number}.w.example").as_bytes(), 1);
        let refused = (0..50).filter(|number| ask(*number) == Err(Refusal::RateLimited)).count();
        assert!(refused > 0, "50 new leaves at once were all made");
        assert!(ask(0).is_ok());
    }
}
