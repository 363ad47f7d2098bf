//! What the head of a table in text calls the column of a number.

use std::ops::Range;

use super::series::is_labelled_otherwise;
use crate::candidates::classes::{NAME, is};
use crate::candidates::names_a_count;

/// Longest row, and how many of them are looked over for the head.
const MAX_ROW: usize = 512;
const MAX_ROWS: usize = 64;
/// Longest heading.
const MAX_HEADING: usize = 48;

/// Whether the number is a cell under `order_id` and its like: above the rows stands a line without digits.
pub(super) fn is_headed_as_count(bytes: &[u8], number: &Range<usize>) -> bool {
    let rest = &bytes[number.end..bytes.len().min(number.end + MAX_ROW)];
    let closed = rest.iter().take_while(|byte| b"\"'\\ ".contains(byte)).count();
    let Some(delimiter) = rest.get(closed).copied().filter(|byte| b",;\t|".contains(byte)) else {
        return false;
    };
    let cells = |row: &[u8]| memchr::memchr_iter(delimiter, row).count();
    let after = cells(trimmed(&rest[..end_of_row(rest)]));
    let Some(mut row) = start_of_row(bytes, number.start) else { return false };
    for _ in 0..MAX_ROWS {
        let Some(end) = end_of_row_before(&bytes[..row]) else { return false };
        let start = start_of_row(bytes, end).unwrap_or_else(|| end.saturating_sub(MAX_ROW));
        let line = trimmed(&bytes[start..end]);
        let Some(heading) = heading(line, delimiter, after) else { return false };
        let is_head = line[heading.clone()].iter().any(u8::is_ascii_alphabetic);
        if is_head && !line[heading.start..].iter().any(u8::is_ascii_digit) {
            return is_of_count(line, &heading);
        }
        row = start;
    }
    false
}

/// The last name in the cell before so many delimiters from the end.
fn heading(line: &[u8], delimiter: u8, after: usize) -> Option<Range<usize>> {
    let mut from_end = memchr::memrchr_iter(delimiter, line);
    let end = if after == 0 { line.len() } else { from_end.nth(after - 1)? };
    let cell = &line[end.saturating_sub(MAX_HEADING)..end];
    let end = end - cell.iter().rev().take_while(|byte| b"\"'\\ ".contains(byte)).count();
    let name = line[..end].iter().rev().take(MAX_HEADING).take_while(|byte| is(**byte, NAME)).count();
    Some(end - name..end)
}

fn is_of_count(line: &[u8], heading: &Range<usize>) -> bool {
    let name = &line[heading.clone()];
    let is_card = name.windows(4).any(|word| word.eq_ignore_ascii_case(b"card"));
    !is_card && (names_a_count(name) || is_labelled_otherwise(line, heading.end))
}

/// Without what closes a row of SQL, and the word before the rows.
fn trimmed(row: &[u8]) -> &[u8] {
    let closing = |row: &[u8]| row.iter().rev().take_while(|byte| b"),; \r".contains(byte)).count();
    let row = &row[..row.len() - closing(row)];
    let row = row.strip_suffix(b"VALUES").unwrap_or(row);
    &row[..row.len() - closing(row)]
}

fn start_of_row(bytes: &[u8], at: usize) -> Option<usize> {
    let floor = at.saturating_sub(MAX_ROW);
    let before = &bytes[floor..at];
    let end = memchr::memrchr(b'\n', before).max(memchr::memmem::rfind(before, b"\\n").map(|at| at + 1));
    end.map(|end| floor + end + 1).or((floor == 0).then_some(0))
}

/// The end of the row before the one that begins where `before` ends.
fn end_of_row_before(before: &[u8]) -> Option<usize> {
    let end = before.strip_suffix(b"\n").or_else(|| before.strip_suffix(b"n"))?;
    let escaped = end.iter().rev().take_while(|byte| **byte == b'\\').count();
    Some(end.len() - escaped)
}

fn end_of_row(rest: &[u8]) -> usize {
    let end = memchr::memchr2(b'\n', b'\\', rest).unwrap_or(rest.len());
    if rest.get(end) == Some(&b'\\') { memchr::memmem::find(rest, b"\\n").unwrap_or(rest.len()) } else { end }
}

#[cfg(test)]
mod tests {
    use super::is_headed_as_count;

    fn is_headed(text: &str) -> bool {
        let at = text.find("45").expect("it is there");
        is_headed_as_count(text.as_bytes(), &(at..at + 16))
    }

    #[test]
    fn the_head_of_a_table_names_its_columns() {
        for text in [
            "order_id,name,sum\n10,B,2.50\n4539148803436467,A,3.50\n",
            "{\"t\": \"name;Order Number;sum\\nB;10;1\\nA;4539148803436467;3\\n\"}",
            "INSERT INTO t (id, order_no, sum) VALUES\n(1, '10', 2),\n(2, '4539148803436467', 3);",
            "| tracking | sum |\n| --- | --- |\n| 4539148803436467 | 3 |",
        ] {
            assert!(is_headed(text), "{text}");
        }
    }

    #[test]
    fn another_head_says_nothing_of_it() {
        for text in [
            "order_id,card,sum\n10,4539148803436467,3.50\n",
            "card_id,name,sum\n4539148803436467,A,3.50\n",
            "pan,name\n4539148803436467,A\n",
            "4539148803436467,A,3.50\n",
            "order 1, of two\n4539148803436467, 12/29\n",
        ] {
            assert!(!is_headed(text), "{text}");
        }
    }
}
