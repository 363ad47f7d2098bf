//! The values of a message, kept.

use std::cmp::Reverse;
use std::ops::Range;

use zeroize::Zeroizing;

use super::gate::{Few, Gate};
use super::glance::could_begin_in_json;
use super::stem::Stem;
use super::walk::{JSON, Kind, Step, Value, kind_of, walk};
use crate::look::Finder;
use crate::message::Message;
use crate::parts::{Parts, Root, content_type};

/// Values that are joined at a time; a message with more is looked at in as many as it takes.
const MAX_PIECES: usize = 1 << 16;
/// Values of one message that may go on with what an earlier one began.
const MAX_FOLLOWING: usize = 512;
/// Those, and the ones near a new beginning.
const MAX_IN_SESSION: usize = 4096;
/// Values of one message that are remembered.
const MAX_KEPT: usize = 64;

/// Values that could be pieces.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// What they say, one after the other.
    text: Zeroizing<Vec<u8>>,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    text: Range<usize>,
    /// Where it stands in this message; nowhere when it came with an earlier one.
    place: Option<(Root, Range<usize>)>,
    stem: Stem,
    container: usize,
    name: Name,
    /// A secret could begin with it.
    is_first: bool,
}

/// As much of a name as is compared, shorter ones first: `k2` stands before `k10`.
type Name = (usize, [u8; 24]);

/// Values of a message that could begin a secret, with others beside them.
#[derive(Debug)]
pub(crate) struct Firsts {
    known: Few,
    /// There are more than are told apart: every value is kept.
    has_many: bool,
    /// There is no other value in the message.
    pub(crate) is_alone: bool,
}

/// The values that could begin a secret; `None` when there is none.
pub(crate) fn firsts(finder: &Finder, message: &Message<'_>, parts: &Parts<'_>) -> Option<Firsts> {
    let is_json = kind_of(&parts.body, content_type(message)) == Kind::Json;
    let with_json = is_json && could_begin_in_json(&finder.starts, &parts.body);
    let mut gate = Gate::new(finder);
    walk(message, parts, with_json, &mut |step| {
        if let Step::Value(value) = step {
            gate.see(&value);
        }
    });
    let (values, has_many) = (gate.values, gate.has_many);
    let firsts = gate.firsts();
    let is_alone = values <= 1 && (with_json || !is_json);
    (!firsts.is_empty()).then_some(Firsts { known: firsts, has_many, is_alone })
}

impl Firsts {
    /// Whether any of them is worth waiting for what later messages bring.
    pub(crate) fn are_sure(&self) -> bool {
        self.known.iter().any(|first| first.is_sure)
    }

    /// Whether the value at `index` begins a secret, surely enough to be remembered.
    fn begins(&self, index: usize) -> bool {
        self.known.iter().any(|first| first.index == index && first.is_sure)
    }

    /// Whether a value could go on with what one of these begins: it stands near, or has the same name or object.
    fn could_go_on(&self, index: usize, value: &Value<'_>) -> bool {
        self.has_many
            || self.known.iter().any(|first| {
                first.index.abs_diff(index) <= super::MAX_JOINED
                    || first.stem == value.stem.name
                    || first.container == value.container
            })
    }

    /// Those values of the message, in groups of bounded size.
    pub(crate) fn collect(&self, message: &Message<'_>, parts: &Parts<'_>, group: &mut dyn FnMut(&Pieces)) {
        let mut pieces = Pieces::default();
        let mut index = 0;
        walk(message, parts, true, &mut |step| match step {
            Step::Value(value) => {
                if pieces.len() >= MAX_PIECES {
                    group(&pieces);
                    pieces = pieces.last(super::MAX_JOINED);
                }
                if self.could_go_on(index, &value) {
                    pieces.push(value, self.begins(index));
                }
                index += 1;
            }
            Step::Numbered { container, number } => pieces.number(container, number),
        });
        group(&pieces);
    }
}

/// A value of an earlier message.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) text: Zeroizing<Vec<u8>>,
    pub(crate) stem: Stem,
    /// A secret could begin with it.
    pub(crate) is_first: bool,
    /// The flow it came with.
    pub(crate) flow: Flow,
}

/// A flow of messages; none where a message does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// What it is called, hashed.
    pub(crate) name: Option<u64>,
    /// It has one message, which may be looked at more than once.
    pub(crate) is_one: bool,
}

