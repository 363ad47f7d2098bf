//! All keywords of all rules at once: three bytes are hashed at every position of a run and looked up in a
//! bitmap of 8 KiB, so that the number of rules does not show.

use std::ops::Range;

use super::classes::{EXTENDED, is};
use crate::rules::{Keyword, Rule, RuleSet, Trigger};

/// Bits of the hash that index the bitmap.
const BITMAP_BITS: u32 = 16;
/// Bits of the hash that index the slots.
const SLOT_BITS: u32 = 12;

/// Keywords, by the hash of their first three bytes in lower case.
#[derive(Debug)]
pub(crate) struct Keywords {
    bitmap: Box<[u64]>,
    /// `entries[slots[s]..slots[s + 1]]` share the slot `s`.
    slots: Box<[u16]>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    keyword: Keyword,
    rule: usize,
}

impl Keywords {
    /// Collects the keywords that fit into a run.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut entries: Vec<Entry> = keywords_of(rules)
            .filter(|(rule, keyword)| fits_a_run(&rules.rules[*rule], keyword))
            .map(|(rule, keyword)| Entry { keyword: keyword.clone(), rule })
            .collect();
        entries.sort_by_key(Entry::slot);
        let mut bitmap = vec![0_u64; 1 << (BITMAP_BITS - 6)];
        let mut slots = vec![0_u16; (1 << SLOT_BITS) + 1];
        for entry in &entries {
            let hash = entry.hash();
            bitmap[(hash >> 6) as usize] |= 1 << (hash & 63);
            slots[entry.slot() + 1] += 1;
        }
        for slot in 1..slots.len() {
            slots[slot] += slots[slot - 1];
        }
        Self { bitmap: bitmap.into(), slots: slots.into(), entries }
    }

    /// Calls `found(position, rule)` for every keyword inside `run`.
    #[inline]
    pub(crate) fn find_in(&self, bytes: &[u8], run: Range<usize>, mut found: impl FnMut(usize, usize)) {
        let mut key = 0_u32;
        for (index, byte) in bytes[run.clone()].iter().enumerate() {
            key = ((key << 8) | u32::from(byte | 0x20)) & 0x00ff_ffff;
            let hash = hash_of(key);
            if self.bitmap[(hash >> 6) as usize] >> (hash & 63) & 1 == 1 && index >= 2 {
                self.verify(bytes, run.start + index - 2, hash, &mut found);
            }
        }
    }

    #[inline(never)]
    fn verify(&self, bytes: &[u8], at: usize, hash: u32, found: &mut impl FnMut(usize, usize)) {
        let slot = slot_of(hash);
        let entries = &self.entries[usize::from(self.slots[slot])..usize::from(self.slots[slot + 1])];
        for entry in entries.iter().filter(|entry| entry.keyword.starts(&bytes[at..])) {
            found(at, entry.rule);
        }
    }
}

/// Every keyword with the index of its rule.
pub(super) fn keywords_of(rules: &RuleSet) -> impl Iterator<Item = (usize, &Keyword)> {
    rules
        .rules
        .iter()
        .enumerate()
        .filter_map(|(rule, compiled)| match &compiled.trigger {
            Trigger::Keywords { literals, .. } => Some((rule, literals)),
            _ => None,
        })
        .flat_map(|(rule, literals)| literals.iter().map(move |keyword| (rule, keyword)))
}

/// A keyword with a space or a quote in it is no part of a run, and what the operator named may be short: the
/// literal pass looks for those.
pub(super) fn fits_a_run(rule: &Rule, keyword: &Keyword) -> bool {
    !rule.is_known() && keyword.bytes.len() >= 3 && keyword.bytes.iter().all(|&byte| is(byte, EXTENDED))
}

impl Keyword {
    /// Whether `bytes` begin with the keyword.
    pub(crate) fn starts(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes.len()).is_some_and(|head| {
            if self.ignore_case { head.eq_ignore_ascii_case(&self.bytes) } else { head == self.bytes }
        })
    }
}

impl Entry {
    fn hash(&self) -> u32 {
        hash_of(self.keyword.bytes[..3].iter().fold(0, |key, byte| (key << 8) | u32::from(byte | 0x20)))
    }

    fn slot(&self) -> usize {
        slot_of(self.hash())
    }
}

#[inline]
fn hash_of(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1) >> (32 - BITMAP_BITS)
}

fn slot_of(hash: u32) -> usize {
    (hash >> (BITMAP_BITS - SLOT_BITS)) as usize
}
