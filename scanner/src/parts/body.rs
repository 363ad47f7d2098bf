//! Where in a body something stands, by the type of the body.

use std::borrow::Cow;

use super::json::{Scalar, scalars_at};
use super::{form, multipart};

/// What a body is, as far as places in it have names.
#[derive(Debug)]
pub(crate) struct BodyMap<'b> {
    body: &'b [u8],
    content_type: &'b [u8],
    /// Tokens around the offsets that were asked for, by offset.
    scalars: Vec<(usize, Scalar)>,
}

impl<'b> BodyMap<'b> {
    /// Reads `body` as far as needed to name the places at `offsets`, which are sorted.
    pub(crate) fn new(body: &'b [u8], content_type: &'b [u8], offsets: &[usize]) -> Self {
        let scalars = if looks_like_json(body) { scalars_at(body, offsets) } else { Vec::new() };
        let scalars =
            offsets.iter().zip(scalars).filter_map(|(&offset, scalar)| Some((offset, scalar?))).collect();
        Self { body, content_type, scalars }
    }

    /// The JSON token around an offset that was asked for.
    pub(crate) fn scalar(&self, offset: usize) -> Option<&Scalar> {
        let index = self.scalars.binary_search_by_key(&offset, |(at, _)| *at).ok()?;
        Some(&self.scalars[index].1)
    }

    /// The name of the top-level form field, multipart field or JSON member whose value is at `offset`.
    pub(crate) fn field(&self, offset: usize) -> Option<Cow<'_, str>> {
        if let Some(scalar) = self.scalar(offset) {
            return scalar.top_level_field.as_deref().map(Cow::Borrowed);
        }
        let kind = self.content_type.get(..10).unwrap_or_default();
        if self.is_form() {
            form::field_at(self.body, offset).map(Cow::Owned)
        } else if kind.eq_ignore_ascii_case(b"multipart/") {
            multipart::field_at(self.body, self.content_type, offset).map(Cow::Owned)
        } else {
            None
        }
    }

    /// The name of the innermost JSON member whose value is at `offset`.
    pub(crate) fn member(&self, offset: usize) -> Option<&str> {
        let (_, name) = self.scalar(offset)?.pointer.rsplit_once('/')?;
        Some(name)
    }

    /// Whether brackets and quotes must be percent-encoded.
    pub(crate) fn is_form(&self) -> bool {
        form::is_form(self.content_type)
    }
}

fn looks_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'[' | b'"'))
}
