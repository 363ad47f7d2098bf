//! Names of hosts as a policy spells them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Serialize, Serializer};

/// One host, or a set of hosts, that the policy names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// One name, in lower-case ASCII, without a trailing dot.
    Name(String),
    /// `*.name`: every name below, not the name itself. Holds `name`.
    Below(String),
    /// One address.
    Address(IpAddr),
    /// A range of addresses.
    Network(IpNet),
}

impl Host {
    /// Reads an entry of `allow`, `passthrough` or `--host`: a name, `*.name` or an address.
    ///
    /// Any case, a trailing dot and IDN spelling are understood. The error says what is wrong with the entry.
    pub fn pattern(text: &str) -> Result<Self, String> {
        if let Some(address) = address(text) {
            return Ok(Self::Address(address));
        }
        if text == "*" {
            return Err("`*` allows everything: leave the list empty instead".into());
        }
        match text.strip_prefix("*.") {
            Some(parent) => name(parent).map(Self::Below),
            None => name(text).map(Self::Name),
        }
    }

    /// Reads an entry of `private`: a name, address or network, with or without a port.
    pub fn private(text: &str) -> Result<Self, String> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        if let Some(address) = address(text) {
            return Ok(Self::Address(address));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => Self::pattern(host),
            Some((_, port)) => Err(format!("`{port}` is not a port (1 to 65535)")),
            None => Self::pattern(text),
        }
    }

    /// The name or address itself, which for `*.name` is `*.name`; what a leaf certificate is made for.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Below(parent) => format!("*.{parent}"),
            Self::Address(address) => address.to_string(),
            Self::Network(network) => network.to_string(),
        }
    }

    /// Whether it is written in numbers, so that DNS has no part in it.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Network(_))
    }

    /// Whether `other`, a single name or address, is one of the hosts meant by this pattern.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Below(parent), Self::Name(name)) => is_below(name, parent),
            (Self::Network(network), Self::Address(address)) => network.contains(address),
            _ => self == other,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether `name` ends in `.parent`.
fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// An address, IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// A host name in lower-case ASCII (RFC 1123, and `_`, which real hosts have).
fn name(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.contains("://") || text.contains('/') {
        return Err("give the host alone, without scheme and path".into());
    }
    if text.matches(':').count() > 1 {
        return Err("not an IPv6 address (a zone, as in `fe80::1%eth0`, is no part of one)".into());
    }
    if text.contains(':') {
        return Err("a host pattern has no port".into());
    }
    if text.contains('*') {
        return Err("`*` can only be the whole first label, as in `*.example.com`".into());
    }
    let ascii = idna::domain_to_ascii(text).map_err(|_| "not a valid international domain name")?;
    check_labels(&ascii)?;
    Ok(ascii)
}

fn check_labels(name: &str) -> Result<(), String> {
    if name.len() > 253 {
        return Err(format!("{} bytes long; a host name has at most 253", name.len()));
    }
    for label in name.split('.') {
        check_label(label)?;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let hexadecimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if last.bytes().all(|byte| byte.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(hexadecimal) {
        return Err("ends in a number: neither a host name nor an address".into());
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match label {
        "" => Err("a host name has no empty labels".into()),
        _ if label.len() > 63 => Err(format!("a label of {} bytes; at most 63 are allowed", label.len())),
        _ if !label.bytes().all(legal) => {
            Err("a host name has letters, digits, `-`, `_` and `.` only".into())
        }
        _ if label.starts_with('-') || label.ends_with('-') => {
            Err("a label cannot begin or end with `-`".into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_makes_no_difference() {
        for spelling in ["api.example.com", "API.Example.COM", "api.example.com."] {
            assert_eq!(Host::pattern(spelling), Ok(Host::Name("api.example.com".into())));
        }
        assert_eq!(Host::pattern("*.Bücher.example"), Ok(Host::Below("xn--bcher-kva.example".into())));
        assert_eq!(Host::pattern("[::1]"), Ok(Host::Address("::1".parse().unwrap())));
        assert_eq!(Host::pattern("a_b.example"), Ok(Host::Name("a_b.example".into())));
    }

    #[test]
    fn what_cannot_be_a_host_is_refused() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = format!("{}example", "abcdefgh.".repeat(30));
        let refused = [
            "",
            "*",
            ".",
            "a..b",
            "*.",
            "a.*.b",
            "*a.example",
            "https://a.example",
            "a.example/x",
            "a.example:443",
            "-a.example",
            "a-.example",
            "a b.example",
            "1.2.3",
            "127.0.0x1",
            "0x7f000001",
            "fe80::1%eth0",
            "[::1%lo]",
            "10.0.0.0/8",
            "xn--a.example",
            &long_label,
            &long_name,
        ];
        for text in refused {
            assert!(Host::pattern(text).is_err(), "{text} was taken");
        }
    }

    #[test]
    fn private_entries_may_have_ports_and_ranges() {
        assert_eq!(Host::private("127.0.0.1:3000"), Ok(Host::Address("127.0.0.1".parse().unwrap())));
        assert_eq!(Host::private("[::1]:3000"), Ok(Host::Address("::1".parse().unwrap())));
        assert_eq!(Host::private("10.1.2.3/8"), Ok(Host::Network("10.0.0.0/8".parse().unwrap())));
        assert_eq!(Host::private("db.internal:5432"), Ok(Host::Name("db.internal".into())));
        assert!(Host::private("db.internal:0").is_err());
        assert!(Host::private("db.internal:http").is_err());
    }

    #[test]
    fn a_wildcard_is_everything_below_and_not_the_name() {
        let pattern = Host::pattern("*.example.com").unwrap();
        let name = |text: &str| Host::pattern(text).unwrap();
        assert!(pattern.covers(&name("a.example.com")) && pattern.covers(&name("a.b.example.com")));
        assert!(!pattern.covers(&name("example.com")) && !pattern.covers(&name("badexample.com")));
    }
}
