//! All keywords of all rules at once, inside runs.
//!
//! Most tokens stand alone and have a digit or two capitals in a row, so most keywords are looked up only where a word begins, in
//! runs that have one. The few that stand in the middle of
//! a token, or whose rule takes them anywhere, are looked for at every byte by their beginnings.

use std::ops::Range;

use super::classes::{ALNUM, EXTENDED, is};
use super::masks::{Beginnings, Block, CHUNK, WORDS};
use super::runs::Runs;
use super::table::{HASHED, Table};
use crate::rules::{Keyword, Rule, RuleSet, Trigger};
use crate::views::Turn;

/// Keywords that fit into a run, with the indexes of their rules.
#[derive(Debug)]
pub(crate) struct Keywords {
    rules: usize,
    /// Whether each rule is looked for in turned text.
    turned: Vec<bool>,
    /// Those with which a match begins that stands alone and tells, see [`Rule::is_telling`]; in ROT13 too.
    of_words: Table<usize>,
    /// The others.
    inner: Table<usize>,
    inner_beginnings: Beginnings,
}

impl Keywords {
    /// Collects the keywords that fit into a run.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let fitting = keywords_of(rules).filter(|(rule, keyword)| is_in_run(&rules.rules[*rule], keyword));
        let (of_words, inner): (Vec<_>, Vec<_>) = fitting
            .map(|(rule, keyword)| (keyword.clone(), rule))
            .partition(|(keyword, rule)| begins_a_word(&rules.rules[*rule], keyword));
        let count = rules.rules.len();
        let tells = |rule: usize| rules.rules[rule].tells_when_turned();
        let rot13 = |(keyword, rule): &(Keyword, usize)| {
            tells(*rule).then(|| (turned(keyword, Turn::Rot13), Turn::Rot13.of(*rule, count)))
        };
        let reversed = |(keyword, rule): &(Keyword, usize)| {
            tells(*rule).then(|| (turned(keyword, Turn::Reversed), Turn::Reversed.of(*rule, count)))
        };
        let inner_turned: Vec<_> =
            inner.iter().filter_map(rot13).chain(inner.iter().filter_map(reversed)).collect();
        let inner = Table::new(inner.into_iter().chain(inner_turned).collect());
        let words_turned: Vec<_> = of_words.iter().filter_map(rot13).collect();
        Self {
            rules: count,
            turned: rules.rules.iter().map(Rule::tells_when_turned).collect(),
            of_words: Table::new(of_words.into_iter().chain(words_turned).collect()),
            inner_beginnings: Beginnings::new(
                inner.literals().map(|literal| (literal.bytes.as_slice(), literal.ignore_case)),
            ),
            inner,
        }
    }

    /// Calls `found(position, rule)` for every keyword in the bytes of `block` that runs cover.
    #[inline]
    pub(crate) fn find_in(
        &self,
        bytes: &[u8],
        block: &Block,
        runs: &Runs,
        mut found: impl FnMut(usize, usize),
    ) {
        let start = block.range().start;
        let (mut words, mut inner) = ([0; WORDS], [0; WORDS]);
        self.inner_beginnings.fill_some(bytes, start, runs.chunks(), &mut inner);
        // The word before the block may end with it.
        let mut carried = 1;
        for ((at, words), inner) in block.range().step_by(CHUNK).zip(&mut words).zip(&mut inner) {
            let covered = runs.covered(block, at);
            let after_telling = covered.telling << 1 | carried;
            carried = covered.telling >> (CHUNK - 1);
            *inner &= covered.all;
            if covered.telling | after_telling != 0 {
                for end in block.positions(at, block.word_ends(at) & after_telling) {
                    self.reversed_before(bytes, end, &mut found);
                }
                *words = block.word_starts(at) & covered.telling;
            }
        }
        for (table, mut words) in [(&self.of_words, words), (&self.inner, inner)] {
            table.sift(bytes, start, &mut words);
            for (at, word) in block.range().step_by(CHUNK).zip(words) {
                for at in block.positions(at, word) {
                    table.at(bytes, at).for_each(|rule| found(at, rule));
                }
            }
        }
        if block.range().end == bytes.len() {
            self.reversed_before(bytes, bytes.len(), &mut found);
        }
    }

    /// Keywords that end at the end of a word when read from there.
    #[inline]
    fn reversed_before(&self, bytes: &[u8], end: usize, found: &mut impl FnMut(usize, usize)) {
        for (rule, length) in self.of_words.before(bytes, end) {
            if rule < self.rules && self.turned[rule] {
                found(end - length, Turn::Reversed.of(rule, self.rules));
            }
        }
    }

    /// The same for the beginning of a run that lies before the block in which it was found.
    pub(crate) fn find_before(&self, bytes: &[u8], range: Range<usize>, mut found: impl FnMut(usize, usize)) {
        for at in range {
            self.of_words.at(bytes, at).chain(self.inner.at(bytes, at)).for_each(|rule| found(at, rule));
        }
    }
}

