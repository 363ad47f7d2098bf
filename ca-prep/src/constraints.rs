//! What an authority may vouch for (RFC 5280, 4.2.1.10).

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};

use crate::egress::Egress;
use crate::host::Host;

/// The constraints that hold an authority to the allow list, or nothing where there is none.
///
/// A DNS constraint permits the name and everything below it: `api.example.com` also lets
/// `x.api.example.com` be signed, and `*.example.com` also `example.com` itself.
#[must_use]
pub fn constraints(egress: &Egress) -> Option<NameConstraints> {
    if !egress.is_limited() {
        return None;
    }
    let opened = egress.opened();
    let names = names(&opened);
    let networks = networks(&opened);
    let mut permitted: Vec<_> = networks.iter().map(|network| subtree(*network)).collect();
    permitted.extend(names.iter().cloned().map(GeneralSubtree::DnsName));
    let mut excluded = Vec::new();
    if names.is_empty() {
        // The empty name is above every name.
        excluded.push(GeneralSubtree::DnsName(String::new()));
    }
    if networks.is_empty() {
        // A kind of name of which nothing is permitted must be excluded: silence permits all of it.
        excluded.extend([IpNet::from(any_v4()), IpNet::from(any_v6())].map(subtree));
    }
    Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded })
}

/// The names at or below which certificates are wanted, without those that another one covers.
fn names(hosts: &[Host]) -> Vec<String> {
    let names: BTreeSet<&str> = hosts
        .iter()
        .filter_map(|host| match host {
            Host::Name(name) | Host::Below(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let covered = |name: &str| name.match_indices('.').any(|(dot, _)| names.contains(&name[dot + 1..]));
    names.iter().filter(|name| !covered(name)).map(ToString::to_string).collect()
}

/// The permitted addresses; with the two loopback addresses, if any.
///
/// For a client that connects to an address, mitmproxy writes its own listening address into the leaf too.
fn networks(hosts: &[Host]) -> Vec<IpNet> {
    let mut networks: Vec<IpNet> = hosts
        .iter()
        .filter_map(|host| match host {
            Host::Address(address) => Some(IpNet::from(*address)),
            Host::Network(network) => Some(*network),
            _ => None,
        })
        .collect();
    if !networks.is_empty() {
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        networks.extend(loopback.map(IpNet::from));
    }
    IpNet::aggregate(&networks)
}

fn subtree(network: IpNet) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(network.network(), network.prefix_len()))
}

fn any_v4() -> ipnet::Ipv4Net {
    ipnet::Ipv4Net::default()
}

fn any_v6() -> ipnet::Ipv6Net {
    ipnet::Ipv6Net::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(hosts: &[&str]) -> Vec<GeneralSubtree> {
        constraints(&Egress::of_hosts(hosts).unwrap()).unwrap().permitted_subtrees
    }

    #[test]
    fn no_allow_list_no_constraints() {
        assert!(constraints(&Egress::default()).is_none());
    }

    #[test]
    fn a_name_covered_by_another_is_left_out() {
        let found = permitted(&["a.example", "*.a.example", "b.a.example", "ba.example"]);
        let names = ["a.example", "ba.example"].map(|name| GeneralSubtree::DnsName(name.into()));
        assert_eq!(found, names);
    }

    #[test]
    fn without_addresses_all_addresses_are_excluded() {
        let found = constraints(&Egress::of_hosts(&["a.example"]).unwrap()).unwrap();
        assert_eq!(found.excluded_subtrees.len(), 2);
    }

    #[test]
    fn with_addresses_alone_every_name_is_excluded() {
        let found = constraints(&Egress::of_hosts(&["192.0.2.1"]).unwrap()).unwrap();
        assert_eq!(found.excluded_subtrees, [GeneralSubtree::DnsName(String::new())]);
        assert_eq!(found.permitted_subtrees.len(), 3);
    }
}
