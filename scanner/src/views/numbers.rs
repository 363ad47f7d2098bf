//! Bytes written as numbers: `41 4b 49`, `0x41, 0x4b`, `41:4b`, `[65, 75, 73]`, `101 113`, `01000001 01001011`, and
//! what `xxd` and `hexdump -C` print.

mod calls;
mod reader;
mod written;

use super::Decoded;
use crate::candidates::{Block, Class};

pub(crate) use calls::Calls;
use reader::Reader;
pub(crate) use written::{Base, Numbers};

/// Fewest bytes in a row that are text.
const MIN_BYTES: usize = 14;
/// Digits and separators of the shortest list.
const ROW: usize = 2 * MIN_BYTES;
/// Decimal digits among them at least: every byte of text has one in any base.
const MIN_DIGITS: u32 = 4;

/// Finds such numbers, block by block.
#[derive(Debug, Default)]
pub(crate) struct NumberLists {
    at: usize,
    found: Vec<Decoded>,
}

impl NumberLists {
    /// The next text in a row of digits and separators that `block` finds, as bytes.
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        loop {
            if let Some(decoded) = self.found.pop() {
                return Some(decoded);
            }
            let last = block.next_row::<ROW>(Class::Spelled, self.at)?;
            let row = last + 1 - ROW..last + 1;
            if let Some(last) = block.next_row::<{ reader::MAX_DIGITS + 1 }>(Class::Alnum, row.start)
                && last < row.end
            {
                self.at = block.end_of(bytes, last + 1, Class::Alnum);
                continue;
            }
            // More spaces than a list has between its numbers may stand before it.
            let spaces = bytes[row.clone()].iter().take_while(|byte| !byte.is_ascii_hexdigit()).count();
            let start = row.start + spaces;
            if block.count(Class::Digit, &row).is_some_and(|digits| digits < MIN_DIGITS) {
                self.at = if spaces > 0 { start } else { row.end };
                continue;
            }
            if let Some(end) = reader::end_of_other(bytes, start) {
                self.at = end;
                continue;
            }
            self.at = Reader::find(bytes, start, &mut self.found).max(row.end);
            self.found.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut lists, mut found) = (NumberLists::default(), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| lists.next_in(block, text))));
        found
    }

    fn says(text: &[u8], wanted: &[u8]) -> Option<Decoded> {
        all(text)
            .into_iter()
            .find(|decoded| decoded.bytes.windows(wanted.len()).any(|window| window == wanted))
    }

    fn spell(text: &[u8], spelling: usize) -> String {
        let spell = |byte: &u8| match spelling {
            0..=3 => format!("{byte:02x}"),
            4 => format!("0x{byte:02X}"),
            5 | 6 => byte.to_string(),
            7 => format!("{byte:03o}"),
            8 => format!("{byte:08b}"),
            _ => format!("'{byte:02x}'"),
        };
        let separators = [" ", ":", "-", ", ", ", ", ",", " ", " ", " ", ","];
        text.iter().map(spell).collect::<Vec<_>>().join(separators[spelling])
    }

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_read_right(
            text in "[ -~]{14,60}", spelling in 0_usize..10, lead in "[g-z .]{0,40}", start in 0_usize..9, length in 1_usize..5,
        ) {
            let encoded = format!("{lead}({})", spell(text.as_bytes(), spelling));
            let decoded = says(encoded.as_bytes(), text.as_bytes()).expect("text");
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + length));
            let expected = spell(&text.as_bytes()[start..start + length], spelling);
            prop_assert_eq!(&encoded[source.clone()], expected.trim_matches('\''));
            let edit = inner.replacement(start..start + length, b"[redacted-here]").expect("it can be encoded");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(edit.range, edit.bytes);
            prop_assert!(says(&edited, b"[redacted-here]").is_some());
        }
    }

    #[test]
    fn a_short_list_is_read_behind_any_indent() {
        for indent in 0..40 {
            let encoded = format!("{}[{}]", " ".repeat(indent), spell(b"fourteen bytes", 9));
            assert!(says(encoded.as_bytes(), b"fourteen bytes").is_some(), "{indent}");
        }
    }

    #[test]
    fn dumps_are_read_through_their_lines() {
        let text = b"a text that is long enough for three lines";
        let mut xxd = String::new();
        let mut hexdump = String::new();
        for (line, bytes) in text.chunks(16).enumerate() {
            let words: Vec<String> = bytes.chunks(2).map(|pair| spell(pair, 0).replace(' ', "")).collect();
            let plain = String::from_utf8_lossy(bytes);
            writeln!(xxd, "{:08x}: {:<39}  {plain}", line * 16, words.join(" ")).expect("a string takes all");
            let halves: Vec<String> = bytes.chunks(8).map(|half| spell(half, 0)).collect();
            writeln!(hexdump, "{:08x}  {}  |{plain}|", line * 16, halves.join("  "))
                .expect("a string takes all");
        }
        for dump in [xxd, hexdump] {
            for dump in [dump.clone(), format!("{{\"note\": \"{}\"}}", dump.replace('\n', "\\n"))] {
                assert!(says(dump.as_bytes(), text).is_some(), "{dump}");
            }
        }
    }

    #[test]
    fn other_numbers_are_no_text() {
        for text in [
            "[1024, 2048, 4096, 8192, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]",
            "2021-11-20 20:21:22 2021-11-20 20:21:22 2021-11-20 20:21:22",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479, 9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
        ] {
            assert!(all(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