#[cfg(test)]
impl Kept {
    /// A value that begins a secret.
    pub(crate) fn first(text: &[u8]) -> Self {
        Self { text: text.to_vec().into(), stem: Stem::default(), is_first: true, flow: Flow::default() }
    }
}

impl Pieces {
    /// The first values of a message, and those near one that could begin a secret.
    pub(crate) fn of_message(firsts: Option<&Firsts>, message: &Message<'_>, parts: &Parts<'_>) -> Self {
        let mut pieces = Self::default();
        let mut index = 0;
        walk(message, parts, true, &mut |step| {
            if let Step::Value(value) = step {
                let could_go_on = firsts.is_some_and(|firsts| firsts.could_go_on(index, &value));
                if pieces.len() < MAX_IN_SESSION && (index < MAX_FOLLOWING || could_go_on) {
                    pieces.push(value, firsts.is_some_and(|firsts| firsts.begins(index)));
                }
                index += 1;
            }
        });
        pieces
    }

    /// These pieces after what came with earlier messages.
    pub(crate) fn after<'k>(&self, kept: impl Iterator<Item = &'k Kept>) -> Self {
        let mut all = Self::default();
        for kept in kept {
            let (container, name) = (usize::MAX, (0, [0; 24]));
            let (stem, is_first) = (kept.stem, kept.is_first);
            all.add(&kept.text, Piece { text: 0..0, place: None, stem, container, name, is_first });
        }
        all.append(self, 0);
        all
    }

    /// What is worth remembering of them, `open` when earlier messages left a beginning: a value that begins a
    /// secret, and what follows.
    pub(crate) fn to_keep(&self, flow: Flow, open: bool) -> impl Iterator<Item = Kept> + '_ {
        let first = self.pieces.iter().position(|piece| piece.is_first);
        let from = if open { 0 } else { first.unwrap_or(self.len()) };
        self.pieces[from..].iter().take(MAX_KEPT).map(move |piece| Kept {
            text: Zeroizing::new(self.text[piece.text.clone()].to_vec()),
            stem: piece.stem,
            is_first: piece.is_first,
            flow,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// What a piece says.
    pub(super) fn text(&self, index: usize) -> &[u8] {
        &self.text[self.pieces[index].text.clone()]
    }

    /// Where a piece stands in this message.
    pub(super) fn place(&self, index: usize) -> Option<(Root, Range<usize>)> {
        self.pieces[index].place.clone()
    }

    /// By what they are called without numbers, then by the numbers.
    pub(super) fn by_stem(&self) -> Vec<usize> {
        let mut first_of_stem = std::collections::HashMap::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            first_of_stem.entry(piece.stem.name).or_insert(index);
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&index| {
            let stem = self.pieces[index].stem;
            (first_of_stem[&stem.name], stem.number, index)
        });
        order
    }

    /// The last first: in a URL, in the headers, or in a body. Nobody reads from a body back into the headers, where
    /// every message has an id that could end what a text breaks off.
    pub(super) fn reversed(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&index| (self.pieces[index].container.min(JSON), Reverse(index)));
        order
    }

    /// By their names, within each container.
    pub(super) fn by_name(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&index| {
            let piece = &self.pieces[index];
            (piece.container, piece.name, index)
        });
        order
    }

    pub(super) fn push(&mut self, value: Value<'_>, is_first: bool) {
        let mut name = [0; 24];
        let known = value.key.len().min(name.len());
        name[..known].copy_from_slice(&value.key[..known]);
        let (text, place, name) = (0..0, Some((value.root, value.range)), (value.key.len(), name));
        let (stem, container) = (value.stem, value.container);
        self.add(&value.text, Piece { text, place, stem, container, name, is_first });
    }

    fn add(&mut self, text: &[u8], piece: Piece) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.pieces.push(Piece { text: start..self.text.len(), ..piece });
    }

    fn append(&mut self, other: &Self, from: usize) {
        for piece in &other.pieces[from..] {
            self.add(&other.text[piece.text.clone()], piece.clone());
        }
    }

    /// The number of an object is that of the values in it which have none of their own.
    fn number(&mut self, container: usize, number: u64) {
        let of_container =
            self.pieces.iter_mut().rev().take(super::MAX_JOINED).filter(|piece| piece.container == container);
        for piece in of_container.filter(|piece| piece.stem.number == 0) {
            piece.stem.number = number;
        }
    }

    /// The last pieces, with which those that follow can still make something.
    fn last(&self, count: usize) -> Self {
        let mut kept = Self::default();
        kept.append(self, self.len().saturating_sub(count));
        kept
    }
}
