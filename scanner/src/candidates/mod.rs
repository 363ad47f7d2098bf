//! The fourth station: one look at the bytes finds where any rule could match; only that costs more.

pub(crate) mod classes;
mod digits;
mod keywords;
mod literals;
mod meaning;
mod names;
mod runs;
mod userinfo;

pub(crate) use digits::Digits;
pub(crate) use keywords::Keywords;
pub(crate) use literals::{Literals, is_stem};
pub(crate) use meaning::{Says, names_a_count, says};
pub(crate) use names::{Named, named_at};
pub(crate) use runs::Runs;
pub(crate) use userinfo::Userinfo;
