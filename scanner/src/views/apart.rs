//! Single characters with the same few bytes between them: `A\nK\nI` in a string, `'A', 'K', 'I'`, what `od -c` prints;
//! and what `fold` makes of a text, where line ends are spelled out.

use std::ops::Range;

use super::alternating::is_separated;
use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{ALNUM, CORE, EXTENDED, is};
use crate::candidates::{Block, CHUNK};

/// Fewest letters and digits.
const MIN_CHARACTERS: usize = 14;
/// Fewest letters among them: lists of small numbers have none.
const MIN_LETTERS: usize = 3;
/// Characters that tell where they stand between what does not change.
const PROBED: usize = 4;
/// Digits of an offset at the beginning of a line.
const OFFSET: std::ops::RangeInclusive<usize> = 6..=8;

/// Characters of a line that a text is folded into; single ones are told otherwise, longer ones by their length.
const FOLDED: std::ops::RangeInclusive<usize> = 2..=15;
/// Lines before the first that shows.
const MAX_LINES: usize = 16;

/// Finds such characters, block by block.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    /// Chunks before this place were looked at.
    at: usize,
    /// Where the last of them ended.
    taken: usize,
}

impl Apart {
    /// The next characters that `block` finds, without what stands between them.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        for chunk in block.chunks_from(self.at) {
            self.at = chunk + CHUNK;
            let single = block.single_characters(chunk);
            if let Some(decoded) = single.and_then(|(place, apart)| self.around(bytes, place, apart)) {
                return Some(decoded);
            }
            let folded = block.even_escapes(chunk);
            if let Some(decoded) = folded.and_then(|(place, apart)| self.folded(bytes, place, apart)) {
                return Some(decoded);
            }
        }
        None
    }

    /// The characters around `place`, each `apart` bytes behind the one before.
    #[inline(never)]
    fn around(&mut self, bytes: &[u8], place: usize, apart: usize) -> Option<Decoded> {
        let first = place + letter_of(bytes.get(place..place + PROBED * apart)?, apart)?;
        let between = &bytes[first + 1..first + apart];
        let is_letter = |at: usize| bytes.get(at).is_some_and(|&byte| stands_apart(byte, between));
        if first < self.taken || !parts(between) || !is_letter(first) {
            return None;
        }
        let floor = self.taken;
        let mut start = first;
        while start >= floor + apart
            && bytes[start - apart + 1..start] == *between
            && is_letter(start - apart)
            && !is_inside_word(bytes, start - apart)
        {
            start -= apart;
        }
        let mut text = Vec::new();
        let mut steps = Steps::default();
        let mut next = Some(start);
        let mut end = start;
        while let Some(at) = next.filter(|at| is_letter(*at) && !goes_on(bytes, *at, between)) {
            steps.push(text.len(), at);
            text.push(bytes[at]);
            end = at + 1;
            steps.push(text.len(), end);
            next = next_letter(bytes, end, between);
        }
        self.take(text, start..end, Codec::Apart(steps, between.to_vec()))
    }

    /// The lines around the line end at `place`, which are as long as each other; the last may be shorter.
    #[inline(never)]
    fn folded(&mut self, bytes: &[u8], place: usize, apart: usize) -> Option<Decoded> {
        let between = line_end(&bytes[place..])?;
        let width = apart.checked_sub(between.len()).filter(|width| FOLDED.contains(width))?;
        let is_line = |at: usize| {
            let line = bytes.get(at..at + width);
            line.is_some_and(|line| line.iter().all(|byte| is(*byte, EXTENDED)))
        };
        let begins = place + between.len();
        let floor = self.taken.max(begins.saturating_sub(MAX_LINES * apart));
        let mut start = begins;
        while start >= floor + apart
            && bytes[start - between.len()..start] == *between
            && is_line(start - apart)
        {
            start -= apart;
        }
        let (mut text, mut steps, mut at) = (Vec::new(), Steps::default(), start);
        let end = loop {
            steps.push(text.len(), at);
            let line = bytes[at..].iter().take(width).take_while(|byte| is(**byte, EXTENDED)).count();
            text.extend_from_slice(&bytes[at..at + line]);
            at += line;
            steps.push(text.len(), at);
            if line < width || !bytes[at..].starts_with(between) {
                break at;
            }
            at += between.len();
        };
        self.take(text, start..end, Codec::Folded(steps))
    }

    /// The text of `source`, if it is long enough; what follows is looked at from there on.
    fn take(&mut self, text: Vec<u8>, source: Range<usize>, codec: Codec) -> Option<Decoded> {
        self.taken = source.end;
        self.at = self.at.max(source.end / CHUNK * CHUNK);
        let letters = text.iter().filter(|byte| is(**byte, ALNUM)).count();
        let alphabetic = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        (letters >= MIN_CHARACTERS && alphabetic >= MIN_LETTERS).then_some(Decoded {
            bytes: text,
            source,
            codec,
        })
    }
}

