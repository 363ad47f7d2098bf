//! How far the text may go on, and what is cut out of it on the way.

use std::ops::Range;

use super::super::edits::bare_value;
use super::super::events::MAX_LINE;
use super::super::packed::Packed;
use super::{Mode, Text};

/// An event longer than this is released in pieces.
const MAX_EVENT: usize = 64 << 10;
/// Most text that is held for texts in pieces.
const MAX_HELD_EVENTS: usize = 256 << 10;

impl Text {
    pub(super) fn release(&mut self, ends: bool, released: &mut Vec<u8>) {
        let upto = self.releasable(ends);
        if self.mode == Mode::Pass {
            self.released = upto;
        } else {
            self.emit(upto, released);
        }
        let line = self
            .events
            .as_ref()
            .map_or(upto, |events| events.line().max(self.body.end().saturating_sub(MAX_LINE)));
        let packed = self.packed.as_ref().and_then(Packed::needs).unwrap_or(line);
        self.body.forget(self.released.min(line).min(packed));
    }

    /// How far the text may go on.
    fn releasable(&mut self, ends: bool) -> usize {
        let end = self.body.end();
        let mut upto = if ends { end } else { self.body.settled() };
        let Some(events) = &mut self.events else {
            return upto.min(self.block_at.unwrap_or(end)).max(self.released);
        };
        if let Some(held) = events.held() {
            upto = upto.min(held.max(end.saturating_sub(MAX_HELD_EVENTS)));
        }
        upto = upto.min(self.block_at.unwrap_or(end)).max(self.released);
        let is_whole = ends && self.block_at.is_none();
        let whole = events.last_end_before(upto);
        if is_whole || upto - whole.max(self.released) > MAX_EVENT { upto } else { whole.max(self.released) }
    }

    /// Puts the text before `upto` into `released`, with the cuts that begin there.
    fn emit(&mut self, upto: usize, released: &mut Vec<u8>) {
        while let Some((mut range, mut bytes)) = self.cuts.next_before(upto) {
            if range.end <= self.released {
                continue;
            }
            let start = range.start.max(self.released);
            self.copy(start, released);
            if self.quotes.as_ref().is_some_and(|quotes| !quotes.is_open()) && !bytes.is_empty() {
                range = self.whole_value(&range, released);
                bytes = [b"\"", &*bytes, b"\""].concat();
            }
            released.extend_from_slice(&bytes);
            self.released = range.end.max(self.released);
        }
        self.copy(upto, released);
    }

    /// Copies the text up to `end`.
    fn copy(&mut self, end: usize, released: &mut Vec<u8>) {
        if end > self.released {
            let text = self.body.text(self.released..end);
            if let Some(quotes) = &mut self.quotes {
                quotes.read(text);
            }
            released.extend_from_slice(text);
            self.released = end;
        }
    }

    /// The number of JSON that `range` is in; its first digits, if they were copied already, are taken back.
    fn whole_value(&self, range: &Range<usize>, released: &mut Vec<u8>) -> Range<usize> {
        let base = self.body.base();
        let local = range.start.max(base) - base..range.end - base;
        let value = bare_value(self.body.text(base..self.body.end()), &local);
        let back = (local.start - value.start).min(released.len());
        released.truncate(released.len() - back);
        value.start + base..value.end + base
    }
}
