//! Every word of every list.

use std::sync::LazyLock;

use bip39::Language;
use unicode_normalization::UnicodeNormalization;

use super::BITS;

/// Longest word in any list, in bytes, its accents apart.
pub(crate) const MAX_WORD_BYTES: usize = 40;
/// Longest word without accents.
const MAX_ASCII: usize = 10;
/// Places of the table; a power of two.
const PLACES: usize = 1 << 16;
/// Bits of the hash of a word's ends: 16 KiB.
const ENDS_BITS: u32 = 17;
/// A language, above the index of a word in its list.
type Entry = u16;

/// Every word of every list, by its hash: 384 KiB.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

pub(super) struct Table {
    /// Which lengths and ends words have: says no to most words at the first look.
    ends: Box<[u64]>,
    hashes: Box<[u32]>,
    entries: Box<[Entry]>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            ends: vec![0; 1 << (ENDS_BITS - 6)].into(),
            hashes: vec![0; PLACES].into(),
            entries: vec![0; PLACES].into(),
        };
        for (language, list) in (0_u16..).zip(Language::ALL) {
            for (index, word) in (0_u16..).zip(list.word_list()) {
                let entry = language << BITS | index;
                let composed: String = word.nfc().collect();
                let bare: String = word.chars().filter(char::is_ascii).collect();
                table.insert(word, entry);
                if composed != **word {
                    table.insert(&composed, entry);
                }
                // People leave accents out.
                if bare != **word && bare.len() >= 3 {
                    table.insert(&bare, entry);
                }
            }
        }
        table
    }

    fn insert(&mut self, word: &str, entry: Entry) {
        let ends = ends_of(word.as_bytes());
        self.ends[ends >> 6] |= 1 << (ends & 63);
        let hash = hash_of(word.as_bytes());
        let mut place = hash as usize % PLACES;
        while self.hashes[place] != 0 {
            place = (place + 1) % PLACES;
        }
        self.hashes[place] = hash;
        self.entries[place] = entry;
    }

    /// Whether a word of this length begins and ends like this one.
    #[inline]
    fn may_hold(&self, word: &[u8]) -> bool {
        let ends = ends_of(word);
        self.ends[ends >> 6] >> (ends & 63) & 1 == 1
    }

    /// The lists that hold the word, and where.
    pub(super) fn find(&self, word: &[u8]) -> impl Iterator<Item = (u16, u16)> + '_ {
        let hash = hash_of(word);
        let start = hash as usize % PLACES;
        (0..PLACES)
            .map(move |step| (start + step) % PLACES)
            .take_while(|place| self.hashes[*place] != 0)
            .filter(move |place| self.hashes[*place] == hash)
            .map(|place| (self.entries[place] >> BITS, self.entries[place] & ((1 << BITS) - 1)))
    }
}

/// A hash of the first and the last four bytes, upper case or lower, and of the length.
#[inline]
fn ends_of(word: &[u8]) -> usize {
    let four = |four: Option<&[u8; 4]>| match four {
        Some(four) => u32::from_le_bytes(*four),
        None => word.iter().fold(0, |three, byte| three << 8 | u32::from(*byte)),
    };
    let ends = u64::from(four(word.first_chunk())) << 32 | u64::from(four(word.last_chunk()));
    let mixed =
        (ends | 0x2020_2020_2020_2020).wrapping_add(word.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - ENDS_BITS)) as usize
}

/// FNV-1a, ASCII letters in lower case; never 0, which marks an empty place.
fn hash_of(word: &[u8]) -> u32 {
    word.iter()
        .fold(0x811c_9dc5, |hash: u32, byte| {
            (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
        })
        .max(1)
}

/// Whether some list holds the word.
#[inline]
pub(crate) fn is_listed(word: &[u8]) -> bool {
    (3..=MAX_WORD_BYTES).contains(&word.len())
        && TABLE.may_hold(word)
        && (word.len() <= MAX_ASCII || !word.is_ascii())
        && TABLE.find(word).next().is_some()
}
