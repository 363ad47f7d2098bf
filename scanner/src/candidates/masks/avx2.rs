//! The look with vector instructions, 32 bytes at a time.
//!
//! Among ASCII, any set of bytes is a matrix of 8 high halves by 16 low halves. One look-up gives the column of a byte's
//! low half, eight bits; another the bit of its high half; where both share that bit, the byte is in the set.

#![expect(
    unsafe_code,
    reason = "vector instructions: whether the processor has them is asked, and every load is of an array's own bytes"
)]

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::beginnings::{Beginnings, PLACES, REACH, SETS};
use super::{BITS, CHUNK, CLASSES, Class, KEPT, WORDS, padded};

/// Columns of the matrix of each class.
pub(super) static COLUMNS: [[u8; 16]; CLASSES] = columns();
/// The bit of each high half; none for bytes that are no ASCII.
pub(super) static HIGH: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

const fn columns() -> [[u8; 16]; CLASSES] {
    let mut columns = [[0; 16]; CLASSES];
    let mut byte = 0;
    while byte < 128 {
        let mut class = 0;
        while class < CLASSES {
            if BITS[byte] >> class & 1 == 1 {
                columns[class][byte & 15] |= 1 << (byte >> 4);
            }
            class += 1;
        }
        byte += 1;
    }
    columns
}

/// The words of `bytes`; false where the processor lacks the instructions.
pub(super) fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) -> bool {
    if !is_x86_feature_detected!("avx2") {
        return false;
    }
    // SAFETY: the processor has AVX2.
    unsafe { fill_with(bytes, words) };
    true
}

/// The words of some classes for one chunk; none where the processor lacks the instructions.
pub(super) fn words_of<const N: usize>(chunk: &[u8; CHUNK], classes: [Class; N]) -> Option<[u64; N]> {
    // SAFETY: the processor has AVX2.
    is_x86_feature_detected!("avx2").then(|| unsafe { words_with(chunk, classes) })
}

#[target_feature(enable = "avx2")]
fn words_with<const N: usize>(chunk: &[u8; CHUNK], classes: [Class; N]) -> [u64; N] {
    let (halves, _) = chunk.as_chunks::<32>();
    let high = register(&HIGH);
    let [low, high] = [Halves::of(&halves[0], high), Halves::of(&halves[1], high)];
    classes.map(|class| {
        let columns = register(&COLUMNS[class as usize]);
        u64::from(low.members(columns)) | u64::from(high.members(columns)) << 32
    })
}

/// How many bytes in a row are in `class`; none where the processor lacks the instructions.
pub(super) fn length_of(bytes: &[u8], class: Class) -> Option<usize> {
    // SAFETY: the processor has AVX2.
    is_x86_feature_detected!("avx2").then(|| unsafe { length_with(bytes, class) })
}

#[target_feature(enable = "avx2")]
fn length_with(bytes: &[u8], class: Class) -> usize {
    let (columns, high) = (register(&COLUMNS[class as usize]), register(&HIGH));
    let mut length = 0;
    for half in bytes.chunks(32) {
        let mut padded = [0; 32];
        let half = half.first_chunk().unwrap_or_else(|| {
            padded[..half.len()].copy_from_slice(half);
            &padded
        });
        let halves = Halves::of(half, high);
        let members = if class == Class::Foreign { halves.foreign } else { halves.members(columns) };
        if members != u32::MAX {
            return (length + members.trailing_ones() as usize).min(bytes.len());
        }
        length += 32;
    }
    length
}

#[target_feature(enable = "avx2")]
fn fill_with(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) {
    let tables = tables();
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    for (index, chunk) in chunks.iter().enumerate().take(WORDS) {
        for (of_class, word) in words.iter_mut().zip(look_at(chunk, &tables)) {
            of_class[index + 1] = word;
        }
    }
    if !rest.is_empty() && chunks.len() < WORDS {
        for (of_class, word) in words.iter_mut().zip(look_at(&padded(rest), &tables)) {
            of_class[chunks.len() + 1] = word;
        }
    }
}

/// The look-up tables, as registers.
struct Tables {
    columns: [__m256i; KEPT],
    high: __m256i,
}

