//! The words of the contract, taken from the engine's types: what the stubs spell out is tested against them.

use std::fmt::{self, Display};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use scanner::{Action, Category, Confidence, Severity, Verdict};
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::error::CODES;

const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::Redact, Verdict::Block];

/// Every word that an answer or an error can say, by what it is the name of.
#[pyfunction]
pub(crate) fn names(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let names = PyDict::new(py);
    names.set_item("verdict", VERDICTS.map(verdict_name))?;
    names.set_item("action", variants::<Action>())?;
    names.set_item("category", variants::<Category>())?;
    names.set_item("severity", variants::<Severity>())?;
    names.set_item("confidence", variants::<Confidence>())?;
    names.set_item("code", CODES)?;
    Ok(names)
}

/// The word for a verdict. A new verdict does not compile until it has one here.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Redact => "redact",
        Verdict::Block => "block",
    }
}

/// The names of all variants of an enum, as serde knows them.
fn variants<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    T::deserialize(Variants).err().map_or(&[], |found| found.0)
}

/// Deserialises nothing: it only learns what could be.
struct Variants;

/// The variants, carried out as an error: serde has no other way to ask.
#[derive(Debug)]
struct Found(&'static [&'static str]);

impl Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

impl std::error::Error for Found {}

impl serde::de::Error for Found {
    fn custom<T: Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Variants {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found(variants))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
