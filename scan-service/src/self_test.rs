//! Proves at the start that the engine finds what its own rules describe.

use std::time::Duration;

use scanner::{
    Answer, Body, Content, Direction, ExampleKind, FingerprintKey, InMemory, Message, Policy, Request,
    RuleSet, ScanError, Scanner, Session, Text,
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

/// Scans an example of a rule: a text going out, or what lines with `GET` ask for, in one session. Answers with the
/// first answer that has findings.
pub(crate) fn scan(scanner: &Scanner, text: &[u8]) -> Result<Answer, ScanError> {
    if !text.starts_with(b"GET ") {
        let text = Text { text: text.into(), direction: Direction::Outbound, content_type: None };
        let message =
            Message { id: None, session: None, flow: None, connect: None, content: Content::Text(text) };
        return scanner.scan(&message, &|| false);
    }
    let memory = InMemory::new();
    let session = Session { memory: &memory, now: Duration::ZERO };
    let mut last = None;
    for line in text.split(|byte| *byte == b'\n') {
        let content = Content::Request(get(line.strip_prefix(b"GET ").unwrap_or(line)));
        let session_name = Some("self-test".into());
        let message = Message { id: None, session: session_name, flow: None, connect: None, content };
        let answer = scanner.scan_in_session(&message, session, &|| false)?;
        let is_telling = !answer.findings.is_empty();
        last = Some(answer);
        if is_telling {
            break;
        }
    }
    Ok(last.expect("a text has a line"))
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
