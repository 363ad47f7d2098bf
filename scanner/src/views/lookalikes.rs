//! Letters that only look like those of a token: full width, mathematical, circled, accented, Cyrillic and Greek,
//! and characters that nobody sees between them.

mod reading;

use std::ops::Range;

use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{ALNUM, is};
use crate::candidates::{Block, Class};
use reading::{Reading, reading_at};
pub(super) use reading::{is_disguise, is_shaped_like_ours};

/// How far a window reaches around what opened it, and how far between two such characters.
const MAX_GAP: usize = 1024;
/// Bytes on one side of a character that must be text: in random bytes every thirtieth begins a character.
const NEAR_TEXT: usize = 8;

/// Finds windows of disguised letters, block by block.
#[derive(Debug, Default)]
pub(crate) struct Lookalikes {
    at: usize,
    /// Where the last window ended; the next one does not reach back over it.
    taken: usize,
    /// Other readings of that window.
    others: Vec<Decoded>,
}

/// What hidden bytes say beside the characters that are seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    /// They stand among them.
    Read,
    /// Nothing.
    Dropped,
    /// All: what is seen carries them.
    Alone,
}

impl Lookalikes {
    /// The next window whose first such character lies in `block`, as it reads.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        if let Some(decoded) = self.others.pop() {
            return Some(decoded);
        }
        while let Some(at) = block.next(Class::Foreign, self.at) {
            let (reading, length) = reading_at(bytes, at);
            self.at = at + length;
            if matters(bytes, at, length, reading) && stands_in_text(bytes, at, at + length) {
                let window = window_around(bytes, at, self.taken);
                self.at = window.end;
                self.taken = window.end;
                self.others = hidden_readings(bytes, &window);
                return Some(decode(bytes, window, Hidden::Read));
            }
        }
        None
    }
}

fn matters(bytes: &[u8], at: usize, length: usize, reading: Reading) -> bool {
    let ours = |index: Option<usize>| {
        index
            .and_then(|index| bytes.get(index))
            .is_some_and(|&byte| is(byte, ALNUM) || matches!(byte, b'_' | b'-'))
    };
    match reading {
        Reading::Styled(_) | Reading::Hidden(_) => true,
        Reading::Foreign(_) | Reading::Invisible => ours(at.checked_sub(1)) || ours(Some(at + length)),
        Reading::Itself => false,
    }
}

/// Whether what stands right before `at` or right after `end` is text.
fn stands_in_text(bytes: &[u8], at: usize, end: usize) -> bool {
    let before = &bytes[at.saturating_sub(NEAR_TEXT)..at];
    let is_rest = |byte: &&u8| matches!(byte, 0x80..=0xbf);
    let cut = before.iter().take(3).take_while(is_rest).count();
    is_text(&before[cut..]) || is_text(&bytes[end..bytes.len().min(end + NEAR_TEXT)])
}

/// Whether the bytes are characters, the last one cut off or not, and none controls a device but a terminal.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| is_control(*byte))
        && std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31)
}

fn window_around(bytes: &[u8], first: usize, floor: usize) -> Range<usize> {
    let floor = floor.max(first.saturating_sub(MAX_GAP));
    let floor = floor.min(first);
    let start =
        bytes[floor..first].iter().rposition(|byte| is_control(*byte)).map_or(floor, |at| floor + at + 1);
    let mut end = first;
    let mut last = first;
    while end < bytes.len() && end - last <= MAX_GAP && !is_control(bytes[end]) {
        last = if bytes[end].is_ascii() { last } else { end };
        end += 1;
    }
    start..end
}

/// What a window with hidden bytes says without them, and what they say alone.
fn hidden_readings(bytes: &[u8], window: &Range<usize>) -> Vec<Decoded> {
    // All of them begin with this byte.
    if memchr::memchr(0xf3, &bytes[window.clone()]).is_none() {
        return Vec::new();
    }
    [Hidden::Alone, Hidden::Dropped].map(|hidden| decode(bytes, window.clone(), hidden)).into()
}

