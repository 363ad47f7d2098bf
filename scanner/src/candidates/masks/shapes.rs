//! What bytes of several classes make together: numbers, words, values, signs of code.

use std::ops::{Range, RangeInclusive};

use super::{Block, CHUNK, Class, last_of_rows};

impl Block {
    /// Where in the chunk at `at` so many visible bytes in a row end, before which stands what opens a value, an escape
    /// of two characters, or nothing.
    #[inline]
    pub(crate) fn opened_rows<const LENGTH: usize>(&self, at: usize) -> u64 {
        let rows = last_of_rows::<LENGTH>(self.word(Class::Visible, at), self.before(Class::Visible, at));
        if rows == 0 {
            return 0;
        }
        let opens = self.word(Class::Opens, at) | self.word(Class::Escape, at) << 1;
        let before = self.before(Class::Opens, at) | self.before(Class::Escape, at) << 1;
        rows & (opens << LENGTH | before >> (CHUNK - LENGTH) | u64::from(at == 0) << (LENGTH - 1))
    }

    /// Bits for the bytes of the chunk at `at` that are in `class`, or have one that is at most `LENGTH` bytes before them.
    #[inline]
    pub(crate) fn behind<const LENGTH: usize>(&self, class: Class, at: usize) -> u64 {
        let (mut word, mut before) = (self.word(class, at), self.before(class, at));
        let mut length = 1;
        while length < LENGTH {
            let step = length.min(LENGTH - length);
            word |= word << step | before >> (CHUNK - step);
            before |= before << step;
            length += step;
        }
        word
    }

    /// Where so many digits in a row end, with at most two separators between them.
    #[inline]
    pub(crate) fn next_number<const LENGTH: usize>(&self, from: usize) -> Option<usize> {
        self.find(from + LENGTH - 1, |at| {
            let (word, before) = (self.word(Class::Digit, at), self.before(Class::Digit, at));
            if word | before == 0 {
                return 0;
            }
            let after_digit = word << 1 | before >> 63 | word << 2 | before >> 62;
            let word = word | (after_digit & self.word(Class::Separator, at));
            let after_digit = before << 1 | before << 2;
            let before = before | (after_digit & self.before(Class::Separator, at));
            last_of_rows::<LENGTH>(word, before)
        })
    }

    /// Letters and digits of the chunk at `at` with which a word may begin: after what is none, and after an escape.
    #[inline]
    pub(crate) fn word_starts(&self, at: usize) -> u64 {
        let others = |word: u64, before: u64| !(word << 1 | before >> 63);
        let (escape, before) = (self.word(Class::Escape, at), self.before(Class::Escape, at));
        // `\n`, `%20`, `\x20`, `\u0020`.
        let escaped = [2, 3, 4, 6]
            .into_iter()
            .fold(0, |bits, length| bits | escape << length | before >> (CHUNK - length));
        let alnum = self.word(Class::Alnum, at);
        alnum & (others(alnum, self.before(Class::Alnum, at)) | escaped)
    }

    /// The same, and every capital and byte that is no ASCII: words in a name may begin with them.
    #[inline]
    pub(crate) fn cased_word_starts(&self, at: usize) -> u64 {
        let capitals = self.word(Class::Telling, at) & !self.word(Class::Digit, at);
        self.word_starts(at) | capitals | self.word(Class::Foreign, at)
    }

    /// Bits after the last letter or digit of a word, in the chunk at `at`.
    #[inline]
    pub(crate) fn word_ends(&self, at: usize) -> u64 {
        let word = self.word(Class::Alnum, at);
        !word & (word << 1 | self.before(Class::Alnum, at) >> 63)
    }

    /// Where in the chunk at `at` an equals sign stands behind a plus, a full stop or a backslash. `sign` tells of one
    /// that ends a chunk.
    #[inline]
    pub(crate) fn appends(&self, at: usize, sign: &mut bool) -> u64 {
        let signs = self.word(Class::Joint, at) & !self.word(Class::Opens, at) & !self.word(Class::Alnum, at);
        let behind = signs << 1 | u64::from(*sign);
        *sign = signs >> (CHUNK - 1) != 0;
        behind & self.word(Class::Equals, at)
    }

    /// Where in the chunk at `at` a number begins behind what may open a call, or a plus. `sign` tells of one that ends
    /// a chunk.
    #[inline]
    pub(crate) fn called_numbers(&self, at: usize, sign: &mut bool) -> u64 {
        let opens = self.word(Class::Opens, at);
        let pluses = self.word(Class::Joint, at) & self.word(Class::Spelled, at) & !opens;
        let signs = opens & self.word(Class::Breaks, at) | pluses;
        let behind = signs << 1 | u64::from(*sign);
        *sign = signs >> (CHUNK - 1) != 0;
        behind & self.word(Class::Digit, at)
    }

    /// The bytes of the chunk at `at` that are in `closes` and end a row of `class` which begins behind one that is in
    /// `closes`, too. `goes_on` tells of a row that goes over the end of a chunk.
    #[inline]
    pub(crate) fn rows_between(&self, class: Class, closes: Class, at: usize, goes_on: &mut bool) -> u64 {
        let (inside, closing) = (self.word(class, at), self.word(closes, at));
        let begins = (closing << 1 | self.before(closes, at) >> (CHUNK - 1)) & inside;
        // Added to a row, its first bit runs over to behind its last.
        let (sum, over) = inside.overflowing_add(begins);
        let (sum, more) = sum.overflowing_add(u64::from(*goes_on));
        *goes_on = over || more;
        sum & !inside & closing
    }

