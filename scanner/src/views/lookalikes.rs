//! Letters that only look like those of a token: full width, mathematical, circled, accented, Cyrillic and Greek,
//! and characters that nobody sees between them.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_security::skeleton;

use super::{Codec, Decoded, Steps};
use crate::candidates::classes::{ALNUM, is};
use crate::candidates::{Block, Class};

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
}

/// What a character reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// This letter, digit or sign, in another style: worth a look wherever it stands.
    Styled(u8),
    /// A letter of another alphabet with this shape: worth a look beside letters of ours.
    Foreign(u8),
    /// Nothing: it is not seen.
    Invisible,
    /// Itself.
    Itself,
}

impl Lookalikes {
    /// The next window whose first such character lies in `block`, as it reads.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        while let Some(at) = block.next(Class::Foreign, self.at) {
            let (reading, length) = reading_at(bytes, at);
            self.at = at + length;
            if matters(bytes, at, length, reading) && stands_in_text(bytes, at, at + length) {
                let window = window_around(bytes, at, self.taken);
                self.at = window.end;
                self.taken = window.end;
                return Some(decode(bytes, window));
            }
        }
        None
    }
}

/// Whether a character is a letter of ours in another style, or is not seen.
pub(super) fn is_disguise(character: char) -> bool {
    matches!(reading_of(character), Reading::Styled(_) | Reading::Invisible)
}

/// Whether a character is a letter of another alphabet that looks like one of ours.
pub(super) fn is_shaped_like_ours(character: char) -> bool {
    matches!(reading_of(character), Reading::Foreign(_))
}

fn matters(bytes: &[u8], at: usize, length: usize, reading: Reading) -> bool {
    let ours = |index: Option<usize>| {
        index
            .and_then(|index| bytes.get(index))
            .is_some_and(|&byte| is(byte, ALNUM) || matches!(byte, b'_' | b'-'))
    };
    match reading {
        Reading::Styled(_) => true,
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

/// What the character at `at` reads as, and its length in bytes; a byte that begins no character stands for itself.
fn reading_at(bytes: &[u8], at: usize) -> (Reading, usize) {
    let length = match bytes[at] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (Reading::Itself, 1),
    };
    if !matches!(bytes.get(at + 1), Some(0x80..=0xbf)) {
        return (Reading::Itself, 1);
    }
    let text = bytes.get(at..at + length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| text.chars().next())
        .map_or((Reading::Itself, 1), |character| (reading_of(character), length))
}

/// Alphabets, marks, punctuation and letter-like signs: what texts are full of is worked out once.
static NEAR: LazyLock<Vec<Reading>> = LazyLock::new(|| {
    (0..0x2500_u32).map(|code| char::from_u32(code).map_or(Reading::Itself, read)).collect()
});

fn reading_of(character: char) -> Reading {
    match u32::from(character) {
        code @ 0..0x2500 => NEAR[code as usize],
        // An invisible letter among the ideographs, syllables and pictures, which look like no letter of ours.
        0x3164 => Reading::Invisible,
        0x2500..0xd800 | 0x1_f200..0x1_fb00 | 0x2_0000..0xe_0000 => Reading::Itself,
        _ => read(character),
    }
}

fn read(character: char) -> Reading {
    // Selectors that no letter has, each for a byte.
    if let selector @ '\u{e0110}'..='\u{e016e}' = character {
        return u8::try_from(u32::from(selector) - 0xe_00f0).map_or(Reading::Itself, Reading::Styled);
    }
    if is_invisible(character) {
        return Reading::Invisible;
    }
    if let tag @ '\u{e0020}'..='\u{e007e}' = character {
        return u8::try_from(u32::from(tag) - 0xe_0000).map_or(Reading::Itself, Reading::Styled);
    }
    let mut plain = None;
    decompose_compatible(character, |part| {
        plain = plain.or(Some(part).filter(|part| !is_combining_mark(*part)));
    });
    match plain.filter(char::is_ascii_graphic).and_then(|letter| u8::try_from(letter).ok()) {
        Some(letter) => Reading::Styled(letter),
        None => shape(character),
    }
}

/// The letter of ours that a letter of another alphabet is drawn like.
fn shape(character: char) -> Reading {
    let mut buffer = [0; 4];
    let mut shapes = skeleton(character.encode_utf8(&mut buffer));
    match (shapes.next(), shapes.next()) {
        (Some(letter), None) if letter.is_ascii_graphic() => {
            u8::try_from(letter).map_or(Reading::Itself, Reading::Foreign)
        }
        _ => Reading::Itself,
    }
}

/// Characters without a glyph of their own (Unicode's `Default_Ignorable_Code_Point`), and marks that sit on the letter
/// before them.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0100}'..='\u{e01ef}')
        || is_combining_mark(character)
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

fn decode(bytes: &[u8], source: Range<usize>) -> Decoded {
    let mut text = Vec::with_capacity(source.len());
    let mut steps = Steps::default();
    steps.push(0, source.start);
    let mut at = source.start;
    while at < source.end {
        if bytes[at].is_ascii() {
            text.push(bytes[at]);
            at += 1;
            continue;
        }
        let (reading, length) = reading_at(bytes, at);
        steps.push(text.len(), at);
        match reading {
            Reading::Styled(letter) | Reading::Foreign(letter) => text.push(letter),
            Reading::Invisible => {}
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
