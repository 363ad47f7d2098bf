//! Bounds on what the signer keeps and does.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use super::LeafText;
use crate::host::Host;

/// The newest leaves, at most a fixed number of them.
#[derive(Debug)]
pub(super) struct Cache {
    leaves: HashMap<Host, LeafText>,
    /// Oldest first.
    order: VecDeque<Host>,
    capacity: usize,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { leaves: HashMap::new(), order: VecDeque::new(), capacity }
    }

    pub(super) fn get(&self, host: &Host) -> Option<LeafText> {
        self.leaves.get(host).cloned()
    }

    pub(super) fn put(&mut self, host: Host, leaf: LeafText) {
        if self.leaves.insert(host.clone(), leaf).is_some() {
            return;
        }
        self.order.push_back(host);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.leaves.remove(&oldest);
        }
    }
}

/// Lets a number of things happen each second, and that number at once.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: f64,
    left: f64,
    filled_at: Instant,
}

impl Bucket {
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        Self { per_second: per_second.into(), left: per_second.into(), filled_at: now }
    }

    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.per_second);
        self.filled_at = now;
        let enough = self.left >= 1.0;
        if enough {
            self.left -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn the_cache_forgets_the_oldest() {
        let mut cache = Cache::new(2);
        let host = |text: &str| Host::pattern(text).unwrap();
        for name in ["a.example", "b.example", "a.example", "c.example"] {
            cache.put(host(name), Arc::new(Zeroizing::new(String::new())));
        }
        assert!(cache.get(&host("a.example")).is_none());
        assert!(cache.get(&host("b.example")).is_some() && cache.get(&host("c.example")).is_some());
        assert_eq!(cache.order.len(), 2);
    }

    #[test]
    fn the_bucket_refills_with_time() {
        let start = Instant::now();
        let mut bucket = Bucket::new(2, start);
        assert!(bucket.take(start) && bucket.take(start) && !bucket.take(start));
        assert!(bucket.take(start + Duration::from_millis(500)));
        assert!(!bucket.take(start + Duration::from_millis(600)));
        let later = start + Duration::from_secs(60);
        assert!(bucket.take(later) && bucket.take(later) && !bucket.take(later));
    }
}
