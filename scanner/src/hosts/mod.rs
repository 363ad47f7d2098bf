//! Who is talked to: host patterns, credentials at home, fronting, the allow list, private addresses.

mod address;
mod authority;
mod fronting;
mod home;
mod name;
mod pattern;
mod private;
mod registered;

pub(crate) use authority::host_in_url;
pub(crate) use fronting::{HostFinding, judge};
pub(crate) use home::{ANYWHERE, Place, Spot, at_home, is_in_open_query};
pub(crate) use name::Host;
pub(crate) use pattern::{HostPattern, HostSet};
pub(crate) use private::{PrivateEntry, PrivateSet};
pub(crate) use registered::{labels_below_domain, registered_domain};
