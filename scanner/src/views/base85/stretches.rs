//! Where text in base85 stands: where a row of visible characters opens, and its first groups are text in some alphabet.

use super::unescaped::{Unescaped, has_escape, unescaped};
use super::{ALPHABETS, Alphabet, GROUP, VALUES, begins_text, decode, group};
use crate::candidates::{Block, CHUNK, Class};
use crate::views::Decoded;

/// Groups in a row that must be text: sixteen bytes.
const MIN_GROUPS: usize = 4;
/// Characters of the shortest stretch.
const SHORTEST: usize = GROUP * MIN_GROUPS;

/// Letters of a row. One in five thousand tokens has fewer, no capital and no digit, or fewer signs with those.
const MIN_LETTERS: u32 = 3;
/// Characters of a row that are no small letters.
const MIN_NOT_SMALL: u32 = 4;

/// The alphabet that alone has what stands escaped.
const ASCII85: usize = 0;

/// The alphabets in which a group of text may begin with each character, a bit each.
static FIRST: [u8; 256] = first();

const fn first() -> [u8; 256] {
    let mut table = [0; 256];
    let mut which = 0;
    while which < ALPHABETS.len() {
        let mut value = 0;
        while value < 85 {
            if begins_text(value) {
                table[ALPHABETS[which][value as usize] as usize] |= 1 << which;
            }
            value += 1;
        }
        which += 1;
    }
    table
}

/// Finds stretches of text in base85, block by block.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    at: usize,
    /// Whether quotes and backslashes may stand escaped.
    may_escape: bool,
}

impl Stretches {
    /// In a view whose escapes were undone nothing is escaped.
    pub(crate) fn new(may_escape: bool) -> Self {
        Self { may_escape, ..Self::default() }
    }

    /// The next stretch in a row that `block` finds, decoded.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        for chunk in block.chunks_from(self.at + SHORTEST - 1) {
            let rows = block.opened_rows::<SHORTEST>(chunk);
            if rows == 0 {
                continue;
            }
            let rows = rows & block.behind::<SHORTEST>(Class::Telling, chunk);
            let escaped = if self.may_escape { block.behind::<SHORTEST>(Class::Escape, chunk) } else { 0 };
            let likely = likely(block, bytes, chunk, rows, escaped);
            if likely == 0 {
                continue;
            }
            let looks = Looks::of(block, chunk);
            for last in block.positions(chunk, likely) {
                let start = last + 1 - SHORTEST;
                if start >= self.at
                    && looks.encoded(last - chunk)
                    && let Some(decoded) = self.opened_at(bytes, start, escaped >> (last - chunk) & 1 == 1)
                {
                    self.at = decoded.source.end.max(start + 1);
                    return Some(decoded);
                }
            }
        }
        self.at = self.at.max((block.range().end + 1).saturating_sub(SHORTEST));
        None
    }

    /// What the row at `start` says. Where lines were broken, a group may have begun in the line before.
    #[inline]
    fn opened_at(&self, bytes: &[u8], start: usize, is_escaped: bool) -> Option<Decoded> {
        let phases = if begins_line(&bytes[..start]) { GROUP } else { 1 };
        (start..start + phases).find_map(|start| self.stretch_at(bytes, start, is_escaped))
    }

    #[inline]
    fn stretch_at(&self, bytes: &[u8], start: usize, is_escaped: bool) -> Option<Decoded> {
        let head = bytes.get(start..start + SHORTEST)?;
        if FIRST[usize::from(head[0])] == 0 {
            return None;
        }
        if is_escaped && head.contains(&b'\\') {
            return begins_escaped(bytes, start).then(|| unescaped(bytes, start));
        }
        let which = alphabet_of(head)?;
        let is_text = |at: &usize| {
            let characters = bytes.get(*at..at + GROUP);
            characters.is_some_and(|characters| group(&VALUES[which], characters).is_some())
                && !(self.may_escape && has_escape(&bytes[*at..]))
        };
        let groups = (start..).step_by(GROUP).take_while(is_text).count();
        let stretch = start..start + groups * GROUP;
        let breaks_off = self.may_escape && bytes.get(stretch.end..).is_some_and(has_escape);
        Some(if breaks_off { unescaped(bytes, start) } else { decode(bytes, stretch, Alphabet(which)) })
    }
}

