//! The two widest looks with longer vectors, a chunk at a time; see `avx2` for how a set of bytes is looked up. What
//! shares a bit comes out as a word, without a comparison and a move for each half.
//!
//! Processors without VBMI are passed over: the first ones with AVX-512 lower their clock for it.

#![expect(
    unsafe_code,
    reason = "vector instructions: whether the processor has them is asked, and every load is of an array's own bytes"
)]

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_loadu_si512,
    _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_srli_epi16, _mm512_test_epi8_mask,
};

use super::avx2::{COLUMNS, HIGH};
use super::beginnings::{Beginnings, PLACES, REACH, SETS};
use super::{CHUNK, Class, KEPT, WORDS, padded};

/// Whether the processor has the instructions, and gains by them.
fn is_here() -> bool {
    is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi")
}

/// The words of `bytes`; false where the processor lacks the instructions.
pub(super) fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) -> bool {
    if !is_here() {
        return false;
    }
    // SAFETY: the processor has AVX-512BW.
    unsafe { fill_with(bytes, words) };
    true
}

#[target_feature(enable = "avx512f,avx512bw")]
fn fill_with(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) {
    let columns: [__m512i; KEPT] = std::array::from_fn(|class| register(&COLUMNS[class]));
    let high = register(&HIGH);
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    for (index, chunk) in chunks.iter().enumerate().take(WORDS) {
        look_at(chunk, &columns, high, index + 1, words);
    }
    if !rest.is_empty() && chunks.len() < WORDS {
        look_at(&padded(rest), &columns, high, chunks.len() + 1, words);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn look_at(
    chunk: &[u8; CHUNK],
    columns: &[__m512i; KEPT],
    high: __m512i,
    index: usize,
    words: &mut [[u64; WORDS + 1]; KEPT],
) {
    let bytes = load(chunk);
    let [low_half, high_half] = halves(bytes);
    let bit = _mm512_shuffle_epi8(high, high_half);
    for (of_class, columns) in words.iter_mut().zip(columns) {
        of_class[index] = _mm512_test_epi8_mask(_mm512_shuffle_epi8(*columns, low_half), bit);
    }
    words[Class::Foreign as usize][index] = _mm512_movepi8_mask(bytes);
}

/// Where a literal could begin in those chunks of `bytes` that have a bit in `wanted` and are followed by enough others;
/// how many of all are. None where the processor lacks the instructions.
pub(super) fn fill_beginnings(
    literals: &Beginnings,
    bytes: &[u8],
    wanted: u32,
    words: &mut [u64; WORDS],
) -> Option<usize> {
    // SAFETY: the processor has AVX-512BW.
    is_here().then(|| unsafe { fill_beginnings_with(literals, bytes, wanted, words) })
}

#[target_feature(enable = "avx512f,avx512bw")]
fn fill_beginnings_with(literals: &Beginnings, bytes: &[u8], wanted: u32, words: &mut [u64; WORDS]) -> usize {
    let mut places = [[[_mm512_setzero_si512(); 2]; SETS]; PLACES];
    for (registers, tables) in places.iter_mut().flatten().zip(literals.places.iter().flatten()) {
        *registers = [register(&tables.low), register(&tables.high)];
    }
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

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn beginnings_in(chunk: &[u8; REACH], places: &[[[__m512i; 2]; SETS]; PLACES]) -> u64 {
    let mut shared = [_mm512_set1_epi8(-1); SETS];
    for (place, sets) in places.iter().enumerate() {
        let bytes = chunk[place..].first_chunk();
        let [low, high] = halves(load(bytes.expect("the last place ends the chunk")));
        for (shared, [low_buckets, high_buckets]) in shared.iter_mut().zip(sets) {
            let (low, high) =
                (_mm512_shuffle_epi8(*low_buckets, low), _mm512_shuffle_epi8(*high_buckets, high));
            *shared = _mm512_and_si512(*shared, _mm512_and_si512(low, high));
        }
    }
    let any = shared.into_iter().fold(_mm512_setzero_si512(), |any, shared| _mm512_or_si512(any, shared));
    _mm512_test_epi8_mask(any, any)
}

/// The low and the high half of each byte.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn halves(bytes: __m512i) -> [__m512i; 2] {
    let nibble = _mm512_set1_epi8(0x0f);
    [_mm512_and_si512(bytes, nibble), _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), nibble)]
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn register(table: &[u8; 16]) -> __m512i {
    // SAFETY: the array has the 16 bytes that are read; no alignment is asked for.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(bytes: &[u8; CHUNK]) -> __m512i {
    // SAFETY: the array has the 64 bytes that are read; no alignment is asked for.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}
