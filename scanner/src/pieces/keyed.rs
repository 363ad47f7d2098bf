//! Beginnings of secrets, found by their first bytes.

use super::starts::Entry;

/// Bits of the hash that index the bitmap.
const BITMAP_BITS: u32 = 16;
/// Bits of the hash that index the slots.
const SLOT_BITS: u32 = 12;

/// Beginnings by their first `BYTES` bytes, which each of them has.
#[derive(Debug)]
pub(super) struct Keyed<const BYTES: usize> {
    bitmap: Box<[u64]>,
    /// `entries[slots[s]..slots[s + 1]]` share the slot `s`.
    slots: Box<[u32]>,
    entries: Vec<(u64, Entry)>,
}

impl<const BYTES: usize> Keyed<BYTES> {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let key = |entry: Entry| Some((key_of::<BYTES>(entry.bytes())?, entry));
        let mut entries: Vec<_> = entries.into_iter().filter_map(key).collect();
        entries.sort_by_key(|(key, _)| (slot_of(*key), *key));
        let mut slots = vec![0_u32; (1 << SLOT_BITS) + 1];
        let mut bitmap = vec![0_u64; 1 << (BITMAP_BITS - 6)];
        for (key, _) in &entries {
            slots[slot_of(*key) + 1] += 1;
            let bit = bit_of(*key);
            bitmap[bit >> 6] |= 1 << (bit & 63);
        }
        for slot in 1..slots.len() {
            slots[slot] += slots[slot - 1];
        }
        Self { bitmap: bitmap.into(), slots: slots.into(), entries }
    }

    /// Whether any may begin with the first bytes of `text`. May say yes of some that none begins with.
    #[inline]
    pub(super) fn may_have(&self, text: &[u8]) -> bool {
        key_of::<BYTES>(text).is_some_and(|key| self.has_bit(key))
    }

    /// Those that begin with the first bytes of `text`, in any case.
    #[inline]
    pub(super) fn with(&self, text: &[u8]) -> impl Iterator<Item = &Entry> {
        let key = key_of::<BYTES>(text).filter(|key| self.has_bit(*key));
        key.into_iter().flat_map(|key| {
            let slot = slot_of(key);
            let entries = &self.entries[self.slots[slot] as usize..self.slots[slot + 1] as usize];
            entries.iter().filter(move |(other, _)| *other == key).map(|(_, entry)| entry)
        })
    }

    #[inline]
    fn has_bit(&self, key: u64) -> bool {
        let bit = bit_of(key);
        self.bitmap[bit >> 6] >> (bit & 63) & 1 == 1
    }
}

fn key_of<const BYTES: usize>(text: &[u8]) -> Option<u64> {
    let first = text.first_chunk::<BYTES>()?;
    Some(first.iter().fold(0, |key, byte| (key << 8) | u64::from(byte | 0x20)))
}

fn bit_of(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITMAP_BITS)) as usize
}

fn slot_of(key: u64) -> usize {
    bit_of(key) >> (BITMAP_BITS - SLOT_BITS)
}