fn decode(bytes: &[u8], source: Range<usize>, hidden: Hidden) -> Decoded {
    let mut text = Vec::with_capacity(source.len());
    let mut steps = Steps::default();
    steps.push(0, source.start);
    let mut at = source.start;
    while at < source.end {
        if bytes[at].is_ascii() && hidden != Hidden::Alone {
            text.push(bytes[at]);
            at += 1;
            continue;
        }
        let (reading, length) = reading_at(bytes, at);
        steps.push(text.len(), at);
        match reading {
            Reading::Hidden(byte) if hidden != Hidden::Dropped => text.push(byte),
            Reading::Invisible | Reading::Hidden(_) => {}
            _ if hidden == Hidden::Alone => {}
            Reading::Styled(letter) | Reading::Foreign(letter) => text.push(letter),
            Reading::Itself => text.extend_from_slice(&bytes[at..bytes.len().min(at + length)]),
        }
        at += length;
        steps.push(text.len(), at);
    }
    let source = source.start..at.min(bytes.len());
    Decoded { bytes: text, source, codec: Codec::Lookalikes(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    fn first(text: &str) -> Option<Decoded> {
        let mut block = Block::new();
        block.read(text.as_bytes(), 0);
        Lookalikes::default().next_in(&block, text.as_bytes())
    }

    #[test]
    fn reads_letters_of_every_style() {
        for text in
            ["ＡＢＣ", "𝐀𝐁𝐂", "ⒶⒷⒸ", "A\u{200b}B\u{2060}C", "A\u{301}BC\u{327}", "ÁBÇ", "\u{410}B\u{421}"]
        {
            let text = format!("x={text};");
            let decoded = first(&text).expect("a window");
            assert_eq!(decoded.bytes, b"x=ABC;", "{text}");
            let view = View::part(text.as_bytes());
            let inner = View::decoded(&view, &decoded);
            assert_eq!(inner.source_of(&(5..6)), text.len() - 1..text.len(), "{text}");
        }
    }

    fn all(text: &str) -> Vec<String> {
        let (mut block, mut lookalikes) = (Block::new(), Lookalikes::default());
        block.read(text.as_bytes(), 0);
        let readings = std::iter::from_fn(|| lookalikes.next_in(&block, text.as_bytes()));
        readings.map(|decoded| String::from_utf8_lossy(&decoded.bytes).into_owned()).collect()
    }

    #[test]
    fn every_character_that_nobody_sees_is_passed_over() {
        let unseen =
            ['\u{fe00}', '\u{fe0f}', '\u{e0100}', '\u{e0120}', '\u{e01ef}', '\u{e0041}', '\u{e007f}']
                .into_iter()
                .chain(['\u{34f}', '\u{115f}', '\u{180e}', '\u{2065}', '\u{fff0}', '\u{1bca0}', '\u{e0fff}']);
        for character in unseen {
            let text = format!("x=A{character}B{character}C;");
            assert!(all(&text).iter().any(|reading| reading == "x=ABC;"), "{}", character.escape_unicode());
        }
    }

    #[test]
    fn hidden_bytes_are_read_together_and_apart() {
        for first in [0xe_0000, 0xe_00f0] {
            let hidden = |byte: u8| char::from_u32(first + u32::from(byte)).expect("a character");
            let together: String = "ABC".bytes().map(hidden).collect();
            assert!(all(&format!("see {together}")).contains(&"ABC".to_owned()));
            let apart: String = "some words"
                .chars()
                .zip("ABCDEFGHIJ".bytes())
                .flat_map(|(seen, byte)| [seen, hidden(byte)])
                .collect();
            assert!(all(&apart).contains(&"ABCDEFGHIJ".to_owned()));
        }
    }

    #[test]
    fn other_languages_are_left_alone() {
        for text in [
            "Съешь же ещё этих мягких булок",
            "視野無限廣",
            "Ξεσκεπάζω τὴν ψυχοφθόρα",
            "日本語のテキスト",
            "emoji 🙂 here",
        ] {
            assert!(first(text).is_none(), "{text}");
        }
    }

    #[test]
    fn random_bytes_are_no_text() {
        let letter = "\u{ff21}".as_bytes();
        for (before, after, opens) in [
            (&b"key=AB"[..], &b"CDEFGHIJ\x00\xff"[..], true),
            (b"\x00\xff\x01", b"CDEFGHIJ\x00\xff", true),
            (b"\x00\x01key=ABCD", b"\xff\x02\x00", true),
            (b"key\x00\xff\x01", b"C\xff\x02\x00", false),
            (b"\xff\xfe12345678\xff", b"\xc2\xff12345678", false),
        ] {
            let text = [before, letter, after].concat();
            let mut block = Block::new();
            block.read(&text, 0);
            let decoded = Lookalikes::default().next_in(&block, &text);
            assert_eq!(decoded.is_some(), opens, "{}", text.escape_ascii());
            assert!(decoded.is_none_or(|decoded| !decoded.bytes.contains(&0)));
        }
    }

    #[test]
    fn broken_characters_stand_for_themselves() {
        let mut lookalikes = Lookalikes::default();
        let text = b"A\xffB\xe2\x80C\xf0\x9d\x90D\xc2";
        let mut block = Block::new();
        block.read(text, 0);
        while let Some(decoded) = lookalikes.next_in(&block, text) {
            assert!(decoded.source.end <= text.len());
        }
    }
}
