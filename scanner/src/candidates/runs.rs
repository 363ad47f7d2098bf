//! Where a token could be at all: long runs of the characters that tokens are made of.
//!
//! Nearly every credential has a run of at least 16 such characters, and prose has few.

use std::ops::Range;

use super::masks::{Block, CHUNK, Class, WORDS};

/// Length from which a run is worth a closer look.
pub(crate) const MIN_RUN: usize = 16;

/// How far an extended run reaches to the left of its core: a host name and some path.
pub(super) const MAX_REACH_LEFT: usize = 256;

/// A run, and the wider text around it that may belong to the same token or URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// At least [`MIN_RUN`] core characters.
    pub(crate) core: Range<usize>,
    /// `core`, and extended characters around it; holds further cores.
    pub(crate) extended: Range<usize>,
    /// Whether it may have a digit or two capitals in a row, as generated text has.
    pub(crate) is_telling: bool,
}

/// Finds all runs of a text, block by block.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    at: usize,
    /// Where the last extended run ended; the next one does not reach back over it.
    taken: usize,
    /// Bytes of the block that extended runs cover.
    covered: [u64; WORDS],
    /// Those of them that are in runs which tell.
    telling: [u64; WORDS],
}

/// Which of the bytes of a chunk are in runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    /// In any.
    pub(super) all: u64,
    /// In one that tells.
    pub(super) telling: u64,
}

impl Runs {
    /// To be called before the runs of `block` are asked for.
    pub(crate) fn begin(&mut self, block: &Block) {
        self.covered = [0; WORDS];
        block.mark(0..self.taken, &mut self.covered);
        self.telling = self.covered;
    }

    /// The chunks of the block in which runs are, a bit each.
    #[inline]
    pub(super) fn chunks(&self) -> u32 {
        self.covered.iter().rev().fold(0, |chunks, covered| chunks << 1 | u32::from(*covered != 0))
    }

    /// The bytes of the chunk at `at` that runs cover, as far as they were asked for.
    #[inline]
    pub(super) fn covered(&self, block: &Block, at: usize) -> Covered {
        let chunk = (at - block.range().start) / CHUNK;
        Covered { all: self.covered[chunk], telling: self.telling[chunk] }
    }

    /// The next run whose sixteenth character lies in `block`.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Run> {
        let last = block.next_row::<MIN_RUN>(Class::Core, self.at)?;
        let start = last + 1 - MIN_RUN;
        let end = block.end_of(bytes, last + 1, Class::Core);
        let floor = self.taken.max(start.saturating_sub(MAX_REACH_LEFT));
        let left = block.start_of(bytes, start, floor, Class::Extended);
        self.at = block.end_of(bytes, end, Class::Extended);
        self.taken = self.at;
        let extended = left..self.taken;
        block.mark(extended.clone(), &mut self.covered);
        let is_telling = block.may_tell(&extended);
        if is_telling {
            block.mark(extended.clone(), &mut self.telling);
        }
        Some(Run { core: start..end, extended, is_telling })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::classes::{CORE, EXTENDED, end_of, is, start_of};
    use super::super::masks::in_blocks;
    use super::*;

    fn runs(bytes: &[u8]) -> Vec<Run> {
        let (mut runs, mut found) = (Runs::default(), Vec::new());
        in_blocks(bytes, |block| found.extend(std::iter::from_fn(|| runs.next_in(block, bytes))));
        found
    }

    fn cores(text: &str) -> Vec<&str> {
        runs(text.as_bytes()).into_iter().map(|run| &text[run.core]).collect()
    }

    /// The same, byte by byte.
    fn plainly(bytes: &[u8]) -> Vec<(Range<usize>, Range<usize>)> {
        let (mut found, mut at, mut taken) = (Vec::new(), 0, 0);
        while at < bytes.len() {
            let end = end_of(bytes, at, CORE);
            if end - at < MIN_RUN {
                at = end.max(at) + 1;
                continue;
            }
            let left = start_of(bytes, at, at.saturating_sub(MAX_REACH_LEFT).max(taken), EXTENDED);
            taken = end_of(bytes, end, EXTENDED);
            found.push((at..end, left..taken));
            at = taken;
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_fast_pass_finds_what_a_plain_one_finds(
            rows in prop::collection::vec((prop::sample::select(&b"aZ0_.:= \n\xff"[..]), 1_usize..40), 0..600),
        ) {
            let bytes: Vec<u8> = rows.iter().flat_map(|(byte, count)| vec![*byte; *count]).collect();
            let ranges = |run: Run| (run.core, run.extended);
            prop_assert_eq!(runs(&bytes).into_iter().map(ranges).collect::<Vec<_>>(), plainly(&bytes));
            for run in runs(&bytes) {
                prop_assert!(bytes[run.core].iter().all(|byte| is(*byte, CORE)));
                let run_bytes = &bytes[run.extended];
                let pairs = run_bytes.windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase));
                prop_assert!(run.is_telling || !(pairs || run_bytes.iter().any(u8::is_ascii_digit)));
            }
        }
    }

    #[test]
    fn finds_runs_at_every_offset() {
        for lead in 0..140 {
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
        assert_eq!(&text[runs(text)[0].extended.clone()], b"https://hooks.chat.example/services/abcdefghij");
    }
}
