//! Hosts judged: one row, one message.

use std::borrow::Cow;

use super::{HostFinding, judge};
use crate::message::{
    Body, Connect, Content, Direction, Header, Message, Request, RequestLine, Response, Text, WebSocket,
};
use crate::policy::{NoFiles, Policy};

fn policy(text: &str) -> Policy {
    Policy::parse("policy.toml", text, &NoFiles).unwrap()
}

/// `host`, `sni`, `peer`; an empty string is none. The port is 443.
fn connect(claims: [&'static str; 3]) -> Connect<'static> {
    let [host, sni, peer] = claims.map(|claim| Some(Cow::Borrowed(claim)).filter(|claim| !claim.is_empty()));
    Connect { host, port: Some(443), sni, peer }
}

fn message(connect: Option<Connect<'static>>, content: Content<'static>) -> Message<'static> {
    Message { id: None, session: None, flow: None, connect, content }
}

fn request(claims: [&'static str; 3], url: &'static str, hosts: &[&'static str]) -> Message<'static> {
    let header = |value: &&'static str| Header {
        name: Cow::Borrowed(b"Host"),
        value: Cow::Borrowed(value.as_bytes()),
    };
    let request = Request {
        method: Cow::Borrowed(b"GET"),
        url: Cow::Borrowed(url.as_bytes()),
        version: None,
        headers: hosts.iter().map(header).collect(),
        body: Body::Absent,
        trailers: Vec::new(),
    };
    let connect = (claims != ["", "", ""]).then(|| connect(claims));
    message(connect, Content::Request(request))
}

fn judged(policy: &Policy, message: &Message<'_>) -> Vec<(&'static str, &'static str)> {
    judge(message, policy).iter().map(|finding| (finding.rule, finding.part)).collect()
}

#[test]
fn names_that_agree_pass_in_every_spelling() {
    let policy = Policy::default();
    for (claims, url, host) in [
        (["a.test", "a.test", ""], "https://a.test/x", "a.test"),
        (["a.test", "a.test", "93.184.216.34"], "https://a.test/x", "a.test"),
        (["A.test", "a.TEST", ""], "https://a.test./x", "a.test:443"),
        (["a.test", "", ""], "https://a.test:443/x", "a.test"),
        (["bücher.test", "xn--bcher-kva.test", ""], "https://xn--bcher-kva.test/", "BÜCHER.test"),
        (["93.184.216.34", "", ""], "https://93.184.216.34/", "93.184.216.34"),
        (["2606:4700::1111", "", ""], "https://[2606:4700:0::1111]/", "[2606:4700::1111]:443"),
        (["", "", ""], "https://a.test/x", "a.test"),
        (["", "", ""], "/x", "a.test"),
        (["a.test", "a.test", ""], "/x", ""),
        (["", "", ""], "/x", ""),
    ] {
        assert_eq!(judged(&policy, &request(claims, url, &[host])), [], "{claims:?} {url} {host}");
    }
}

#[test]
fn names_that_disagree_are_fronting() {
    let policy = Policy::default();
    let fronting = |part: &'static str| ("host.fronting", part);
    for (claims, url, hosts, want) in [
        (["a.test", "b.test", ""], "https://a.test/", &["a.test"][..], vec![fronting("connect")]),
        (["a.test", "a.test", ""], "https://b.test/", &["a.test"], vec![fronting("url")]),
        (["a.test", "a.test", ""], "https://a.test/", &["b.test"], vec![fronting("header:host")]),
        (
            ["a.test", "a.test", ""],
            "https://b.test/",
            &["b.test"],
            vec![fronting("url"), fronting("header:host")],
        ),
        (["a.test", "", ""], "/", &["sub.a.test"], vec![fronting("header:host")]),
        (["", "a.test", ""], "/", &["b.test"], vec![fronting("header:host")]),
        (["", "", ""], "https://a.test/", &["b.test"], vec![fronting("header:host")]),
        (["", "", ""], "https://a.test@b.test/", &["a.test"], vec![fronting("header:host")]),
        (["93.184.216.34", "a.test", ""], "/", &["93.184.216.34"], vec![fronting("connect")]),
        (["a.test", "a.test", ""], "https://a.test:8443/", &["a.test"], vec![fronting("url")]),
        (["a.test", "a.test", ""], "/", &["a.test:80"], vec![fronting("header:host")]),
        (["a.test", "a.test", ""], "/", &["a.test", "b.test"], vec![fronting("header:host")]),
        (["a.test", "a.test", ""], "/", &["a.test, b.test"], vec![fronting("header:host")]),
        (["a.test", "a.test", ""], "/", &["a%2etest"], vec![fronting("header:host")]),
        (["a.test", "a.test", ""], "https://a.test\\@b.test/", &["a.test"], vec![fronting("url")]),
    ] {
        assert_eq!(judged(&policy, &request(claims, url, hosts)), want, "{claims:?} {url} {hosts:?}");
    }
}

#[test]
fn a_finding_is_the_host_without_its_port() {
    let policy = Policy::default();
    let found =
        judge(&request(["a.test", "", ""], "https://u:p@b.test:1/", &["a.test", "c.test:2"]), &policy);
    let url = HostFinding {
        rule: "host.fronting",
        reason_code: "host_fronting",
        part: "url",
        index: None,
        start: 12,
        end: 18,
    };
    let header = HostFinding { part: "header:host", index: Some(1), start: 0, end: 6, ..url };
    assert_eq!(found, [url, header]);
    let found = judge(&request(["long-name.test", "b.test", ""], "/", &[]), &policy);
    assert_eq!(found, [HostFinding { part: "connect", start: 0, end: 14, ..url }]);
}

#[test]
fn an_authority_pseudo_header_is_compared_too() {
    let mut message = request(["a.test", "a.test", ""], "/", &["b.test"]);
    if let Content::Request(request) = &mut message.content {
        request.headers[0].name = Cow::Borrowed(b":authority");
    }
    assert_eq!(judged(&Policy::default(), &message), [("host.fronting", "header::authority")]);
}

#[test]
fn hosts_outside_the_list_are_not_allowed() {
    let listed = policy(
        "[egress]\nallow = [\"a.test\", \"*.b.test:443\"]\npassthrough = [\"pinned.test\"]\nprivate = [\"git.internal\"]",
    );
    for (host, allowed) in [
        ("a.test", true),
        ("x.b.test", true),
        ("pinned.test", true),
        ("git.internal", true),
        ("b.test", false),
        ("c.test", false),
        ("1.1.1.1", false),
    ] {
        let want = if allowed { vec![] } else { vec![("host.not-allowed", "connect")] };
        assert_eq!(
            judged(&listed, &message(None, Content::Connect(connect([host, "", ""])))),
            want,
            "{host}"
        );
    }
    assert_eq!(judged(&listed, &request(["", "", ""], "/", &[])), [("host.not-allowed", "url")]);
    assert_eq!(
        judged(&listed, &request(["", "", ""], "/", &["c.test"])),
        [("host.not-allowed", "header:host")]
    );
}

#[test]
fn what_no_resolver_takes_is_not_allowed() {
    for host in ["a b", "a..test", "*.test", "1.2.3.4.5", "[::1"] {
        let message = message(None, Content::Connect(connect([host, "", ""])));
        assert_eq!(judged(&Policy::default(), &message), [("host.not-allowed", "connect")], "{host}");
    }
}

#[test]
fn private_hosts_need_the_policy_whatever_the_allow_list_says() {
    let listed = "[egress]\nallow = [\"10.0.0.1\", \"localhost\"]";
    for text in ["", listed] {
        let policy = policy(text);
        for host in [
            "localhost",
            "10.0.0.1",
            "0x7f.1",
            "2130706433",
            "::1",
            "::ffff:10.0.0.1",
            "169.254.169.254",
            "redis",
        ] {
            let message = message(None, Content::Connect(connect([host, "", ""])));
            assert_eq!(judged(&policy, &message), [("host.private", "connect")], "{host}");
        }
    }
}

#[test]
fn the_address_connected_to_is_judged_like_the_name() {
    let some = "[egress]\nprivate = [\"10.0.0.0/8:443\", \"git.internal\", \"192.168.0.1:80\"]";
    for (text, host, peer, private) in [
        ("", "a.test", "93.184.216.34", false),
        ("", "a.test", "127.0.0.1", true),
        ("", "a.test", "[::ffff:10.1.1.1]:443", true),
        ("", "a.test", "169.254.169.254", true),
        ("", "a.test", "not an address", true),
        (some, "a.test", "10.1.1.1", false),
        (some, "a.test", "10.1.1.1:80", true),
        (some, "a.test", "192.168.0.1", true),
        (some, "git.internal", "172.16.0.9", false),
        (some, "git.internal", "169.254.169.254", true),
    ] {
        let message = message(None, Content::Connect(connect([host, "", peer])));
        let want = if private { vec![("host.private", "connect")] } else { vec![] };
        assert_eq!(judged(&policy(text), &message), want, "{text} {host} {peer}");
    }
}

#[test]
fn responses_and_websocket_messages_are_judged_by_what_they_carry() {
    let policy = Policy::default();
    let url = || Cow::Borrowed(&b"https://b.test/"[..]);
    let response = Content::Response(Response {
        status: 200,
        reason: None,
        request: RequestLine { method: Cow::Borrowed(b"GET"), url: url() },
        version: None,
        headers: vec![Header { name: Cow::Borrowed(b"host"), value: Cow::Borrowed(b"c.test") }],
        body: Body::Absent,
        trailers: Vec::new(),
    });
    let websocket = Content::WebSocket(WebSocket {
        url: url(),
        from_client: true,
        opcode: crate::message::Opcode::Text,
        body: Body::Absent,
    });
    for content in [response, websocket] {
        let fronted = message(Some(connect(["a.test", "", ""])), content);
        assert_eq!(judged(&policy, &fronted), [("host.fronting", "url")]);
        let led_astray = Message { connect: Some(connect(["b.test", "b.test", "10.0.0.1"])), ..fronted };
        assert_eq!(judged(&policy, &led_astray), [("host.private", "connect")]);
    }
}

#[test]
fn text_has_no_host() {
    let text =
        Text { text: Cow::Borrowed(b"http://10.0.0.1/"), direction: Direction::Outbound, content_type: None };
    let message = message(Some(connect(["localhost", "b.test", ""])), Content::Text(text));
    let listed = policy("[egress]\nallow = [\"a.test\"]");
    assert_eq!(judged(&listed, &message), []);
}
