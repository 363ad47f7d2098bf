//! Every credential may go home: to each of its hosts, in each of its places.

use std::borrow::Cow;

use super::{ExampleKind, Home, RuleSet};
use crate::hosts::ANYWHERE;
use crate::message::{Body, Content, Header, Message, Request};
use crate::policy::Policy;
use crate::scan::Scanner;
use crate::verdict::{Action, FingerprintKey};

/// A request with a credential in one place.
struct Sent {
    url: String,
    header: (String, Vec<u8>),
    body: Vec<u8>,
}

impl Sent {
    fn message(&self) -> Message<'_> {
        let json = Header { name: Cow::Borrowed(b"content-type"), value: Cow::Borrowed(self.media_type()) };
        let header =
            Header { name: self.header.0.as_bytes().into(), value: Cow::Borrowed(self.header.1.as_slice()) };
        let request = Request {
            method: Cow::Borrowed(b"POST"),
            url: self.url.as_bytes().into(),
            version: None,
            headers: vec![json, header],
            body: Body::Bytes(Cow::Borrowed(&self.body)),
            trailers: Vec::new(),
        };
        Message { id: None, session: None, flow: None, connect: None, content: Content::Request(request) }
    }

    fn media_type(&self) -> &'static [u8] {
        if self.body.starts_with(b"{") || self.body.starts_with(b"[") {
            b"application/json"
        } else {
            b"application/x-www-form-urlencoded"
        }
    }
}

/// Requests that carry `secret` to `host` at `at`, as clients write them.
fn sent(host: &str, at: &str, secret: &[u8]) -> Vec<Sent> {
    let plain = || Sent {
        url: format!("https://{host}/v1/items"),
        header: ("accept".to_owned(), b"*/*".to_vec()),
        body: Vec::new(),
    };
    let escaped = escaped(secret);
    match at.split_once(':') {
        Some(("header", name)) => {
            let scheme: &[u8] = if name == "authorization" { b"Bearer " } else { b"" };
            vec![Sent { header: (name.to_owned(), [scheme, secret].concat()), ..plain() }]
        }
        Some(("query", key)) => {
            vec![Sent { url: format!("https://{host}/v1?{key}={escaped}&x=1"), ..plain() }]
        }
        Some(("field", name)) => {
            let json = serde_json::json!({ "live": true, name: String::from_utf8_lossy(secret) });
            let form = format!("v=1&{name}={escaped}");
            [json.to_string(), form].map(|body| Sent { body: body.into_bytes(), ..plain() }).into()
        }
        Some(("member", name)) => {
            let event =
                serde_json::json!({ "event": "a", "properties": { name: String::from_utf8_lossy(secret) } });
            vec![Sent { body: serde_json::json!([event]).to_string().into_bytes(), ..plain() }]
        }
        _ => Vec::new(),
    }
}

/// As clients write it in a query or form.
fn escaped(secret: &[u8]) -> String {
    let escape = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    secret.iter().map(escape).collect()
}

/// A host that a home means.
fn host_of(pattern: &str) -> String {
    match pattern.strip_prefix("*.") {
        Some(parent) => format!("tenant.{parent}"),
        None if pattern == ANYWHERE => "any.example".to_owned(),
        None => pattern.to_owned(),
    }
}

fn places(home: &[Home]) -> impl Iterator<Item = (&str, &str)> {
    home.iter()
        .flat_map(|home| home.hosts.iter().flat_map(|host| home.at.iter().map(move |at| (&**host, &**at))))
}

#[test]
fn every_credential_may_go_home() {
    let rules = RuleSet::builtin().expect("the rules are good");
    let examples: Vec<_> = rules.examples(5).filter(|example| example.kind == ExampleKind::Token).collect();
    let scanner = Scanner::new(rules, Policy::default(), FingerprintKey::new([7; 32]));
    let mut refused = Vec::new();
    for example in examples {
        let rules = &scanner.rules().rules;
        let rule = rules.iter().find(|rule| rule.id == example.rule).expect("an example of a rule");
        let secret = &*example.text;
        // Of a webhook URL or a pair in a connection string, a part alone is none.
        let stands_alone = rule.pattern.captures_len() == 1;
        for (host, at) in places(&rule.home).filter(|_| stands_alone) {
            for sent in sent(&host_of(host), at, secret) {
                let answer = scanner.scan(&sent.message(), &|| false).expect("within the limits");
                // What a value makes together with its neighbours is no matter of homes.
                let mut alone =
                    answer.findings.iter().filter(|finding| !finding.decoded_by.contains(&"pieces"));
                let stopped = alone.find(|finding| finding.action > Action::Flag);
                if let Some(finding) = stopped {
                    refused.push(format!("{} to {host} at {at}, as {}", rule.id, finding.rule));
                }
            }
        }
    }
    refused.sort();
    refused.dedup();
    assert!(refused.is_empty(), "{} refused: {refused:#?}", refused.len());
}
