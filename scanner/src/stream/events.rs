//! What is said in pieces over several events: the strings of one JSON path, or plain data, read as one text.

use std::collections::VecDeque;
use std::ops::Range;

use super::evidence::{open_since, seed_since};
use super::folded::Folded;
use super::framing::Framing;
use super::lane::{Lane, News};
use super::values::strings;
use crate::look::Hit;
use crate::scan::Scanner;
use crate::verdict::ScanError;

/// Texts that are followed at once; events have few fields that are pieces of something.
const MAX_TEXTS: usize = 32;
/// Longest line that is taken apart.
pub(super) const MAX_LINE: usize = 256 << 10;
/// A value that stands in one event after another and is this long in all is no piece of a text.
const MIN_REPEATED: usize = 12;
/// Events of another kind that may come between two pieces: pings, usage.
const MAX_EVENTS_BETWEEN: usize = 3;
/// Listed words in a row from which on a text may be a seed phrase; prose has few.
const MIN_SEED_WORDS: usize = 4;
/// Path of data that is no JSON.
const PLAIN: u64 = 1;

/// Follows the events of one body.
#[derive(Debug)]
pub(super) struct Events {
    framing: Framing,
    folded: Folded,
    holds: bool,
    /// Where the line begins that is being read, in the body.
    line: usize,
    /// Where the event begins that is being read.
    event: usize,
    /// Where to look for the end of the line.
    looked: usize,
    count: usize,
    texts: Vec<Text>,
    /// Where events are over that may not all go on yet.
    ends: VecDeque<usize>,
    last_end: usize,
}

/// One text in pieces.
#[derive(Debug)]
struct Text {
    path: u64,
    lane: Lane,
    pieces: VecDeque<Piece>,
    last: u64,
    repeats: usize,
    /// Number of the event that had its last piece.
    seen: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    /// Where it begins in the text.
    at: usize,
    /// Where it stands in the body.
    source: Range<usize>,
    /// Where its event begins in the body.
    event: usize,
}

/// A hit that several events have pieces of.
#[derive(Debug)]
pub(super) struct Spread {
    /// The hit, its place in the body; `None` where it goes on.
    pub(super) hit: Option<Hit>,
    /// Where it stands in the body.
    pub(super) parts: Vec<Range<usize>>,
}

impl Events {
    pub(super) fn new(framing: Framing, holds: bool) -> Self {
        Self {
            framing,
            folded: Folded::default(),
            holds,
            line: 0,
            event: 0,
            looked: 0,
            count: 0,
            texts: Vec::new(),
            ends: VecDeque::new(),
            last_end: 0,
        }
    }

    /// Where the line begins that is being read.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The last place, not after `upto`, where an event is over.
    pub(super) fn last_end_before(&mut self, upto: usize) -> usize {
        while self.ends.front().is_some_and(|end| *end <= upto) {
            self.last_end = self.ends.pop_front().unwrap_or(upto);
        }
        self.last_end
    }

    /// The first byte of the body that may not go on yet, since a text that may become a hit has a piece there.
    pub(super) fn held(&self) -> Option<usize> {
        self.texts.iter().filter_map(Text::held).min()
    }

    /// Reads the lines that are complete in `body`. `ends`: nothing follows.
    pub(super) fn read(
        &mut self,
        body: &Lane,
        scanner: &Scanner,
        ends: bool,
    ) -> Result<Vec<Spread>, ScanError> {
        let mut spread = Vec::new();
        let end = body.end();
        while self.looked < end {
            let text = body.text(self.looked..end);
            let Some(offset) = self.framing.line_end(text) else { break };
            let is_return = text[offset] == b'\r';
            if is_return && offset + 1 == text.len() && !ends {
                // Its other half may follow.
                self.looked += offset;
                return Ok(spread);
            }
            let next = offset + 1 + usize::from(is_return && text.get(offset + 1) == Some(&b'\n'));
            let (line, next) = (self.line..self.looked + offset, self.looked + next);
            self.line = next;
            self.looked = next;
            self.take_line(body, line, next, scanner, &mut spread)?;
        }
        self.looked = end;
        if ends {
            self.take_line(body, self.line..end, end + 1, scanner, &mut spread)?;
            for text in &mut self.texts {
                text.settle(scanner, true, &mut spread)?;
            }
        }
        Ok(spread)
    }

