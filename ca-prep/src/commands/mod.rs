//! What the commands do.

pub(crate) mod issue;
mod made;
pub(crate) mod remove;
pub(crate) mod seal;
pub(crate) mod trust;
