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
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::{BITS, CHUNK, CLASSES, Class, WORDS, Words, padded};

/// Columns of the matrix of each class.
static COLUMNS: [[u8; 16]; CLASSES] = columns();
/// The bit of each high half; none for bytes that are no ASCII.
static HIGH: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

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
pub(super) fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; CLASSES]) -> bool {
    if !is_x86_feature_detected!("avx2") {
        return false;
    }
    // SAFETY: the processor has AVX2.
    unsafe { fill_with(bytes, words) };
    true
}

/// The words of one chunk; none where the processor lacks the instructions.
pub(super) fn words_of(chunk: &[u8; CHUNK]) -> Option<Words> {
    // SAFETY: the processor has AVX2.
    is_x86_feature_detected!("avx2").then(|| unsafe { look_at(chunk, &tables()) })
}

#[target_feature(enable = "avx2")]
fn fill_with(bytes: &[u8], words: &mut [[u64; WORDS + 1]; CLASSES]) {
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
    columns: [__m256i; CLASSES],
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
fn look_at(chunk: &[u8; CHUNK], tables: &Tables) -> Words {
    let (halves, _) = chunk.as_chunks::<32>();
    let [low, high] = [half(&halves[0], tables), half(&halves[1], tables)];
    std::array::from_fn(|class| u64::from(low[class]) | u64::from(high[class]) << 32)
}

#[inline]
#[target_feature(enable = "avx2")]
fn half(bytes: &[u8; 32], tables: &Tables) -> [u32; CLASSES] {
    let nibble = _mm256_set1_epi8(0x0f);
    // SAFETY: the array has the 32 bytes that are read; no alignment is asked for.
    let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
    let low = _mm256_and_si256(bytes, nibble);
    let bit = _mm256_shuffle_epi8(tables.high, high);
    let foreign = _mm256_movemask_epi8(bytes).cast_unsigned();
    let mut words = [0; CLASSES];
    for (word, columns) in words.iter_mut().zip(&tables.columns) {
        let column = _mm256_shuffle_epi8(*columns, low);
        let shared = _mm256_cmpeq_epi8(_mm256_and_si256(column, bit), bit);
        // Bytes that are no ASCII have no bit, and share all of none.
        *word = _mm256_movemask_epi8(shared).cast_unsigned() & !foreign;
    }
    words[Class::Foreign as usize] = foreign;
    words
}
