//! One spelling for one host: case, trailing dot, IDN, and the many ways to write an address.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;

/// Longest name in DNS presentation form, without the trailing dot (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;

/// A host in its one spelling. Equal hosts are equal values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host<'a> {
    /// Lower-case ASCII, no trailing dot.
    Name(Cow<'a, str>),
    /// An address; IPv4 in whatever spelling, and IPv4-mapped IPv6, are IPv4.
    Ip(IpAddr),
}

impl<'a> Host<'a> {
    /// Reads a host without a port. Borrows a name that is in its one spelling already; `None` for what no
    /// resolver would take.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return v6(inner);
        }
        if text.contains(':') {
            return v6(text);
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'));
        let name = if plain { Cow::Borrowed(name) } else { canonical(name)? };
        Self::from_ascii(name)
    }

    /// A host and the port that may follow it: `name:443`, `[::1]:443`, `::1`.
    pub(crate) fn parse_with_port(text: &'a str) -> Option<(Self, Option<u16>)> {
        let (host, port) = split_port(text)?;
        Some((Self::parse(host)?, port))
    }

    fn from_ascii(name: Cow<'a, str>) -> Option<Self> {
        if name.len() > MAX_NAME || name.split('.').any(|label| label.is_empty() || label.len() > 63) {
            return None;
        }
        if ends_in_number(&name) { ipv4(&name).map(|ip| Self::Ip(ip.into())) } else { Some(Self::Name(name)) }
    }
}

/// Splits off `:port`. `None` when what follows the colon is no port.
pub(super) fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let host_end = match text.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        // More than one colon without brackets is an IPv6 address, which has no port.
        None if text.bytes().filter(|byte| *byte == b':').count() > 1 => text.len(),
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at_checked(host_end)?;
    match rest.strip_prefix(':') {
        None => rest.is_empty().then_some((host, None)),
        // `host:` is the default port (RFC 3986 §3.2.3).
        Some("") => Some((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(digits.parse().ok()?)))
        }
        Some(_) => None,
    }
}

fn v6<'a>(text: &str) -> Option<Host<'a>> {
    // A zone only says through which interface.
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    let address: Ipv6Addr = address.parse().ok()?;
    Some(Host::Ip(IpAddr::V6(address).to_canonical()))
}

/// Upper case and everything that is not ASCII, as UTS 46 maps it.
fn canonical(name: &str) -> Option<Cow<'_, str>> {
    if name.len() > 4 * MAX_NAME {
        return None;
    }
    let ascii = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL).ok()?;
    // Full stops of other scripts became dots only now.
    let ascii = match ascii.strip_suffix('.') {
        Some(stripped) => Cow::Owned(stripped.to_owned()),
        None => ascii,
    };
    // Characters that no name has, and that resolvers and log readers understand in their own ways.
    let legal = ascii.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    legal.then_some(ascii)
}

/// As the WHATWG URL standard decides whether a host is an IPv4 address.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.bytes().all(|byte| byte.is_ascii_digit()) || (last.starts_with("0x") && number(last).is_some())
}

/// `127.0.0.1`, `127.1`, `0x7f.1`, `0177.0.0.1`, `2130706433`: what `inet_aton` takes.
fn ipv4(name: &str) -> Option<Ipv4Addr> {
    let mut parts = [0_u64; 4];
    let mut count = 0;
    for part in name.split('.') {
        *parts.get_mut(count)? = number(part)?;
        count += 1;
    }
    let (last, leading) = parts[..count].split_last()?;
    let mut address = *last;
    if *last >= 1 << (8 * (5 - count)) {
        return None;
    }
    for (index, part) in leading.iter().enumerate() {
        if *part > 255 {
            return None;
        }
        address |= part << (8 * (3 - index));
    }
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.as_bytes() {
        [b'0', b'x', ..] => (&part[2..], 16),
        [b'0', _, ..] => (&part[1..], 8),
        _ => (part, 10),
    };
    if digits.is_empty() && radix == 16 {
        return Some(0);
    }
    // `from_str_radix` takes a sign.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then(|| u64::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str) -> Option<String> {
        Host::parse(text).map(|host| match host {
            Host::Name(name) => name.into_owned(),
            Host::Ip(ip) => ip.to_string(),
        })
    }

    #[test]
    fn one_host_has_one_spelling() {
        for (text, want) in [
            ("example.com", "example.com"),
            ("Example.COM.", "example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("example。com", "example.com"),
            ("my_host.example.com", "my_host.example.com"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1.", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0X7F.1", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("１２７.0.0.1", "127.0.0.1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
            ("[fe80::1%eth0]", "fe80::1"),
            ("[::ffff:127.0.0.1]", "127.0.0.1"),
            ("[0:0::FFFF:7f00:1]", "127.0.0.1"),
            ("1.2.3.4.example", "1.2.3.4.example"),
            ("0xe.example", "0xe.example"),
        ] {
            assert_eq!(spelled(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let long = "a.".repeat(130);
        for text in [
            "",
            ".",
            "a..b",
            ".a",
            "a..",
            "a b",
            "a%41.b",
            "a/b",
            "a@b",
            "[::1",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.256",
            "4294967296",
            "0x100000000",
            "::g",
            "a\\b",
            "a\0b",
            "08.1.1.1",
            long.as_str(),
        ] {
            assert_eq!(spelled(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_port_is_split_off() {
        assert_eq!(split_port("a.b:443"), Some(("a.b", Some(443))));
        assert_eq!(split_port("a.b:"), Some(("a.b", None)));
        assert_eq!(split_port("[::1]:80"), Some(("[::1]", Some(80))));
        assert_eq!(split_port("::1"), Some(("::1", None)));
        for wrong in ["a:b", "a:65536", "[::1]x", "[::1", "a:+1"] {
            assert_eq!(split_port(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_plain_name_is_borrowed() {
        assert!(matches!(
            Host::parse("api.example.com."),
            Some(Host::Name(Cow::Borrowed("api.example.com")))
        ));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in "\\PC{0,40}|[0-9a-fxX.:\\[\\]]{0,30}") {
            if let Some(once) = spelled(&text) {
                prop_assert_eq!(spelled(&once), Some(once.clone()));
            }
        }
    }
}
