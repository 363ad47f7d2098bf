//! How a stretch was encoded: its name, its map, and the way back.

use std::ops::Range;

use super::groups::has_a_word;
use super::numbers::{Base, Numbers};
use super::{Replacement, Steps, Turn, alternating, base32, base58, base64, base85, escapes, hex, quoted};

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
    /// `=41`
    Quoted(Steps),
    /// Letters that look like others, and invisible ones.
    Lookalikes(Steps),
    /// Line breaks inside encoded text.
    Lines(Steps),
    /// String literals that code puts together.
    Joined(Steps),
    /// Groups of four characters; `url` names the alphabet.
    Base64 {
        /// `-` and `_` instead of `+` and `/`.
        url: bool,
    },
    /// Groups of eight characters.
    Base32(base32::Alphabet),
    /// One number.
    Base58,
    /// Groups of five characters.
    Base85(base85::Alphabet),
    /// Pairs of digits.
    Hex {
        /// Upper case.
        upper: bool,
    },
    /// A number for each byte.
    Numbers(Numbers),
    /// A zero beside every character.
    Utf16,
    /// A separator between any two characters.
    Spaced(u8),
    /// The same with several bytes between them.
    Apart(Steps, Vec<u8>),
    /// Short lines of the same length.
    Folded(Steps),
    /// Text as other text.
    Turned(Turn),
    /// A member of an archive of this name, or a compressed file.
    Archive(&'static str),
}

impl Codec {
    /// Its name in answers.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Percent(_) => "percent",
            Self::Escape(_) => "escape",
            Self::Entity(_) => "entity",
            Self::Quoted(_) => "quoted-printable",
            Self::Lines(_) | Self::Folded(_) => "lines",
            Self::Joined(_) => "joined",
            Self::Lookalikes(_) => "lookalikes",
            Self::Base64 { .. } => "base64",
            Self::Base32(_) => "base32",
            Self::Base58 => "base58",
            Self::Base85(_) => "base85",
            Self::Hex { .. } => "hex",
            Self::Numbers(numbers) => match numbers.base {
                Base::Hex => "hex",
                Base::Decimal => "decimal",
                Base::Octal => "octal",
                Base::Binary => "binary",
            },
            Self::Utf16 => "utf-16",
            Self::Spaced(_) | Self::Apart(..) => "spaced",
            Self::Turned(Turn::Rot13) => "rot13",
            Self::Turned(Turn::Reversed) => "reversed",
            Self::Archive(name) => name,
        }
    }
}

impl Decoded {
    /// Whether other data reads as this by chance. What is found there needs strong evidence.
    pub(super) fn is_ambiguous(&self) -> bool {
        match &self.codec {
            Codec::Turned(_) | Codec::Folded(_) => true,
            // Lists of small numbers, and tables of them, read as digits.
            Codec::Base85(_) | Codec::Spaced(_) | Codec::Apart(..) => !has_a_word(&self.bytes),
            Codec::Numbers(numbers) => numbers.base != Base::Hex && !has_a_word(&self.bytes),
            _ => false,
        }
    }

    /// The range of the surrounding view that `range` was decoded from.
    pub(super) fn source_of(&self, range: &Range<usize>) -> Range<usize> {
        match &self.codec {
            Codec::Percent(steps)
            | Codec::Escape(steps)
            | Codec::Entity(steps)
            | Codec::Quoted(steps)
            | Codec::Lines(steps)
            | Codec::Joined(steps)
            | Codec::Apart(steps, _)
            | Codec::Folded(steps)
            | Codec::Lookalikes(steps) => steps.source_of(range, &self.source),
            Codec::Base64 { .. } => base64::source_of(range, &self.source),
            Codec::Base32(_) => base32::source_of(range, &self.source),
            // The whole of what cannot be read in part.
            Codec::Base58 | Codec::Archive(_) => self.source.clone(),
            Codec::Base85(_) => base85::source_of(range, &self.source),
            Codec::Hex { .. } => self.source.start + 2 * range.start..self.source.start + 2 * range.end,
            Codec::Numbers(numbers) => numbers.source_of(range, &self.source),
            Codec::Utf16 | Codec::Spaced(_) => alternating::source_of(range, &self.source),
            Codec::Turned(turn) => turn.source_of(range, &self.source),
        }
    }

    /// The same replacement, one level further out. `None` when nothing can be written there.
    pub(super) fn encode(&self, replacement: &Replacement) -> Option<Replacement> {
        let with = |bytes: Vec<u8>| Replacement { range: self.source_of(&replacement.range), bytes };
        Some(match &self.codec {
            Codec::Percent(_) => with(escapes::percent_encode(&replacement.bytes)),
            Codec::Quoted(steps) => {
                // Where every byte was written as a number, the new ones are too: plain text would read as a name.
                let range = steps.source_of(&replacement.range, &self.source);
                let dense = range.len() >= 3 * replacement.range.len();
                with(if dense { quoted::encode(&replacement.bytes) } else { replacement.bytes.clone() })
            }
            Codec::Escape(_)
            | Codec::Entity(_)
            | Codec::Lines(_)
            | Codec::Joined(_)
            | Codec::Lookalikes(_)
            | Codec::Folded(_) => with(replacement.bytes.clone()),
            Codec::Base64 { url } => base64::encode(self, *url, replacement),
            Codec::Base32(alphabet) => base32::encode(self, *alphabet, replacement),
            Codec::Base58 => base58::encode(self, replacement),
            Codec::Base85(alphabet) => base85::encode(self, *alphabet, replacement),
            Codec::Hex { upper } => with(hex::encode(&replacement.bytes, *upper)),
            Codec::Numbers(numbers) => numbers.encode(replacement, &self.source),
            Codec::Utf16 => with(alternating::part(&replacement.bytes, &[0])),
            Codec::Spaced(between) => with(alternating::part(&replacement.bytes, &[*between])),
            Codec::Apart(_, between) => with(alternating::part(&replacement.bytes, between)),
            Codec::Turned(turn) => with(turn.turn(&replacement.bytes)),
            Codec::Archive(_) => return None,
        })
    }
}