/// What the bytes of a chunk, and of the one before it, are, a bit each.
struct Looks {
    letters: u128,
    telling: u128,
    signs: u128,
}

impl Looks {
    #[inline]
    fn of(block: &Block, chunk: usize) -> Self {
        let (alnum, telling) = (block.two_words(Class::Alnum, chunk), block.two_words(Class::Telling, chunk));
        let letters = alnum & !block.two_words(Class::Digit, chunk);
        Self { letters, telling, signs: !alnum }
    }

    /// Whether the row whose last byte is this one of the chunk has as many letters, capitals, digits and signs as
    /// nearly all that is encoded: a quarter of its characters are small letters.
    #[inline]
    fn encoded(&self, last: usize) -> bool {
        const { assert!(SHORTEST <= CHUNK) };
        let from = CHUNK + 1 + last - SHORTEST;
        let row = |bits: u128| bits >> from & ((1 << SHORTEST) - 1);
        let (telling, signs) = (row(self.telling), row(self.signs));
        telling != 0
            && (telling | signs).count_ones() >= MIN_NOT_SMALL
            && row(self.letters).count_ones() >= MIN_LETTERS
    }
}

/// Whether a line end, spelled out or not, stands last in `before`.
fn begins_line(before: &[u8]) -> bool {
    matches!(before, [.., b'\n'] | [.., b'\\', b'n'])
}

/// Those of `rows`, a bit each at its last byte in the chunk, that may begin with text: in some alphabet each group may,
/// a line begins before it, or a sign in it is escaped and moves the groups. No branch tells one row from another.
#[inline]
fn likely(block: &Block, bytes: &[u8], chunk: usize, rows: u64, escaped: u64) -> u64 {
    block.positions(chunk, rows).fold(0, |likely, last| {
        let start = last + 1 - SHORTEST;
        let Some(row) = bytes[start..].first_chunk::<SHORTEST>() else { return likely };
        let is_escaped = escaped >> (last - chunk) & 1 == 1;
        let may_be_moved = (u8::from(is_escaped) << ASCII85) & FIRST[usize::from(row[0])];
        let is_likely = possible_alphabets(row) | may_be_moved != 0;
        likely | u64::from(is_likely | begins_line(&bytes[..start])) << (last - chunk)
    })
}

/// Whether the row at `start`, in which a sign is escaped, begins with text.
fn begins_escaped(bytes: &[u8], start: usize) -> bool {
    let mut characters = Unescaped::new(bytes, start).map(|(_, byte)| byte);
    let mut next_is_text = || {
        let characters: [u8; GROUP] = std::array::from_fn(|_| characters.next().unwrap_or_default());
        group(&VALUES[ASCII85], &characters).is_some()
    };
    FIRST[usize::from(bytes[start])] & (1 << ASCII85) != 0 && (0..MIN_GROUPS).all(|_| next_is_text())
}

/// The alphabets in which each group of the row may begin with text, a bit each.
#[inline]
fn possible_alphabets(row: &[u8; SHORTEST]) -> u8 {
    row.chunks_exact(GROUP).fold(u8::MAX, |possible, group| possible & FIRST[usize::from(group[0])])
}

/// The alphabet in which this row begins with text.
#[inline]
fn alphabet_of(row: &[u8]) -> Option<usize> {
    let row: &[u8; SHORTEST] = row.first_chunk()?;
    let possible = possible_alphabets(row);
    if possible == 0 {
        return None;
    }
    (0..ALPHABETS.len()).find(|&which| {
        let is_text = |characters: &[u8]| group(&VALUES[which], characters).is_some();
        possible >> which & 1 == 1 && row.chunks_exact(GROUP).all(is_text)
    })
}

#[cfg(test)]
mod tests {
    use super::super::GROUP_BYTES;
    use super::*;
    use crate::candidates::in_blocks;
    use crate::views::View;
    use proptest::prelude::*;

    fn spell(text: &[u8], alphabet: usize) -> Vec<u8> {
        let mut encoded = Vec::new();
        for piece in text.chunks(GROUP_BYTES) {
            let mut four = [0; 4];
            four[..piece.len()].copy_from_slice(piece);
            let number = u32::from_be_bytes(four);
            let digits = (0..5).rev().map(|at| ALPHABETS[alphabet][(number / 85_u32.pow(at) % 85) as usize]);
            encoded.extend(digits.take(piece.len() + 1));
        }
        encoded
    }

