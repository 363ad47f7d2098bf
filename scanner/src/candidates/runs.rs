//! Where a token could be at all: long runs of the characters that tokens are made of.
//!
//! Nearly every credential has a run of at least 16 such characters, and prose has few. A run that long covers
//! one of every 16 bytes, so most bytes are never read; the idea is Boyer and Moore's.

use std::ops::Range;

use super::classes::{CORE, EXTENDED, end_of, is, start_of};

/// Length from which a run is worth a closer look.
pub(crate) const MIN_RUN: usize = 16;

/// How far an extended run reaches to the left of its core: a host name and some path.
const MAX_REACH_LEFT: usize = 256;

/// A run, and the wider text around it that may belong to the same token or URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// At least [`MIN_RUN`] core characters.
    pub(crate) core: Range<usize>,
    /// `core`, and extended characters around it; holds further cores.
    pub(crate) extended: Range<usize>,
}

/// Finds all runs of a text, block by block.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    at: usize,
    /// Where the last extended run ended; the next one does not reach back over it.
    taken: usize,
}

impl Runs {
    /// The next run whose probe lies before `limit`.
    pub(crate) fn next_before(&mut self, bytes: &[u8], limit: usize) -> Option<Run> {
        loop {
            let probe = self.probe(bytes, limit)?;
            let start = start_of(bytes, probe, self.at, CORE);
            // A run from `start` would reach this far; whatever breaks it first is looked for from there backwards.
            let last = start + MIN_RUN - 1;
            if last >= bytes.len() {
                self.at = bytes.len();
                return None;
            }
            let broken = start_of(bytes, last + 1, probe, CORE);
            if broken > probe {
                self.at = broken;
                continue;
            }
            let end = end_of(bytes, last + 1, CORE);
            let floor = self.taken.max(start.saturating_sub(MAX_REACH_LEFT));
            let left = start_of(bytes, start, floor, EXTENDED);
            self.at = end_of(bytes, end, EXTENDED);
            self.taken = self.at;
            return Some(Run { core: start..end, extended: left..self.at });
        }
    }

    /// The next core byte at a stride of [`MIN_RUN`]; moves past what cannot hold a run.
    #[inline]
    fn probe(&mut self, bytes: &[u8], limit: usize) -> Option<usize> {
        let limit = limit.min(bytes.len());
        let mut probe = self.at + MIN_RUN - 1;
        while probe < limit {
            if is(bytes[probe], CORE) {
                return Some(probe);
            }
            self.at = probe + 1;
            probe += MIN_RUN;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(text: &str) -> Vec<&str> {
        let mut runs = Runs::default();
        std::iter::from_fn(|| runs.next_before(text.as_bytes(), text.len()))
            .map(|run| &text[run.core])
            .collect()
    }

    #[test]
    fn finds_runs_at_every_offset() {
        for lead in 0..40 {
            let text = format!("{}{} tail", " ".repeat(lead), "a".repeat(MIN_RUN));
            assert_eq!(cores(&text), ["a".repeat(MIN_RUN)], "lead {lead}");
        }
    }

    #[test]
    fn passes_over_what_is_too_short() {
        assert_eq!(cores("the quick brown fox jumps over fifteen-letters at once"), [""; 0]);
    }

    #[test]
    fn extends_over_hosts_and_ports() {
        let text = b"see https://hooks.chat.example/services/abcdefghij now";
        let run = Runs::default().next_before(text, text.len()).expect("a run");
        assert_eq!(&text[run.extended], b"https://hooks.chat.example/services/abcdefghij");
    }

    #[test]
    fn blocks_give_the_same_runs_as_the_whole() {
        let text: String = (0..200).map(|i| if i % 23 == 0 { ' ' } else { 'x' }).collect();
        let mut runs = Runs::default();
        let mut pieces = Vec::new();
        for limit in (0..text.len() + 7).step_by(7) {
            while let Some(run) = runs.next_before(text.as_bytes(), limit) {
                pieces.push(&text[run.core]);
            }
        }
        assert_eq!(pieces, cores(&text));
    }
}
