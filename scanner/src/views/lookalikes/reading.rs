//! What one character reads as.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_security::skeleton;

use crate::views::groups::is_text;

/// What a character reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// This letter, digit or sign, in another style: worth a look wherever it stands.
    Styled(u8),
    /// A letter of another alphabet with this shape: worth a look beside letters of ours.
    Foreign(u8),
    /// This byte, which a tag or a selector of variants stands for; and nothing, since it is not seen.
    Hidden(u8),
    /// Nothing: it is not seen.
    Invisible,
    /// Itself.
    Itself,
}

/// Whether a character is a letter of ours in another style, or is not seen.
pub(in crate::views) fn is_disguise(character: char) -> bool {
    matches!(reading_of(character), Reading::Styled(_) | Reading::Hidden(_) | Reading::Invisible)
}

/// Whether a character is a letter of another alphabet that looks like one of ours.
pub(in crate::views) fn is_shaped_like_ours(character: char) -> bool {
    matches!(reading_of(character), Reading::Foreign(_))
}

/// What the character at `at` reads as, and its length in bytes; a byte that begins no character stands for itself.
pub(super) fn reading_at(bytes: &[u8], at: usize) -> (Reading, usize) {
    if let Some(overlong) = overlong(&bytes[at..]) {
        return overlong;
    }
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

/// A character of text in ASCII in more bytes than UTF-8 allows: some readers take it for what it says.
fn overlong(rest: &[u8]) -> Option<(Reading, usize)> {
    let (code, length) = match *rest {
        [first @ (0xc0 | 0xc1), last @ 0x80..=0xbf, ..] => ((first & 1) << 6 | last & 0x3f, 2),
        [0xe0, middle @ (0x80 | 0x81), last @ 0x80..=0xbf, ..] => ((middle & 1) << 6 | last & 0x3f, 3),
        [0xf0, 0x80, middle @ (0x80 | 0x81), last @ 0x80..=0xbf, ..] => ((middle & 1) << 6 | last & 0x3f, 4),
        _ => return None,
    };
    is_text(code).then_some((Reading::Styled(code), length))
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
    if let Some(byte) = hidden_byte(character) {
        return Reading::Hidden(byte);
    }
    if is_invisible(character) {
        return Reading::Invisible;
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

/// The printable byte that a tag, or a selector that no letter has, stands for.
fn hidden_byte(character: char) -> Option<u8> {
    let code = match u32::from(character) {
        tag @ 0xe_0020..=0xe_007e => tag - 0xe_0000,
        selector @ 0xe_0110..=0xe_016e => selector - 0xe_00f0,
        _ => return None,
    };
    u8::try_from(code).ok()
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
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
        || is_combining_mark(character)
}