    fn all(text: &[u8]) -> Vec<Decoded> {
        let (mut stretches, mut found) = (Stretches::new(true), Vec::new());
        in_blocks(text, |block| found.extend(std::iter::from_fn(|| stretches.next_in(block, text))));
        found
    }

    fn says(text: &[u8], wanted: &[u8]) -> Option<Decoded> {
        all(text)
            .into_iter()
            .find(|decoded| decoded.bytes.windows(wanted.len()).any(|window| window == wanted))
    }

    /// Whether the row has as many capitals, digits and signs as nearly every one has.
    fn is_usual(row: &[u8]) -> bool {
        let count = |fits: fn(&u8) -> bool| row[..SHORTEST].iter().filter(|byte| fits(byte)).count();
        count(|byte| Class::Telling.has(*byte)) > 0
            && count(u8::is_ascii_alphabetic) >= MIN_LETTERS as usize
            && count(|byte| !byte.is_ascii_lowercase()) >= MIN_NOT_SMALL as usize
    }

    proptest! {
        #[test]
        fn every_byte_maps_back_and_edits_read_right(
            text in "[a-zA-Z0-9_ -]{17,70}", start in 0_usize..12, length in 1_usize..5, alphabet in 0_usize..3, lead in 0_usize..30,
        ) {
            let spelled = spell(text.as_bytes(), alphabet);
            prop_assume!(is_usual(&spelled));
            // Among quotes and backslashes only escaped ones are read.
            prop_assume!(!spelled.iter().any(|byte| matches!(byte, b'"' | b'\\')));
            let encoded = [&*vec![b' '; lead], &*spelled].concat();
            let decoded = says(&encoded, text.as_bytes()).expect("text");
            prop_assert_eq!(&decoded.source, &(lead..encoded.len()));
            let view = View::part(&encoded);
            let inner = View::decoded(&view, &decoded);
            let source = inner.source_of(&(start..start + length));
            prop_assert!((source.start - lead) / 5 * 4 <= start && (source.end - lead) * 4 >= (start + length) * 5);
            let edit = inner.replacement(start..start + length, b"[redacted]").expect("it can be encoded");
            let mut edited = encoded.clone();
            edited.splice(edit.range, edit.bytes);
            let expected = format!("{}[redacted]", &text[..start]);
            prop_assume!(!edited.contains(&b'\\') && is_usual(&edited[lead..]));
            prop_assert!(says(&edited, expected.as_bytes()).is_some());
        }
    }

    #[test]
    fn escaped_characters_are_read() {
        let encoded = spell(b"quotes and backslashes come up here and there, as they do", 0);
        let escaped: Vec<u8> = encoded
            .iter()
            .flat_map(|&byte| if matches!(byte, b'"' | b'\\') { vec![b'\\', byte] } else { vec![byte] })
            .collect();
        let plain = all(&escaped).iter().any(|decoded| decoded.bytes == encoded);
        assert!(plain || escaped == encoded);
    }

    #[test]
    fn a_stretch_goes_on_behind_an_escape_wherever_that_stands() {
        let text =
            b"anything at all, as long as quotes and backslashes come up in it now and again: 0123456789";
        let is_escaped = |byte: &&u8| matches!(byte, b'"' | b'\\');
        for number in 0_u32..64 {
            let encoded = spell(&[format!("{number} ").as_bytes(), text].concat(), 0);
            let escaped: Vec<u8> = encoded
                .iter()
                .flat_map(|byte| [&b"\\"[..usize::from(is_escaped(&byte))], &[*byte]].concat())
                .collect();
            let has_escapes = encoded.iter().any(|byte| is_escaped(&byte));
            let is_read = all(&escaped).iter().any(|decoded| decoded.bytes == encoded);
            assert_eq!(is_read, has_escapes, "{number}");
        }
    }

    #[test]
    fn a_blob_of_base64_is_passed_over() {
        let blob =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg";
        assert!(all(blob.as_bytes()).is_empty());
    }
}
