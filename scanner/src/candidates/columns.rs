//! Tables: a line of names, and lines of values under them. CSV, TSV, Markdown, `INSERT INTO t (…) VALUES (…)`.

use std::ops::Range;

use super::cells::{Cells, is_of_names, place_in};
use super::skipping::{skip_quotes, skip_space};

/// Longest line of names.
const MAX_HEADER: usize = 1024;

/// Longest line of values.
const MAX_ROW: usize = 8 << 10;

/// Longest name of a column.
const MAX_CELL: usize = 48;
/// Names of one table whose cells are read.
const MAX_COLUMNS: usize = 4;

/// The table that was read last: each is read once for each of a few names, so that the work stays linear.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    header: Range<usize>,
    end: usize,
    columns: usize,
}

impl Tables {
    /// The column with the name at `name`.
    pub(crate) fn column(&self, bytes: &[u8], name: &Range<usize>) -> Option<Column> {
        let column = Column::of(bytes, name)?;
        let is_same = column.header == self.header;
        let is_new = if is_same { self.columns < MAX_COLUMNS } else { column.header.start >= self.end };
        is_new.then_some(column)
    }

    /// Remembers that the cells of `column` were read.
    pub(crate) fn have_read(&mut self, column: &Column) {
        self.columns = if column.header == self.header { self.columns + 1 } else { 1 };
        self.header = column.header.clone();
        self.end = column.at;
    }
}

/// The cells under one name.
#[derive(Debug)]
pub(crate) struct Column {
    header: Range<usize>,
    rows: Rows,
    delimiter: u8,
    place: usize,
    cells: usize,
    at: usize,
}

/// How the rows of a table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// A line each.
    Lines,
    /// A line each in a string, where a line end is spelled out and a quote ends all.
    EscapedLines,
    /// In parentheses.
    Tuples,
}

impl Column {
    /// The column with the name at `name`; `None` where it stands in no line of names.
    fn of(bytes: &[u8], name: &Range<usize>) -> Option<Self> {
        let delimiter = delimiter_around(bytes, name)?;
        Self::of_lines(bytes, name, delimiter).or_else(|| Self::of_tuples(bytes, name, delimiter))
    }

    fn of_lines(bytes: &[u8], name: &Range<usize>, delimiter: u8) -> Option<Self> {
        let start = start_of_line(bytes, name)?;
        // A longer line is none of names.
        let rest = &bytes[name.end..bytes.len().min(name.end + MAX_HEADER + 1)];
        let end = name.end + line_length(rest, Rows::Lines);
        let rows = if bytes.get(end) == Some(&b'\\') { Rows::EscapedLines } else { Rows::Lines };
        let header = start..end;
        let line = bytes.get(header.clone()).filter(|line| line.len() <= MAX_HEADER)?;
        let (cells, place) = (Cells::of(line, delimiter).count(), place_in(bytes, start, name, delimiter));
        let at = next_line(bytes, end, rows)?;
        let fits = cells > 1 && is_of_names(line, delimiter);
        fits.then_some(Self { header, rows, delimiter, place, cells, at })
    }

    /// `(name, password) VALUES (…`.
    fn of_tuples(bytes: &[u8], name: &Range<usize>, delimiter: u8) -> Option<Self> {
        let floor = name.start.saturating_sub(MAX_HEADER);
        let start = floor + memchr::memrchr(b'(', &bytes[floor..name.start])? + 1;
        let end = name.end + memchr::memchr(b')', &bytes[name.end..bytes.len().min(name.end + MAX_HEADER)])?;
        let values = skip_space(bytes, end + 1);
        let is_values =
            bytes.get(values..values + 6).is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
        let line = &bytes[start..end];
        let (cells, place) = (Cells::of(line, b',').count(), place_in(bytes, start, name, b','));
        let (rows, at) = (Rows::Tuples, skip_space(bytes, values + 6));
        let fits = is_values && delimiter == b',';
        fits.then_some(Self { header: start..end, rows, delimiter, place, cells, at })
    }

