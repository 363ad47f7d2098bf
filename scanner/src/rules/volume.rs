//! Rules that count over the messages of a session, and names of values that are what they should be.

use serde::Deserialize;

use super::Rule;
use super::syntax::{Entry, Shape};
use crate::session::MAX_VALUES;

/// Shorter names are compared whole.
const MIN_PART: usize = 4;

/// What a session sends to one domain before it is too much.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Volume {
    /// Different values.
    pub(crate) values: usize,
    /// Their bytes.
    pub(crate) bytes: usize,
}

impl Rule {
    /// Whether a value of this name is what the rule takes for something else: the name has one of the words of
    /// `unless` in it, or a short one of them between its signs.
    pub(crate) fn is_named_so(&self, name: &[u8]) -> bool {
        if self.unless.is_empty() || name.is_empty() {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let has_part = |word: &String| {
            name.split(|byte| !byte.is_ascii_alphanumeric()).any(|part| part == word.as_bytes())
        };
        let has =
            |word: &String| word.len() >= MIN_PART && memchr::memmem::find(&name, word.as_bytes()).is_some();
        self.unless.iter().any(|word| has(word) || has_part(word))
    }
}

pub(super) fn read(entry: &Entry) -> Result<Option<Volume>, String> {
    let Some(volume) = entry.volume else { return Ok(None) };
    if !matches!(entry.shape, Some(Shape::Host | Shape::Label | Shape::Value)) {
        return Err("only a rule with shape = \"host\", \"label\" or \"value\" has a `volume`".to_owned());
    }
    if !(2..=MAX_VALUES).contains(&volume.values) {
        return Err(format!("volume: values is {}, possible are 2 to {MAX_VALUES}", volume.values));
    }
    Ok(Some(volume))
}

/// Words of names in lower case.
pub(super) fn names(entry: &Entry) -> Result<Vec<String>, String> {
    let is_word = |word: &String| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    if entry.shape != Some(Shape::Value) && !entry.unless.is_empty() {
        return Err("only a rule with shape = \"value\" has an `unless`".to_owned());
    }
    match entry.unless.iter().find(|word| !is_word(word)) {
        None => Ok(entry.unless.clone()),
        Some(word) => Err(format!("unless: {word:?} is not made of a-z, 0-9, `-` and `_`")),
    }
}
