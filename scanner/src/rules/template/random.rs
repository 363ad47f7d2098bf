//! Numbers for examples: the same on every machine, and no secret.

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and even enough for examples.
#[derive(Debug)]
pub(in crate::rules) struct Random(u64);

impl Random {
    /// A source of its own for each seed and rule, so that a new rule does not change another's examples.
    pub(in crate::rules) fn new(seed: u64, rule: &str) -> Self {
        let mix = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(rule.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, mix))
    }

    /// A number under `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let wide = u128::from(mixed ^ (mixed >> 31)) * bound as u128;
        usize::try_from(wide >> 64).expect("less than bound, a usize")
    }
}
