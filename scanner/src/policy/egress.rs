//! Which hosts may be reached, and how.

use crate::hosts::{Host, HostPattern, HostSet, PrivateSet};

/// The host lists of a policy.
#[derive(Debug)]
pub(crate) struct Egress {
    /// Empty: any public host.
    allow: HostSet,
    passthrough: HostSet,
    /// As the file spells them, for the addon.
    pub(super) passthrough_names: Vec<String>,
    pub(crate) private: PrivateSet,
}

impl Egress {
    pub(super) fn new(
        allow: Vec<HostPattern>,
        passthrough: Vec<HostPattern>,
        passthrough_names: Vec<String>,
        private: PrivateSet,
    ) -> Self {
        Self {
            allow: HostSet::new(allow),
            passthrough: HostSet::new(passthrough),
            passthrough_names,
            private,
        }
    }

    /// Whether there is an allow list at all.
    pub(crate) fn is_listed(&self) -> bool {
        !self.allow.is_empty()
    }

    /// Whether the lists let this public host through.
    pub(crate) fn allows(&self, host: &Host<'_>, port: Option<u16>) -> bool {
        !self.is_listed() || self.allow.covers(host, port) || self.passthrough.covers(host, port)
    }
}
