//! Where each decoded byte comes from, as steps: between two steps both sides advance byte by byte.

use std::ops::Range;

/// `(decoded, source)` offsets at which the two sides stop running in parallel, sorted.
#[derive(Debug, Default)]
pub(crate) struct Steps(Vec<(usize, usize)>);

impl Steps {
    /// From here on, `decoded` and `source` run in parallel.
    pub(crate) fn push(&mut self, decoded: usize, source: usize) {
        self.0.push((decoded, source));
    }

    /// The bytes of `whole` that `range` was decoded from. An escape is always covered whole.
    pub(crate) fn source_of(&self, range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
        let start = self.source_at(range.start, whole);
        // What was left out after the last byte is no part of it.
        let first = self.0.partition_point(|step| step.0 < range.end);
        let end = match self.0.get(first) {
            Some((decoded, source)) if *decoded == range.end => *source,
            _ => self.source_at(range.end, whole),
        };
        start..end.max(start)
    }

    fn source_at(&self, decoded: usize, whole: &Range<usize>) -> usize {
        let next = self.0.partition_point(|step| step.0 <= decoded);
        let mapped = match next.checked_sub(1).map(|last| self.0[last]) {
            Some((from, source)) => source + (decoded - from),
            None => whole.start + decoded,
        };
        mapped.min(whole.end)
    }
}
