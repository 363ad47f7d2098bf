//! What each byte can be part of, in one table look-up.

/// Letters, digits, and what base64 and token alphabets add to them.
pub(crate) const CORE: u8 = 1;
/// What may stand inside a longer token or URL beside [`CORE`].
pub(crate) const EXTENDED: u8 = 1 << 1;
/// Letters and digits.
pub(crate) const ALNUM: u8 = 1 << 2;
/// What a variable, header or field name is made of.
pub(crate) const NAME: u8 = 1 << 3;
/// Digits and what separates groups of them.
pub(crate) const DIGITISH: u8 = 1 << 4;
/// White space.
pub(crate) const SPACE: u8 = 1 << 5;

static CLASSES: [u8; 256] = build();

#[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
const fn build() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = classify(byte as u8);
        byte += 1;
    }
    table
}

const fn classify(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => CORE | EXTENDED | ALNUM | NAME | DIGITISH,
        b'A'..=b'Z' | b'a'..=b'z' => CORE | EXTENDED | ALNUM | NAME,
        b'-' => CORE | EXTENDED | NAME | DIGITISH,
        b'_' => CORE | EXTENDED | NAME,
        b'/' => CORE | EXTENDED | DIGITISH,
        b'+' => CORE | EXTENDED,
        b'.' => EXTENDED | NAME,
        b':' | b'=' | b'~' | b'@' | b'%' | b'!' => EXTENDED,
        b' ' => SPACE | DIGITISH,
        b'\t' | b'\n' | b'\r' => SPACE,
        _ => 0,
    }
}

/// Whether `byte` is in any of `classes`.
#[inline]
pub(crate) const fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}

/// First index in `at..` whose byte is not in `classes`.
#[inline]
pub(crate) fn end_of(bytes: &[u8], mut at: usize, classes: u8) -> usize {
    while at < bytes.len() && is(bytes[at], classes) {
        at += 1;
    }
    at
}

/// Lowest index not below `floor` from which everything up to `at` is in `classes`.
#[inline]
pub(crate) fn start_of(bytes: &[u8], mut at: usize, floor: usize, classes: u8) -> usize {
    while at > floor && is(bytes[at - 1], classes) {
        at -= 1;
    }
    at
}
