//! A text that is looked at while it comes: a window of it, and how far it is settled.

use super::open::Open;
use crate::confirm::rest_of_block;
use crate::look::Hit;
use crate::scan::Scanner;
use crate::verdict::ScanError;

/// Settled text that is looked at again, since what follows may be judged by it.
const CONTEXT: usize = 1 << 10;

/// Most text that is held because it could become a finding.
pub(super) const MAX_HELD: usize = 16 << 10;

/// Longest mark of the end of a block.
const END_MARK: usize = 64;

/// Text that comes together before it is looked at, where nothing has to be held.
const BATCH: usize = 32 << 10;

/// A text, its end still to come. All offsets count from its first byte.
#[derive(Debug)]
pub(super) struct Lane {
    text: Vec<u8>,
    /// Offset of the first byte of `text`.
    base: usize,
    /// Everything before is decided.
    settled: usize,
    open: Open,
    /// Whether text must be held until it is decided.
    holds: bool,
    /// Looking again is no use before the text has this length.
    retry_at: usize,
    /// The last hits and where they began, to know them again.
    recent: Vec<(usize, usize)>,
    /// The rule of a block that was longer than what may be held, and goes on.
    block: Option<usize>,
}

/// What became certain.
#[derive(Debug, Default)]
pub(super) struct News {
    /// New hits, in order.
    pub(super) hits: Vec<Hit>,
    /// Ranges that go on with a hit told before.
    pub(super) more: Vec<std::ops::Range<usize>>,
    /// Bytes that were not looked at.
    pub(super) skipped_bytes: usize,
}

impl Lane {
    pub(super) fn new(holds: bool) -> Self {
        Self {
            text: Vec::new(),
            base: 0,
            settled: 0,
            open: Open::default(),
            holds,
            retry_at: 0,
            recent: Vec::new(),
            block: None,
        }
    }

    /// One past the last byte.
    pub(super) fn end(&self) -> usize {
        self.base + self.text.len()
    }

    /// Whether text is held until it is decided.
    pub(super) fn holds(&self) -> bool {
        self.holds
    }

    /// Everything before is decided.
    pub(super) fn settled(&self) -> usize {
        self.settled
    }

    /// The bytes from `start` on; none that are forgotten.
    pub(super) fn text(&self, range: std::ops::Range<usize>) -> &[u8] {
        &self.text[range.start - self.base..range.end - self.base]
    }

    /// The first byte that is still there.
    pub(super) fn base(&self) -> usize {
        self.base
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        if self.holds {
            self.open.read(bytes);
        }
    }

    /// What comes next does not belong together with what came.
    pub(super) fn close(&mut self) {
        self.open.close();
    }

    /// Forgets what neither a look nor the caller, who still needs everything from `needed` on, has use for.
    pub(super) fn forget(&mut self, needed: usize) {
        let keep = needed.min(self.settled.saturating_sub(CONTEXT));
        if keep > self.base + CONTEXT.max(self.text.len() / 2) {
            self.text.drain(..keep - self.base);
            self.base = keep;
        }
    }

    /// The first byte of the words at the end that may belong to what follows.
    pub(super) fn open_since(&self) -> usize {
        self.open.since()
    }

    /// Decides as much as can be before `open`, or up to the end where nothing is held: what turns out to be a hit later
    /// is still told. `ends`: nothing follows.
    pub(super) fn settle(&mut self, scanner: &Scanner, open: usize, ends: bool) -> Result<News, ScanError> {
        if let Some(rule) = self.block {
            return Ok(self.go_on(scanner, rule, ends));
        }
        let end = self.end();
        let unsettled = end - self.settled;
        let is_early = !self.holds && unsettled < BATCH;
        if unsettled == 0 || !ends && (is_early || end < self.retry_at) {
            return Ok(News::default());
        }
        let is_full = unsettled > MAX_HELD;
        let open = if ends || !self.holds { end } else { open };
        if open <= self.settled && !is_full {
            return Ok(News::default());
        }
        self.look(scanner, open, is_full, ends)
    }

