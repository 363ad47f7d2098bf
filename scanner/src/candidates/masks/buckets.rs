//! Which literals share a bucket: those together with which few other places of ordinary text are taken.

use super::beginnings::PLACES;

/// More groups of literals than these are joined with their neighbours in order before the cheapest are looked for.
const MOST_GROUPS: usize = 2048;

/// What a bucket has so far, at each place: sets of halves of a byte, low ones in the first sixteen bits.
pub(super) type Halves = [u32; PLACES];

/// Literals that share a bucket.
#[derive(Clone, Copy)]
struct Group {
    halves: Halves,
    /// How often text has such a byte, in each place.
    frequencies: [i64; PLACES],
    /// How often the bucket takes some place of a text: their product.
    weight: i64,
}

/// What literals begin with in at most `count` buckets, those joined that cost least.
pub(super) fn buckets<'l>(literals: impl Iterator<Item = (&'l [u8], bool)>, count: usize) -> Vec<Halves> {
    let mut all: Vec<Halves> = literals.map(|(literal, ignore_case)| halves(literal, ignore_case)).collect();
    all.sort_unstable();
    all.dedup();
    let groups = all.chunks(all.len().div_ceil(MOST_GROUPS).max(1));
    let mut groups: Vec<Group> =
        groups.map(|group| Group::new(group.iter().fold([0; PLACES], joined))).collect();
    // What each group costs most cheaply together with an earlier one.
    let mut best: Vec<(i64, usize)> =
        (0..groups.len()).map(|other| groups[other].cheapest(&groups[..other])).collect();
    while groups.len() > count {
        let Some(other) = (1..groups.len()).min_by_key(|other| best[*other]) else { break };
        let one = best[other].1;
        let last = groups.len() - 1;
        groups[one] = groups[one].with(&groups[other]);
        groups.swap_remove(other);
        best.swap_remove(other);
        for (index, best) in best.iter_mut().enumerate() {
            let (before, group) = (&groups[..index], &groups[index]);
            if [one, other, last].contains(&best.1) || [one, other].contains(&index) {
                *best = group.cheapest(before);
            } else {
                let changed = [one, other].into_iter().filter(|changed| *changed < index);
                *best = changed.fold(*best, |best, changed| group.cheaper(best, changed, &groups[changed]));
            }
        }
    }
    groups.into_iter().map(|group| group.halves).collect()
}

impl Group {
    fn new(halves: Halves) -> Self {
        let frequencies = halves.map(frequency_of);
        Self { halves, frequencies, weight: frequencies.iter().product() }
    }

    fn with(&self, other: &Self) -> Self {
        Self::new(joined(self.halves, &other.halves))
    }

    /// What it costs most cheaply to have one of these groups in the same bucket, and which.
    fn cheapest(&self, groups: &[Self]) -> (i64, usize) {
        let groups = groups.iter().enumerate();
        groups.fold((i64::MAX, 0), |best, (index, group)| self.cheaper(best, index, group))
    }

    /// The same of the best so far and one more.
    #[inline]
    fn cheaper(&self, best: (i64, usize), index: usize, group: &Self) -> (i64, usize) {
        let apart = self.weight + group.weight;
        if self.least_with(group) - apart > best.0 {
            return best;
        }
        best.min((self.with(group).weight - apart, index))
    }

    /// No more than what both weigh together, and quickly told: there a place has at least the bytes of either, and of
    /// both where they share no half.
    #[inline]
    fn least_with(&self, other: &Self) -> i64 {
        let at = |place: usize| {
            let (one, two) = (self.frequencies[place], other.frequencies[place]);
            let shared = self.halves[place] & other.halves[place];
            let share_no_half = shared.trailing_zeros() >= 16 || shared.leading_zeros() >= 16;
            if share_no_half { one + two } else { one.max(two) }
        };
        (0..PLACES).map(at).product()
    }
}

fn joined(one: Halves, other: &Halves) -> Halves {
    std::array::from_fn(|place| one[place] | other[place])
}

/// How often text has a byte with one of these halves, in each place.
fn frequency_of(halves: u32) -> i64 {
    let (mut high, low) = (halves >> 16, halves as usize);
    let mut sum = 0;
    while high != 0 {
        let quarters = &OF_QUARTERS[high.trailing_zeros() as usize];
        let of = |quarter: usize| i64::from(quarters[quarter][low >> (4 * quarter) & 15]);
        sum += of(0) + of(1) + of(2) + of(3);
        high &= high - 1;
    }
    sum
}

/// For each high half, and for each four low ones: the frequencies of those that are in a set, summed up.
static OF_QUARTERS: [[[u16; 16]; 4]; 16] = of_quarters();

const fn of_quarters() -> [[[u16; 16]; 4]; 16] {
    let mut table = [[[0; 16]; 4]; 16];
    let mut index = 0;
    while index < 16 * 4 * 16 * 4 {
        let (high, quarter, set, bit) = (index >> 8, index >> 6 & 3, index >> 2 & 15, index & 3);
        if set >> bit & 1 == 1 {
            table[high][quarter][set] += FREQUENCY[high << 4 | quarter << 2 | bit];
        }
        index += 1;
    }
    table
}

/// About how often each byte stands in text and code, of some ten thousand.
static FREQUENCY: [u16; 256] = frequency();

#[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
const fn frequency() -> [u16; 256] {
    const LETTERS: [u16; 26] = [
        500, 110, 250, 260, 800, 150, 140, 200, 460, 20, 60, 280, 200, 460, 460, 180, 20, 440, 450, 620, 210,
        80, 90, 40, 120, 20,
    ];
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => LETTERS[byte - b'a' as usize],
            b' ' => 900,
            b'"' | b'.' | b',' | b'_' | b'-' | b'/' | b'\n' | b'\\' => 150,
            b'!'..=b'~' => 50,
            128..=191 => 10,
            _ => 2,
        };
        byte += 1;
    }
    table
}

/// The halves of a literal's first bytes; of a shorter one, anything behind it.
fn halves(literal: &[u8], ignore_case: bool) -> Halves {
    let of = |byte: u8| 1 << (byte & 15) | 1 << (16 + (byte >> 4));
    std::array::from_fn(|place| match literal.get(place) {
        None => u32::MAX,
        Some(byte) if ignore_case => of(byte.to_ascii_lowercase()) | of(byte.to_ascii_uppercase()),
        Some(byte) => of(*byte),
    })
}
