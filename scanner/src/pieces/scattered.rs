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

/// Adds every secret whose pieces stand in order, with few other values between.
pub(super) fn search(search: &mut Search<'_>, pieces: &Pieces) {
    let finder = search.finder;
    let firsts = (0..pieces.len()).flat_map(|first| {
        let plain = finder.starts.at(pieces.text(first)).filter(|(_, form)| *form == Form::Plain);
        plain.map(move |(rule, _)| (rule, first))
    });
    for (rule, first) in firsts.take(MAX_FIRST) {
        if let Some(found) = from(search, pieces, rule, first) {
            search.found.push(found);
        }
    }
}

fn from(search: &mut Search<'_>, pieces: &Pieces, rule_index: usize, first: usize) -> Option<Found> {
    let rule = &search.finder.rules.rules[rule_index];
    let (min, max) = lengths(rule)?;
    if confirm::at_keyword(rule, pieces.text(first), 0).is_some() {
        return None;
    }
    let window = (pieces.len() - first - 1).min(WINDOW);
    (1_usize..1 << window).find_map(|chosen| {
        let others = (0..window).filter(|place| chosen >> place & 1 == 1).map(|place| first + 1 + place);
        let indices = std::iter::once(first).chain(others);
        let length: usize = indices.clone().map(|index| pieces.text(index).len()).sum();
        if !(min..=max).contains(&length) || !search.may_try() {
            return None;
        }
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