/// Every keyword with the index of its rule.
pub(super) fn keywords_of(rules: &RuleSet) -> impl Iterator<Item = (usize, &Keyword)> {
    rules
        .rules
        .iter()
        .enumerate()
        .filter_map(|(rule, compiled)| match &compiled.trigger {
            Trigger::Keywords { literals, .. } => Some((rule, literals)),
            _ => None,
        })
        .flat_map(|(rule, literals)| literals.iter().map(move |keyword| (rule, keyword)))
}

/// A keyword as it stands in turned text.
fn turned(keyword: &Keyword, turn: Turn) -> Keyword {
    Keyword { bytes: turn.turn(&keyword.bytes), ignore_case: keyword.ignore_case }
}

/// Whether every match begins with its keyword, stands alone, and has a digit or two capitals in a row.
fn begins_a_word(rule: &Rule, keyword: &Keyword) -> bool {
    let stands_alone = rule.whole_word && matches!(rule.trigger, Trigger::Keywords { reach: 0, .. });
    stands_alone && rule.is_telling && is(keyword.bytes[0], ALNUM)
}

/// Whether the keyword stands in a run in every match of its rule.
pub(super) fn is_in_run(rule: &Rule, keyword: &Keyword) -> bool {
    rule.is_at_run && fits_a_run(keyword)
}

/// A keyword with a space or a quote in it is no part of a run, and around a short one with a tilde there may be none,
/// since tildes end runs: the literal pass looks for them.
fn fits_a_run(keyword: &Keyword) -> bool {
    let fits = |&byte: &u8| is(byte, EXTENDED) && (byte != b'~' || keyword.bytes.len() > HASHED);
    keyword.bytes.len() >= HASHED && keyword.bytes.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::masks::in_blocks;
    use super::super::runs::Run;
    use super::*;
    use crate::confirm::is_word_start;

    /// Positions and rules, as the pass finds them.
    fn found(keywords: &Keywords, bytes: &[u8]) -> (BTreeSet<(usize, usize)>, Vec<Run>) {
        let (mut runs, mut found, mut all) = (Runs::default(), BTreeSet::new(), Vec::new());
        in_blocks(bytes, |block| {
            runs.begin(block);
            while let Some(run) = runs.next_in(block, bytes) {
                let before = run.extended.start..block.range().start;
                keywords.find_before(bytes, before, |at, rule| found.extend([(at, rule)]));
                all.push(run);
            }
            keywords.find_in(bytes, block, &runs, |at, rule| found.extend([(at, rule)]));
        });
        (found, all)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_keyword_of_a_run_is_found(
            pieces in prop::collection::vec(
                (any::<prop::sample::Index>(), "[ -~]{0,9}|[a-z0-9]{0,60}|\\\\n|%2[0-9]|\\\\u0022|\\\\x3d| {60}"), 0..120,
            ),
        ) {
            let rules = RuleSet::builtin().expect("good rules");
            let keywords = Keywords::new(&rules);
            let all: Vec<(usize, &Keyword)> =
                keywords_of(&rules)
                    .filter(|(rule, keyword)| is_in_run(&rules.rules[*rule], keyword))
                    .collect();
            let bytes: Vec<u8> = pieces
                .iter()
                .flat_map(|(index, noise)| [noise.as_bytes(), &index.get(&all).1.bytes].concat())
                .collect();
            let (found, runs) = found(&keywords, &bytes);
            for (run, at) in runs.iter().flat_map(|run| run.extended.clone().map(move |at| (run, at))) {
                for (rule, keyword) in &all {
                    let stands = bytes[at..].starts_with(&keyword.bytes);
                    let whole = begins_a_word(&rules.rules[*rule], keyword);
                    let counts = !whole || (is_word_start(&bytes, at) && run.is_telling);
                    prop_assert!(!stands || !counts || found.contains(&(at, *rule)), "{:?} at {at}", keyword.bytes);
                }
            }
            let straight = found.into_iter().filter(|(_, number)| *number < rules.rules.len());
            for (at, rule) in straight {
                let fits = |(of_rule, keyword): &&(usize, &Keyword)| {
                    let head = bytes[at..].get(..keyword.bytes.len());
                    *of_rule == rule && head.is_some_and(|head| head.eq_ignore_ascii_case(&keyword.bytes))
                };
                prop_assert!(all.iter().any(|entry| fits(&entry)));
            }
        }
    }
}