/// A line end that is spelled out, at the beginning of `rest`.
fn line_end(rest: &[u8]) -> Option<&[u8]> {
    let marks = rest.iter().take(8).take_while(|byte| **byte == b'\\').count();
    (marks > 0 && rest.get(marks) == Some(&b'n')).then(|| &rest[..=marks])
}

/// Which byte of each of the pieces that `window` is made of is not the same in all; where all are, the only letter.
fn letter_of(window: &[u8], apart: usize) -> Option<usize> {
    let changes = |at: &usize| window[*at..].iter().step_by(apart).any(|byte| *byte != window[*at]);
    let is_changing = (0..apart).any(|at| changes(&at));
    let mut letters = (0..apart).filter(|at| if is_changing { changes(at) } else { is(window[*at], ALNUM) });
    let letter = letters.next()?;
    letters.next().is_none().then_some(letter)
}

fn stands_apart(byte: u8, between: &[u8]) -> bool {
    is_separated(byte) || byte == b' ' && between.iter().any(|byte| b"\"'`".contains(byte))
}

/// Whether no digit and no letter stands between the characters, but in a line end that is spelled out, and nothing
/// that cannot be seen: with that, letters are read elsewhere.
fn parts(between: &[u8]) -> bool {
    let is_spelled = |at: usize| b"nrt".contains(&between[at]) && at > 0 && between[at - 1] == b'\\';
    between.is_ascii() && (0..between.len()).all(|at| !is(between[at], ALNUM) || is_spelled(at))
}

/// Whether the letter at `at` ends a word.
fn is_inside_word(bytes: &[u8], at: usize) -> bool {
    at > 1 && is(bytes[at - 1], CORE) && bytes[at - 2] != b'\\'
}

/// Whether the letter at `at` begins a word.
fn goes_on(bytes: &[u8], at: usize, between: &[u8]) -> bool {
    bytes.get(at + 1).is_some_and(|&byte| is(byte, CORE) && between.first() != Some(&byte))
}

