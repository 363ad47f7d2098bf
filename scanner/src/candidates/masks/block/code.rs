//! What passes ask of code: where literals are put together, and numbers called with.

use super::{Block, CHUNK, Class};

impl Block {
    /// Where in the chunk at `at` an equals sign stands behind a plus or a backslash.
    #[inline]
    pub(crate) fn appends(&self, at: usize) -> u64 {
        let equals = self.word(Class::Equals, at);
        if equals == 0 {
            return 0;
        }
        let signs = |of: fn(&Self, Class, usize) -> u64| {
            of(self, Class::Joint, at) & of(self, Class::Spelled, at) & !of(self, Class::Opens, at)
        };
        equals & (signs(Self::word) << 1 | signs(Self::before) >> (CHUNK - 1))
    }

    /// Where in the chunk at `at` a number begins behind what may open a call, or a plus.
    #[inline]
    pub(crate) fn called_numbers(&self, at: usize) -> u64 {
        let digits = self.word(Class::Digit, at);
        if digits == 0 {
            return 0;
        }
        let signs = |of: fn(&Self, Class, usize) -> u64| {
            let opens = of(self, Class::Opens, at);
            let pluses = of(self, Class::Joint, at) & of(self, Class::Spelled, at) & !opens;
            opens & of(self, Class::Breaks, at) | pluses
        };
        digits & (signs(Self::word) << 1 | signs(Self::before) >> (CHUNK - 1))
    }

    /// The bytes of the chunk at `at` that are in `closes` and end a row of `class` which begins behind one that is in
    /// `closes`, too. `goes_on` tells of a row that goes over the end of a chunk.
    #[inline]
    pub(crate) fn rows_between(&self, class: Class, closes: Class, at: usize, goes_on: &mut bool) -> u64 {
        let (inside, closing) = (self.word(class, at), self.word(closes, at));
        let before = self.before(closes, at) >> (CHUNK - 1);
        if closing | before == 0 && !*goes_on {
            return 0;
        }
        let begins = (closing << 1 | before) & inside;
        // Added to a row, its first bit runs over to behind its last.
        let (sum, over) = inside.overflowing_add(begins);
        let (sum, more) = sum.overflowing_add(u64::from(*goes_on));
        *goes_on = over || more;
        sum & !inside & closing
    }
}
