//! The values of a message, kept.

use std::ops::Range;

use zeroize::Zeroizing;

use super::gate::{First, Gate, could_begin_in_json};
use super::starts::Starts;
use super::stem::Stem;
use super::walk::{Kind, Step, Value, kind_of, walk};
use crate::message::Message;
use crate::parts::{Parts, Root, content_type};

/// Values that are joined at a time; a message with more is looked at in as many as it takes.
const MAX_PIECES: usize = 1 << 16;

/// Values that could be pieces.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// What they say, one after the other.
    text: Zeroizing<Vec<u8>>,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    text: Range<usize>,
    /// Where it stands in this message; nowhere when it came with an earlier one.
    place: Option<(Root, Range<usize>)>,
    stem: Stem,
    container: usize,
    name: Name,
}

/// As much of a name as is compared, shorter ones first: `k2` stands before `k10`.
type Name = (usize, [u8; 24]);

/// Values of a message that could begin a secret, with others beside them.
#[derive(Debug)]
pub(crate) struct Firsts {
    firsts: Vec<First>,
    /// There are more than are told apart: every value is kept.
    has_many: bool,
}

/// The values that could begin a secret; `None` when there is none, or nothing that could go on with it.
pub(crate) fn firsts(starts: &Starts, message: &Message<'_>, parts: &Parts<'_>) -> Option<Firsts> {
    let is_json = kind_of(&parts.body, content_type(message)) == Kind::Json;
    let with_json = is_json && could_begin_in_json(starts, &parts.body);
    let mut gate = Gate::new(starts);
    walk(message, parts, with_json, &mut |step| {
        if let Step::Value(value) = step {
            gate.see(&value);
        }
    });
    let (values, has_many) = (gate.values, gate.has_many);
    let firsts = gate.firsts();
    let has_others = values > 1 || (is_json && !with_json);
    (!firsts.is_empty() && has_others).then_some(Firsts { firsts, has_many })
}

impl Firsts {
    /// Whether a value could go on with what one of these begins: it stands near, or has the same name or object.
    fn could_go_on(&self, index: usize, value: &Value<'_>) -> bool {
        self.has_many
            || self.firsts.iter().any(|first| {
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
                    pieces.push(value);
                }
                index += 1;
            }
            Step::Numbered { container, number } => pieces.number(container, number),
        });
        group(&pieces);
    }
}

impl Pieces {
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

    /// By their names, within each container.
    pub(super) fn by_name(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&index| {
            let piece = &self.pieces[index];
            (piece.container, piece.name, index)
        });
        order
    }

    fn push(&mut self, value: Value<'_>) {
        let start = self.text.len();
        self.text.extend_from_slice(&value.text);
        let mut name = [0; 24];
        let known = value.key.len().min(name.len());
        name[..known].copy_from_slice(&value.key[..known]);
        self.pieces.push(Piece {
            text: start..self.text.len(),
            place: Some((value.root, value.range)),
            stem: value.stem,
            container: value.container,
            name: (value.key.len(), name),
        });
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
        for piece in &self.pieces[self.pieces.len().saturating_sub(count)..] {
            let start = kept.text.len();
            kept.text.extend_from_slice(&self.text[piece.text.clone()]);
            kept.pieces.push(Piece {
                text: start..kept.text.len(),
                place: piece.place.clone(),
                stem: piece.stem,
                container: piece.container,
                name: piece.name,
            });
        }
        kept
    }
}