    /// The next cell, without quotes; `None` where the table ends.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Range<usize>> {
        let start = self.at;
        let rest = bytes.get(start..)?;
        let row = match self.rows {
            Rows::Tuples => tuple(rest)?,
            rows => 0..line_length(rest, rows),
        };
        let line = &rest[row.clone()];
        let mut cells = Cells::of(line, self.delimiter).enumerate();
        let (_, cell) = cells.by_ref().find(|(place, _)| *place == self.place)?;
        if cells.last().map_or(self.place, |(place, _)| place) + 1 != self.cells {
            return None;
        }
        let end = start + row.end;
        self.at = match self.rows {
            Rows::Tuples => skip_space(bytes, end + 1) + 1,
            rows => next_line(bytes, end, rows).unwrap_or(bytes.len()),
        };
        let first = start + row.start;
        Some(trimmed(bytes, first + cell.start..first + cell.end))
    }
}

/// The inside of the parentheses that open at the start of `rest`.
fn tuple(rest: &[u8]) -> Option<Range<usize>> {
    let open = skip_space(rest, 0);
    let window = &rest[..rest.len().min(open + MAX_HEADER)];
    if window.get(open) != Some(&b'(') {
        return None;
    }
    let mut in_quotes = false;
    let inside = &window[open + 1..];
    let end = inside.iter().position(|byte| {
        in_quotes ^= *byte == b'\'';
        *byte == b')' && !in_quotes
    })?;
    Some(open + 1..open + 1 + end)
}

/// What parts the names of a line, when the name at `name` has it on one side, and the line's end or the same on the
/// other.
fn delimiter_around(bytes: &[u8], name: &Range<usize>) -> Option<u8> {
    let closed = skip_quotes(bytes, name.end);
    let spelled =
        |at: usize| bytes.get(at..at + 2) == Some(b"\\t") || bytes.get(at..at + 3) == Some(b"\\\\t");
    let after =
        if spelled(closed) { Some(&b'\t') } else { bytes[closed..].iter().find(|byte| **byte != b' ') };
    let (before, is_quoted) = before_cell(bytes, name.start);
    let is_delimiter = |byte: &u8| b",;\t|".contains(byte);
    let ends = after.is_none_or(|byte| b"\n\r\\)".contains(byte));
    let begins = is_quoted || before.is_none_or(|byte| b"\n\\(".contains(byte));
    match (before, after) {
        (_, Some(after)) if is_delimiter(after) && (begins || before == Some(after)) => Some(*after),
        (Some(before), _) if is_delimiter(before) && ends => Some(*before),
        _ => None,
    }
}

/// What stands before the words, spaces and quotes that end at `start`, and whether there are quotes among them.
fn before_cell(bytes: &[u8], start: usize) -> (Option<&u8>, bool) {
    let mut is_quoted = false;
    for (at, byte) in bytes[..start].iter().enumerate().rev().take(MAX_CELL) {
        let is_escape = *byte == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\'' | b'\\'));
        if b"\"'`".contains(byte) {
            is_quoted = true;
        } else if *byte == b't' && at > 0 && bytes[at - 1] == b'\\' {
            return (Some(&b'\t'), is_quoted);
        } else if !(byte.is_ascii_alphanumeric() || b" _-".contains(byte) || is_escape) {
            return (Some(byte), is_quoted);
        }
    }
    (None, is_quoted || start < MAX_CELL)
}

/// Where the line of `name` begins; `None` when it is longer than a line of names.
fn start_of_line(bytes: &[u8], name: &Range<usize>) -> Option<usize> {
    let floor = name.start.saturating_sub(MAX_HEADER);
    let before = &bytes[floor..name.start];
    let real = memchr::memrchr(b'\n', before).map(|at| at + 1);
    let escaped = memchr::memmem::rfind(before, b"\\n").map(|at| at + 2);
    let opened = memchr::memrchr_iter(b'"', before).find(|at| opens_string(&before[..*at])).map(|at| at + 1);
    Some(floor + real.max(escaped).max(opened).or((floor == 0).then_some(0))?)
}

/// Whether a quote after `before` opens a string that may hold a table, and is not that of a cell.
fn opens_string(before: &[u8]) -> bool {
    before.iter().rev().find(|byte| !b" \\".contains(byte)).is_some_and(|byte| b":=([".contains(byte))
}

