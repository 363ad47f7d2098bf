//! Host patterns: an exact name, or `*.name` for every name below it and not the name itself.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::name::{Host, split_port};

/// One pattern, in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPattern {
    kind: Kind,
    /// Only this port; any when absent.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(Box<str>),
    Below(Box<str>),
    /// `first*last`: something without a dot between. Only in the built-in lists.
    Between(Box<str>, Box<str>),
    Ip(IpAddr),
}

impl HostPattern {
    /// Reads `name`, `*.name`, an address, each with an optional port. The error says what is expected.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "expected a host name, `*.name` or an IP address, with an optional port";
        let (host, port) = split_port(text).ok_or(EXPECTED)?;
        let kind = match (host.strip_prefix("*."), Host::parse(host.strip_prefix("*.").unwrap_or(host))) {
            (None, Some(Host::Name(name))) => Kind::Exact(name.into()),
            (None, Some(Host::Ip(ip))) => Kind::Ip(ip),
            (Some(_), Some(Host::Name(name))) => Kind::Below(name.into()),
            (Some(_), Some(Host::Ip(_))) => return Err("there is nothing below an IP address"),
            (_, None) if host.contains('*') => return Err("`*` may only stand first, as in `*.example.com`"),
            (_, None) => return Err(EXPECTED),
        };
        Ok(Self { kind, port })
    }

    /// Like [`Self::parse`], and knows `first*last`, where `*` is something without a dot.
    pub(crate) fn builtin(text: &str) -> Result<Self, &'static str> {
        match text.split_once('*') {
            Some((first, last)) if !text.starts_with("*.") => {
                Ok(Self { kind: Kind::Between(first.into(), last.into()), port: None })
            }
            _ => Self::parse(text),
        }
    }

    /// Whether the pattern covers this host. A pattern with a port needs that port to be known.
    pub(crate) fn covers(&self, host: &Host<'_>, port: Option<u16>) -> bool {
        if self.port.is_some() && self.port != port {
            return false;
        }
        match (&self.kind, host) {
            (Kind::Exact(name), Host::Name(host)) => **name == **host,
            (Kind::Below(name), Host::Name(host)) => {
                host.strip_suffix(&**name).is_some_and(|rest| rest.ends_with('.'))
            }
            (Kind::Between(first, last), Host::Name(host)) => between(first, last, host),
            (Kind::Ip(ip), Host::Ip(host)) => ip == host,
            _ => false,
        }
    }
}

fn between(first: &str, last: &str, host: &str) -> bool {
    let middle = host.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
}

/// Many patterns; one look however many they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostSet {
    names: HashMap<Box<str>, Reach>,
    addresses: HashSet<IpAddr>,
    /// Patterns with a port or a star in the middle: few, looked at one by one.
    others: Vec<HostPattern>,
}

/// What a name in the set stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    itself: bool,
    below: bool,
}

impl HostSet {
    /// A set of these patterns.
    pub(crate) fn new(patterns: impl IntoIterator<Item = HostPattern>) -> Self {
        let mut set = Self::default();
        for pattern in patterns {
            match pattern {
                HostPattern { kind: Kind::Exact(name), port: None } => {
                    set.names.entry(name).or_default().itself = true;
                }
                HostPattern { kind: Kind::Below(name), port: None } => {
                    set.names.entry(name).or_default().below = true;
                }
                HostPattern { kind: Kind::Ip(ip), port: None } => {
                    set.addresses.insert(ip);
                }
                other => set.others.push(other),
            }
        }
        set
    }

    /// Whether there is no pattern at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.addresses.is_empty() && self.others.is_empty()
    }

    /// Whether a pattern covers this host in whatever spelling, with or without a port. Allocates nothing for
    /// lower-case ASCII.
    pub(crate) fn matches(&self, host: &str) -> bool {
        Host::parse_with_port(host).is_some_and(|(host, port)| self.covers(&host, port))
    }

    /// Whether a pattern covers this host and port.
    pub(crate) fn covers(&self, host: &Host<'_>, port: Option<u16>) -> bool {
        let common = match host {
            Host::Name(name) => self.has_name(name),
            Host::Ip(ip) => self.addresses.contains(ip),
        };
        common || self.others.iter().any(|pattern| pattern.covers(host, port))
    }

    fn has_name(&self, name: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let parents = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
        self.names.get(name).is_some_and(|reach| reach.itself)
            || parents.into_iter().any(|parent| self.names.get(parent).is_some_and(|reach| reach.below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[(&str, &str, bool)] = &[
        ("example.com", "example.com", true),
        ("example.com", "EXAMPLE.com.", true),
        ("example.com", "example.com:8443", true),
        ("example.com", "a.example.com", false),
        ("*.example.com", "a.example.com", true),
        ("*.example.com", "a.b.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "evilexample.com", false),
        ("*.Example.com.", "a.example.com", true),
        ("bücher.example", "xn--bcher-kva.example", true),
        ("*.xn--bcher-kva.example", "shop.BÜCHER.example", true),
        ("example.com:8443", "example.com:8443", true),
        ("example.com:8443", "example.com:443", false),
        ("example.com:8443", "example.com", false),
        ("127.0.0.1", "0x7f.1:99", true),
        ("127.0.0.1", "[::ffff:127.0.0.1]", true),
        ("[2001:db8::1]", "2001:DB8:0::1", true),
        ("[2001:db8::1]:80", "[2001:db8::1]:81", false),
        ("example.com", "", false),
        ("*.com", "a/b.com", false),
    ];

    #[test]
    fn a_pattern_means_what_the_contract_says() {
        for (pattern, host, want) in TABLE {
            let set = HostSet::new([HostPattern::parse(pattern).unwrap()]);
            assert_eq!(set.matches(host), *want, "set of {pattern} {host}");
            let covers = |(host, port)| HostPattern::parse(pattern).unwrap().covers(&host, port);
            assert_eq!(Host::parse_with_port(host).is_some_and(covers), *want, "{pattern} {host}");
        }
    }

    #[test]
    fn a_set_holds_name_and_star_of_the_same_name() {
        let set = HostSet::new(["a.test", "*.a.test"].map(|text| HostPattern::parse(text).unwrap()));
        assert!(set.matches("a.test") && set.matches("b.a.test") && !set.matches("b.test"));
    }

    #[test]
    fn a_star_elsewhere_is_refused() {
        for text in ["*", "a.*.com", "a*.com", "*.*.com", "**.com", "*.10.0.0.1", "", "a b", "a:x"] {
            assert!(HostPattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_builtin_pattern_knows_a_star_in_the_middle() {
        let half = HostSet::new([HostPattern::builtin("*-runtime.example.com").unwrap()]);
        assert!(half.matches("eu-1-runtime.example.com") && !half.matches("a.b-runtime.example.com"));
        let pattern = HostSet::new([HostPattern::builtin("runtime.*.example.com").unwrap()]);
        assert!(pattern.matches("runtime.eu-1.example.com"));
        for host in ["runtime.example.com", "runtime.a.b.example.com", "xruntime.a.example.com"] {
            assert!(!pattern.matches(host), "{host}");
        }
    }
}