/// Where the next letter stands; `od` begins a line with an offset.
fn next_letter(bytes: &[u8], end: usize, between: &[u8]) -> Option<usize> {
    let rest = bytes.get(end..)?;
    if rest.starts_with(between) {
        return Some(end + between.len());
    }
    let line_end = rest.get(..1).filter(|first| *first == b"\n").or_else(|| line_end(rest))?;
    let line = &rest[line_end.len()..];
    let offset = line.iter().take(*OFFSET.end() + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let is_next = OFFSET.contains(&offset) && line[offset..].starts_with(between);
    is_next.then_some(end + line_end.len() + offset + between.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut apart, mut found) = (Apart::default(), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| apart.next_in(block, text))));
        found
    }

    const BETWEEN: [&str; 10] =
        ["\\n", "\\\\n", "\\r\\n", ", ", "', '", "\",\"", "\", \"", "\\\", \\\"", "\",\n  \"", "   "];

    proptest! {
        #[test]
        fn letters_are_put_together_and_mapped_back(
            text in "[A-Z][A-Za-z0-9_.=/+-]{2}[a-z0-9]{20,40}", lead in "[a-z .]{0,90}", between in 0_usize..10, start in 0_usize..9,
        ) {
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let encoded = format!("{lead}: [ {} ]", letters.join(BETWEEN[between]));
            let found = all(encoded.as_bytes());
            let decoded = found.iter().find(|decoded| decoded.bytes == text.as_bytes()).expect("text");
            let view = View::part(encoded.as_bytes());
            let inner = View::decoded(&view, decoded);
            prop_assert_eq!(&encoded[inner.source_of(&(start..start + 1))], &text[start..=start]);
            let edit = inner.replacement(0..text.len(), b"[redacted]").expect("it can be written there");
            let mut edited = encoded.clone().into_bytes();
            edited.splice(edit.range, edit.bytes);
            let expected = "[redacted]".split("").filter(|letter| !letter.is_empty()).collect::<Vec<_>>();
            let expected = format!("{lead}: [ {} ]", expected.join(BETWEEN[between]));
            prop_assert_eq!(edited, expected.into_bytes());
        }
    }

    #[test]
    fn lines_with_offsets_are_read_on() {
        let lines =
            ["0000000   A   K   I   A   2   3   4   5", "0000010   B   C   D   E   F   G   H   I", "0000020"];
        for line_end in ["\n", "\\n"] {
            let found = all(lines.join(line_end).as_bytes());
            assert_eq!(found[0].bytes, b"AKIA2345BCDEFGHI");
        }
    }

    #[test]
    fn folded_lines_are_put_together() {
        for (text, between) in [
            ("AKIA|IOSF|ODNN|7EXA|MPLE|1234|x", "\\n"),
            ("abcdefgh|ijklmnop|qrstuvwx|yzABCDEF|GHIJKLMN|OPQRSTUV|W", "\\\\n"),
        ] {
            for lead in 0..70 {
                let encoded = format!("{{\"{}\": \"{}\"}}", "k".repeat(lead), text.replace('|', between));
                let found = all(encoded.as_bytes());
                assert_eq!(found[0].bytes, text.replace('|', "").as_bytes(), "{encoded}");
                assert_eq!(&encoded[found[0].source.clone()], text.replace('|', between));
            }
        }
    }

    #[test]
    fn the_end_of_the_text_ends_them() {
        for between in BETWEEN {
            for length in 0..40 {
                let text = "AKIA2345BCDEFGHI".repeat(3);
                let letters: Vec<String> = text.chars().take(length).map(String::from).collect();
                let encoded = letters.join(between);
                let found = all(encoded.as_bytes());
                assert!(length < 20 || !found.is_empty(), "{encoded}");
                assert!(length >= MIN_CHARACTERS || found.is_empty(), "{encoded}");
            }
        }
    }

    #[test]
    fn words_and_other_data_are_left_alone() {
        for text in [
            "it is so we go up to it as if we do so or it is as it is, to be or not to be is it so",
            "{\"a\":\"b\",\"cd\":\"e\",\"f\":\"gh\",\"i\":\"j\",\"kl\":\"m\",\"n\":\"op\",\"q\":\"r\"}",
            "    if x {\n        y();\n        z();\n    }\n    if x {\n        y();\n        z();\n    }\n",
            "\\x41\\x4b\\x49\\x41\\x41\\x42\\x43\\x44\\x45\\x46\\x47\\x48\\x49\\x4a\\x4b\\x4c\\x4d\\x4e",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]",
        ] {
            assert!(all(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_was_put_together_is_not_read_again() {
        let text = "A', '".repeat(50_000) + &"B', '".repeat(50_000);
        assert!(all(text.as_bytes()).iter().map(|decoded| decoded.bytes.len()).sum::<usize>() <= 100_000);
    }
}
