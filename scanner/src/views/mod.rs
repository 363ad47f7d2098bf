//! The third station: what the bytes say once a decoding is undone.
//!
//! Views are local: only a stretch that is encoded is decoded, and every view knows how its bytes map back, so
//! that a finding names a range of the part and an edit can be encoded again on its way out.

mod alternating;
mod apart;
mod archive;
mod base32;
mod base58;
mod base64;
mod base85;
mod blanks;
mod codec;
mod cut;
mod encoded_archives;
mod entities;
mod escape;
mod escapes;
mod groups;
mod hex;
mod joined;
mod lines;
mod listed;
mod long_digits;
mod lookalikes;
mod map;
mod numbers;
mod passes;
mod quoted;
mod quotes;
mod turned;
mod uuencode;

use std::ops::Range;

pub(crate) use archive::{Archive, Bounds, Unpacked, Unpacking, is_archive};
pub(crate) use blanks::fields_with_blanks;
pub(crate) use codec::{Codec, Decoded};
pub(crate) use cut::Cut;
pub(crate) use encoded_archives::is_archive_in_base64;
pub(crate) use lines::joined as joined_lines;
pub(crate) use listed::{CALLS as JOINING_CALLS, Listed};
pub(crate) use map::Steps;
pub(crate) use passes::{Disguises, EncodedRun};
pub(crate) use turned::{Turn, Turned};
pub(crate) use uuencode::{HEAD as UUENCODED, uudecoded};

/// Bytes to look at: a part itself, or a stretch of another view decoded.
#[derive(Debug)]
pub(crate) struct View<'p> {
    /// The bytes.
    pub(crate) bytes: &'p [u8],
    origin: Option<Origin<'p>>,
    /// How many decodings lie between the part and this view.
    pub(crate) depth: usize,
    /// Whether chance could have written these bytes, so that only names and strong evidence count.
    pub(crate) is_ambiguous: bool,
    /// Whether it is of the head of a message, where every line is a field of its own.
    pub(crate) is_head: bool,
    /// Archives that stand in it.
    pub(crate) archives: Vec<Archive>,
}

#[derive(Debug)]
struct Origin<'p> {
    parent: &'p View<'p>,
    decoded: &'p Decoded,
}

/// A range of a part and what to put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// Bytes of the part to replace.
    pub(crate) range: Range<usize>,
    /// The new bytes, encoded like what stood there.
    pub(crate) bytes: Vec<u8>,
}

/// Bytes that tell an archive.
const ARCHIVE_HEAD: usize = 16;

/// Whether what a stretch begins with stands in the parent as it is: an archive that begins so was looked at there,
/// whole.
fn stands_there(parent: &View<'_>, decoded: &Decoded) -> bool {
    let head = &decoded.bytes[..decoded.bytes.len().min(ARCHIVE_HEAD)];
    !matches!(decoded.codec, Codec::Archive(_)) && parent.bytes[decoded.source.start..].starts_with(head)
}

impl<'p> View<'p> {
    /// The part itself.
    pub(crate) fn part(bytes: &'p [u8]) -> Self {
        let archives = archive::archives_in(bytes);
        Self { bytes, origin: None, depth: 0, is_ambiguous: false, is_head: false, archives }
    }

    /// A part that is a form.
    pub(crate) fn form(bytes: &'p [u8], boundary: &[u8]) -> Self {
        let archives = archive::archives_in_form(bytes, boundary);
        Self { bytes, origin: None, depth: 0, is_ambiguous: false, is_head: false, archives }
    }

    /// The head of a message: what it says line by line.
    pub(crate) fn head(bytes: &'p [u8]) -> Self {
        Self { is_head: true, ..Self::part(bytes) }
    }

    /// A stretch of `parent`, decoded.
    pub(crate) fn decoded(parent: &'p View<'p>, decoded: &'p Decoded) -> Self {
        let is_ambiguous = parent.is_ambiguous || decoded.is_ambiguous();
        let origin = Some(Origin { parent, decoded });
        let archives =
            if stands_there(parent, decoded) { Vec::new() } else { archive::archives_in(&decoded.bytes) };
        let (depth, is_head) = (parent.depth + 1, parent.is_head);
        Self { bytes: &decoded.bytes, origin, depth, is_ambiguous, is_head, archives }
    }

    /// The range of the part that `range` of this view comes from.
    pub(crate) fn source_of(&self, range: &Range<usize>) -> Range<usize> {
        match &self.origin {
            None => range.clone(),
            Some(origin) => origin.parent.source_of(&origin.decoded.source_of(range)),
        }
    }

    /// What to write into the part so that `range` of this view reads `text`. `None` when nothing can be written there.
    pub(crate) fn replacement(&self, range: Range<usize>, text: &[u8]) -> Option<Replacement> {
        let mut replacement = Replacement { range, bytes: text.to_vec() };
        let mut view = self;
        if view.is_sealed(&replacement.range) {
            return None;
        }
        while let Some(origin) = &view.origin {
            replacement = origin.decoded.encode(&replacement)?;
            view = origin.parent;
            if view.is_sealed(&replacement.range) {
                return None;
            }
        }
        Some(replacement)
    }

    /// Whether the range stands in an archive, where a changed byte would break it.
    fn is_sealed(&self, range: &Range<usize>) -> bool {
        self.archives.iter().any(|archive| range.start < archive.range.end && archive.range.start < range.end)
    }

    /// Whether it is what escapes said.
    fn is_unescaped(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| matches!(origin.decoded.codec, Codec::Escape(_)))
    }

    /// Whether this stretch of it would be turned as the view, or what it stands in, was turned already.
    pub(crate) fn was_turned_as(&self, decoded: &Decoded) -> bool {
        let Codec::Turned(turn) = decoded.codec else { return false };
        let origins = std::iter::successors(self.origin.as_ref(), |origin| origin.parent.origin.as_ref());
        origins
            .into_iter()
            .any(|origin| matches!(origin.decoded.codec, Codec::Turned(other) if other == turn))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_stands_in_the_parent_is_none_of_a_stretch() {
        let zip = b"PK\x03\x04 and the rest of it";
        let in_hex = data_encoding::HEXLOWER.encode(zip).into_bytes();
        for (parent, archives) in [(&zip[..], 0), (&in_hex, 1)] {
            let parent = View::part(parent);
            let decoded = Decoded {
                bytes: zip.to_vec(),
                source: 0..parent.bytes.len(),
                codec: Codec::Hex { upper: false },
            };
            assert_eq!(View::decoded(&parent, &decoded).archives.len(), archives);
        }
    }
}
