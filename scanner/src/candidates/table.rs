//! Literals by the hash of their first three bytes: a bitmap of 4 KiB says no to most places, so that their number
//! does not show.

use crate::rules::Keyword;

/// Bytes that are hashed; no literal is shorter.
pub(super) const HASHED: usize = 3;
/// Bits of the hash that index the bitmap.
const BITMAP_BITS: u32 = 15;
/// Bits of the hash that index the slots.
const SLOT_BITS: u32 = 12;

/// Literals, each with what it stands for.
#[derive(Debug)]
pub(crate) struct Table<T> {
    bitmap: Box<[u64]>,
    /// `entries[slots[s]..slots[s + 1]]` share the slot `s`.
    slots: Box<[u32]>,
    entries: Vec<(Keyword, T)>,
}

impl<T: Copy> Table<T> {
    /// Collects literals.
    pub(crate) fn new(mut entries: Vec<(Keyword, T)>) -> Self {
        entries.sort_by_key(|(literal, _)| slot_of(hash_of(&literal.bytes)));
        let mut bitmap = vec![0_u64; 1 << (BITMAP_BITS - 6)];
        let mut slots = vec![0_u32; (1 << SLOT_BITS) + 1];
        for (literal, _) in &entries {
            let hash = hash_of(&literal.bytes);
            bitmap[(hash >> 6) as usize] |= 1 << (hash & 63);
            slots[slot_of(hash) + 1] += 1;
        }
        for slot in 1..slots.len() {
            slots[slot] += slots[slot - 1];
        }
        Self { bitmap: bitmap.into(), slots: slots.into(), entries }
    }

    /// All literals.
    pub(super) fn literals(&self) -> impl Iterator<Item = &Keyword> {
        self.entries.iter().map(|(literal, _)| literal)
    }

    /// What stands for the literals that begin at `at`.
    #[inline]
    pub(crate) fn at<'t>(&'t self, bytes: &'t [u8], at: usize) -> impl Iterator<Item = T> + 't {
        let rest = bytes.get(at..).unwrap_or_default();
        let entries = if rest.len() < HASHED { &[] } else { self.alike(hash_of(rest)) };
        entries.iter().filter(move |(literal, _)| literal.starts(rest)).map(|(_, stands_for)| *stands_for)
    }

    /// What stands for the literals that end at `end` when they are read from there, and their length.
    #[inline]
    pub(super) fn before<'t>(&'t self, bytes: &'t [u8], end: usize) -> impl Iterator<Item = (T, usize)> + 't {
        let text = bytes.get(..end).unwrap_or_default();
        let entries = match text {
            [.., third, second, first] => self.alike(hash_of(&[*first, *second, *third])),
            _ => &[],
        };
        let stands = |literal: &Keyword| {
            let alike = |(one, other): (&u8, &u8)| {
                if literal.ignore_case { one.eq_ignore_ascii_case(other) } else { one == other }
            };
            literal.bytes.len() <= text.len() && text.iter().rev().zip(&literal.bytes).all(alike)
        };
        entries
            .iter()
            .filter(move |(literal, _)| stands(literal))
            .map(|(literal, it)| (*it, literal.bytes.len()))
    }

    /// Literals whose first bytes may have this hash.
    #[inline]
    fn alike(&self, hash: u32) -> &[(Keyword, T)] {
        if self.bitmap[(hash >> 6) as usize] >> (hash & 63) & 1 == 0 {
            return &[];
        }
        let slot = slot_of(hash);
        &self.entries[self.slots[slot] as usize..self.slots[slot + 1] as usize]
    }
}

impl Keyword {
    /// Whether `bytes` begin with the keyword.
    fn starts(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes.len()).is_some_and(|head| self.is(head))
    }

    /// Whether `text` is the keyword.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        if self.ignore_case { text.eq_ignore_ascii_case(&self.bytes) } else { text == self.bytes }
    }
}

/// Of the first three bytes, upper case or lower.
#[inline]
fn hash_of(bytes: &[u8]) -> u32 {
    // Where there are four, they are read at once.
    let first = match bytes.first_chunk::<4>() {
        Some(four) => u32::from_le_bytes(*four),
        None => bytes[..HASHED].iter().rev().fold(0, |key, byte| key << 8 | u32::from(*byte)),
    };
    ((first | 0x20_2020) & 0xff_ffff).wrapping_mul(0x9e37_79b1) >> (32 - BITMAP_BITS)
}

fn slot_of(hash: u32) -> usize {
    (hash >> (BITMAP_BITS - SLOT_BITS)) as usize
}
