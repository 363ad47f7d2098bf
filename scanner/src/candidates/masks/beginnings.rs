//! Where any of some literals could begin, by their first four bytes: what others call Teddy.
//!
//! Literals share eight buckets, the bits of a byte. For each of the four places, one table says which buckets have a
//! literal with this low half of a byte there, another which have one with this high half. A bucket that is in all
//! eight answers may have a literal here; the caller compares. Any number of literals fits; more of them in a bucket
//! make more false candidates, which is why those that are alike share one, and many literals make two sets.

use super::{CHUNK, WORDS};

/// More literals than these are joined with their neighbours before the most alike are looked for.
const MOST_GROUPS: usize = 64;
/// The same for two sets.
const MOST_GROUPS_OF_TWO: usize = 192;
/// Buckets of one set.
const BUCKETS: usize = 8;
/// Places that are looked at.
pub(super) const PLACES: usize = 4;
/// Bytes that the look at a chunk reads.
pub(super) const REACH: usize = CHUNK + PLACES - 1;

/// Buckets by the halves of a byte, for one place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) low: [u8; 16],
    pub(super) high: [u8; 16],
}

/// The beginnings of some literals.
#[derive(Debug)]
pub(crate) struct Beginnings {
    pub(super) places: [Place; PLACES],
}

/// What a bucket has so far, at each place: sets of halves, low ones in the first sixteen bits.
type Halves = [u32; PLACES];

impl Beginnings {
    /// The beginnings of these literals; `true` where upper and lower case are the same.
    pub(crate) fn new<'l>(literals: impl Iterator<Item = (&'l [u8], bool)>) -> Self {
        Self::of(&buckets(literals, MOST_GROUPS, BUCKETS))
    }

    /// The same in two sets.
    pub(crate) fn in_two<'l>(literals: impl Iterator<Item = (&'l [u8], bool)>) -> [Self; 2] {
        let buckets = buckets(literals, MOST_GROUPS_OF_TWO, 2 * BUCKETS);
        let (one, other) = buckets.split_at(buckets.len().min(BUCKETS));
        [Self::of(one), Self::of(other)]
    }

    fn of(buckets: &[Halves]) -> Self {
        let at = |place: usize| buckets.iter().map(move |bucket| bucket[place]);
        Self { places: std::array::from_fn(|place| Place::new(at(place))) }
    }

    /// A bit for each of the [`CHUNK`] bytes from `at` on at which a literal could begin.
    #[inline]
    pub(crate) fn word(&self, bytes: &[u8], at: usize) -> u64 {
        let rest = &bytes[at..];
        let Some(chunk) = rest.first_chunk::<REACH>() else {
            let mut padded = [0; REACH];
            padded[..rest.len()].copy_from_slice(rest);
            return self.look_at(&padded) & super::below(rest.len());
        };
        self.look_at(chunk)
    }

    /// The same for every chunk of the bytes from `start` on, at most a block.
    pub(crate) fn fill(&self, bytes: &[u8], start: usize, words: &mut [u64; WORDS]) {
        #[cfg(target_arch = "x86_64")]
        let filled = super::avx2::fill_beginnings(self, &bytes[start..], words);
        #[cfg(not(target_arch = "x86_64"))]
        let filled = 0;
        for (word, at) in words.iter_mut().zip((start..bytes.len()).step_by(CHUNK)).skip(filled) {
            *word = self.word(bytes, at);
        }
    }

    pub(super) fn look_at(&self, chunk: &[u8; REACH]) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if let Some(word) = super::avx2::beginnings(self, chunk) {
            return word;
        }
        self.look_slowly(chunk)
    }

    pub(super) fn look_slowly(&self, chunk: &[u8; REACH]) -> u64 {
        let buckets = |place: usize, byte: u8| {
            let Place { low, high } = &self.places[place];
            low[usize::from(byte & 15)] & high[usize::from(byte >> 4)]
        };
        chunk.windows(PLACES).enumerate().fold(0, |word, (at, window)| {
            let shared = window
                .iter()
                .enumerate()
                .fold(u8::MAX, |shared, (place, byte)| shared & buckets(place, *byte));
            word | u64::from(shared != 0) << at
        })
    }
}

impl Place {
    fn new(buckets: impl Iterator<Item = u32>) -> Self {
        let mut place = Self::default();
        for (bucket, halves) in buckets.enumerate() {
            for half in 0..16 {
                place.low[half] |= u8::from(halves >> half & 1 == 1) << bucket;
                place.high[half] |= u8::from(halves >> (half + 16) & 1 == 1) << bucket;
            }
        }
        place
    }
}

/// The halves of a literal's first bytes; of a shorter one, anything behind it.
fn halves(literal: &[u8], ignore_case: bool) -> Halves {
    let of = |byte: u8| 1 << (byte & 15) | 1 << (16 + (byte >> 4));
    std::array::from_fn(|place| match literal.get(place) {
        None => u32::MAX,
        Some(byte) if ignore_case => of(byte.to_ascii_lowercase()) | of(byte.to_ascii_uppercase()),
        Some(byte) => of(*byte),
    })
}

/// What literals begin with in at most `count` buckets, those joined that are most alike, but in `most` groups first.
fn buckets<'l>(literals: impl Iterator<Item = (&'l [u8], bool)>, most: usize, count: usize) -> Vec<Halves> {
    let mut all: Vec<Halves> = literals.map(|(literal, ignore_case)| halves(literal, ignore_case)).collect();
    all.sort_unstable();
    all.dedup();
    let groups = all.chunks(all.len().div_ceil(most).max(1));
    let mut groups: Vec<Halves> = groups.map(|group| group.iter().fold([0; PLACES], joined)).collect();
    while groups.len() > count {
        let cost = |&(one, other): &(usize, usize)| {
            width(&joined(groups[one], &groups[other])) - width(&groups[one]).max(width(&groups[other]))
        };
        let pairs = (0..groups.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
        let Some((one, other)) = pairs.min_by_key(cost) else { break };
        let moved = groups.swap_remove(other);
        groups[one] = joined(groups[one], &moved);
    }
    groups
}

fn joined(one: Halves, other: &Halves) -> Halves {
    std::array::from_fn(|place| one[place] | other[place])
}

/// How many combinations of halves a bucket takes for one of its literals.
fn width(bucket: &Halves) -> u64 {
    bucket
        .iter()
        .map(|halves| u64::from((halves & 0xffff).count_ones() * (halves >> 16).count_ones()))
        .product()
}
