//! One escape: how it is spelled, what it says, and whether that matters.

use super::{entities, lookalikes};
use crate::candidates::classes::{ALNUM, EXTENDED, is};

/// One escape: its length, what it says, and its kind.
pub(super) struct Escape {
    pub(super) length: usize,
    says: [u8; 4],
    says_length: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Percent,
    Backslash,
    Entity,
}

impl Kind {
    /// What an escape begins with.
    pub(super) fn sign(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
        }
    }
}

impl Escape {
    fn new(kind: Kind, length: usize, code: u32) -> Option<Self> {
        let character = char::from_u32(code)?;
        let mut says = [0; 4];
        let says_length = character.encode_utf8(&mut says).len();
        Some(Self { length, says, says_length, kind })
    }

    pub(super) fn says(&self) -> &[u8] {
        &self.says[..self.says_length]
    }

    fn character(&self) -> Option<char> {
        std::str::from_utf8(&self.says[..self.says_length]).ok()?.chars().next()
    }

    /// `It&#x27;s`: it stands between small letters, and opens or closes nothing.
    fn is_apostrophe(&self, bytes: &[u8], at: usize) -> bool {
        let is_small =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_lowercase);
        is_small(at.checked_sub(1))
            && is_small(Some(at + self.length))
            && !is_small(Some(at + self.length + 3))
    }

    /// Whether decoding it could bring a token or a name to light. A percent escape always could: what is
    /// percent-encoded is short, and its quotes and equal signs count.
    pub(super) fn matters(&self, bytes: &[u8], at: usize) -> bool {
        let before_a_letter = || bytes.get(at + self.length).is_some_and(|&byte| is(byte, ALNUM));
        match self.kind {
            Kind::Percent => true,
            Kind::Backslash | Kind::Entity => {
                is(self.says[0], EXTENDED)
                    || matches!(self.says[0], b'"' | b'\'' if self.length > 2 && !self.is_apostrophe(bytes, at))
                    || self.says_length > 1
                        && self.character().is_some_and(|letter| {
                            lookalikes::is_disguise(letter)
                                || is_of_another_script(letter)
                                || before_a_letter() && lookalikes::is_shaped_like_ours(letter)
                        })
            }
        }
    }
}

/// Signs of Chinese, Japanese and Korean, the wide blank between words, Cyrillic, and letters that `hasło`, `şifre` and
/// `lozinkę` have: of seed phrases and names.
fn is_of_another_script(letter: char) -> bool {
    matches!(letter, '\u{0131}' | '\u{0142}' | '\u{015f}' | '\u{017e}' | '\u{0388}'..='\u{03ce}' | '\u{05d0}'..='\u{05ea}' | '\u{0621}'..='\u{064a}' | '\u{0900}'..='\u{097f}' | '\u{0e01}'..='\u{0e5b}')
        || matches!(letter, '\u{0410}'..='\u{044f}' | '\u{1100}'..='\u{11ff}' | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// `\\x41`, `\\u{41}`, `&amp;#65;`: escaped text that stands in JSON or in another page.
pub(super) fn escapes_an_escape(rest: &[u8]) -> bool {
    if rest.starts_with(b"&amp;#") {
        return true;
    }
    let [b'\\', b'\\', b'x' | b'u' | b'U', rest @ ..] = rest else { return false };
    let digits = rest.strip_prefix(b"{").unwrap_or(rest);
    digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
}

/// The byte that `%41` stands for.
pub(super) fn percent(rest: &[u8]) -> Option<u8> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    hex_number(digits).and_then(|code| u8::try_from(code).ok())
}

/// The escape at `at`, if one stands there.
pub(super) fn escape_at(bytes: &[u8], at: usize) -> Option<Escape> {
    let rest = &bytes[at..];
    match rest[0] {
        b'%' if matches!(rest.get(1), Some(b'u' | b'U')) => {
            Escape::new(Kind::Percent, 6, hex_number(rest.get(2..6)?)?)
        }
        b'%' => Escape::new(Kind::Percent, 3, hex_number(rest.get(1..3)?)?),
        b'\\' => backslash(rest),
        b'&' => entity(rest),
        _ => None,
    }
}

fn backslash(rest: &[u8]) -> Option<Escape> {
    let kind = Kind::Backslash;
    match rest.get(1)? {
        b'u' if rest.get(2) == Some(&b'{') => {
            let digits = rest[3..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (rest.get(3 + digits) == Some(&b'}'))
                .then(|| Escape::new(kind, digits + 4, hex_number(&rest[3..3 + digits])?))?
        }
        b'u' => utf16(rest),
        b'U' => Escape::new(kind, 10, hex_number(rest.get(2..10)?)?),
        b'x' => Escape::new(kind, 4, hex_number(rest.get(2..4)?)?),
        b'n' => Escape::new(kind, 2, u32::from(b'\n')),
        b'r' => Escape::new(kind, 2, u32::from(b'\r')),
        b't' => Escape::new(kind, 2, u32::from(b'\t')),
        b'0'..=b'7' => {
            let digits = rest[1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = rest[1..=digits].iter().fold(0, |code, byte| code * 8 + u32::from(byte - b'0'));
            if digits == 3 { Escape::new(kind, 4, code) } else { None }
        }
        &punctuation if punctuation.is_ascii_punctuation() => Escape::new(kind, 2, u32::from(punctuation)),
        _ => None,
    }
}

/// `\u0041`, and the two halves of a character beyond the first plane.
fn utf16(rest: &[u8]) -> Option<Escape> {
    let unit = hex_number(rest.get(2..6)?)?;
    let low = || rest.get(6..12)?.strip_prefix(b"\\u").and_then(hex_number);
    match (unit, if matches!(unit, 0xd800..=0xdbff) { low() } else { None }) {
        (high, Some(low @ 0xdc00..=0xdfff)) => {
            Escape::new(Kind::Backslash, 12, 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
        }
        _ => Escape::new(Kind::Backslash, 6, unit),
    }
}

fn entity(rest: &[u8]) -> Option<Escape> {
    if rest.get(1) != Some(&b'#') {
        let (length, says) = entities::named(rest)?;
        return Escape::new(Kind::Entity, length, u32::from(says));
    }
    let is_hex = matches!(rest.get(2), Some(b'x' | b'X'));
    let from = if is_hex { 3 } else { 2 };
    let digits =
        rest[from.min(rest.len())..].iter().take(7).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let text = std::str::from_utf8(&rest[from..from + digits]).ok()?;
    let code = u32::from_str_radix(text, if is_hex { 16 } else { 10 }).ok()?;
    let semicolon = usize::from(rest.get(from + digits) == Some(&b';'));
    Escape::new(Kind::Entity, from + digits + semicolon, code)
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| (*byte as char).to_digit(16);
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| Some(number << 4 | digit(byte)?))
}
