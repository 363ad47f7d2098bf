//! Whether every match of a pattern lies at a run: a row of characters that tokens are made of.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::candidates::MIN_RUN;
use crate::candidates::classes::{CORE, EXTENDED, is};

/// Of so many characters of a class one may be of no row: in a long token some stretch has none of it.
const RARE: usize = 8;

/// Characters in a row that every match has behind its beginning, and the row that goes on at the end.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    longest: usize,
    last: usize,
    /// A character was met that is in no run: what follows does not count.
    is_over: bool,
}

/// Whether every match has a row as long as a run, with nothing before it that ends runs.
pub(super) fn is_at_run(hir: &Hir) -> bool {
    let mut row = Row::default();
    row.read(hir);
    row.longest >= MIN_RUN
}

impl Row {
    fn read(&mut self, hir: &Hir) {
        if self.is_over {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|byte| self.add(std::iter::once(*byte))),
            HirKind::Class(Class::Bytes(class)) => {
                self.add(class.ranges().iter().flat_map(|range| range.start()..=range.end()));
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ascii = |char: char| u8::try_from(char).unwrap_or(u8::MAX);
                let ranges = class.ranges().iter();
                self.add(ranges.flat_map(|range| ascii(range.start())..=ascii(range.end())));
            }
            HirKind::Capture(group) => self.read(&group.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.read(part)),
            HirKind::Repetition(repetition) => self.repeat(&repetition.sub, repetition.min, repetition.max),
            HirKind::Alternation(ways) => {
                let ways = ways.iter().map(|way| {
                    let mut row = *self;
                    row.read(way);
                    row
                });
                *self = ways.reduce(Self::shorter).unwrap_or(*self);
            }
        }
    }

    /// One character, of which these are possible.
    fn add(&mut self, possible: impl Iterator<Item = u8> + Clone) {
        if self.is_over {
            return;
        }
        let count = |class: u8| possible.clone().filter(|byte| is(*byte, class)).count();
        if count(CORE) * RARE > possible.clone().count() * (RARE - 1) {
            self.last += 1;
            self.longest = self.longest.max(self.last);
        } else {
            self.last = 0;
            self.is_over = count(EXTENDED) < possible.count();
        }
    }

    fn repeat(&mut self, sub: &Hir, min: u32, max: Option<u32>) {
        let enough = u32::try_from(MIN_RUN).unwrap_or(u32::MAX);
        (0..min.min(enough)).for_each(|_| self.read(sub));
        if max != Some(min) {
            let mut more = *self;
            more.read(sub);
            *self = self.shorter(more);
        }
    }

    /// What both have.
    fn shorter(self, other: Self) -> Self {
        Self {
            longest: self.longest.min(other.longest),
            last: self.last.min(other.last),
            is_over: self.is_over || other.is_over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Shape;

    #[test]
    fn a_long_token_lies_at_a_run_and_a_short_one_may_not() {
        for pattern in [
            "acme_[a-z0-9]{11}",
            "(?:u|o)?ak_[A-Za-z0-9_-]{20}",
            r"ya29\.[A-Za-z0-9_.-]{40,200}",
            "key:(?:[a-z]{16}|[0-9]{20})",
            "a:b=c@[a-z]{8}[0-9]{8} x",
        ] {
            assert!(Shape::read(pattern).expect("a pattern").is_at_run(), "{pattern}");
        }
        for pattern in [
            "corp-[0-9]{6}",
            "acme_[a-z0-9]{0,40}",
            "key:(?:[a-z]{16}|[0-9]{5})",
            "key: [a-z]{20}",
            r"[a-z]{8}\.[a-z]{8}",
            "pass[!-~]{40}",
        ] {
            assert!(!Shape::read(pattern).expect("a pattern").is_at_run(), "{pattern}");
        }
    }
}
