//! Private hosts, and which of them the policy lets through.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{Reach, embedded, reach};
use super::name::Host;
use super::pattern::HostPattern;

/// Names of metadata services, by the clouds' documents.
const METADATA_NAMES: &[&str] = &["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

/// Names that never leave the machine or its network: RFC 6761, RFC 6762, RFC 8375, and `internal`, which ICANN
/// keeps for private use.
const PRIVATE_SUFFIXES: &[&str] = &["localhost", "localdomain", "local", "internal", "home.arpa"];

/// What the name or address itself says about where it leads, before any look-up.
pub(super) fn host_reach(host: &Host<'_>) -> Reach {
    match host {
        Host::Ip(ip) => reach(*ip),
        Host::Name(name) if METADATA_NAMES.contains(&&**name) || &**name == "instance-data" => {
            Reach::Metadata
        }
        // A name without a dot is looked up in the local network only.
        Host::Name(name) if !name.contains('.') => Reach::Private,
        Host::Name(name) if PRIVATE_SUFFIXES.iter().any(|suffix| is_below(name, suffix)) => Reach::Private,
        Host::Name(_) => Reach::Public,
    }
}

fn is_below(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
}

/// Private hosts and networks that may be reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrivateSet(Vec<PrivateEntry>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrivateEntry {
    /// A name or one address.
    Host(HostPattern),
    /// A network, and the port if only one is meant.
    Net(IpNet, Option<u16>),
}

impl PrivateEntry {
    /// Reads a host, an address or a CIDR, each with an optional port (`[fd00::/8]:80` for IPv6). The error says
    /// what is expected.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "expected a network such as `10.0.0.0/8` or `[fd00::/8]:443`";
        if !text.contains('/') {
            return HostPattern::parse(text).map(Self::Host);
        }
        let (net, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or(EXPECTED)?,
            None if text.matches(':').count() == 1 => text.split_at(text.find(':').unwrap_or(text.len())),
            None => (text, ""),
        };
        let net: IpNet = net.parse().map_err(|_| EXPECTED)?;
        if net != net.trunc() {
            return Err("bits are set after the prefix of the network");
        }
        let port = match port.strip_prefix(':') {
            Some(digits) => Some(digits.parse().map_err(|_| EXPECTED)?),
            None if port.is_empty() => None,
            None => return Err(EXPECTED),
        };
        Ok(Self::Net(net, port))
    }

    fn covers(&self, host: &Host<'_>, port: Option<u16>) -> bool {
        match (self, host) {
            (Self::Host(pattern), _) => pattern.covers(host, port),
            (Self::Net(net, only), Host::Ip(ip)) => {
                (only.is_none() || *only == port)
                    && (net.contains(ip) || inner(*ip).is_some_and(|ip| net.contains(&ip)))
            }
            (Self::Net(..), Host::Name(_)) => false,
        }
    }
}

fn inner(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => embedded(ip).map(IpAddr::V4),
    }
}

impl PrivateSet {
    pub(crate) fn new(entries: Vec<PrivateEntry>) -> Self {
        Self(entries)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this private name or address may be reached on this port.
    pub(crate) fn covers(&self, host: &Host<'_>, port: Option<u16>) -> bool {
        self.0.iter().any(|entry| entry.covers(host, port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_names_never_leave_the_network() {
        for (name, want) in [
            ("example.com", Reach::Public),
            ("localhost.example.com", Reach::Public),
            ("localhost", Reach::Private),
            ("app.localhost", Reach::Private),
            ("printer.local", Reach::Private),
            ("host.docker.internal", Reach::Private),
            ("redis", Reach::Private),
            ("metadata.google.internal", Reach::Metadata),
            ("METADATA.google.internal.", Reach::Metadata),
            ("0xa9fea9fe", Reach::Metadata),
        ] {
            assert_eq!(host_reach(&Host::parse(name).unwrap()), want, "{name}");
        }
    }

    #[test]
    fn what_is_listed_may_be_reached() {
        let entries = ["10.0.0.0/8", "127.0.0.1:3000", "[fd00::/8]:443", "git.internal", "192.168.0.0/16:80"];
        let set = PrivateSet::new(entries.map(|text| PrivateEntry::parse(text).unwrap()).into());
        for (host, port, want) in [
            ("10.1.2.3", None, true),
            ("[64:ff9b::a01:203]", Some(1), true),
            ("127.0.0.1", Some(3000), true),
            ("0x7f.1", Some(3000), true),
            ("127.0.0.1", Some(3001), false),
            ("127.0.0.1", None, false),
            ("[fd00::5]", Some(443), true),
            ("[fd00::5]", Some(80), false),
            ("192.168.1.1", Some(80), true),
            ("192.168.1.1", Some(443), false),
            ("git.internal", Some(22), true),
            ("x.git.internal", Some(22), false),
            ("172.16.0.1", Some(80), false),
        ] {
            assert_eq!(set.covers(&Host::parse(host).unwrap(), port), want, "{host} {port:?}");
        }
    }

    #[test]
    fn a_wrong_network_is_refused() {
        for text in
            ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8:x", "[fd00::/8", "fd00::/8]:1", "a/b", "[::/0]80"]
        {
            assert!(PrivateEntry::parse(text).is_err(), "{text}");
        }
    }
}
