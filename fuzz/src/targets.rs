//! Promises that hold for any bytes, each as a function that panics where one is broken.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use regex::bytes::Regex;
use scanner::{
    Action, Answer, Body, Content, Direction, Finding, FingerprintKey, Message, NoFiles, Policy, Request,
    RequestLine, Response, RuleSet, Scanner, Text, Verdict, apply,
};

const CUT: &str = "[actions]\nsecret = \"redact\"\npii = \"redact\"\n";

static PLAIN: LazyLock<Arc<Scanner>> = LazyLock::new(|| scanner(rules(), ""));
static CUTTER: LazyLock<Arc<Scanner>> = LazyLock::new(|| scanner(rules(), CUT));
static UNCHECKED: LazyLock<(Arc<Scanner>, Vec<Plain>)> = LazyLock::new(unchecked);

fn rules() -> RuleSet {
    RuleSet::builtin().expect("the rules that ship are good")
}

fn scanner(rules: RuleSet, policy: &str) -> Arc<Scanner> {
    let policy = Policy::parse("policy.toml", policy, &NoFiles).expect("a good policy");
    Arc::new(Scanner::new(rules, policy, FingerprintKey::new([7; 32])))
}

fn of(content: Content<'_>) -> Message<'_> {
    Message { id: None, session: None, flow: None, connect: None, content }
}

fn text(data: &[u8]) -> Message<'_> {
    of(Content::Text(Text { text: Cow::Borrowed(data), direction: Direction::Outbound, content_type: None }))
}

fn scan(scanner: &Scanner, message: &Message<'_>) -> Answer {
    scanner.scan(message, &|| false).expect("within the limits")
}

/// Any bytes are scanned, findings lie inside them, and the same bytes have the same answer.
pub(crate) fn message(data: &[u8]) {
    let answer = scan(&PLAIN, &text(data));
    for finding in &answer.findings {
        assert!(finding.start <= finding.end && finding.end <= data.len(), "{} is outside", finding.rule);
    }
    let again = scan(&PLAIN, &text(data));
    assert_eq!(answer.verdict, again.verdict);
    assert_eq!(answer.findings.len(), again.findings.len());
}

/// What is cut out is gone: edits fit and do not overlap, and none of what was found is found again.
pub(crate) fn edits(data: &[u8]) {
    let request = of(Content::Request(Request {
        method: Cow::Borrowed(b"POST"),
        url: Cow::Borrowed(b"https://sink.example/"),
        version: None,
        headers: Vec::new(),
        body: Body::Bytes(Cow::Borrowed(data)),
        trailers: Vec::new(),
    }));
    let answer = scan(&CUTTER, &request);
    let Some(edits) = answer.edits.as_ref().filter(|_| answer.verdict == Verdict::Redact) else { return };
    for two in edits.windows(2) {
        assert!(two[0].part != two[1].part || two[0].end <= two[1].start, "edits overlap");
    }
    let edited = apply(&request, edits, CUTTER.policy().limits()).expect("edits fit");
    let left = scan(&CUTTER, &text(&edited.body.expect("the body changed")));
    let acted_on = |finding: &&Finding| finding.action >= Action::Redact;
    let cut =
        |seen: &str| answer.findings.iter().filter(acted_on).any(|finding| finding.fingerprint == *seen);
    for finding in left.findings.iter().filter(acted_on) {
        assert!(!cut(&finding.fingerprint), "{} is left", finding.rule);
    }
}

/// A body that flows in pieces is seen like the whole.
pub(crate) fn stream(data: &[u8]) {
    let Some((&size, body)) = data.split_first() else { return };
    if body.is_empty() {
        return;
    }
    let response = |body| {
        of(Content::Response(Response {
            status: 200,
            reason: None,
            request: RequestLine { method: b"GET".into(), url: b"https://source.example/".into() },
            version: None,
            headers: Vec::new(),
            body,
            trailers: Vec::new(),
        }))
    };
    let whole = scan(&PLAIN, &response(Body::Bytes(Cow::Borrowed(body))));
    let (_, mut stream) = PLAIN.stream(&response(Body::Absent)).expect("it can flow");
    let mut out = Vec::new();
    for chunk in body.chunks(usize::from(size).max(1)) {
        out.extend_from_slice(&stream.push(chunk).expect("good bytes"));
    }
    out.extend(stream.finish().expect("a whole body"));
    // What servers send is flagged, so that every byte arrives.
    assert_eq!(out, body, "bytes are lost");
    let raw = whole.findings.iter().filter(|finding| finding.decoded_by.is_empty());
    for finding in raw {
        let seen = stream.findings().iter().any(|seen| seen.rule == finding.rule);
        assert!(seen, "{} is not seen in pieces of {size}", finding.rule);
    }
}

/// A rule without second opinions, and its pattern for a plain search.
struct Plain {
    id: String,
    pattern: Regex,
}

/// Whatever a plain search of every pattern finds around a whole word, the engine finds by its one pass.
pub(crate) fn slow(data: &[u8]) {
    let (scanner, plain) = &*UNCHECKED;
    let findings = scan(scanner, &text(data)).findings;
    for rule in plain {
        let Some(found) = rule.pattern.find(data) else { continue };
        let word = |at: Option<usize>| at.and_then(|at| data.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        if word(found.start().checked_sub(1)) || word(Some(found.end())) {
            continue;
        }
        let covers = findings.iter().any(|seen| seen.start < found.end() && found.start() < seen.end);
        assert!(covers, "{} is missed", rule.id);
    }
}

/// Rules that begin with a keyword of four characters of a token and lie in one run, without their checks.
fn unchecked() -> (Arc<Scanner>, Vec<Plain>) {
    let (mut files, mut plain) = (Vec::new(), Vec::new());
    for (id, keyword, pattern) in [
        ("slow.github", "ghp_", "ghp_[0-9A-Za-z]{36}"),
        ("slow.aws", "AKIA", "AKIA[A-Z2-7]{16}"),
        ("slow.google", "AIza", "AIza[0-9A-Za-z_-]{35}"),
        ("slow.slack", "xoxb-", "xoxb-[0-9]{12}-[0-9]{13}-[0-9A-Za-z]{24}"),
        ("slow.stripe", "sk_live_", "sk_live_[0-9A-Za-z]{24}"),
        ("slow.gitlab", "glpat-", "glpat-[0-9A-Za-z_-]{20}"),
        ("slow.hash", "hash:", "hash:[0-9a-f]{32}"),
    ] {
        files.push((
            format!("{id}.toml"),
            format!(
                "vendor = \"{id}\"\nsource = \"a test\"\n[[rule]]\nid = \"{id}\"\nfinds = \"a token\"\nkeywords = [\"{keyword}\"]\n\
                 pattern = '{pattern}'\nhits = [\"x\"]\nmisses = [\"y\"]\n"
            ),
        ));
        let pattern = Regex::new(&format!("(?-u){pattern}")).expect("a good pattern");
        plain.push(Plain { id: id.to_owned(), pattern });
    }
    let rules = RuleSet::default().with_files(files).expect("good rules");
    (scanner(rules, ""), plain)
}
