//! A secret that was cut into pieces: values that stand apart in a message, joined again as a reader would.
//!
//! A join counts when it begins where a value begins, ends where one ends, and is what a rule of strong evidence
//! finds. Values are walked once, without an allocation; only where one begins as some secret does are they kept.

mod collect;
mod decode;
mod encoded;
mod gate;
mod glance;
mod join;
mod json;
mod keyed;
mod names;
mod protobuf;
mod scattered;
mod starts;
mod stem;
mod token;
mod walk;
mod xml;

use std::ops::Range;

pub(crate) use collect::{Firsts, Flow, Kept, Pieces, firsts};
pub(crate) use starts::{Starts, is_evident};

use crate::candidates::classes::{EXTENDED, is};
use crate::look::{Finder, Hit};
use crate::parts::Root;
use crate::views::Replacement;
use join::Join;

/// A longer value is no piece: what is in it is found as it stands.
const MAX_PIECE: usize = 1024;
/// Most values that are joined for one secret.
const MAX_JOINED: usize = 256;
/// Names of one message that are joined.
const MAX_NAMES: usize = 1 << 12;
/// How often a rule is tried in one message: thousands of secrets in pieces are not found one by one.
const MAX_TRIES: usize = 1 << 14;

/// What one secret was put together from.
#[derive(Debug)]
pub(crate) struct Found {
    /// Index of the rule.
    rule: usize,
    secret: Vec<u8>,
    /// Indices of the pieces, in the order of the secret.
    pieces: Vec<usize>,
    /// How the whole was encoded before it was cut, or every piece after.
    coding: Option<&'static str>,
}

/// Whether a piece may hold it.
pub(crate) fn is_token(byte: u8) -> bool {
    is(byte, EXTENDED)
}

/// What is looked for, what was found, and how often a rule may still be tried.
pub(crate) struct Search<'f> {
    finder: &'f Finder,
    found: Vec<Found>,
    tries: usize,
}

impl<'f> Search<'f> {
    /// A search of one message.
    pub(crate) fn new(finder: &'f Finder) -> Self {
        Self { finder, found: Vec::new(), tries: MAX_TRIES }
    }

    /// Whether it had to end before everything was tried.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.tries == 0
    }

    /// Every secret that the pieces make.
    pub(crate) fn among(&mut self, pieces: &Pieces) -> Vec<Found> {
        let in_order: Vec<usize> = (0..pieces.len()).collect();
        let by_stem = pieces.by_stem();
        let mut orders = vec![by_stem.clone(), pieces.by_name(), pieces.reversed()];
        orders.retain(|order| *order != in_order);
        for order in std::iter::once(&in_order).chain(&orders) {
            Join::plain(pieces, order).search(self);
        }
        Join::decoded(pieces, &in_order).search(self);
        Join::decoded(pieces, &by_stem).search(self);
        encoded::search(self, pieces, &by_stem);
        if self.found.is_empty() {
            scattered::search(self, pieces);
        }
        without_repeats(std::mem::take(&mut self.found))
    }

    /// Whether a rule may be tried once more.
    fn may_try(&mut self) -> bool {
        self.tries = self.tries.saturating_sub(1);
        self.tries > 0
    }
}

/// One secret may be found in several orders.
fn without_repeats(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| (a.rule, &a.secret).cmp(&(b.rule, &b.secret)));
    found.dedup_by(|a, b| a.rule == b.rule && a.secret == b.secret);
    found
}

impl Found {
    /// Whether it began in an earlier message and ends in this one.
    pub(crate) fn is_over_messages(&self, pieces: &Pieces) -> bool {
        let in_this = self.pieces.iter().filter(|&&index| pieces.place(index).is_some()).count();
        0 < in_this && in_this < self.pieces.len()
    }

    /// As a hit where its first piece stands. `None` when no piece stands in this message.
    pub(crate) fn hit(self, finder: &Finder, pieces: &Pieces) -> Option<(Root, Hit)> {
        let mut places = self.pieces.iter().filter_map(|&index| pieces.place(index));
        let (root, range) = places.next()?;
        let rest: Vec<(Root, Range<usize>)> = places.collect();
        let text = format!("[redacted:{}]", finder.rules.rules[self.rule].id);
        let replacement = Replacement { range: range.clone(), bytes: text.into_bytes() };
        let session = self.is_over_messages(pieces).then_some("session");
        let decoded_by = session.into_iter().chain(["pieces"]).chain(self.coding).collect();
        Some((
            root,
            Hit {
                rule: self.rule,
                secret: self.secret,
                range,
                replacement,
                is_sealed: false,
                decoded_by,
                rest,
            },
        ))
    }
}
