//! Pieces in one order, joined: a secret begins where a piece begins and ends where one ends.

use std::ops::Range;

use zeroize::Zeroizing;

use super::starts::Form;
use super::{Found, MAX_JOINED, Pieces, Search, decode, is_evident};
use crate::confirm;
use crate::rules::{Rule, Trigger};

/// The text of pieces, one after the other.
pub(super) struct Join {
    text: Zeroizing<Vec<u8>>,
    /// Where each piece begins, and which it is.
    at: Vec<(usize, usize)>,
    coding: Option<&'static str>,
}

impl Join {
    /// The pieces as they are.
    pub(super) fn plain(pieces: &Pieces, order: &[usize]) -> Self {
        let mut join = Self { text: Zeroizing::default(), at: Vec::with_capacity(order.len()), coding: None };
        for &index in order {
            join.push(index, pieces.text(index));
        }
        join
    }

    /// Those pieces that are encoded each for itself, decoded.
    pub(super) fn decoded(pieces: &Pieces, order: &[usize]) -> Self {
        let mut join = Self { text: Zeroizing::default(), at: Vec::new(), coding: Some("encoded") };
        for &index in order {
            if let Some(text) = decode::whole(pieces.text(index)) {
                join.push(index, &text);
            }
        }
        join
    }

    fn push(&mut self, index: usize, text: &[u8]) {
        self.at.push((self.text.len(), index));
        self.text.extend_from_slice(text);
    }

    /// Adds every secret that it holds.
    pub(super) fn search(&self, search: &mut Search<'_>) {
        if self.at.len() < 2 {
            return;
        }
        let finder = search.finder;
        for (first, &(start, _)) in self.at.iter().enumerate() {
            for (rule, form) in finder.starts.at(&self.text[start..]) {
                if let Some(found) = self.secret(search, rule, form, first) {
                    search.found.push(found);
                }
            }
        }
    }

    fn end(&self, piece: usize) -> usize {
        self.at.get(piece + 1).map_or(self.text.len(), |(start, _)| *start)
    }

    /// The longest secret of this rule that begins with the piece `first` and is not whole in it.
    fn secret(&self, search: &mut Search<'_>, rule_index: usize, form: Form, first: usize) -> Option<Found> {
        let rule = &search.finder.rules.rules[rule_index];
        let (min, max) = lengths(rule)?;
        let start = self.at[first].0;
        let window = &self.text[start..self.text.len().min(start + form.encoded(max))];
        // Thousands of addresses begin as some secret does: that none goes on so is no try.
        if form == Form::Plain && longest(rule, window).is_none() {
            return None;
        }
        let decoded = Zeroizing::new(form.decode(window));
        let up_to = |offset: usize| form.decoded(offset - start).min(decoded.len());
        let is_whole_already = || confirm::at_keyword(rule, &decoded[..up_to(self.end(first))], 0).is_some();
        if !search.may_try() {
            return None;
        }
        // No shorter text has a longer match.
        let longest = longest(rule, &decoded)?;
        if is_whole_already() {
            return None;
        }
        let last_possible = self.at.len().min(first + MAX_JOINED);
        let (last, secret) = (first + 1..last_possible).rev().find_map(|last| {
            let (before, end) = (up_to(self.at[last].0), up_to(self.end(last)));
            let fits = end >= min && before < end && before < longest && search.may_try();
            let secret = if fits { whole(rule, &decoded[..end], before) } else { None }?;
            is_evident(rule, &decoded[secret.clone()], self.at.len()).then_some((last, secret))
        })?;
        let pieces = self.at[first..=last].iter().map(|(_, index)| *index).collect();
        let coding = form.name().or(self.coding);
        Some(Found { rule: rule_index, secret: decoded[secret].to_vec(), pieces, coding })
    }
}

/// The secret that begins with `text` and reaches beyond `before`.
pub(super) fn whole(rule: &Rule, text: &[u8], before: usize) -> Option<Range<usize>> {
    confirm::at_keyword(rule, text, 0).filter(|secret| secret.end > before)
}

/// Bytes that a secret with which `text` begins has at most.
fn longest(rule: &Rule, text: &[u8]) -> Option<usize> {
    if rule.is_known() { Some(text.len()) } else { rule.pattern.begins(text) }
}

/// Bytes of the shortest and the longest match.
pub(super) fn lengths(rule: &Rule) -> Option<(usize, usize)> {
    match rule.trigger {
        Trigger::Keywords { max_bytes, .. } => Some((rule.min_bytes, max_bytes)),
        Trigger::Known { .. } => Some((rule.min_bytes, rule.min_bytes)),
        _ => None,
    }
}

impl Form {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Base64 => Some("base64"),
            Self::Hex => Some("hex"),
        }
    }

    /// Characters that so many bytes take, and some more.
    fn encoded(self, bytes: usize) -> usize {
        match self {
            Self::Plain => bytes,
            Self::Base64 => bytes * 4 / 3 + 4,
            Self::Hex => bytes * 2,
        }
    }

    /// Whole bytes that so many characters spell.
    fn decoded(self, characters: usize) -> usize {
        match self {
            Self::Plain => characters,
            Self::Base64 => characters * 3 / 4,
            Self::Hex => characters / 2,
        }
    }

    fn decode(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => text.to_vec(),
            Self::Base64 => decode::base64(text).collect(),
            Self::Hex => decode::hex(text).collect(),
        }
    }
}
