//! A message as `application/json`.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

use scanner::{Message, RawMessage};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_path_to_error::{Path, Segment};

use crate::place::{json_problem, misfit};
use crate::problem::Problem;

/// Reads one message, borrowing its strings from `json`.
pub(crate) fn parse(json: &[u8]) -> Result<Message<'_>, Problem> {
    // serde would take a list for an object, its items for the fields in their order.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(no_object(json));
    }
    let raw: RawMessage<'_> = serde_json::from_slice(json).map_err(|error| explain(json, &error))?;
    Ok(raw.into_message()?)
}

fn no_object(json: &[u8]) -> Problem {
    match serde_json::from_slice::<IgnoredAny>(json) {
        Ok(_) => Problem::malformed("a message is a JSON object"),
        Err(error) => json_problem(&error, ""),
    }
}

/// Reads the message again, slowly, to name the field in which reading stopped.
fn explain(json: &[u8], error: &serde_json::Error) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let path = serde_path_to_error::deserialize::<_, RawMessage<'_>>(&mut reader)
        .err()
        .map_or_else(String::new, |error| known(error.path()));
    // serde_json calls it bad syntax, too, when a list or an object holds more or less than was asked for.
    if error.is_syntax() && serde_json::from_slice::<IgnoredAny>(json).is_ok() {
        return misfit(error, &path);
    }
    json_problem(error, &path)
}

/// The path as far as its names are ours: an unknown one is content.
fn known(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                write!(text, "[{index}]").expect("writing to a string does not fail");
            }
            Segment::Map { key } if FIELDS.contains(key) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(key);
            }
            _ => break,
        }
    }
    text
}

/// Every field that a message can have, as serde itself lists them.
static FIELDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let refusal = serde_json::from_str::<RawMessage<'_>>(r#"{"": 0}"#).err().map(|error| error.to_string());
    refusal.unwrap_or_default().split('`').skip(1).step_by(2).map(str::to_owned).collect()
});

/// The `id` of a message that may be wrong in every other way.
pub(crate) fn id_of(json: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Option<String>,
    }
    serde_json::from_slice::<OnlyId>(json).ok()?.id
}
