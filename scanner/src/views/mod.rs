//! The third station: what the bytes say once a decoding is undone.
//!
//! Views are local: only a stretch that is encoded is decoded, and every view knows how its bytes map back, so
//! that a finding names a range of the part and an edit can be encoded again on its way out.

mod base64;
mod escapes;
mod hex;
mod lines;
mod lookalikes;
mod map;

use std::ops::Range;

pub(crate) use base64::Stretches as Base64Stretches;
pub(crate) use escapes::Escapes;
pub(crate) use hex::Stretches as HexStretches;
pub(crate) use lines::joined;
pub(crate) use lookalikes::Lookalikes;
pub(crate) use map::Steps;

/// Bytes to look at: a part itself, or a stretch of another view decoded.
#[derive(Debug)]
pub(crate) struct View<'p> {
    /// The bytes.
    pub(crate) bytes: &'p [u8],
    origin: Option<Origin<'p>>,
    /// How many decodings lie between the part and this view.
    pub(crate) depth: usize,
}

#[derive(Debug)]
struct Origin<'p> {
    parent: &'p View<'p>,
    decoded: &'p Decoded,
}

/// A decoded stretch.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// What it says.
    pub(crate) bytes: Vec<u8>,
    /// Where it stands in the view it was found in.
    pub(crate) source: Range<usize>,
    /// How it was encoded.
    pub(crate) codec: Codec,
}

/// How a stretch was encoded, with what is needed to map and to encode again.
#[derive(Debug)]
pub(crate) enum Codec {
    /// `%41`
    Percent(Steps),
    /// `\u0041`, `\x41`, `\/`
    Escape(Steps),
    /// `&#65;`
    Entity(Steps),
    /// Letters that look like others, and invisible ones.
    Lookalikes(Steps),
    /// Line breaks inside encoded text.
    Lines(Steps),
    /// Groups of four characters; `url` names the alphabet.
    Base64 {
        /// `-` and `_` instead of `+` and `/`.
        url: bool,
    },
    /// Pairs of digits.
    Hex {
        /// Upper case.
        upper: bool,
    },
}

impl Codec {
    /// Its name in answers.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Percent(_) => "percent",
            Self::Escape(_) => "escape",
            Self::Entity(_) => "entity",
            Self::Lines(_) => "lines",
            Self::Lookalikes(_) => "lookalikes",
            Self::Base64 { .. } => "base64",
            Self::Hex { .. } => "hex",
        }
    }
}

/// A range of a part and what to put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// Bytes of the part to replace.
    pub(crate) range: Range<usize>,
    /// The new bytes, encoded like what stood there.
    pub(crate) bytes: Vec<u8>,
}

impl Decoded {
    /// The range of the surrounding view that `range` was decoded from.
    fn source_of(&self, range: &Range<usize>) -> Range<usize> {
        match &self.codec {
            Codec::Percent(steps)
            | Codec::Escape(steps)
            | Codec::Entity(steps)
            | Codec::Lines(steps)
            | Codec::Lookalikes(steps) => steps.source_of(range, &self.source),
            Codec::Base64 { .. } => base64::source_of(range, &self.source),
            Codec::Hex { .. } => self.source.start + 2 * range.start..self.source.start + 2 * range.end,
        }
    }

    /// The same replacement, one level further out.
    fn encode(&self, replacement: &Replacement) -> Replacement {
        let range = self.source_of(&replacement.range);
        match &self.codec {
            Codec::Percent(_) => Replacement { range, bytes: escapes::percent_encode(&replacement.bytes) },
            Codec::Escape(_) | Codec::Entity(_) | Codec::Lines(_) | Codec::Lookalikes(_) => {
                Replacement { range, bytes: replacement.bytes.clone() }
            }
            Codec::Base64 { url } => base64::encode(self, *url, replacement),
            Codec::Hex { upper } => Replacement { range, bytes: hex::encode(&replacement.bytes, *upper) },
        }
    }
}

impl<'p> View<'p> {
    /// The part itself.
    pub(crate) fn part(bytes: &'p [u8]) -> Self {
        Self { bytes, origin: None, depth: 0 }
    }

    /// A stretch of `parent`, decoded.
    pub(crate) fn decoded(parent: &'p View<'p>, decoded: &'p Decoded) -> Self {
        Self { bytes: &decoded.bytes, origin: Some(Origin { parent, decoded }), depth: parent.depth + 1 }
    }

    /// The range of the part that `range` of this view comes from.
    pub(crate) fn source_of(&self, range: &Range<usize>) -> Range<usize> {
        match &self.origin {
            None => range.clone(),
            Some(origin) => origin.parent.source_of(&origin.decoded.source_of(range)),
        }
    }

    /// What to write into the part so that `range` of this view reads `text`.
    pub(crate) fn replacement(&self, range: Range<usize>, text: &[u8]) -> Replacement {
        let mut replacement = Replacement { range, bytes: text.to_vec() };
        let mut view = self;
        while let Some(origin) = &view.origin {
            replacement = origin.decoded.encode(&replacement);
            view = origin.parent;
        }
        replacement
    }

    /// Names of the decodings between the part and this view, outermost first.
    pub(crate) fn decoded_by(&self) -> Vec<&'static str> {
        let mut names = Vec::with_capacity(self.depth);
        let mut view = self;
        while let Some(origin) = &view.origin {
            names.push(origin.decoded.codec.name());
            view = origin.parent;
        }
        names.reverse();
        names
    }
}
