//! Python's containers, step by step; every step knows its place for errors.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyMapping, PySequence};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};

use super::error::FieldError;
use super::value::Value;

/// The entries of a mapping, taken once.
pub(super) struct Entries<'py> {
    left: std::vec::IntoIter<(PyBackedStr, Bound<'py, PyAny>)>,
    current: Option<(PyBackedStr, Bound<'py, PyAny>)>,
}

impl<'py> Entries<'py> {
    pub(super) fn new(entries: Vec<(PyBackedStr, Bound<'py, PyAny>)>) -> Self {
        Self { left: entries.into_iter(), current: None }
    }

    pub(super) fn len(&self) -> usize {
        self.left.len()
    }
}

/// What a mapping holds now.
pub(super) fn entries<'py>(
    mapping: &Bound<'py, PyMapping>,
) -> Result<Vec<(PyBackedStr, Bound<'py, PyAny>)>, FieldError> {
    mapping
        .items()
        .and_then(|items| items.iter().map(|item| item.extract()).collect())
        .map_err(|_| FieldError::invalid("expected a mapping whose keys are strings of valid Unicode"))
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        self.current = self.left.next();
        let Some((key, _)) = &self.current else { return Ok(None) };
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    /// Only keys that were accepted get here, so that naming one repeats nothing that was not ours.
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let (key, value) = self.current.take().expect("serde asks for a value after its key");
        seed.deserialize(Value(value)).map_err(|error| error.under(&key))
    }
}

/// The items of a list or tuple, taken once.
pub(super) struct Items<'py> {
    left: std::vec::IntoIter<Bound<'py, PyAny>>,
    taken: usize,
}

impl<'py> Items<'py> {
    pub(super) fn of(sequence: &Bound<'py, PySequence>) -> Result<Self, FieldError> {
        let items = sequence
            .try_iter()
            .and_then(Iterator::collect::<PyResult<Vec<_>>>)
            .map_err(|_| FieldError::invalid("expected a sequence that can be read"))?;
        Ok(Self { left: items.into_iter(), taken: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.left.len()
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let Some(item) = self.left.next() else { return Ok(None) };
        let index = self.taken;
        self.taken += 1;
        seed.deserialize(Value(item)).map(Some).map_err(|error| error.under(&format!("[{index}]")))
    }
}
