//! The certificate authority of one bottle: made, kept within its policy, handed to mitmproxy, taken away.

mod authority;
mod cli;
mod commands;
mod constraints;
mod egress;
mod error;
mod generation;
mod handshake;
mod harden;
mod host;
mod install;
mod interrupt;
mod key;
mod manifest;
mod patience;
mod pem;
mod place;
mod planned;
mod proxy;
mod read;
mod signer;
mod speech;
mod stage;
mod trust;
mod tunnel;
mod turn;

pub use authority::{Authority, Leaf, Terms, Validity};
pub use cli::run;
pub use constraints::constraints;
pub use egress::Egress;
pub use error::Error;
pub use host::Host;
pub use key::{KeyKind, SecretKey};
