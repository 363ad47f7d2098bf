//! The cells of one line of a table.

use std::ops::Range;

/// The cells of a line: what is between its delimiters, where those are not in quotes. A tab may be spelled out.
pub(super) struct Cells<'l> {
    line: &'l [u8],
    delimiter: u8,
    quote: Option<u8>,
    at: Option<usize>,
}

impl<'l> Cells<'l> {
    pub(super) fn of(line: &'l [u8], delimiter: u8) -> Self {
        let quotes = |quote: &u8| memchr::memchr_iter(*quote, line).take(2).count() == 2;
        Self { line, delimiter, quote: [b'"', b'\''].into_iter().find(quotes), at: Some(0) }
    }

    /// How many bytes a delimiter has that stands at `at`.
    fn delimiter_at(&self, at: usize) -> Option<usize> {
        let rest = &self.line[at..];
        let marks = rest.iter().take(8).take_while(|byte| **byte == b'\\').count();
        let is_spelled = self.delimiter == b'\t' && marks > 0 && rest.get(marks) == Some(&b't');
        if is_spelled { Some(marks + 1) } else { (rest.first() == Some(&self.delimiter)).then_some(1) }
    }
}

impl Iterator for Cells<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at?;
        let mut in_quotes = false;
        for at in start..self.line.len() {
            in_quotes ^= Some(self.line[at]) == self.quote;
            if let Some(length) = self.delimiter_at(at).filter(|_| !in_quotes) {
                self.at = Some(at + length);
                return Some(start..at);
            }
        }
        self.at = None;
        Some(start..self.line.len())
    }
}

/// Which cell of the line from `start` on the name is.
pub(super) fn place_in(bytes: &[u8], start: usize, name: &Range<usize>, delimiter: u8) -> usize {
    Cells::of(&bytes[start..name.start], delimiter).count() - 1
}

/// Whether a line is made of names alone; between commas without white space, as machines write it.
pub(super) fn is_of_names(line: &[u8], delimiter: u8) -> bool {
    let is_edge = |place: usize, count: usize| delimiter == b'|' && (place == 0 || place + 1 == count);
    let is_name = |name: &[u8]| {
        let loose =
            |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-. \"'`\r\\()".contains(byte);
        let tight = delimiter == b'|' || name.first() != Some(&b' ');
        let first = name.iter().find(|byte| !b" \"'`\\".contains(byte));
        tight
            && name.iter().all(loose)
            && first.is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'_')
    };
    let count = Cells::of(line, delimiter).count();
    let blank = |cell: &[u8]| cell.iter().all(|byte| b" \r\\".contains(byte));
    Cells::of(line, delimiter).map(|cell| &line[cell]).enumerate().all(|(place, cell)| {
        is_name(if place == 0 { without_lead(cell) } else { cell }) || (is_edge(place, count) && blank(cell))
    })
}

/// The first name of a line without what opens the text before it: `<pre>id`, `csv=id`, `+id` in a diff.
fn without_lead(cell: &[u8]) -> &[u8] {
    let lead = cell.iter().rposition(|byte| b">=+`".contains(byte));
    lead.map_or(cell, |lead| &cell[lead + 1..])
}
