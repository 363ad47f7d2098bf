//! What the commands do.

pub(crate) mod issue;
mod made;
pub(crate) mod remove;
pub(crate) mod seal;
pub(crate) mod sign;
pub(crate) mod trust;
pub(crate) mod verify;

pub(crate) use made::rfc3339;
