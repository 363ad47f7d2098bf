//! The second station: a message taken apart.

pub(crate) mod coding;
