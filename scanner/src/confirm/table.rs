//! Columns of a table in text: what a header calls them.

use std::ops::Range;

use super::cases::Cases;
use super::context::NumberRules;

/// Longest line that is read as a row.
pub(super) const MAX_LINE: usize = 1024;
/// Columns that are told apart.
const MAX_COLUMNS: usize = 64;

/// The table that numbers were last found in.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// What the last header calls the columns.
    columns: Vec<Cases>,
    /// Where the row begins that was last looked at.
    row: usize,
    /// How far its columns were counted, and which column that is.
    counted: usize,
    column: usize,
    in_quotes: bool,
    delimiter: u8,
    has_read_first_line: bool,
}

impl Table {
    /// Whether no header was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// What the column of the cell at `at` is called.
    pub(super) fn column(&mut self, numbers: &NumberRules, bytes: &[u8], at: usize, delimiter: u8) -> Cases {
        if !self.has_read_first_line {
            self.has_read_first_line = true;
            self.read_header(numbers, &bytes[..bytes.len().min(MAX_LINE)]);
        }
        let Some(row) = self.row_of(bytes, at) else { return Cases::default() };
        if row != self.row {
            self.row = row;
            self.restart(delimiter);
            let above = line_above(bytes, row).filter(|line| is_rule(&bytes[line.clone()]));
            let above = above.map_or(row, |rule| rule.start);
            if let Some(header) = line_above(bytes, above) {
                self.read_header(numbers, &bytes[header]);
            }
        } else if self.delimiter != delimiter {
            self.restart(delimiter);
        }
        self.count_to(bytes, at);
        self.columns.get(self.column).copied().unwrap_or_default()
    }

    fn restart(&mut self, delimiter: u8) {
        (self.counted, self.column, self.in_quotes, self.delimiter) = (self.row, 0, false, delimiter);
    }

    /// Where the row of `at` begins; what was counted of it is not read again.
    fn row_of(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let is_near = self.counted >= self.row && at >= self.counted && at - self.counted <= MAX_LINE;
        if is_near && self.counted > 0 {
            return start_of_line(bytes, at, self.counted).or(Some(self.row));
        }
        start_of_line(bytes, at, at.saturating_sub(MAX_LINE))
    }

    fn count_to(&mut self, bytes: &[u8], at: usize) {
        for byte in &bytes[self.counted..at] {
            if *byte == b'"' {
                self.in_quotes = !self.in_quotes;
            } else if *byte == self.delimiter && !self.in_quotes {
                self.column += 1;
            }
        }
        self.counted = at;
    }

    /// Takes a line for a header when it has no digits and one of its cells names a number.
    fn read_header(&mut self, numbers: &NumberRules, text: &[u8]) {
        let line = &text[..end_of_line(text)];
        if line.is_empty() {
            self.columns.clear();
        }
        let Some(delimiter) = [b'\t', b'|', b';', b','].into_iter().find(|byte| line.contains(byte)) else {
            return;
        };
        if line.iter().any(u8::is_ascii_digit) && line.iter().filter(|byte| byte.is_ascii_digit()).count() > 4
        {
            return;
        }
        let cells = || {
            line.split(|byte| *byte == delimiter).take(MAX_COLUMNS).map(|cell| numbers.words_in(cell, false))
        };
        if cells().any(|called| !called.is_empty()) {
            self.columns = cells().collect();
        }
    }
}

/// The line that ends before the one that begins at `row`; `None` when it is too long.
fn line_above(bytes: &[u8], row: usize) -> Option<Range<usize>> {
    let end = row - line_end_before(bytes, row);
    start_of_line(bytes, end, end.saturating_sub(MAX_LINE)).map(|start| start..end)
}

/// Whether a line is the one between the head and the rows of a table in Markdown.
fn is_rule(line: &[u8]) -> bool {
    line.len() > 2 && line.iter().all(|byte| b"|-: +=\r".contains(byte))
}

/// The first byte of the line that holds `at`; `None` when it lies before `floor`, and that is not the beginning.
fn start_of_line(bytes: &[u8], at: usize, floor: usize) -> Option<usize> {
    let mut start = at;
    while start > floor {
        if is_line_end(bytes, start) {
            return Some(start);
        }
        start -= 1;
    }
    (start == 0 || is_line_end(bytes, start)).then_some(start)
}

/// Whether a line ends right before `at`, with a real line break or an escaped one.
fn is_line_end(bytes: &[u8], at: usize) -> bool {
    line_end_before(bytes, at) > 0
}

fn line_end_before(bytes: &[u8], at: usize) -> usize {
    match &bytes[..at] {
        [.., b'\\', b'r', b'\\', b'n'] => 4,
        [.., b'\r', b'\n'] | [.., b'\\', b'n'] => 2,
        // Also the quote that opens a string of a message in JSON.
        [.., b'\n'] | [.., b':', b'"'] | [.., b':', b' ', b'"'] => 1,
        _ => 0,
    }
}

fn end_of_line(text: &[u8]) -> usize {
    (0..text.len()).find(|at| text[*at] == b'\n' || text[*at..].starts_with(b"\\n")).unwrap_or(text.len())
}
