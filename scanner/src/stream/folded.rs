//! JSON that one event has in several `data:` lines: its reader joins them by line breaks.

use std::ops::Range;

use super::events::MAX_LINE;
use super::lane::Lane;
use super::values::strings;

/// Lines of the event that is being read which are no JSON by themselves.
#[derive(Debug, Default)]
pub(super) struct Folded {
    lines: Vec<Range<usize>>,
    /// Bytes of them, line breaks included.
    length: usize,
}

impl Folded {
    /// One more line, where its data stand in the body.
    pub(super) fn add(&mut self, line: Range<usize>) {
        self.length += line.len() + 1;
        if self.length <= MAX_LINE {
            self.lines.push(line);
        }
    }

    /// The event is over: the strings of its JSON, each with its path and its place in the body. A string is in one line.
    pub(super) fn unfold(&mut self, body: &Lane) -> Vec<(u64, Range<usize>)> {
        let lines = std::mem::take(&mut self.lines);
        let is_folded = lines.len() > 1 && self.length <= MAX_LINE && lines[0].start >= body.base();
        self.length = 0;
        if !is_folded {
            return Vec::new();
        }
        let (mut text, mut starts) = (Vec::new(), Vec::new());
        for line in &lines {
            starts.push(text.len());
            text.extend_from_slice(body.text(line.clone()));
            text.push(b'\n');
        }
        let mut values = Vec::new();
        let is_json = strings(&text, |path, range| values.push((path, place(&lines, &starts, range))));
        if is_json { values } else { Vec::new() }
    }
}

/// Where a range of the joined lines stands in the body.
fn place(lines: &[Range<usize>], starts: &[usize], range: Range<usize>) -> Range<usize> {
    let index = starts.partition_point(|start| *start <= range.start).saturating_sub(1);
    let at = lines[index].start + range.start - starts[index];
    at..at + range.len()
}