    fn take_line(
        &mut self,
        body: &Lane,
        line: Range<usize>,
        next: usize,
        scanner: &Scanner,
        spread: &mut Vec<Spread>,
    ) -> Result<(), ScanError> {
        let is_read = line.start >= body.base() && line.len() <= MAX_LINE;
        let payload = if is_read { self.framing.payload(body.text(line.clone())) } else { None };
        if let Some(payload) = payload {
            let start = line.start + payload.start;
            self.count += 1;
            self.pieces(body, start..start + payload.len());
        }
        let is_over =
            self.framing == Framing::Lines || is_read && body.text(line.clone()).trim_ascii().is_empty();
        if is_over {
            for (path, source) in self.folded.unfold(body) {
                self.piece(body, path, source);
            }
            self.event = next;
            self.ends.push_back(next);
        }
        for text in &mut self.texts {
            if text.seen + MAX_EVENTS_BETWEEN < self.count {
                text.lane.close();
            }
            text.settle(scanner, false, spread)?;
        }
        Ok(())
    }

    fn pieces(&mut self, body: &Lane, data: Range<usize>) {
        let mut values = Vec::new();
        let is_json = strings(body.text(data.clone()), |path, range| values.push((path, range)));
        if !is_json {
            let is_plain = self.framing == Framing::ServerSent;
            if is_plain {
                self.folded.add(data.clone());
            }
            values = if is_plain { vec![(PLAIN, 0..data.len())] } else { Vec::new() };
        }
        for (path, range) in values {
            let source = data.start + range.start..data.start + range.end;
            self.piece(body, path, source);
        }
    }

    fn piece(&mut self, body: &Lane, path: u64, source: Range<usize>) {
        let known = self.texts.iter().position(|text| text.path == path);
        let index = known.unwrap_or_else(|| {
            if self.texts.len() >= MAX_TEXTS {
                let oldest = (0..self.texts.len()).min_by_key(|index| self.texts[*index].seen);
                self.texts.swap_remove(oldest.unwrap_or_default());
            }
            self.texts.push(Text::new(path, self.holds));
            self.texts.len() - 1
        });
        let (event, count) = (self.event, self.count);
        self.texts[index].add(body.text(source.clone()), source, event, count);
    }
}

impl Text {
    fn new(path: u64, holds: bool) -> Self {
        Self { path, lane: Lane::new(holds), pieces: VecDeque::new(), last: 0, repeats: 0, seen: 0 }
    }

    fn add(&mut self, bytes: &[u8], source: Range<usize>, event: usize, count: usize) {
        let hash = hash(bytes);
        self.repeats = if hash == self.last { self.repeats + 1 } else { 0 };
        self.last = hash;
        self.seen = count;
        // Names, ids and types are the same in every event.
        if self.repeats > 0 && (self.repeats + 1) * bytes.len() >= MIN_REPEATED {
            self.lane.close();
        } else if !bytes.is_empty() {
            self.pieces.push_back(Piece { at: self.lane.end(), source, event });
            self.lane.push(bytes);
        }
    }

    /// The event that has the first piece of what is not decided.
    fn held(&self) -> Option<usize> {
        let settled = self.lane.settled();
        if !self.lane.holds() || settled >= self.lane.end() {
            return None;
        }
        let first = self.pieces.partition_point(|piece| piece.end() <= settled);
        self.pieces.get(first).map(|piece| piece.event)
    }

    fn settle(&mut self, scanner: &Scanner, ends: bool, spread: &mut Vec<Spread>) -> Result<(), ScanError> {
        let open = if self.lane.holds() {
            open_since(&self.lane, scanner).min(seed_since(&self.lane, MIN_SEED_WORDS))
        } else {
            self.lane.end()
        };
        let News { hits, more, .. } = self.lane.settle(scanner, open, ends)?;
        for mut hit in hits {
            let parts = self.parts_of(&hit.replacement.range);
            let place = self.parts_of(&hit.range);
            // What stands in one event is found in the body as well.
            if let [first, .., last] = &place[..] {
                hit.range = first.start..last.end;
                hit.decoded_by.insert(0, "events");
                spread.push(Spread { hit: Some(hit), parts });
            }
        }
        spread.extend(more.iter().map(|range| Spread { hit: None, parts: self.parts_of(range) }));
        self.lane.forget(self.lane.end());
        while self.pieces.front().is_some_and(|piece| piece.end() <= self.lane.base()) {
            self.pieces.pop_front();
        }
        Ok(())
    }

    /// Where in the body a range of the text stands.
    fn parts_of(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let overlaps = self.pieces.iter().filter(|piece| piece.at < range.end && range.start < piece.end());
        overlaps
            .map(|piece| {
                let place = |at: usize| piece.source.start + at.clamp(piece.at, piece.end()) - piece.at;
                place(range.start)..place(range.end)
            })
            .collect()
    }
}

impl Piece {
    /// Where it ends in the text.
    fn end(&self) -> usize {
        self.at + self.source.len()
    }
}

fn hash(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}