    /// Whether a digit or two capitals in a row stand in `range`; also when `range` goes on beyond the block.
    #[inline]
    pub(crate) fn may_tell(&self, range: &Range<usize>) -> bool {
        let capitals = |telling: u64, digits: u64| telling & !digits;
        let telling = |at: usize| {
            let digits = self.word(Class::Digit, at);
            let these = capitals(self.word(Class::Telling, at), digits);
            let before = capitals(self.before(Class::Telling, at), self.before(Class::Digit, at));
            digits | these & (these << 1 | before >> (CHUNK - 1))
        };
        range.start < self.range().start
            || range.end > self.range().end
            || self.find(range.start, telling).is_some_and(|at| at < range.end)
    }

    /// Quotes of the chunk at `at` behind a plus, a space and a backslash between them or not.
    #[inline]
    pub(crate) fn quotes_behind_plus(&self, at: usize) -> u64 {
        let quotes = self.word(Class::Quote, at);
        if quotes == 0 {
            return 0;
        }
        let pluses = |joint: u64, spelled: u64, others: u64| joint & spelled & !others;
        let word = pluses(
            self.word(Class::Joint, at),
            self.word(Class::Spelled, at),
            self.word(Class::Opens, at) | self.word(Class::Escape, at),
        );
        let before = pluses(
            self.before(Class::Joint, at),
            self.before(Class::Spelled, at),
            self.before(Class::Opens, at) | self.before(Class::Escape, at),
        );
        let behind = |bytes: usize| word << bytes | before >> (CHUNK - bytes);
        (behind(1) | behind(2) | behind(3)) & quotes
    }

    /// A byte of the chunk at `at` and a distance, so that single characters may stand that far apart there, with the
    /// same between any two: line ends that are spelled out, quotes and commas, or blanks.
    #[inline]
    pub(crate) fn single_characters(&self, at: usize) -> Option<(usize, usize)> {
        const FEWEST: u32 = 6;
        const FEWEST_BLANKS: u32 = 16;
        const FEWEST_IN_DEPTH: u32 = 24;
        let escapes = self.word(Class::Escape, at);
        let quotes = self.word(Class::Quote, at);
        let blanks = !self.word(Class::Visible, at);
        let in_quotes = quotes & (quotes >> 2 | quotes >> 3);
        let rows = |word: u64, distances: RangeInclusive<usize>| {
            let row = |apart: &usize| word & word >> apart & word >> (2 * apart) & word >> (3 * apart);
            distances.into_iter().find_map(|apart| Some((at + lowest(row(&apart))?, apart)))
        };
        let alone = |word: u64| word & !(word << 1) & !(word >> 1);
        let has_escapes = has_bits(escapes, FEWEST);
        // JSON in JSON has three escapes before a quote.
        let of_quotes = has_bits(in_quotes, FEWEST) || has_escapes && has_bits(escapes, FEWEST_IN_DEPTH);
        let of_quotes = if of_quotes { rows(quotes, 4..=16) } else { None };
        let of_escapes = || if has_escapes { rows(escapes, 3..=8) } else { None };
        let of_blanks = || rows(alone(blanks), 3..=3).or_else(|| rows(alone(!blanks), 4..=4));
        let of_blanks = || if has_bits(blanks, FEWEST_BLANKS) { of_blanks() } else { None };
        of_quotes.or_else(of_escapes).or_else(of_blanks)
    }

    /// Where an escape stands in the chunk at `at` that two more follow, each as far behind the one before; and how far.
    #[inline]
    pub(crate) fn even_escapes(&self, at: usize) -> Option<(usize, usize)> {
        const FEWEST: u32 = 3;
        const MOST: u32 = 12;
        let escapes = self.word(Class::Escape, at);
        let firsts = escapes & !(escapes << 1);
        // Added to a row of escapes, its first bit runs over to behind its last: there stands a letter of a line end.
        let letters = self.word(Class::Joint, at) & self.word(Class::Alnum, at);
        let line_ends = escapes.wrapping_add(firsts) & !escapes & letters;
        if !has_bits(line_ends, FEWEST) || firsts.count_ones() > MOST {
            return None;
        }
        let (mut rest, mut last, mut apart, mut same) = (firsts, None::<usize>, 0, 0);
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let distance = last.map_or(0, |last| place - last);
            same = if distance == apart { same + 1 } else { 1 };
            (last, apart) = (Some(place), distance);
            if same + 1 == FEWEST {
                return Some((at + place - 2 * apart, apart));
            }
        }
        None
    }
}

/// Whether `word` has so many bits, few of which are worth counting them.
#[inline]
fn has_bits(word: u64, fewest: u32) -> bool {
    word & word.wrapping_sub(1) != 0 && word.count_ones() >= fewest
}

/// The place of the lowest bit, where one is set.
fn lowest(word: u64) -> Option<usize> {
    (word != 0).then_some(word.trailing_zeros() as usize)
}
