//! Literals by the hash of their first bytes: a bitmap of 8 KiB says no to most places, so that their number does not
//! show. What it lets through is compared eight bytes at once.

use super::masks::{CHUNK, WORDS};
use crate::rules::Keyword;

/// Bytes of the shortest literal, by which slots are found.
pub(super) const HASHED: usize = 3;
/// Bits of the hash that index the bitmap.
const BITMAP_BITS: u32 = 16;
/// Bits of the hash that index the slots.
const SLOT_BITS: u32 = 12;
/// More literals of three bytes than these would fill the bitmap with all that may follow them.
const MOST_SHORT: usize = 48;
/// The bytes that the bitmap is indexed by: three, or four.
const THREE: u32 = 0x00ff_ffff;
const FOUR: u32 = u32::MAX;
/// Bytes that are compared at once.
const HEAD: usize = 8;
/// Bytes that are read to sift those places of a chunk at which literals may begin.
const SIFTED: usize = CHUNK + 3;
/// Words of the bitmap.
const BITMAP: usize = 1 << (BITMAP_BITS - 6);

/// Literals, each with what it stands for.
#[derive(Debug)]
pub(crate) struct Table<T> {
    bitmap: Box<[u64; BITMAP]>,
    /// [`THREE`] or [`FOUR`].
    hashed: u32,
    /// `heads[slots[s]..slots[s + 1]]` share the slot `s`, and so do `entries`.
    slots: Box<[u32]>,
    heads: Box<[Head]>,
    entries: Box<[(Keyword, T)]>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    bytes: u64,
    /// Bits that count: none behind a short literal, and not that of the case where it does not.
    counts: u64,
}

impl<T: Copy> Table<T> {
    /// Collects literals.
    pub(crate) fn new(mut entries: Vec<(Keyword, T)>) -> Self {
        entries.sort_by_key(|(literal, _)| slot_of(head_of(&literal.bytes)));
        let heads: Box<[Head]> = entries.iter().map(|(literal, _)| Head::of(literal)).collect();
        let is_short = |literal: &Keyword| literal.bytes.len() == HASHED;
        let short = entries.iter().filter(|(literal, _)| is_short(literal)).count();
        let hashed = if short > MOST_SHORT { THREE } else { FOUR };
        let mut bitmap = Box::new([0; BITMAP]);
        let mut slots = vec![0_u32; (1 << SLOT_BITS) + 1];
        for (head, (literal, _)) in heads.iter().zip(&entries) {
            let followed = if is_short(literal) { 0..=u8::MAX } else { 0..=0 };
            for byte in followed {
                let hash = hash_of(head.bytes | u64::from(byte) << (8 * HASHED), hashed);
                bitmap[hash >> 6] |= 1 << (hash & 63);
            }
            slots[slot_of(head.bytes) + 1] += 1;
        }
        for slot in 1..slots.len() {
            slots[slot] += slots[slot - 1];
        }
        Self { bitmap, hashed, slots: slots.into(), heads, entries: entries.into() }
    }

    /// All literals.
    pub(super) fn literals(&self) -> impl Iterator<Item = &Keyword> {
        self.entries.iter().map(|(literal, _)| literal)
    }

    /// Leaves those bits of `words`, one for each of the bytes from `start` on, at which a literal may begin.
    pub(super) fn sift(&self, bytes: &[u8], start: usize, words: &mut [u64; WORDS]) {
        let chunks = (start..bytes.len()).step_by(CHUNK).zip(words);
        for (at, word) in chunks.filter(|(_, word)| **word != 0) {
            let rest = &bytes[at..];
            let mut padded = [0; SIFTED];
            let chunk = rest.first_chunk().unwrap_or_else(|| {
                padded[..rest.len()].copy_from_slice(rest);
                &padded
            });
            *word = self.sifted(chunk, *word);
        }
    }

    /// In one go and without a branch a place, for nearly all of them are none.
    #[inline]
    fn sifted(&self, chunk: &[u8; SIFTED], mut word: u64) -> u64 {
        let mut left = 0;
        while word != 0 {
            let place = word.trailing_zeros() as usize;
            let first = chunk[place..].first_chunk().map_or(0, |first| u32::from_le_bytes(*first));
            let lowest = word & word.wrapping_neg();
            left |= lowest & u64::from(self.may_begin(first.into())).wrapping_neg();
            word ^= lowest;
        }
        left
    }

    #[inline]
    fn may_begin(&self, head: u64) -> bool {
        let hash = hash_of(head, self.hashed);
        self.bitmap[hash >> 6] >> (hash & 63) & 1 == 1
    }

    /// What stands for the literals that begin at `at`.
    #[inline]
    pub(crate) fn at<'t>(&'t self, bytes: &'t [u8], at: usize) -> impl Iterator<Item = T> + 't {
        let rest = bytes.get(at..).unwrap_or_default();
        self.alike(head_of(rest))
            .filter(move |(literal, _)| literal.stands_at(rest))
            .map(|(_, stands_for)| *stands_for)
    }

    /// What stands for the literals that end at `end` when they are read from there, and their length.
    #[inline]
    pub(super) fn before<'t>(&'t self, bytes: &'t [u8], end: usize) -> impl Iterator<Item = (T, usize)> + 't {
        let text = bytes.get(..end).unwrap_or_default();
        self.alike(head_of_reversed(text))
            .filter(move |(literal, _)| literal.stands_reversed(text))
            .map(|(literal, stands_for)| (*stands_for, literal.bytes.len()))
    }

