//! How much random data a session sent to whom.

use std::time::Duration;

/// Domains, and rules that count for them, of one session; the one that was silent longest is forgotten first.
const MAX_COUNTED: usize = 16;
/// Values of each that are known again.
pub(crate) const MAX_VALUES: usize = 64;

/// What was counted, by hashes alone.
#[derive(Default)]
pub(crate) struct Sent {
    counted: Vec<Counted>,
}

struct Counted {
    key: u64,
    since: Duration,
    used: Duration,
    /// Those that were counted last, hashed.
    values: Vec<u64>,
    bytes: usize,
}

impl Sent {
    pub(crate) fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// Forgets what was begun `age` ago.
    pub(crate) fn forget(&mut self, now: Duration, age: Duration) {
        self.counted.retain(|counted| now.saturating_sub(counted.since) < age);
    }

    /// Counts a value of so many bytes, and says how many different ones there were and their bytes.
    pub(crate) fn count(&mut self, key: u64, value: u64, bytes: usize, now: Duration) -> (usize, usize) {
        let counted = self.under(key, now);
        counted.used = now;
        if !counted.values.contains(&value) {
            if counted.values.len() == MAX_VALUES {
                counted.values.remove(0);
            }
            counted.values.push(value);
            counted.bytes += bytes;
        }
        (counted.values.len(), counted.bytes)
    }

    /// Begins to count from nothing.
    pub(crate) fn start_anew(&mut self, key: u64) {
        self.counted.retain(|counted| counted.key != key);
    }

    fn under(&mut self, key: u64, now: Duration) -> &mut Counted {
        let known = self.counted.iter().position(|counted| counted.key == key);
        let at = known.unwrap_or_else(|| {
            if self.counted.len() == MAX_COUNTED {
                let oldest = self.counted.iter().enumerate().min_by_key(|(_, counted)| counted.used);
                let oldest = oldest.map_or(0, |(at, _)| at);
                self.counted.swap_remove(oldest);
            }
            self.counted.push(Counted { key, since: now, used: now, values: Vec::new(), bytes: 0 });
            self.counted.len() - 1
        });
        &mut self.counted[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_once_and_for_its_domain() {
        let mut sent = Sent::default();
        assert_eq!(sent.count(1, 7, 20, Duration::ZERO), (1, 20));
        assert_eq!(sent.count(1, 7, 20, Duration::ZERO), (1, 20));
        assert_eq!(sent.count(1, 8, 20, Duration::ZERO), (2, 40));
        assert_eq!(sent.count(2, 8, 20, Duration::ZERO), (1, 20));
        sent.start_anew(1);
        assert_eq!(sent.count(1, 9, 20, Duration::ZERO), (1, 20));
    }

    #[test]
    fn what_is_counted_is_bounded_and_forgotten() {
        let mut sent = Sent::default();
        for number in 0..1000 {
            sent.count(number, number, 20, Duration::from_secs(number));
            sent.count(0, number, 20, Duration::from_secs(number));
        }
        assert!(sent.counted.len() <= MAX_COUNTED);
        assert!(sent.counted.iter().all(|counted| counted.values.len() <= MAX_VALUES));
        sent.forget(Duration::from_secs(5000), Duration::from_secs(900));
        assert!(sent.is_empty());
    }
}
