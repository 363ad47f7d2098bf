//! What the tests of the engine share.

#![allow(dead_code, reason = "each test crate uses its own part of it")]

pub(crate) mod random;

use std::borrow::Cow;
use std::time::Duration;

use scanner::{
    Answer, Body, Content, Direction, FingerprintKey, Header, InMemory, Message, NoFiles, Policy, Request,
    RuleSet, Scanner, Session, Text,
};

/// A scanner with the rules that ship and this policy.
pub(crate) fn scanner_with(policy: &str) -> Scanner {
    let policy = Policy::parse("policy.toml", policy, &NoFiles).expect("the policy of the test is good");
    let rules = RuleSet::builtin().expect("the rules are good");
    Scanner::new(rules, policy, FingerprintKey::new([7; 32]))
}

/// A scanner with the default policy.
pub(crate) fn scanner() -> Scanner {
    scanner_with("")
}

/// Bare text going out.
pub(crate) fn text(text: &[u8]) -> Message<'_> {
    message(Content::Text(Text {
        text: Cow::Borrowed(text),
        direction: Direction::Outbound,
        content_type: None,
    }))
}

/// A POST of `body`.
pub(crate) fn post<'a>(url: &'a str, headers: &[(&'a str, &'a str)], body: &'a [u8]) -> Message<'a> {
    message(Content::Request(Request {
        method: Cow::Borrowed(b"POST"),
        url: Cow::Borrowed(url.as_bytes()),
        version: None,
        headers: headers
            .iter()
            .map(|(name, value)| Header {
                name: Cow::Borrowed(name.as_bytes()),
                value: Cow::Borrowed(value.as_bytes()),
            })
            .collect(),
        body: Body::Bytes(Cow::Borrowed(body)),
        trailers: Vec::new(),
    }))
}

fn message(content: Content<'_>) -> Message<'_> {
    Message { id: None, session: None, flow: None, connect: None, content }
}

/// The answer to a message that has one.
pub(crate) fn scan(scanner: &Scanner, message: &Message<'_>) -> Answer {
    scanner.scan(message, &|| false).expect("the message is within the limits")
}

/// Ids of the rules that fired on bare text.
pub(crate) fn rules_in(scanner: &Scanner, bytes: &[u8]) -> Vec<String> {
    if bytes.starts_with(b"GET ") {
        let text = std::str::from_utf8(bytes).expect("a URL is ASCII");
        return rules_in_requests(scanner, text.lines().filter_map(|line| line.strip_prefix("GET ")));
    }
    scan(scanner, &text(bytes)).findings.iter().map(|finding| finding.rule.to_string()).collect()
}

/// Ids of the rules that fired on requests for these URLs, in one session.
pub(crate) fn rules_in_requests<'u>(scanner: &Scanner, urls: impl Iterator<Item = &'u str>) -> Vec<String> {
    let memory = InMemory::new();
    let session = Session { memory: &memory, now: Duration::ZERO };
    let findings = urls.flat_map(|url| {
        let mut message = post(url, &[], b"");
        message.session = Some(Cow::Borrowed("s"));
        scanner
            .scan_in_session(&message, session, &|| false)
            .expect("the message is within the limits")
            .findings
    });
    findings.map(|finding| finding.rule.to_string()).collect()
}

/// Whether the check digit of a card is right.
pub(crate) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, byte)| u32::from(byte - b'0') * if i % 2 == 1 { 2 } else { 1 })
        .map(|n| n / 10 + n % 10)
        .sum();
    sum.is_multiple_of(10)
}
