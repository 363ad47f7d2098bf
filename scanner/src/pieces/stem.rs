//! What a numbered name is called without its numbers: `part1` and `part2` have one stem.

/// A name without its digits, hashed, and the number that its digits make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stem {
    /// Equal for names that differ in digits only.
    pub(crate) name: u64,
    /// What the digits say; of nested names the last that has any.
    pub(super) number: u64,
}

impl Stem {
    /// The stem of a name inside this one.
    pub(super) fn with(self, name: &[u8]) -> Self {
        let (mut hash, mut number, mut has_digits) = (self.name ^ 0xcbf2_9ce4_8422_2325, 0_u64, false);
        for byte in name {
            if byte.is_ascii_digit() {
                has_digits = true;
                number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            } else {
                hash = (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3);
            }
        }
        hash = (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3);
        Self { name: hash, number: if has_digits { number } else { self.number } }
    }
}
