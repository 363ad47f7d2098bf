//! The strings of a JSON text, in order, with what is needed to put them in another one. Several texts in a row
//! (NDJSON) are read as one.

use std::ops::Range;

use smallvec::SmallVec;

use super::stem::Stem;
use crate::parts::end_of_string;

/// Frames that are told apart; what is nested deeper counts to the innermost of these.
const MAX_FRAMES: usize = 512;

/// So many need no allocation.
const FEW_FRAMES: usize = 8;

/// What a walk meets.
pub(super) enum Event<'t> {
    /// A string: what is between its quotes, and the key of the member.
    Text { range: Range<usize>, key: &'t [u8], stem: Stem, container: usize },
    /// An object ended that has a number among its members.
    Numbered { container: usize, number: u64 },
}

struct Frame {
    container: usize,
    stem: Stem,
    key: Range<usize>,
    /// In an object, before a colon.
    expects_key: bool,
    is_object: bool,
    number: Option<u64>,
}

/// Tells `visit` what there is, until the text ends or is no JSON any more.
pub(super) fn walk<'t>(text: &'t [u8], visit: &mut impl FnMut(Event<'t>)) {
    let mut walk = Walk { text, frames: SmallVec::new(), beyond: 0, containers: 0 };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let next = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b':' => at + 1,
            b'{' | b'[' => walk.open(*byte == b'{', at),
            b'}' | b']' => walk.close(at, visit),
            b',' => walk.next_member(at),
            b'"' => match end_of_string(text, at + 1) {
                Some(end) => walk.string(at + 1..end, visit),
                None => return,
            },
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => walk.literal(at),
            _ => return,
        };
        at = next;
    }
}

struct Walk<'t> {
    text: &'t [u8],
    frames: SmallVec<[Frame; FEW_FRAMES]>,
    /// Open containers that have no frame.
    beyond: usize,
    containers: usize,
}

impl<'t> Walk<'t> {
    fn open(&mut self, is_object: bool, at: usize) -> usize {
        if self.frames.len() >= MAX_FRAMES {
            self.beyond += 1;
            return at + 1;
        }
        let stem = self.frames.last().map_or(Stem::default(), |frame| self.stem_in(frame));
        self.containers += 1;
        let container = self.containers;
        self.frames.push(Frame {
            container,
            stem,
            key: 0..0,
            expects_key: is_object,
            is_object,
            number: None,
        });
        at + 1
    }

    fn close(&mut self, at: usize, visit: &mut impl FnMut(Event<'t>)) -> usize {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(Frame { container, number: Some(number), is_object: true, .. }) = self.frames.pop()
        {
            visit(Event::Numbered { container, number });
        }
        at + 1
    }

    fn next_member(&mut self, at: usize) -> usize {
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.is_object && self.beyond == 0) {
            frame.expects_key = true;
        }
        at + 1
    }

    fn string(&mut self, range: Range<usize>, visit: &mut impl FnMut(Event<'t>)) -> usize {
        let end = range.end + 1;
        match self.frames.last_mut() {
            Some(frame) if frame.expects_key => {
                frame.key = range;
                frame.expects_key = false;
            }
            Some(frame) => {
                let (container, key) = (frame.container, frame.key.clone());
                let stem = self.frames.last().map_or(Stem::default(), |frame| self.stem_in(frame));
                visit(Event::Text { range, key: &self.text[key], stem, container });
            }
            None => visit(Event::Text { range, key: b"", stem: Stem::default(), container: 0 }),
        }
        end
    }

    /// A number may say which piece its object holds.
    fn literal(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let number = std::str::from_utf8(&rest[..length]).ok().and_then(|text| text.parse().ok());
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.number.is_none()) {
            frame.number = number;
        }
        at + length.max(1)
    }

    fn stem_in(&self, frame: &Frame) -> Stem {
        if frame.is_object { frame.stem.with(&self.text[frame.key.clone()]) } else { frame.stem }
    }
}
