//! Where a message really goes: the CONNECT target decides, and everything else that names a host must agree.

use super::address::Reach;
use super::authority::host_in_url;
use super::name::{Host, split_port};
use super::private::host_reach;
use crate::message::{Connect, Content, Header, Message};
use crate::policy::Policy;

/// Something wrong with the host of a message. Certain, and of category `host`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostFinding {
    pub(crate) rule: &'static str,
    pub(crate) reason_code: &'static str,
    /// `connect`, `url`, `header:host` or `header::authority`.
    pub(crate) part: &'static str,
    /// Which of several headers of that name.
    pub(crate) index: Option<usize>,
    /// The host, without its port. In `connect`, whose text is the target, for what is wrong with the server name
    /// or the address connected to as well.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Somebody's word on where the message goes.
struct Claim<'m> {
    part: &'static str,
    index: Option<usize>,
    start: usize,
    /// The host as written; bytes that are no text are no host.
    text: &'m str,
    host: Option<Host<'m>>,
    port: Option<u16>,
}

impl<'m> Claim<'m> {
    /// A host with an optional port, at offset `start` of its part.
    fn new(place: &'static str, start: usize, bytes: &'m [u8]) -> Self {
        let (text, port) = std::str::from_utf8(bytes).ok().and_then(split_port).unwrap_or_default();
        Self { part: place, index: None, start, text, host: Host::parse(text), port }
    }

    fn agrees(&self, other: &Self) -> bool {
        let ports = self.port.is_none() || other.port.is_none() || self.port == other.port;
        ports && self.host.is_some() && self.host == other.host
    }

    fn finding(&self, rule: &'static str, reason_code: &'static str) -> HostFinding {
        let (start, end) = (self.start, self.start + self.text.len());
        HostFinding { rule, reason_code, part: self.part, index: self.index, start, end }
    }

    fn fronting(&self) -> HostFinding {
        self.finding("host.fronting", "host_fronting")
    }

    fn not_allowed(&self) -> HostFinding {
        self.finding("host.not-allowed", "host_not_allowed")
    }

    fn private(&self) -> HostFinding {
        self.finding("host.private", "host_private")
    }
}

/// Judges the hosts of a message: CONNECT target, server name, URL authority and `Host` or `:authority` must name
/// one host; the target must be allowed and public; the address connected to must be public.
///
/// Text without a protocol has no host. Nothing is allocated when nothing is wrong.
pub(crate) fn judge(message: &Message<'_>, policy: &Policy) -> Vec<HostFinding> {
    let mut findings = Vec::new();
    let connect = connection(message);
    let Some(target) = target(message, connect) else {
        if matches!(message.content, Content::Request(_)) && policy.egress().is_listed() {
            findings.push(Claim::new("url", 0, b"").not_allowed());
        }
        return findings;
    };
    disagreements(message, connect, &target, &mut findings);
    if let Some(finding) = destination(&target, connect, policy) {
        findings.push(finding);
    }
    findings
}

fn connection<'m>(message: &'m Message<'_>) -> Option<&'m Connect<'m>> {
    match &message.content {
        Content::Connect(connect) => Some(connect),
        Content::Text(_) => None,
        _ => message.connect.as_ref(),
    }
}

/// What is really dialled: the first of target, server name, URL and header that is known.
fn target<'m>(message: &'m Message<'_>, connect: Option<&'m Connect<'m>>) -> Option<Claim<'m>> {
    let mut target = dialled(connect)
        .or_else(|| server_name(connect))
        .or_else(|| authority(message))
        .or_else(|| host_headers(message).next())?;
    if let Some(port) = connect.and_then(|connect| connect.port) {
        target.port = Some(port);
    }
    Some(target)
}

fn dialled<'m>(connect: Option<&'m Connect<'m>>) -> Option<Claim<'m>> {
    let host = connect?.host.as_deref()?;
    Some(Claim { part: "connect", index: None, start: 0, text: host, host: Host::parse(host), port: None })
}

fn server_name<'m>(connect: Option<&'m Connect<'m>>) -> Option<Claim<'m>> {
    let name = connect?.sni.as_deref()?;
    Some(Claim { part: "connect", index: None, start: 0, text: name, host: Host::parse(name), port: None })
}

fn authority<'m>(message: &'m Message<'_>) -> Option<Claim<'m>> {
    let url: &[u8] = match &message.content {
        Content::Request(request) => &request.url,
        Content::Response(response) => &response.request.url,
        Content::WebSocket(message) => &message.url,
        Content::Connect(_) | Content::Text(_) => return None,
    };
    let range = host_in_url(url)?;
    Some(Claim::new("url", range.start, &url[range]))
}

fn host_headers<'m>(message: &'m Message<'_>) -> impl Iterator<Item = Claim<'m>> {
    let headers: &[Header<'_>] = match &message.content {
        Content::Request(request) => &request.headers,
        _ => &[],
    };
    named(headers, b"host", "header:host").chain(named(headers, b":authority", "header::authority"))
}

/// An empty `Host` names nobody (RFC 9110 §7.2).
fn named<'m>(
    headers: &'m [Header<'_>],
    name: &'m [u8],
    part: &'static str,
) -> impl Iterator<Item = Claim<'m>> {
    let of_name = move |header: &&Header<'_>| header.name.eq_ignore_ascii_case(name);
    let several = headers.iter().filter(of_name).count() > 1;
    headers.iter().filter(of_name).enumerate().filter(|(_, header)| !header.value.is_empty()).map(
        move |(index, header)| Claim {
            index: several.then_some(index),
            ..Claim::new(part, 0, &header.value)
        },
    )
}

/// A server name that is absent claims nothing: the proxy then asks the target for its own certificate.
fn disagreements(
    message: &Message<'_>,
    connect: Option<&Connect<'_>>,
    target: &Claim<'_>,
    findings: &mut Vec<HostFinding>,
) {
    if server_name(connect).is_some_and(|name| !name.agrees(target)) {
        findings.push(HostFinding { end: target.start + target.text.len(), ..target.fronting() });
    }
    let others = authority(message).into_iter().chain(host_headers(message));
    findings.extend(others.filter(|claim| !claim.agrees(target)).map(|claim| claim.fronting()));
}

/// Whether the target, and the address it led to, may be reached.
fn destination(target: &Claim<'_>, connect: Option<&Connect<'_>>, policy: &Policy) -> Option<HostFinding> {
    let Some(host) = &target.host else { return Some(target.not_allowed()) };
    let egress = policy.egress();
    let permitted = egress.private.covers(host, target.port);
    if host_reach(host) > Reach::Public && !permitted {
        return Some(target.private());
    }
    if !permitted && !egress.allows(host, target.port) {
        return Some(target.not_allowed());
    }
    let peer = connect?.peer.as_deref()?;
    let reached = peer_reach(peer, target.port, policy);
    // A private name that was listed may lead to a private address, but never by surprise to a metadata service.
    let surprise = if permitted { Reach::Metadata } else { Reach::Private };
    (reached >= surprise).then(|| target.private())
}

/// Where the address leads, public if it is listed. What is no address is not public.
fn peer_reach(peer: &str, port: Option<u16>, policy: &Policy) -> Reach {
    let Some((address @ Host::Ip(_), own_port)) = Host::parse_with_port(peer) else { return Reach::Metadata };
    let listed = policy.egress().private.covers(&address, own_port.or(port));
    if listed { Reach::Public } else { host_reach(&address) }
}

#[cfg(test)]
mod tests;