/// Up to a line end, spelled out or not, or the end of the string.
fn line_length(rest: &[u8], rows: Rows) -> usize {
    let rest = &rest[..rest.len().min(MAX_ROW)];
    let real = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = &rest[..real];
    let escaped =
        |at: &usize| matches!(line.get(at + 1), Some(b'n' | b'r' | b'\\')) && spells_line_end(&line[*at..]);
    let line = &line[..memchr::memchr_iter(b'\\', line).find(escaped).unwrap_or(real)];
    if rows == Rows::EscapedLines {
        let closes = |at: &usize| at.checked_sub(1).is_none_or(|before| line[before] != b'\\');
        memchr::memchr_iter(b'"', line).find(closes).unwrap_or(line.len())
    } else {
        line.len()
    }
}

/// `\n`, `\\r`: backslashes and the letter of a line end.
fn spells_line_end(text: &[u8]) -> bool {
    let marks = text.iter().take(8).take_while(|byte| **byte == b'\\').count();
    matches!(text.get(marks), Some(b'n' | b'r'))
}

/// The start of the line after the one that ends at `end`, past the rule of a Markdown table.
fn next_line(bytes: &[u8], end: usize, rows: Rows) -> Option<usize> {
    let past = |end: usize| -> Option<usize> {
        match bytes.get(end..)? {
            [b'\n', ..] => Some(end + 1),
            [b'\\', ..] => Some(skip_space(bytes, end)),
            _ => None,
        }
    };
    let start = past(end)?;
    let length = line_length(&bytes[start..], rows);
    let is_rule = length > 2 && bytes[start..start + length].iter().all(|byte| b"|-: +=\r".contains(byte));
    if is_rule { past(start + length) } else { Some(start) }
}

fn trimmed(bytes: &[u8], cell: Range<usize>) -> Range<usize> {
    let outer = |byte: &u8| !b" \t\r\"'`\\".contains(byte);
    let text = &bytes[cell.clone()];
    let text = &text[..memchr::memmem::find(text, b"</").unwrap_or(text.len())];
    let start = text.iter().position(outer).unwrap_or(text.len());
    let text = &text[start..];
    let end = text.iter().rposition(outer).map_or(0, |last| last + 1);
    cell.start + start..cell.start + start + end
}

#[cfg(test)]
mod tests {
    use super::super::names::name_around;
    use super::*;

    fn cells(text: &str) -> Vec<&str> {
        let stem = text.find("pass").expect("a stem");
        let name = name_around(text.as_bytes(), stem);
        let Some(mut column) = Column::of(text.as_bytes(), &name) else { return Vec::new() };
        std::iter::from_fn(|| column.next(text.as_bytes())).map(|cell| &text[cell]).collect()
    }

    #[test]
    fn reads_the_cells_under_a_name() {
        for text in [
            "name,password\nalice,one\nbob,two\n",
            "password,name\none,alice\ntwo,bob",
            "\"name\";\"password\";\"x\"\n\"alice\";\"one\";\"\"\n\"bob\";\"two\";\"\"\n\nend;of;it",
            "id\tpassword\n1\tone\n2\ttwo\n",
            "{\"tsv\": \"id\\tpassword\\n1\\tone\\n2\\ttwo\\n\"}",
            "| user | password |\n|------|---------:|\n| a | one |\n| b | `two` |\n\ntext",
            "{\"csv\": \"name,password\\nalice,one\\nbob,two\"}",
            "name,note,password\nann,\"a, b\",one\nbob,,two\n",
            "INSERT INTO users (name, password) VALUES ('a,b', 'one'), ('c', 'two');",
            "<pre>name,password\nalice,one\nbob,two</pre>",
            "+name,password\n+alice,one\n+bob,two",
            "csv=name,password,id\nalice,one,1\nbob,two,2",
            "intro\r\nname,password\r\nalice,one\r\nbob,two\r\n",
        ] {
            assert_eq!(cells(text), ["one", "two"], "{text}");
        }
    }

    #[test]
    fn prose_and_code_are_no_tables() {
        for text in [
            "use a name, password, or token\nand go on, please",
            "f(user, password)\ng(x, y)",
            "a.password\nb",
        ] {
            assert!(cells(text).is_empty(), "{text}");
        }
    }
}