    fn look(&mut self, scanner: &Scanner, open: usize, is_full: bool, ends: bool) -> Result<News, ScanError> {
        let end = self.end();
        let from = self.base.max(self.settled.saturating_sub(CONTEXT));
        let (mut hits, skipped_bytes) = scanner.look_at(self.text(from..end))?;
        for hit in &mut hits {
            hit.shift(from);
        }
        let mut upto = if ends { end } else { open.min(self.phrase(scanner, from, &hits)) };
        upto = self.before_open_hits(&hits, upto, ends);
        if upto <= self.settled && is_full {
            upto = self.in_spite_of(&hits, end);
            let last = hits.iter().find(|hit| hit.range.end == upto && upto == end);
            self.block = last.map(|hit| hit.rule).filter(|rule| scanner.rules().rules[*rule].until.is_some());
        }
        let news = self.news(hits, upto, skipped_bytes);
        if upto > self.settled {
            self.settled = upto;
        }
        self.retry_at = end + (end - self.settled) / 64;
        Ok(news)
    }

    /// More of a block that is known already.
    fn go_on(&mut self, scanner: &Scanner, rule: usize, ends: bool) -> News {
        let end = self.end();
        let from = self.base.max(self.settled.saturating_sub(END_MARK));
        let before = self.settled - from;
        let (length, is_over) = rest_of_block(&scanner.rules().rules[rule], self.text(from..end), before);
        let more = self.settled..from + length;
        if is_over || ends {
            self.block = None;
        }
        self.settled = more.end;
        News { more: vec![more], ..News::default() }
    }

    /// Where something in several words could still become a match.
    fn phrase(&self, scanner: &Scanner, from: usize, hits: &[Hit]) -> usize {
        let end = self.end();
        let start = self.settled.max(from);
        let is_found = |rule: usize, at: usize| {
            hits.iter().filter(|hit| hit.rule == rule && hit.range.contains(&(start + at))).any(|hit| {
                let is_block = scanner.rules().rules[rule].until.is_some();
                is_block || self.text(hit.range.end..end).iter().any(|byte| ends_token(*byte))
            })
        };
        let open = scanner.phrases().open_since(scanner.rules(), self.text(start..end), 0, is_found);
        open.map_or(end, |at| start + at)
    }

    /// A hit that reaches past `upto` or up to the end may go on: nothing from its beginning on is decided.
    fn before_open_hits(&self, hits: &[Hit], mut upto: usize, ends: bool) -> usize {
        let end = self.end();
        for hit in hits.iter().rev() {
            let is_open = hit.range.end > upto || hit.range.end == end && !ends;
            if hit.range.start < upto && is_open {
                upto = hit.range.start;
            }
        }
        upto
    }

    /// No more may be held: what is known to be a hit is one, and the older half of the rest is decided.
    fn in_spite_of(&self, hits: &[Hit], end: usize) -> usize {
        let half = end - MAX_HELD / 2;
        let known = hits.iter().filter(|hit| hit.range.start <= self.settled && self.settled < hit.range.end);
        let upto = known.map(|hit| hit.range.end).max().unwrap_or(half);
        match hits.iter().find(|hit| hit.range.start < upto && upto < hit.range.end) {
            Some(hit) if hit.range.start > self.settled => hit.range.start,
            Some(hit) => hit.range.end,
            None => upto,
        }
    }

    /// Sorts out what is new among `hits`, as far as it is decided.
    fn news(&mut self, hits: Vec<Hit>, upto: usize, skipped_bytes: usize) -> News {
        let mut news = News { skipped_bytes, ..News::default() };
        let settled = self.settled;
        for hit in hits.into_iter().filter(|hit| settled < hit.range.end && hit.range.start < upto) {
            let name = (hit.rule, hit.range.start);
            if hit.range.start < settled && self.recent.contains(&name) {
                news.more.push(settled..hit.range.end);
                continue;
            }
            self.recent.push(name);
            news.hits.push(hit);
        }
        let excess = self.recent.len().saturating_sub(64);
        self.recent.drain(..excess);
        news
    }
}

/// Whether no token goes on behind this byte, be it made of several words.
fn ends_token(byte: u8) -> bool {
    byte <= b' ' || b"\"'`<>()[]{}".contains(&byte)
}
