//! Where in a text something packed begins: what is in it can be read as a whole only.

use std::ops::Range;

use memchr::memmem;

use super::lane::{Lane, MAX_HELD};
use crate::message::Message;
use crate::parts::{boundary, content_type};
use crate::views::{is_archive, is_archive_in_base64};

/// Bytes that tell what they are the beginning of: tar's name stands furthest back.
const HEAD: usize = 262;
/// Longest header of a part.
const MAX_HEADER: usize = 4096;

/// Looks at the beginning of a body, and of each part of a form.
#[derive(Debug)]
pub(super) struct Packed {
    /// What stands between the parts of a form.
    delimiter: Option<Vec<u8>>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// A content begins here, and it is not known yet what it is.
    At(usize),
    /// Something packed begins here.
    Found(usize),
    /// The next delimiter is looked for from here on.
    From(usize),
}

impl Packed {
    pub(super) fn new(head: &Message<'_>) -> Self {
        let delimiter = boundary(content_type(head)).map(|boundary| [b"--", boundary].concat());
        Self { delimiter, state: State::At(0) }
    }

    /// Nothing from here on may be decided yet.
    pub(super) fn open_since(&self) -> Option<usize> {
        match self.state {
            State::At(at) | State::Found(at) => Some(at),
            State::From(_) => None,
        }
    }

    /// Nothing from here on may be forgotten.
    pub(super) fn needs(&self) -> Option<usize> {
        match self.state {
            State::From(from) => self.delimiter.is_some().then_some(from),
            State::At(at) | State::Found(at) => Some(at),
        }
    }

    /// Reads on. What cannot be read while it flows, if the text has any: something packed that is more than what may
    /// be held, or stands in a part of a form.
    pub(super) fn read(&mut self, lane: &Lane, ends: bool) -> Option<Range<usize>> {
        let end = lane.end();
        loop {
            match self.state {
                State::Found(at) => return (at > 0 || end > MAX_HELD).then_some(at..end),
                State::At(at) if end - at < HEAD && !ends => return None,
                State::At(at) if is_archive(lane.text(at..end)) => self.state = State::Found(at),
                State::At(at) => self.state = State::From(at),
                State::From(from) => self.state = State::At(self.next_content(lane, from)?),
            }
        }
    }

    /// Where the next part of a form begins.
    fn next_content(&mut self, lane: &Lane, from: usize) -> Option<usize> {
        let delimiter = self.delimiter.as_ref()?;
        let text = lane.text(from..lane.end());
        let Some(at) = memmem::find(text, delimiter) else {
            self.state = State::From(lane.end().saturating_sub(delimiter.len()).max(from));
            return None;
        };
        let header = &text[at..text.len().min(at + MAX_HEADER)];
        let length = memmem::find(header, b"\r\n\r\n").map(|length| length + 4);
        if length.is_none() && header.len() == MAX_HEADER {
            self.state = State::From(from + at + delimiter.len());
        }
        length.map(|length| from + at + length)
    }
}

/// Whether a text without spaces that is longer than what may be held is something packed, in base64.
pub(super) fn is_packed_run(lane: &Lane) -> bool {
    let (since, end) = (lane.open_since().max(lane.base()), lane.end());
    end - since > MAX_HELD && is_archive_in_base64(lane.text(since..end))
}
