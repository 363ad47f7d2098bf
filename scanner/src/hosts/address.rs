//! Addresses that are not the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// The internet.
    Public,
    /// This machine, its networks, or a group of machines.
    Private,
    /// The metadata service of a cloud: credentials for whoever asks.
    Metadata,
}

/// Not public by the IANA IPv4 Special-Purpose Address Registry, and multicast (RFC 5771). Documentation
/// networks lead nowhere and are left out.
const PRIVATE_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// Not public by the IANA IPv6 Special-Purpose Address Registry, site-local (RFC 3879) and multicast.
const PRIVATE_V6: &[Ipv6Net] = &[
    v6([0, 0, 0, 0, 0, 0, 0, 0], 127),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

/// AWS, Google, Azure and most others; ECS tasks; EKS pods; Oracle; Alibaba; Azure's host agent, whose address
/// is a public one.
const METADATA_V4: &[Ipv4Addr] = &[
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
];

/// AWS, EKS pods, Google.
const METADATA_V6: &[Ipv6Addr] = &[
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(words: [u16; 8], prefix: u8) -> Ipv6Net {
    let mut bits = 0;
    let mut index = 0;
    while index < words.len() {
        bits = (bits << 16) | words[index] as u128;
        index += 1;
    }
    Ipv6Net::new_assert(Ipv6Addr::from_bits(bits), prefix)
}

/// What an address leads to; an IPv6 address that carries an IPv4 address leads wherever either of them does.
pub(super) fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => embedded(ip).map_or(Reach::Public, reach_v4).max(reach_v6(ip)),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    if METADATA_V4.contains(&ip) {
        Reach::Metadata
    } else if PRIVATE_V4.iter().any(|net| net.contains(&ip)) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    if METADATA_V6.contains(&ip) {
        Reach::Metadata
    } else if PRIVATE_V6.iter().any(|net| net.contains(&ip)) {
        Reach::Private
    } else {
        Reach::Public
    }
}

/// The IPv4 address inside an IPv6 address: mapped and compatible (RFC 4291 §2.5.5), NAT64 (RFC 6052), 6to4
/// (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214).
pub(super) fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let words = ip.segments();
    let pair = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match words {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..]
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(pair(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(pair(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_where_the_registries_say() {
        for (text, want) in [
            ("1.1.1.1", Reach::Public),
            ("172.32.0.1", Reach::Public),
            ("100.128.0.1", Reach::Public),
            ("203.0.113.7", Reach::Public),
            ("2606:4700::1111", Reach::Public),
            ("64:ff9b::101:101", Reach::Public),
            ("0.0.0.0", Reach::Private),
            ("10.255.0.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("127.8.8.8", Reach::Private),
            ("169.254.1.1", Reach::Private),
            ("172.31.255.255", Reach::Private),
            ("192.168.0.1", Reach::Private),
            ("224.0.0.251", Reach::Private),
            ("255.255.255.255", Reach::Private),
            ("::", Reach::Private),
            ("::1", Reach::Private),
            ("fe80::1", Reach::Private),
            ("fd12:3456::1", Reach::Private),
            ("ff02::1", Reach::Private),
            ("::ffff:10.0.0.1", Reach::Private),
            ("::10.0.0.1", Reach::Private),
            ("2002:a00:1::", Reach::Private),
            ("64:ff9b::7f00:1", Reach::Private),
            ("64:ff9b:1::1", Reach::Private),
            ("2001:0:1:2:3:4:f5ff:fffe", Reach::Private),
            ("2606:4700::5efe:10.0.0.1", Reach::Private),
            ("169.254.169.254", Reach::Metadata),
            ("168.63.129.16", Reach::Metadata),
            ("fd00:ec2::254", Reach::Metadata),
            ("::ffff:169.254.169.254", Reach::Metadata),
            ("64:ff9b::a9fe:a9fe", Reach::Metadata),
        ] {
            assert_eq!(reach(text.parse().unwrap()), want, "{text}");
        }
    }
}
