//! Proves at the start that the engine finds what its own rules describe.

use scanner::{
    Answer, Body, Content, Direction, ExampleKind, FingerprintKey, Message, Policy, Request, RuleSet,
    ScanError, Scanner, Text,
};

use crate::start_error::StartError;

/// Of the generated canaries. Fixed, so that a start fails everywhere or nowhere.
const SEED: u64 = 1;

/// Builds a canary for each rule and scans it: one that nothing is found in stops the start.
pub(crate) fn self_test(key: FingerprintKey) -> Result<(), StartError> {
    let scanner = Scanner::new(RuleSet::builtin()?, Policy::default(), key);
    let canaries = scanner.rules().examples(SEED).filter(|example| example.kind == ExampleKind::Hit);
    for canary in canaries {
        let found = scan(&scanner, &canary.text).is_ok_and(|answer| !answer.findings.is_empty());
        if !found {
            return Err(StartError::SelfTest { rule: canary.rule.to_string() });
        }
    }
    match scan(&scanner, b"Nothing to see here.") {
        Ok(answer) if answer.findings.is_empty() => Ok(()),
        _ => Err(StartError::SelfTestNoise),
    }
}

/// Scans an example of a rule: a text going out, or what `GET` asks for.
pub(crate) fn scan(scanner: &Scanner, text: &[u8]) -> Result<Answer, ScanError> {
    let content = text.strip_prefix(b"GET ").map_or_else(
        || Content::Text(Text { text: text.into(), direction: Direction::Outbound, content_type: None }),
        |url| Content::Request(get(url)),
    );
    let message = Message { id: None, session: None, flow: None, connect: None, content };
    scanner.scan(&message, &|| false)
}

fn get(url: &[u8]) -> Request<'_> {
    let (headers, trailers) = (Vec::new(), Vec::new());
    Request {
        method: b"GET".as_slice().into(),
        url: url.into(),
        version: None,
        headers,
        body: Body::Absent,
        trailers,
    }
}
