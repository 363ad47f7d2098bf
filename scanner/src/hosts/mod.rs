//! Who is talked to: host patterns, credentials at home, fronting, the allow list, private addresses.

mod address;
mod authority;
pub(crate) mod fronting;
pub(crate) mod home;
mod name;
mod pattern;
mod private;

pub(crate) use name::Host;
pub(crate) use pattern::{HostPattern, HostSet};
pub(crate) use private::{PrivateEntry, PrivateSet};
