//! All passes over a view that find something encoded, each with a trigger that clean bytes hardly feel.

use std::ops::Range;

use super::alternating::Alternating;
use super::apart::Apart;
use super::base85::Stretches as Base85Stretches;
use super::encoded_archives::Archives;
use super::escapes::Escapes;
use super::joined::Joins;
use super::long_digits::digits_of;
use super::lookalikes::Lookalikes;
use super::numbers::{Calls, NumberLists};
use super::quoted::Quoted;
use super::turned::turned_code;
use super::{Decoded, View, base32, base58, base64, hex};
use crate::candidates::Block;

/// What can stand anywhere in a view, block by block.
#[derive(Debug, Default)]
pub(crate) struct Disguises {
    escapes: Escapes,
    lookalikes: Lookalikes,
    quoted: Quoted,
    numbers: NumberLists,
    calls: Calls,
    base85: Base85Stretches,
    alternating: Alternating,
    apart: Apart,
    joins: Joins,
}

impl Disguises {
    /// Of a view.
    pub(crate) fn new(view: &View<'_>) -> Self {
        Self { base85: Base85Stretches::new(!view.is_unescaped()), ..Self::default() }
    }

    /// The next stretch that begins in `block`, decoded.
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Decoded> {
        let limit = block.range().end;
        self.escapes
            .next_in(block, bytes)
            .or_else(|| self.lookalikes.next_in(block, bytes))
            .or_else(|| self.quoted.next_in(block, bytes))
            .or_else(|| self.numbers.next_in(block, bytes))
            .or_else(|| self.calls.next_in(block, bytes))
            .or_else(|| self.base85.next_in(block, bytes))
            .or_else(|| self.alternating.next_before(bytes, limit))
            .or_else(|| self.apart.next_in(block, bytes))
            .or_else(|| self.joins.next_in(block, bytes))
    }
}

/// What can stand inside one run of the characters that tokens are made of.
#[derive(Debug)]
pub(crate) struct EncodedRun {
    archives: Archives,
    base64: base64::Stretches,
    hex: hex::Stretches,
    base32: base32::Stretches,
    base58: base58::Words,
    /// What may be digits, base64 or hex from its end, or turned.
    turned: Option<Range<usize>>,
}

impl EncodedRun {
    /// Characters of the shortest text in hex, base58 or base32, and of the shortest archive.
    pub(crate) const LONG: usize = 20;

    /// Looks at the characters `run` of a view.
    ///
    /// Where no digit and no two capitals in a row are in it, only base32 is likely, which has few digits.
    /// Where no row of [`Self::LONG`] characters is in it, only base64 is looked for, whose text may be as short.
    pub(crate) fn new(run: Range<usize>, is_telling: bool, is_long: bool) -> Self {
        let nothing = run.end..run.end;
        let telling = if is_telling { run.clone() } else { nothing.clone() };
        let long = if is_long { run } else { nothing.clone() };
        let long_telling = if is_telling { long.clone() } else { nothing };
        Self {
            archives: Archives::new(long_telling.clone()),
            base64: base64::Stretches::new(telling),
            hex: hex::Stretches::new(long_telling.clone()),
            turned: Some(long_telling.clone()).filter(|run| !run.is_empty()),
            base58: base58::Words::new(long_telling),
            base32: base32::Stretches::new(long),
        }
    }

    /// Looks at a row of hexadecimal digits, or a UUID. Base64 and others have more characters than these, save by
    /// chance.
    pub(crate) fn of_digest(digest: Range<usize>) -> Self {
        let nothing = digest.end..digest.end;
        Self {
            archives: Archives::new(digest.clone()),
            base64: base64::Stretches::new(nothing.clone()),
            turned: Some(digest.clone()),
            hex: hex::Stretches::new(digest),
            base58: base58::Words::new(nothing.clone()),
            base32: base32::Stretches::new(nothing),
        }
    }

    /// The next stretch, decoded.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        self.archives
            .next(bytes)
            .or_else(|| self.base64.next(bytes))
            .or_else(|| self.hex.next(bytes))
            .or_else(|| self.base32.next(bytes))
            .or_else(|| self.base58.next(bytes))
            .or_else(|| {
                let run = self.turned.take()?;
                digits_of(bytes, &run).or_else(|| turned_code(bytes, &run))
            })
    }
}
