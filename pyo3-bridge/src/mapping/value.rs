//! A Python value as serde reads it.

use data_encoding::BASE64;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyMapping, PySequence, PyString};
use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};

use super::access::{Entries, Items, entries};
use super::error::FieldError;

pub(super) struct Value<'py>(pub(super) Bound<'py, PyAny>);

impl Value<'_> {
    fn mapping(&self) -> Option<Result<Entries<'_>, FieldError>> {
        self.0.cast::<PyMapping>().ok().map(|mapping| entries(mapping).map(Entries::new))
    }
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let value = &self.0;
        if value.is_none() {
            visitor.visit_unit()
        } else if let Ok(flag) = value.cast::<PyBool>() {
            visitor.visit_bool(flag.is_true())
        } else if let Ok(number) = value.cast::<PyInt>() {
            visitor
                .visit_i64(number.extract().map_err(|_| FieldError::invalid("the number is out of range"))?)
        } else if let Ok(text) = value.cast::<PyString>() {
            visitor.visit_str(utf8(text)?)
        } else if let Ok(bytes) = value.cast::<PyBytes>() {
            visit_bytes(bytes.as_bytes(), visitor)
        } else if let Some(entries) = self.mapping() {
            visitor.visit_map(entries?)
        } else if let Ok(sequence) = value.cast::<PySequence>() {
            visit_items(Items::of(sequence)?, visitor)
        } else {
            Err(FieldError::invalid("expected None, a bool, int, str, bytes, mapping or sequence"))
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        if let Ok(text) = self.0.cast::<PyString>() {
            return visitor.visit_enum(utf8(text)?.into_deserializer());
        }
        match self.mapping().transpose()? {
            Some(entries) if entries.len() == 1 => visitor.visit_enum(MapAccessDeserializer::new(entries)),
            _ => Err(FieldError::unknown_variant("", variants)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Result<&'a str, FieldError> {
    text.to_str().map_err(|_| FieldError::invalid("the string is not valid Unicode"))
}

/// Bytes where JSON has text: as text if they are, else as JSON has them.
fn visit_bytes<'de, V: Visitor<'de>>(bytes: &[u8], visitor: V) -> Result<V::Value, FieldError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => visitor.visit_str(text),
        Err(_) => visitor.visit_map(MapDeserializer::new(std::iter::once(("base64", BASE64.encode(bytes))))),
    }
}

fn visit_items<'de, V: Visitor<'de>>(mut items: Items<'_>, visitor: V) -> Result<V::Value, FieldError> {
    let length = items.len();
    let value = visitor.visit_seq(&mut items)?;
    if items.len() == 0 { Ok(value) } else { Err(FieldError::invalid_length(length, &"fewer items")) }
}
