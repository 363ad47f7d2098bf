//! Which rules a stretch of digits could be a case for: a few words of bits, however many rules there are.

use super::stretch::{Case, Stretch};
use crate::rules::SIGNS;

/// Rules that look at digits, at most.
pub(crate) const MAX_CASES: usize = WORDS_OF_BITS * 64;

const WORDS_OF_BITS: usize = 4;
/// More digits are as good as these.
const MAX_DIGITS: usize = 32;

/// A set of rules that look at digits, by the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cases([u64; WORDS_OF_BITS]);

impl Cases {
    /// The rule that came after so many others.
    pub(super) fn only(ordinal: usize) -> Self {
        let mut cases = Self::default();
        cases.0[ordinal / 64] = 1 << (ordinal % 64);
        cases
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    pub(super) fn join(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(bits, more)| *bits |= more);
    }

    fn both(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(bits, others)| *bits &= others);
        self
    }

    fn ordinals(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(index, mut bits)| {
            std::iter::from_fn(move || {
                let ordinal = index * 64 + bits.trailing_zeros() as usize;
                let some = bits != 0;
                bits &= bits.wrapping_sub(1);
                some.then_some(ordinal)
            })
        })
    }
}

/// All rules that look at digits, by what a stretch shows at a glance.
#[derive(Debug)]
pub(super) struct Index {
    cases: Vec<Case>,
    /// Rules for which so many digits are enough.
    with_digits: Vec<Cases>,
    /// Rules for which these of the [`SIGNS`] are enough, a bit each.
    with_signs: Vec<Cases>,
    /// Rules whose matches can have each byte.
    with_byte: Vec<Cases>,
}

impl Index {
    pub(super) fn new(cases: Vec<Case>) -> Self {
        let those = |fits: &dyn Fn(&Case) -> bool| {
            let fitting = cases.iter().enumerate().filter(|(_, case)| fits(case));
            fitting.fold(Cases::default(), |mut all, (ordinal, _)| {
                all.join(Cases::only(ordinal));
                all
            })
        };
        let with_digits =
            (0..=MAX_DIGITS).map(|digits| those(&|case| case.needs_digits() <= digits)).collect();
        let with_signs = (0..1 << SIGNS.len()).map(|signs| those(&|case| case.needs_signs() & !signs == 0));
        let with_byte = (0..=u8::MAX).map(|byte| those(&|case| case.has(byte))).collect();
        Self { with_digits, with_signs: with_signs.collect(), with_byte, cases }
    }

    /// How far before a stretch a match may begin.
    pub(super) fn reach(&self) -> usize {
        self.cases.iter().map(Case::reach).max().unwrap_or_default()
    }

    /// Those of `asked` that may find something in the stretch, or within reach before it. Errs towards yes.
    #[inline]
    pub(super) fn fitting<'i>(
        &'i self,
        asked: Cases,
        stretch: Stretch<'i>,
    ) -> impl Iterator<Item = usize> + 'i {
        let here = self.with_digits[stretch.digits.min(MAX_DIGITS)];
        let mut fitting = here.both(self.with_signs[usize::from(stretch.signs)]);
        fitting.join(self.going_on(&stretch));
        let cases = asked.both(fitting).ordinals().map(|ordinal| &self.cases[ordinal]);
        cases.filter(move |case| case.fits(&stretch)).map(|case| case.rule)
    }

    /// Rules whose matches go on behind the stretch.
    #[inline]
    fn going_on(&self, stretch: &Stretch<'_>) -> Cases {
        match stretch.rest() {
            [next, ..] if next.is_ascii_alphanumeric() => self.with_byte[usize::from(*next)],
            [sign, next, ..] => self.with_byte[usize::from(*sign)].both(self.with_byte[usize::from(*next)]),
            _ => Cases::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::candidates::{Digits, in_blocks};
    use crate::confirm::digits::{WordStarts, in_digits};
    use crate::rules::RuleSet;

    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("they are good"));

    proptest! {
        #[test]
        fn no_rule_that_finds_something_is_left_out(text in "[A-Z]{0,3}[ (+]?[0-9]{1,4}([ ./-]?[0-9A-K]{1,5}){1,8}[a-k]?") {
            let cases: Vec<Case> =
                RULES.rules.iter().enumerate().filter_map(|(index, rule)| Case::of(index, rule)).collect();
            let index = Index::new(cases);
            let mut all = Cases::default();
            (0..index.cases.len()).for_each(|ordinal| all.join(Cases::only(ordinal)));
            let (mut digits, mut stretches) = (Digits::default(), Vec::new());
            in_blocks(text.as_bytes(), |block| {
                stretches.extend(std::iter::from_fn(|| digits.next_in(block, text.as_bytes())));
            });
            for range in stretches {
                let from = range.start.saturating_sub(index.reach());
                let starts = WordStarts::of(text.as_bytes(), from, range.end);
                let stretch = Stretch::of(text.as_bytes(), &range, index.reach());
                let fitting: Vec<usize> = index.fitting(all, stretch).collect();
                for case in index.cases.iter().filter(|case| !fitting.contains(&case.rule)) {
                    let rule = &RULES.rules[case.rule];
                    let found = in_digits(rule, text.as_bytes(), range.clone(), &starts).next();
                    prop_assert_eq!(found, None, "{}", rule.id);
                }
            }
        }
    }
}
