//! Pieces with other values between them: `a` and `c` of `a=…&b=…&c=…`.

use zeroize::Zeroizing;

use super::join::{lengths, whole};
use super::starts::Form;
use super::{Found, Pieces, Search, is_evident};
use crate::confirm;

/// Values after the first piece of which any may belong to it.
const WINDOW: usize = 10;
/// First pieces that are tried in one message.
const MAX_FIRST: usize = 64;
/// How often rules are tried here. In what has many beginnings those come first that few values have.
const MAX_TRIES: usize = 1 << 12;

/// Adds every secret whose pieces stand in order, with few other values between.
pub(super) fn search(search: &mut Search<'_>, pieces: &Pieces) {
    let finder = search.finder;
    let firsts = (0..pieces.len()).flat_map(|first| {
        let plain = finder.starts.at(pieces.text(first)).filter(|(_, form)| *form == Form::Plain);
        plain.map(move |(rule, _)| (rule, first))
    });
    let mut firsts: Vec<(usize, usize)> = firsts.take(MAX_FIRST).collect();
    let of_rule = |rule: usize| firsts.iter().filter(|(other, _)| *other == rule).count();
    let counts: Vec<usize> = firsts.iter().map(|(rule, _)| of_rule(*rule)).collect();
    let mut order: Vec<usize> = (0..firsts.len()).collect();
    order.sort_by_key(|place| counts[*place]);
    firsts = order.into_iter().map(|place| firsts[place]).collect();
    let mut tries = MAX_TRIES;
    for (rule, first) in firsts {
        if let Some(found) = from(search, pieces, (rule, first), &mut tries) {
            search.found.push(found);
        }
    }
}

fn from(
    search: &Search<'_>,
    pieces: &Pieces,
    (rule_index, first): (usize, usize),
    tries: &mut usize,
) -> Option<Found> {
    let rule = &search.finder.rules.rules[rule_index];
    let (min, max) = lengths(rule)?;
    if confirm::at_keyword(rule, pieces.text(first), 0).is_some() {
        return None;
    }
    // What begins as the secret does begins another one.
    let goes_on = |index: &usize| {
        let mut begun = search.finder.starts.at(pieces.text(*index));
        !begun.any(|(other, form)| other == rule_index && form == Form::Plain)
    };
    let others: Vec<usize> = (first + 1..pieces.len().min(first + 1 + WINDOW)).filter(goes_on).collect();
    (1_usize..1 << others.len()).find_map(|chosen| {
        let chosen = others.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
        let indices = std::iter::once(first).chain(chosen.map(|(_, index)| *index));
        let length: usize = indices.clone().map(|index| pieces.text(index).len()).sum();
        if !(min..=max).contains(&length) || *tries == 0 {
            return None;
        }
        *tries -= 1;
        let indices: Vec<usize> = indices.collect();
        let text: Zeroizing<Vec<u8>> =
            Zeroizing::new(indices.iter().flat_map(|&index| pieces.text(index)).copied().collect());
        let secret = text[whole(rule, &text, text.len() - 1)?].to_vec();
        is_evident(rule, &secret, pieces.len()).then_some(Found {
            rule: rule_index,
            secret,
            pieces: indices,
            coding: None,
        })
    })
}
