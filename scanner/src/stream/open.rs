//! Where the text at the end of a stream begins that further bytes could still turn into a finding.
//!
//! Tokens have no white space in them, so the last word is open until it ends. A few things are written in several
//! words: grouped digits, encoded text in lines, pairs of hex digits. Their words are told by their looks, and stay
//! open together. Each byte is read once, so that any chunking gives the same places.

/// Longest group of a number.
const MAX_GROUP: usize = 12;
/// Shortest line that encoded text is broken into.
const MIN_LINE: usize = 32;
/// Deepest indentation of such a line, its line break included.
const MAX_INDENT: usize = 20;

/// Reads a text byte by byte. Offsets count from its first byte.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Bytes read.
    at: usize,
    /// First byte of the words that are open.
    since: Option<usize>,
    word: Option<Word>,
    /// White space since the last word that may belong together with the next.
    gap: usize,
    /// In lines of encoded text, a gap is a line break; in groups it is one space.
    in_lines: bool,
    /// Bytes left of a character that no token has.
    ideograph: u8,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    length: usize,
    digits: usize,
    /// All are capitals, digits or fillers.
    capital: bool,
    /// All are hex digits.
    hex: bool,
    /// It may have entities in it, as `&#65;`.
    ampersand: bool,
    last: u8,
}

impl Open {
    /// Reads on.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.step(byte);
            self.at += 1;
        }
    }

    /// The first byte that is open; one past the last when nothing is.
    pub(super) fn since(&self) -> usize {
        self.since.unwrap_or(self.at)
    }

    /// Nothing that was read belongs together with what comes.
    pub(super) fn close(&mut self) {
        self.since = None;
        self.word = None;
        self.gap = 0;
    }

    fn step(&mut self, byte: u8) {
        if self.ideograph > 0 && byte & 0xc0 == 0x80 {
            self.ideograph -= 1;
            return self.close();
        }
        self.ideograph = 0;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.space(byte),
            // Ideographs and syllables, three bytes each, are written without spaces and look like no letter of ours.
            0xe4..=0xed => {
                self.ideograph = 2;
                self.close();
            }
            b'"' | b'\'' | b'`' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | ..=0x1f | 0x7f => {
                self.close();
            }
            // Machine-readable lines of travel documents are filled up with it.
            b'<' if !self.word.is_some_and(|word| word.capital) => self.close(),
            b';' if !self.word.is_some_and(|word| word.ampersand) => self.close(),
            _ => self.letter(byte),
        }
    }

    fn letter(&mut self, byte: u8) {
        self.gap = 0;
        self.since.get_or_insert(self.at);
        let word = self.word.get_or_insert(Word { capital: true, hex: true, ..Word::default() });
        word.length += 1;
        word.digits += usize::from(byte.is_ascii_digit());
        word.capital &= byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<';
        word.hex &= byte.is_ascii_hexdigit();
        word.ampersand |= byte == b'&';
        word.last = byte;
    }

    fn space(&mut self, byte: u8) {
        if let Some(word) = self.word.take() {
            self.in_lines = byte != b' ' && word.begins_next_line();
            if !self.in_lines && (byte != b' ' || !word.is_group()) {
                self.close();
            }
        }
        self.gap += 1;
        if self.gap > if self.in_lines { MAX_INDENT } else { 1 } {
            self.close();
        }
    }
}

impl Word {
    /// Whether it can be one of several groups of a number, an account or a dump.
    fn is_group(&self) -> bool {
        self.length <= MAX_GROUP
            && (self.digits > 0 || self.hex && self.length == 2 || self.capital && self.length <= 4)
    }

    /// Whether encoded text can go on in the next line.
    fn begins_next_line(&self) -> bool {
        self.length >= MIN_LINE || self.last == b'='
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> &str {
        let mut open = Open::default();
        open.read(text.as_bytes());
        &text[open.since()..]
    }

    #[test]
    fn the_last_word_is_open_until_it_ends() {
        for (text, want) in [
            ("", ""),
            ("the key is AK", "AK"),
            ("the key is done ", ""),
            ("{\"a\": \"tok", "tok"),
            ("{\"a\": \"token\"", ""),
            ("data: {\"n\": 12}\n\n", ""),
            ("a row|of a table|and ab", "ab"),
            ("P<UTOERIKSSON<<ANNA<", "P<UTOERIKSSON<<ANNA<"),
            ("<b>text</b", "/b"),
            ("see https://user:pw@host.example/pa", "https://user:pw@host.example/pa"),
        ] {
            assert_eq!(open(text), want, "{text}");
        }
    }

    #[test]
    fn groups_and_lines_stay_open_together() {
        let line = "QUJD".repeat(16);
        for (text, want) in [
            ("card 4111 1111 ".to_owned(), "4111 1111 ".to_owned()),
            ("iban GB82 WEST 12".to_owned(), "GB82 WEST 12".to_owned()),
            ("dump 41 4b ab ".to_owned(), "41 4b ab ".to_owned()),
            ("in 2024  and".to_owned(), "and".to_owned()),
            ("2024 and then".to_owned(), "then".to_owned()),
            (format!("x\n{line}\n  {line}\r\n"), format!("{line}\n  {line}\r\n")),
            (format!("x\n{line}\n\nshort"), format!("{line}\n\nshort")),
            ("one 1\ntwo".to_owned(), "two".to_owned()),
        ] {
            assert_eq!(open(&text), want, "{text}");
        }
    }

    #[test]
    fn text_without_spaces_is_not_open_for_ever() {
        assert_eq!(open("視野無限廣窗外有"), "");
        assert_eq!(open("視野token"), "token");
    }
}