    /// Literals that begin like a text, as far as its head and theirs go.
    #[inline]
    fn alike(&self, text: u64) -> impl Iterator<Item = &(Keyword, T)> {
        let slot = slot_of(text);
        let range = if self.may_begin(text) {
            self.slots[slot] as usize..self.slots[slot + 1] as usize
        } else {
            0..0
        };
        let (heads, entries) = (&self.heads[range.clone()], &self.entries[range]);
        heads.iter().zip(entries).filter(move |(head, _)| head.is(text)).map(|(_, entry)| entry)
    }
}

impl Head {
    fn of(literal: &Keyword) -> Self {
        let counts =
            |byte: &u8| if literal.ignore_case && byte.is_ascii_alphabetic() { !0x20 } else { u8::MAX };
        let bits = literal.bytes.iter().map(counts).collect::<Vec<_>>();
        let (bytes, counts) = (head_of(&literal.bytes), head_of(&bits));
        Self { bytes, counts }
    }

    #[inline]
    fn is(self, text: u64) -> bool {
        (self.bytes ^ text) & self.counts == 0
    }
}

impl Keyword {
    /// Whether `bytes` begin with the keyword, when their head does.
    #[inline]
    fn stands_at(&self, bytes: &[u8]) -> bool {
        let length = self.bytes.len();
        length <= HEAD && length <= bytes.len() || bytes.get(..length).is_some_and(|head| self.is(head))
    }

    /// Whether `text`, read from its end, begins with the keyword, when its head does.
    #[inline]
    fn stands_reversed(&self, text: &[u8]) -> bool {
        let alike = |(one, other): (&u8, &u8)| {
            if self.ignore_case { one.eq_ignore_ascii_case(other) } else { one == other }
        };
        self.bytes.len() <= text.len()
            && (self.bytes.len() <= HEAD || text.iter().rev().zip(&self.bytes).all(alike))
    }

    /// Whether `text` is the keyword.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        if self.ignore_case { text.eq_ignore_ascii_case(&self.bytes) } else { text == self.bytes }
    }
}

/// The first bytes, and zeros where there are no more.
#[inline]
fn head_of(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes.iter().rev().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    }
}

/// The same of what is read from its end.
#[inline]
fn head_of_reversed(text: &[u8]) -> u64 {
    match text.last_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => text.iter().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    }
}

/// Of the first bytes, upper case or lower.
#[inline]
fn hash_of(head: u64, hashed: u32) -> usize {
    hash(head, hashed) >> (u32::BITS - BITMAP_BITS)
}

#[inline]
fn slot_of(head: u64) -> usize {
    hash(head, THREE) >> (u32::BITS - SLOT_BITS)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "no more than the first four bytes are hashed")]
fn hash(head: u64, hashed: u32) -> usize {
    ((head as u32 | 0x2020_2020) & hashed).wrapping_mul(0x9e37_79b1) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::masks::BLOCK;
    use super::*;

    /// Places, each with the number of a literal.
    type Places = Vec<(usize, usize)>;

    /// Where each literal begins, and where it ends when it is read from there.
    fn plainly(literals: &[Keyword], text: &[u8]) -> (Places, Places) {
        let turned: Vec<u8> = text.iter().rev().copied().collect();
        let places = |text: &[u8]| -> Places {
            let begins = |at: usize, literal: &Keyword| {
                text[at..].get(..literal.bytes.len()).is_some_and(|head| literal.is(head))
            };
            (0..text.len())
                .flat_map(|at| (0..literals.len()).map(move |number| (at, number)))
                .filter(|(at, number)| begins(*at, &literals[*number]))
                .collect()
        };
        let before = places(&turned).into_iter().map(|(at, number)| (text.len() - at, number)).collect();
        (places(text), before)
    }

    fn sorted(mut found: Places) -> Places {
        found.sort_unstable();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn finds_what_a_plain_search_finds(
            literals in prop::collection::vec(("[a-c_-]{3}|[A-Ca-c.:_-]{3,12}", any::<bool>()), 1..120),
            pieces in prop::collection::vec((any::<prop::sample::Index>(), "[A-Ca-c_:. -]{0,9}"), 0..24),
        ) {
            let literals: Vec<Keyword> = literals
                .into_iter()
                .map(|(bytes, ignore_case)| Keyword { bytes: bytes.into_bytes(), ignore_case })
                .collect();
            let text: Vec<u8> = pieces
                .iter()
                .flat_map(|(index, noise)| [&index.get(&literals).bytes, noise.as_bytes()].concat())
                .take(BLOCK)
                .collect();
            let table = Table::new(literals.iter().cloned().zip(0_usize..).collect());
            let (at, before) = plainly(&literals, &text);
            let found = (0..text.len()).flat_map(|place| table.at(&text, place).map(move |number| (place, number)));
            prop_assert_eq!(sorted(found.collect()), at.clone());
            let ends = (0..=text.len()).flat_map(|end| table.before(&text, end).map(move |(number, _)| (end, number)));
            prop_assert_eq!(sorted(ends.collect()), sorted(before));
            let mut words = [u64::MAX; WORDS];
            table.sift(&text, 0, &mut words);
            for (place, _) in at {
                prop_assert!(words[place / CHUNK] >> (place % CHUNK) & 1 == 1, "sifted out at {}", place);
            }
        }
    }

    #[test]
    fn few_places_are_left() {
        let words_of = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        let literals = words_of("pass toke secr _key auth sk- ghp_");
        let entries = literals.into_iter().map(|bytes| (Keyword { bytes, ignore_case: false }, ())).collect();
        let text = b"a part of the passage that the author took".repeat(3);
        let mut words = [u64::MAX; WORDS];
        Table::new(entries).sift(&text, 0, &mut words);
        let left: u32 = words[..text.len().div_ceil(CHUNK)].iter().map(|word| word.count_ones()).sum();
        assert!((6..12).contains(&left), "{left} places are left");
    }
}
