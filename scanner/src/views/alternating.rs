//! Text with the same byte after every character: UTF-16 of ASCII, and letters with a separator between them.

use std::ops::Range;

use super::groups::is_text;
use super::{Codec, Decoded};
use crate::candidates::classes::{ALNUM, CORE, is};

/// Fewest characters.
const MIN_CHARACTERS: usize = 14;
/// The same between letters.
const MIN_BETWEEN_LETTERS: usize = 20;
/// Fewest letters among those: lists of small numbers have none.
const MIN_LETTERS: usize = 3;
/// Bytes on each side that are looked at for a row of the same byte.
const PROBED: usize = 3;
/// Every shortest stretch holds eight bytes at this stride.
const STRIDE: usize = 2 * MIN_CHARACTERS - 1 - 8;

/// Finds such text, block by block.
#[derive(Debug, Default)]
pub(crate) struct Alternating {
    at: usize,
}

impl Alternating {
    /// The next text whose probe lies before `limit`, without what stands between its characters.
    pub(crate) fn next_before(&mut self, bytes: &[u8], limit: usize) -> Option<Decoded> {
        while self.at < limit {
            let word = u64::from_le_bytes(*bytes.get(self.at..)?.first_chunk::<8>()?);
            // Each byte beside the next but one, in the lower six bytes.
            let same = word ^ word >> 16;
            let at = self.at;
            self.at += STRIDE;
            if same & 0x0000_00ff_00ff_00ff == 0
                && let Some(decoded) = self.around(bytes, at)
            {
                return Some(decoded);
            }
            if same & 0x0000_ff00_ff00_ff00 == 0
                && let Some(decoded) = self.around(bytes, at + 1)
            {
                return Some(decoded);
            }
        }
        None
    }

    /// The text around the separator at `separator`.
    fn around(&mut self, bytes: &[u8], separator: usize) -> Option<Decoded> {
        let between = bytes[separator];
        // In UTF-16 any character may stand beside a zero. Among the separated, the separator itself may be one.
        let fits = |byte: u8| {
            if between == 0 { is_text(byte) || byte == 0 } else { byte == between || is_separated(byte) }
        };
        let is_row = bytes[separator..].iter().step_by(2).take(PROBED).all(|byte| *byte == between)
            && bytes[separator + 1..].iter().step_by(2).take(PROBED).all(|byte| *byte == between);
        if !fits(*bytes.get(separator + 1)?) || is_row {
            return None;
        }
        let is_between = |at: usize| bytes.get(at) == Some(&between);
        // Where it stands six times in a row, it is no character.
        let pair = |at: usize| {
            is_between(at)
                && bytes.get(at + 1).is_some_and(|&byte| fits(byte))
                && (between == 0 || ![1, 3, 5].iter().all(|ahead| is_between(at + ahead)))
        };
        let floor = separator.saturating_sub(4 * MIN_CHARACTERS);
        let mut start = separator;
        while start >= floor + 2 && pair(start - 2) {
            start -= 2;
        }
        let mut end = separator;
        while pair(end) {
            end += 2;
        }
        self.at = self.at.max(end);
        // The first character has no separator before it. One that goes on to the left or right is of another word.
        let goes_on = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|&byte| is(byte, CORE));
        let begins = |byte: u8| if between == 0 { fits(byte) } else { is(byte, CORE) };
        // In `\nA-B` the letter before it belongs to the escape.
        let is_led = start > 2 && bytes[start - 3] == b'\\' && b"nrt".contains(&bytes[start - 2]);
        let first = start > 0 && begins(bytes[start - 1]) && (is_led || !goes_on(start.checked_sub(2)));
        start = if first { start - 1 } else { start + 1 };
        if between != 0 && goes_on(Some(end)) && !is_between(end) {
            end -= 2;
        }
        let characters: Vec<u8> = bytes[start..end.max(start)].iter().step_by(2).copied().collect();
        let codec = if between == 0 { Codec::Utf16 } else { Codec::Spaced(between) };
        has_enough(&characters, between).then_some(Decoded { bytes: characters, source: start..end, codec })
    }
}

/// What may stand between separators: no quote and no escape, which end a string.
pub(super) fn is_separated(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~')
}

/// Whether so many characters make a text: among those apart, letters and digits count. Between the same letter chance
/// writes rows of a few others.
fn has_enough(characters: &[u8], between: u8) -> bool {
    let counts = |byte: &&u8| if between == 0 { **byte != 0 } else { is(**byte, ALNUM) && **byte != between };
    let count = characters.iter().filter(counts).count();
    if is(between, ALNUM) {
        let letters =
            characters.iter().filter(|byte| byte.is_ascii_alphabetic() && **byte != between).count();
        count >= MIN_BETWEEN_LETTERS && letters >= MIN_LETTERS
    } else {
        count >= MIN_CHARACTERS
    }
}

/// Every character stands two bytes after the one before it.
pub(super) fn source_of(range: &Range<usize>, whole: &Range<usize>) -> Range<usize> {
    let start = whole.start + 2 * range.start;
    start..(whole.start + 2 * range.end).saturating_sub(1).clamp(start, whole.end.max(start))
}

/// What replaces such characters, with the same between its own.
pub(super) fn part(replacement: &[u8], between: &[u8]) -> Vec<u8> {
    replacement.chunks(1).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;
    use proptest::prelude::*;

    fn first(text: &[u8]) -> Option<Decoded> {
        Alternating::default().next_before(text, text.len())
    }

    fn between(text: &str, separator: u8) -> Vec<u8> {
        let mut encoded: Vec<u8> = text.bytes().flat_map(|byte| [byte, separator]).collect();
        encoded.pop();
        encoded
    }

    proptest! {
        #[test]
        fn utf16_is_read_and_edits_encoded_again(
            text in "[ -~]{16,60}", lead in 0_usize..30, big in any::<bool>(), start in 1_usize..9, length in 1_usize..5,
        ) {
            let encoded: Vec<u8> = text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let encoded = [&*vec![0xff; lead], &*encoded].concat();
            let decoded = first(&encoded).expect("text");
            prop_assert_eq!(&decoded.bytes[..text.len()], text.as_bytes());
            let view = View::part(&encoded);
            let inner = View::decoded(&view, &decoded);
            prop_assert_eq!(inner.source_of(&(start..start + 1)).start, lead + usize::from(big) + 2 * start);
            let edit = inner.replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone();
            edited.splice(edit.range, edit.bytes);
            let expected = format!("{}[redacted]{}", &text[..start], &text[start + length..]);
            prop_assert_eq!(&first(&edited).expect("text").bytes[..expected.len()], expected.as_bytes());
        }

        #[test]
        fn separated_letters_are_joined(text in "[A-Za-z0-9]{14,40}", lead in "[a-z]{0,9}", separator in "[ .,|:*]") {
            let separator = separator.as_bytes()[0];
            let encoded = [format!("{lead}: ").as_bytes(), &between(&text, separator), b"; x"].concat();
            let decoded = first(&encoded).expect("text");
            prop_assert_eq!(&decoded.bytes, text.as_bytes());
            let view = View::part(&encoded);
            let inner = View::decoded(&view, &decoded);
            prop_assert_eq!(inner.source_of(&(0..text.len())), lead.len() + 2..encoded.len() - 3);
        }
    }

    #[test]
    fn other_words_are_not_drawn_in() {
        let decoded = first(b"the key A K I A B C D E F G H I J K L M stands here").expect("text");
        assert_eq!(decoded.bytes, b"AKIABCDEFGHIJKLM");
        assert!(first(b"--------------------------------------------------").is_none());
        assert!(first(&[0; 100]).is_none());
    }
}
