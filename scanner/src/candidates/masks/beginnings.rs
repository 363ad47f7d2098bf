//! Where any of some literals could begin, by their first four bytes: what others call Teddy.
//!
//! Literals share eight buckets, the bits of a byte. For each of the four places, one table says which buckets have a
//! literal with this low half of a byte there, another which have one with this high half. A bucket that is in all
//! eight answers may have a literal here; the caller compares. Any number of literals fits; more of them in a bucket
//! make more false candidates, which is why those that are alike share one, and many literals make several sets of eight.

use super::buckets::buckets;
use super::{CHUNK, WORDS};

/// Sets of buckets: each is more work for each byte, and leaves fewer places where no literal stands.
pub(super) const SETS: usize = 3;
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
    pub(super) places: [[Place; SETS]; PLACES],
}

impl Beginnings {
    /// The beginnings of these literals; `true` where upper and lower case are the same.
    pub(crate) fn new<'l>(literals: impl Iterator<Item = (&'l [u8], bool)>) -> Self {
        let buckets = buckets(literals, SETS * BUCKETS);
        let of_set = |set: usize| buckets.chunks(BUCKETS).nth(set).unwrap_or_default();
        let places = std::array::from_fn(|place| {
            std::array::from_fn(|set| Place::new(of_set(set).iter().map(|bucket| bucket[place])))
        });
        Self { places }
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
        self.fill_some(bytes, start, u32::MAX, words);
    }

    /// The same for those chunks that have a bit in `wanted`.
    pub(crate) fn fill_some(&self, bytes: &[u8], start: usize, wanted: u32, words: &mut [u64; WORDS]) {
        #[cfg(target_arch = "x86_64")]
        let filled = super::avx512::fill_beginnings(self, &bytes[start..], wanted, words)
            .or_else(|| super::avx2::fill_beginnings(self, &bytes[start..], wanted, words));
        #[cfg(not(target_arch = "x86_64"))]
        let filled = None;
        let filled = filled.unwrap_or(0);
        let chunks = (start..bytes.len()).step_by(CHUNK).enumerate().skip(filled);
        for (index, at) in chunks.take_while(|(index, _)| *index < WORDS) {
            if wanted >> index & 1 == 1 {
                words[index] = self.word(bytes, at);
            }
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
        let buckets = |set: usize, (sets, byte): (&[Place; SETS], &u8)| {
            let Place { low, high } = &sets[set];
            low[usize::from(byte & 15)] & high[usize::from(byte >> 4)]
        };
        chunk.windows(PLACES).enumerate().fold(0, |word, (at, window)| {
            let may_begin = (0..SETS).any(|set| {
                let places = self.places.iter().zip(window);
                places.fold(u8::MAX, |shared, place| shared & buckets(set, place)) != 0
            });
            word | u64::from(may_begin) << at
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
