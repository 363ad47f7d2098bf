//! The look with a table: eight bytes at a time, whose classes are turned from a row a byte to a row a class.

use super::{BITS, CHUNK, CLASSES, Class, KEPT, WORDS, padded};

/// Bytes that are turned at once.
const ROWS: usize = 8;

pub(super) fn fill(bytes: &[u8], words: &mut [[u64; WORDS + 1]; KEPT]) {
    for (index, chunk) in bytes.chunks(CHUNK).enumerate() {
        for (of_class, word) in words.iter_mut().zip(words_of(&padded(chunk))) {
            of_class[index + 1] = word;
        }
    }
}

/// How many bytes in a row are in `class`.
pub(super) fn length_of(bytes: &[u8], class: Class) -> usize {
    let is_out = |byte: &u8| BITS[usize::from(*byte)] >> (class as u8) & 1 == 0;
    bytes.iter().position(is_out).unwrap_or(bytes.len())
}

pub(super) fn words_of(chunk: &[u8; CHUNK]) -> [u64; CLASSES] {
    let mut words = [0; CLASSES];
    for (group, bytes) in chunk.chunks_exact(ROWS).enumerate() {
        let mut rows = [[0; ROWS]; CLASSES.div_ceil(8)];
        for (row, byte) in bytes.iter().enumerate() {
            for (eight, bits) in rows.iter_mut().zip(BITS[usize::from(*byte)].to_le_bytes()) {
                eight[row] = bits;
            }
        }
        let columns = rows.map(|rows| turned(u64::from_le_bytes(rows)).to_le_bytes());
        for (word, bits) in words.iter_mut().zip(columns.as_flattened()) {
            *word |= u64::from(*bits) << (ROWS * group);
        }
    }
    words
}

/// An 8 by 8 matrix of bits, transposed: bits one, two and four places off the diagonal change sides.
fn turned(mut bits: u64) -> u64 {
    for (distance, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0xf0f0_f0f0)] {
        let moved = (bits ^ bits >> distance) & mask;
        bits ^= moved ^ moved << distance;
    }
    bits
}
