//! Promises that hold across rooms; the tests live in `tests/`.
//!
//! The shared corpus: cases from `corpus/*.json`, made concrete and told to every door.

mod corpus;
mod encoding;
mod library;
mod placeholders;
mod plain;
mod wire;

pub use corpus::{Case, Expect, ExpectedReport, cases};
pub use library::Library;
pub use plain::{plain, rule_ids};
pub use wire::{Raw, raw};