#[target_feature(enable = "avx2")]
fn tables() -> Tables {
    Tables { columns: std::array::from_fn(|class| register(&COLUMNS[class])), high: register(&HIGH) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn register(table: &[u8; 16]) -> __m256i {
    // SAFETY: the array has the 16 bytes that are read; no alignment is asked for.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
fn look_at(chunk: &[u8; CHUNK], tables: &Tables) -> [u64; KEPT] {
    let (halves, _) = chunk.as_chunks::<32>();
    let [low, high] = [Halves::of(&halves[0], tables.high), Halves::of(&halves[1], tables.high)];
    let mut words = [0; KEPT];
    for (word, columns) in words.iter_mut().zip(&tables.columns) {
        *word = u64::from(low.members(*columns)) | u64::from(high.members(*columns)) << 32;
    }
    words[Class::Foreign as usize] = u64::from(low.foreign) | u64::from(high.foreign) << 32;
    words
}

/// Thirty-two bytes, taken apart.
struct Halves {
    low: __m256i,
    /// The bit of each high half.
    bit: __m256i,
    /// Bytes that are no ASCII.
    foreign: u32,
}

impl Halves {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(bytes: &[u8; 32], high: __m256i) -> Self {
        let nibble = _mm256_set1_epi8(0x0f);
        let bytes = load(bytes);
        Self {
            low: _mm256_and_si256(bytes, nibble),
            bit: _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble)),
            foreign: _mm256_movemask_epi8(bytes).cast_unsigned(),
        }
    }

    /// The bytes whose bit is in the column of their low half. Those that are no ASCII have no bit, and share all of
    /// none.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn members(&self, columns: __m256i) -> u32 {
        let column = _mm256_shuffle_epi8(columns, self.low);
        let shared = _mm256_cmpeq_epi8(_mm256_and_si256(column, self.bit), self.bit);
        _mm256_movemask_epi8(shared).cast_unsigned() & !self.foreign
    }
}

/// Where a literal could begin in the chunk; none where the processor lacks the instructions.
pub(super) fn beginnings(literals: &Beginnings, chunk: &[u8; REACH]) -> Option<u64> {
    // SAFETY: the processor has AVX2.
    is_x86_feature_detected!("avx2").then(|| unsafe { beginnings_in(chunk, &places(literals)) })
}

/// The same for those chunks of `bytes` that have a bit in `wanted` and are followed by enough others; how many of all
/// are. None where the processor lacks the instructions.
pub(super) fn fill_beginnings(
    literals: &Beginnings,
    bytes: &[u8],
    wanted: u32,
    words: &mut [u64; WORDS],
) -> Option<usize> {
    // SAFETY: the processor has AVX2.
    is_x86_feature_detected!("avx2").then(|| unsafe { fill_beginnings_with(literals, bytes, wanted, words) })
}

#[target_feature(enable = "avx2")]
fn fill_beginnings_with(literals: &Beginnings, bytes: &[u8], wanted: u32, words: &mut [u64; WORDS]) -> usize {
    let places = places(literals);
    let mut filled = 0;
    for word in words {
        let Some(chunk) = bytes.get(filled * CHUNK..).and_then(<[u8]>::first_chunk) else { break };
        if wanted >> filled & 1 == 1 {
            *word = beginnings_in(chunk, &places);
        }
        filled += 1;
    }
    filled
}

/// For each place, buckets of each set by low and by high half, as registers.
type Places = [[[__m256i; 2]; SETS]; PLACES];

#[inline]
#[target_feature(enable = "avx2")]
fn places(literals: &Beginnings) -> Places {
    let mut places = [[[_mm256_setzero_si256(); 2]; SETS]; PLACES];
    for (registers, tables) in places.iter_mut().flatten().zip(literals.places.iter().flatten()) {
        *registers = [register(&tables.low), register(&tables.high)];
    }
    places
}

#[inline]
#[target_feature(enable = "avx2")]
fn beginnings_in(chunk: &[u8; REACH], places: &Places) -> u64 {
    let [low, high] = [0, 32].map(|from| {
        let mut shared = [_mm256_set1_epi8(-1); SETS];
        for (place, sets) in places.iter().enumerate() {
            let bytes = chunk[from + place..].first_chunk();
            let bytes = load(bytes.expect("the last place of the last half ends the chunk"));
            let nibble = _mm256_set1_epi8(0x0f);
            let (low, high) =
                (_mm256_and_si256(bytes, nibble), _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
            for (shared, [low_buckets, high_buckets]) in shared.iter_mut().zip(sets) {
                let (low, high) =
                    (_mm256_shuffle_epi8(*low_buckets, low), _mm256_shuffle_epi8(*high_buckets, high));
                *shared = _mm256_and_si256(*shared, _mm256_and_si256(low, high));
            }
        }
        let mut any = _mm256_setzero_si256();
        for shared in shared {
            any = _mm256_or_si256(any, shared);
        }
        let none = _mm256_cmpeq_epi8(any, _mm256_setzero_si256());
        u64::from(!_mm256_movemask_epi8(none).cast_unsigned())
    });
    low | high << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array has the 32 bytes that are read; no alignment is asked for.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}
