//! Tar (POSIX.1-1988 ustar): members stand in it as they are and are looked at there; only archives among them are
//! taken out.

use super::{Unpacked, is_archive, stored};

const BLOCK: usize = 512;

/// The next member that is an archive itself.
pub(super) fn next(text: &[u8], at: &mut usize) -> Option<Unpacked> {
    loop {
        let header = text.get(*at..*at + BLOCK)?;
        let start = *at + BLOCK;
        if header.iter().all(|byte| *byte == 0) {
            *at = start;
            continue;
        }
        let end = start.saturating_add(size(&header[124..136])?).min(text.len());
        *at = start.saturating_add(end.saturating_sub(start).next_multiple_of(BLOCK));
        if end > start && is_archive(&text[start..end]) {
            return Some(stored(text, start..end, "tar"));
        }
    }
}

/// Octal digits, or a binary number when the first bit is set.
fn size(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 != 0 {
        return field[4..]
            .iter()
            .try_fold(0_usize, |size, byte| size.checked_mul(256)?.checked_add(usize::from(*byte)));
    }
    let mut digits = field.iter().filter(|byte| byte.is_ascii_digit());
    digits.try_fold(0_usize, |size, byte| size.checked_mul(8)?.checked_add(usize::from(byte - b'0')))
}
