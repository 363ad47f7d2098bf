//! A body that flows is judged like the whole, in any chunking, and only what cannot become a finding goes on.

mod common;

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use common::{post, scan, scanner_with};
use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use scanner::{
    Action, Answer, Body, Content, ExampleKind, Header, Message, RequestLine, Response, Scanner, Stream,
    Verdict, apply,
};

const CUT: &str = "[actions]\nsecret = \"redact\"\npii = \"redact\"\n[actions.inbound]\nsecret = \"redact\"\npii = \"redact\"";
const BLOCK: &str = "[actions.inbound]\nsecret = \"block\"\npii = \"block\"";

static CUTTER: LazyLock<Arc<Scanner>> = LazyLock::new(|| Arc::new(scanner_with(CUT)));
static BLOCKER: LazyLock<Arc<Scanner>> = LazyLock::new(|| Arc::new(scanner_with(BLOCK)));
static DEFAULT: LazyLock<Arc<Scanner>> = LazyLock::new(|| Arc::new(scanner_with("")));

/// Tokens that are found alone in plain text.
static TOKENS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let stands_alone = |token: &[u8]| {
        let text = [b"the value is: ", token, b" , keep it"].concat();
        let answer = scan(&CUTTER, &post("https://sink.example/", &[], &text));
        matches!(&answer.findings[..], [one] if (one.start, one.end) == (14, 14 + token.len()))
    };
    let mut tokens: Vec<Vec<u8>> = (0..3)
        .flat_map(|seed| CUTTER.rules().examples(seed).collect::<Vec<_>>())
        .filter(|example| example.kind == ExampleKind::Token && example.text.len() >= 16)
        .map(|example| example.text)
        .filter(|token| stands_alone(token))
        .collect();
    tokens.sort();
    assert!(tokens.len() > 100);
    tokens
});

fn response<'a>(content_type: &'a str, coding: Option<&'a str>, body: &'a [u8]) -> Message<'a> {
    let header = |name: &'a str, value: &'a str| Header {
        name: name.as_bytes().into(),
        value: value.as_bytes().into(),
    };
    let headers = [header("content-type", content_type)];
    let coding = coding.map(|coding| header("content-encoding", coding));
    Message {
        id: None,
        session: None,
        flow: None,
        connect: None,
        content: Content::Response(Response {
            status: 200,
            reason: None,
            request: RequestLine { method: b"GET".into(), url: b"https://source.example/".into() },
            version: None,
            headers: headers.into_iter().chain(coding).collect(),
            body: if body.is_empty() { Body::Absent } else { Body::Bytes(Cow::Borrowed(body)) },
            trailers: Vec::new(),
        }),
    }
}

/// Pushes `raw` in chunks of these sizes, again and again.
fn flow(scanner: &Arc<Scanner>, head: &Message<'_>, raw: &[u8], sizes: &[usize]) -> (Vec<u8>, Stream) {
    let (_, mut stream) = scanner.stream(head).expect("it can flow");
    let mut out = Vec::new();
    let mut rest = raw;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at((*size).min(rest.len()));
        out.extend_from_slice(&stream.push(chunk).expect("good bytes"));
        rest = after;
    }
    out.extend_from_slice(&stream.finish().expect("a whole body"));
    (out, stream)
}

fn edited(message: &Message<'_>, answer: &Answer, body: &[u8]) -> Vec<u8> {
    let edits = answer.edits.as_ref().expect("all can be cut out");
    let limits = scanner::Limits::default();
    apply(message, edits, &limits).expect("edits fit").body.unwrap_or_else(|| body.to_vec())
}

type Seen = (String, usize, usize, usize);

fn seen(findings: &[scanner::Finding]) -> Vec<Seen> {
    let mut seen: Vec<Seen> =
        findings.iter().map(|one| (one.rule.to_string(), one.start, one.end, one.count)).collect();
    seen.sort();
    seen
}

fn disguised(token: &[u8], disguise: usize) -> Vec<u8> {
    match disguise {
        0 => token.to_vec(),
        1 => BASE64.encode(token).into_bytes(),
        2 => HEXLOWER.encode(token).into_bytes(),
        3 => token.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect(),
        4 => token.iter().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect(),
        5 => BASE64.encode(BASE64.encode(token).as_bytes()).into_bytes(),
        _ => token.iter().flat_map(|byte| format!("&#{byte};").into_bytes()).collect(),
    }
}

/// Prose with secrets in it, in several syntaxes.
fn bodies() -> impl Strategy<Value = String> {
    let prose = "([a-z]{1,9}[ ,.]{1,2}){0,60}";
    let secret =
        (any::<proptest::sample::Index>(), 0_usize..7, 0_usize..4).prop_map(|(index, disguise, syntax)| {
            let token: &Vec<u8> = index.get(&TOKENS);
            let token = disguised(token, disguise);
            let (before, after): (&[u8], &[u8]) = match syntax {
                0 => (b" ", b" "),
                1 => (b"\n{\"note\": \"it is ", b"\"}\n"),
                2 => (b" value: ", b"\n"),
                _ => (b" \"", b"\", "),
            };
            [before, &token, after].concat()
        });
    let piece = prop_oneof![2 => prose.prop_map(String::into_bytes), 1 => secret];
    proptest::collection::vec(piece, 1..8)
        .prop_map(|pieces| format!("so: {}", String::from_utf8(pieces.concat()).expect("ASCII")))
}

fn chunkings() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        Just(vec![1]),
        proptest::collection::vec(1_usize..40, 1..6),
        proptest::collection::vec(1_usize..5000, 1..4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_chunking_gives_the_edits_and_findings_of_the_whole(text in bodies(), sizes in chunkings()) {
        let body = text.into_bytes();
        let whole = post("https://sink.example/", &[("content-type", "text/plain")], &body);
        let head = post("https://sink.example/", &[("content-type", "text/plain")], b"");
        let answer = scan(&CUTTER, &whole);
        let (out, stream) = flow(&CUTTER, &head, &body, &sizes);
        let want = edited(&whole, &answer, &body);
        prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&want));
        prop_assert_eq!(seen(stream.findings()), seen(&answer.findings));
        prop_assert_eq!(stream.verdict(), answer.verdict);
        prop_assert_eq!(stream.answer().reason_code, answer.reason_code);
    }

    #[test]
    fn nothing_of_a_secret_goes_on_under_a_block(text in bodies(), sizes in chunkings()) {
        let body = text.into_bytes();
        let whole = response("text/plain", None, &body);
        let answer = scan(&BLOCKER, &whole);
        let (out, stream) = flow(&BLOCKER, &response("text/plain", None, b""), &body, &sizes);
        prop_assert_eq!(stream.verdict(), answer.verdict);
        let worth = answer.findings.iter().filter(|one| one.action == Action::Block);
        let first = worth.map(|one| one.start).min().unwrap_or(body.len());
        prop_assert!(out.len() <= first);
        prop_assert_eq!(&*out, &body[..out.len()]);
    }

    #[test]
    fn flags_hold_nothing_and_are_the_same(text in bodies(), sizes in chunkings()) {
        let body = text.into_bytes();
        let (_, mut stream) = DEFAULT.stream(&response("text/plain", None, b"")).expect("it can flow");
        prop_assert!(!stream.holds() && !stream.rewrites());
        let mut rest = &body[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break }
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            prop_assert_eq!(&*stream.push(chunk).expect("good bytes"), chunk);
            rest = after;
        }
        prop_assert_eq!(stream.finish().expect("whole"), b"");
        let answer = scan(&DEFAULT, &response("text/plain", None, &body));
        prop_assert_eq!(seen(stream.findings()), seen(&answer.findings));
        prop_assert_eq!(stream.verdict(), Verdict::Allow);
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn aws_key() -> String {
    String::from_utf8(token("aws.access-key-id")).expect("ASCII")
}

fn token(rule: &str) -> Vec<u8> {
    let mut examples = CUTTER.rules().examples(5);
    let is_token = |example: &scanner::Example| example.kind == ExampleKind::Token && *example.rule == *rule;
    examples.find(is_token).expect("the rule has tokens").text
}

#[test]
fn a_compressed_body_is_cut_and_goes_on_plain() {
    let text = format!("some text {} and more\n", aws_key()).repeat(40).into_bytes();
    for (coding, raw) in [("gzip", gzip(&text)), ("zstd", zstd::encode_all(&text[..], 1).expect("memory"))] {
        for sizes in [[1], [13], [100_000]] {
            let (out, stream) = flow(&CUTTER, &response("text/plain", Some(coding), b""), &raw, &sizes);
            assert!(stream.rewrites());
            let want = "some text [redacted:aws.access-key-id] and more\n".repeat(40);
            assert_eq!(String::from_utf8_lossy(&out), want);
        }
    }
}

#[test]
fn a_compressed_body_that_nothing_is_cut_out_of_goes_on_as_it_came() {
    let raw = gzip(format!("some text {} and more\n", aws_key()).as_bytes());
    let (out, stream) = flow(&DEFAULT, &response("text/plain", Some("gzip"), b""), &raw, &[5]);
    assert_eq!((out, stream.rewrites(), stream.findings().len()), (raw, false, 1));
}

#[test]
fn a_body_that_is_cut_off_or_corrupt_is_no_body() {
    let raw = gzip(b"some text that ends too early");
    let (_, mut stream) = BLOCKER.stream(&response("text/plain", Some("gzip"), b"")).expect("it can flow");
    stream.push(&raw[..raw.len() - 9]).expect("good so far");
    assert_eq!(stream.finish().expect_err("cut off").code(), "undecodable");
    let (_, mut stream) = BLOCKER.stream(&response("text/plain", Some("gzip"), b"")).expect("it can flow");
    assert_eq!(stream.push(b"no gzip at all").expect_err("corrupt").code(), "undecodable");
    assert_eq!(stream.push(&raw).expect_err("for good").code(), "undecodable");
}

fn delta(text: &str) -> String {
    let content = serde_json::to_string(text).expect("text");
    format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{content}}}}}]}}\n\n"
    )
}

/// What the deltas of a stream say together.
fn said(events: &[u8]) -> String {
    let mut said = String::new();
    for line in String::from_utf8_lossy(events).lines().filter_map(|line| line.strip_prefix("data: ")) {
        let event: serde_json::Value = serde_json::from_str(line).expect("every event is JSON still");
        said.push_str(event["choices"][0]["delta"]["content"].as_str().expect("text"));
    }
    said
}

#[test]
fn a_secret_in_pieces_over_events_is_cut_out_of_all_of_them() {
    let key = aws_key();
    for width in [1, 2, 3, 7, 19] {
        let pieces = key.as_bytes().chunks(width).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
        let words = ["Sure", ", the", " key", " is", " "]
            .into_iter()
            .chain(pieces)
            .chain([" and", " no", " more", "."]);
        let events: String = words.map(delta).collect();
        for sizes in [vec![1], vec![50, 7], vec![1000], vec![events.len()]] {
            let (out, stream) =
                flow(&CUTTER, &response("text/event-stream", None, b""), events.as_bytes(), &sizes);
            assert_eq!(
                said(&out),
                "Sure, the key is [redacted:aws.access-key-id] and no more.",
                "{width} {sizes:?}"
            );
            assert_eq!(stream.findings().len(), 1, "{width} {sizes:?}");
        }
    }
}

#[test]
fn a_block_in_pieces_ends_the_stream_between_two_events() {
    let key = aws_key();
    let (first, last) = key.split_at(9);
    let events: String = ["The", " key is ", first, last, " ok"].map(delta).concat();
    for sizes in [vec![1], vec![64], vec![events.len()]] {
        let (out, stream) = flow(
            &BLOCKER,
            &response("text/event-stream; charset=utf-8", None, b""),
            events.as_bytes(),
            &sizes,
        );
        assert_eq!(stream.verdict(), Verdict::Block);
        assert_eq!(stream.answer().reason_code, Some("secret_inbound"));
        assert_eq!(said(&out), "The key is ");
        assert!(out.ends_with(b"\n\n"));
    }
}

#[test]
fn events_without_anything_like_a_secret_go_on_at_once() {
    let words =
        ["Hello", " there", "!", " The", " quick", " brown", " fox", " jumps", " over", " it", ".\n", "Done"];
    let (_, mut stream) = CUTTER.stream(&response("text/event-stream", None, b"")).expect("it can flow");
    let mut late = 0;
    for word in words {
        let event = delta(word);
        late += usize::from(*stream.push(event.as_bytes()).expect("good bytes") != *event.as_bytes());
    }
    assert!(late <= words.len() / 3, "{late} of {} were held", words.len());
}

#[test]
fn lines_of_json_are_joined_too() {
    let key = aws_key();
    let (first, last) = key.split_at(6);
    let lines =
        format!("{{\"message\":{{\"content\":\"{first}\"}}}}\n{{\"message\":{{\"content\":\"{last}\"}}}}\n");
    let (out, _) = flow(&CUTTER, &response("application/x-ndjson", None, b""), lines.as_bytes(), &[3]);
    let want =
        "{\"message\":{\"content\":\"[redacted:aws.access-key-id]\"}}\n{\"message\":{\"content\":\"\"}}\n";
    assert_eq!(String::from_utf8_lossy(&out), want);
}

#[test]
fn a_number_of_json_becomes_a_string() {
    let card = "4242424242424242";
    for digits in ["4539578763621486", card] {
        let body = format!("{{\"a\": \"x, 1\", \"card\": {digits}, \"b\": [1, \"of {digits}\"]}}");
        let whole = response("application/json", None, body.as_bytes());
        let answer = scan(&CUTTER, &whole);
        let (out, _) = flow(&CUTTER, &response("application/json", None, b""), body.as_bytes(), &[4]);
        assert_eq!(out, edited(&whole, &answer, body.as_bytes()));
        serde_json::from_slice::<serde_json::Value>(&out).expect("JSON still");
    }
}

#[test]
fn a_key_longer_than_what_is_held_is_cut_from_where_it_is_known() {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODkrL2FiY2RlZmdoaWprbG1u";
    for count in [40, 200, 400] {
        let block = format!(
            "-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----",
            format!("{line}\n").repeat(count)
        );
        let text = format!("before it\n{block}\nafter it, \"all\" goes on\n");
        for sizes in [vec![64], vec![1000], vec![text.len()]] {
            let (out, stream) = flow(&CUTTER, &response("text/plain", None, b""), text.as_bytes(), &sizes);
            assert_eq!(stream.findings().len(), 1, "{count} {sizes:?}");
            let want = "before it\n[redacted:private-key.pem]\nafter it, \"all\" goes on\n";
            assert_eq!(String::from_utf8_lossy(&out), want, "{count} {sizes:?}");
        }
    }
}

#[test]
fn what_is_held_is_bounded() {
    let (_, mut stream) =
        BLOCKER.stream(&response("application/octet-stream", None, b"")).expect("it can flow");
    let (mut pushed, mut released) = (0, 0);
    for chunk in [&[b'a'; 1000][..], &[b'7'; 1000], b"4 1 4 1 4 1 ", &"A\u{200b}".repeat(300).into_bytes()] {
        for _ in 0..100 {
            pushed += chunk.len();
            released += stream.push(chunk).expect("good bytes").len();
            assert!(pushed - released <= 17 << 10, "{} held", pushed - released);
        }
    }
}

#[test]
fn a_signed_body_is_not_cut() {
    let key = aws_key();
    let headers = [("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")];
    let (out, stream) =
        flow(&CUTTER, &post("https://sink.example/", &headers, b""), format!("a {key} b").as_bytes(), &[4]);
    assert_eq!((&*out, stream.verdict(), stream.rewrites()), (&b"a "[..], Verdict::Block, false));
}

/// Processor time for a body that is pushed byte by byte.
fn byte_by_byte(scanner: &Arc<Scanner>, body: &[u8]) -> f64 {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
        Duration::new(seconds.expect("time passes"), nanoseconds.expect("less than a second")).as_secs_f64()
    };
    let start = now();
    flow(scanner, &response("text/plain", None, b""), body, &[1]);
    now() - start
}

#[test]
fn time_is_linear_in_single_bytes() {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODkrL2FiY2RlZmdoaWprbG1u\n";
    for (name, piece) in [
        ("prose", "some words of ordinary text, and more. "),
        ("one word", "abcdefgh"),
        ("digits", "4111 1111 "),
        ("lines", line),
        ("keys", &format!("-----BEGIN PRIVATE KEY-----\n{line}{line}{line}x-----END PRIVATE KEY-----\n")),
        ("headers", "-----BEGIN "),
    ] {
        let body = |bytes: usize| piece.repeat(bytes / piece.len());
        let (short, long) = (body(8 << 10), body(32 << 10));
        let times = || byte_by_byte(&CUTTER, long.as_bytes()) / byte_by_byte(&CUTTER, short.as_bytes());
        let ratio = (0..4).map(|_| times()).find(|ratio| *ratio < 8.0).unwrap_or(f64::INFINITY);
        assert!(
            ratio < 8.0,
            "{name}: four times the bytes took over eight times as long, four times in a row"
        );
    }
}

/// Something packed, more of it than may be held.
fn packed(secret: &str) -> Vec<u8> {
    let mut words: Vec<u8> =
        (0..20_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    words.extend_from_slice(format!(" the key is {secret} ").as_bytes());
    gzip(&words)
}

fn form(content: &[u8]) -> Vec<u8> {
    let part = b"content-disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n";
    [
        b"--bound\r\ncontent-disposition: form-data; name=\"t\"\r\n\r\n",
        &b"text ".repeat(5_000)[..],
        b"\r\n--bound\r\n",
        part,
        content,
        b"\r\n--bound--\r\n",
    ]
    .concat()
}

#[test]
fn what_is_packed_does_not_flow_out_unread() {
    let file = packed("some words");
    let tar = [b"name".as_slice(), &[0; 253], b"ustar", &[b'x'].repeat(20_000)].concat();
    let opaque = [b"\xfd7zXZ\0".as_slice(), &file].concat();
    let in_json = format!(r#"{{"name": "a.gz", "content": "{}"}}"#, BASE64.encode(&file));
    for (kind, body) in [
        ("application/octet-stream", &file),
        ("application/octet-stream", &tar),
        ("text/plain", &opaque),
        ("multipart/form-data; boundary=bound", &form(&file)),
        ("application/json", &in_json.into_bytes()),
    ] {
        for sizes in [&[1 << 16][..], &[1000], &[7, 300_000]] {
            let (out, stream) =
                flow(&DEFAULT, &post("https://sink.example/", &[("content-type", kind)], b""), body, sizes);
            assert_eq!(stream.answer().reason_code, Some("incomplete"), "{kind}");
            assert!(out.len() < body.len());
        }
    }
}

#[test]
fn what_only_comes_with_something_packed_is_read_and_flows() {
    let small = gzip(b"some words");
    let page = [b"text ".repeat(20_000), small.clone()].concat();
    let image = [b"\x89PNG\r\n\x1a\n".as_slice(), &packed("x")].concat();
    let pixels = format!(r#"{{"content": "{}"}}"#, BASE64.encode(&image)).into_bytes();
    for (kind, body) in [
        ("application/octet-stream", &small),
        ("text/plain", &page),
        ("application/json", &pixels),
        ("multipart/form-data; boundary=bound", &form(&image)),
    ] {
        let head = post("https://sink.example/", &[("content-type", kind)], b"");
        let (out, stream) = flow(&DEFAULT, &head, body, &[1000]);
        assert_eq!((stream.verdict(), &out == body), (Verdict::Allow, true), "{kind}");
    }
}

#[test]
fn a_small_archive_is_read_whole() {
    let body = gzip(format!("the key is {} so", aws_key()).as_bytes());
    let (out, stream) = flow(&DEFAULT, &post("https://sink.example/", &[], b""), &body, &[9]);
    assert_eq!((stream.verdict(), out.is_empty()), (Verdict::Block, true));
}

fn call(flags: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("short").to_be_bytes();
    [&[flags][..], &length, message].concat()
}

#[test]
fn a_message_of_a_call_is_let_out_when_it_is_whole() {
    let head = post("https://sink.example/s/m", &[("content-type", "application/grpc")], b"");
    let (_, mut stream) = DEFAULT.stream(&head).expect("it can flow");
    assert!(!stream.rewrites());
    for message in ["hello", "the password", "4111 1111", ""] {
        let message = call(0, message.as_bytes());
        let (head, rest) = message.split_at(3);
        let mut out = stream.push(head).expect("bytes").into_owned();
        out.extend_from_slice(&stream.push(rest).expect("bytes"));
        assert_eq!(out, message);
    }
}

#[test]
fn a_secret_in_a_message_of_a_call_is_not() {
    let text = [b"\n\x14".as_slice(), aws_key().as_bytes(), b"\x12\x01x"].concat();
    for body in [call(0, &text), call(1, &gzip(&text))] {
        let head = [("content-type", "application/grpc+proto")];
        let (out, stream) = flow(&DEFAULT, &post("https://sink.example/s/m", &head, b""), &body, &[4]);
        assert_eq!(stream.verdict(), Verdict::Block);
        assert!(out.len() < 10);
        assert_eq!(scan(&DEFAULT, &post("https://sink.example/s/m", &head, &body)).verdict, Verdict::Block);
    }
}

#[test]
fn a_token_with_semicolons_is_held_and_cut_whole() {
    let token = token("github.copilot-token");
    for (size, lead) in (1..64).flat_map(|size| [(size, 0), (size, 100), (size, 170)]) {
        let body = [&b"so:  "[..], &b"aaaa, ".repeat(lead / 6), b" \"it is ", &token[..], b"\"}\n"].concat();
        let (out, stream) = flow(&BLOCKER, &response("text/plain", None, b""), &body, &[size]);
        assert_eq!(stream.verdict(), Verdict::Block);
        assert!(out.len() <= body.len() - token.len() - 3, "{} bytes went on", out.len());
        let head = post("https://sink.example/", &[("content-type", "text/plain")], b"");
        let (out, _) = flow(&CUTTER, &head, &body, &[size]);
        assert!(out.ends_with(b"it is [redacted:github.copilot-token]\"}\n"), "in chunks of {size}");
    }
}

#[test]
fn events_are_joined_however_their_lines_end_and_begin() {
    let key = aws_key();
    let events = [delta("The key is "), delta(&key[..9]), delta(&key[9..]), delta(" so")];
    let folded = |event: &String| event.replacen(',', ",\ndata: ", 1);
    let bodies = [
        events.concat(),
        events.concat().replace('\n', "\r"),
        events.concat().replace('\n', "\r\n"),
        format!("\u{feff}{}", events[1..].concat()),
        events.iter().map(folded).collect(),
        events.iter().map(folded).collect::<String>().replace('\n', "\r\n"),
    ];
    for (number, body) in bodies.iter().enumerate() {
        let head = response("text/event-stream", None, b"");
        let (whole, stream) = flow(&BLOCKER, &head, body.as_bytes(), &[1 << 20]);
        assert_eq!(stream.verdict(), Verdict::Block, "{number}");
        for sizes in [&[1][..], &[7, 2], &[100]] {
            let (out, stream) = flow(&BLOCKER, &head, body.as_bytes(), sizes);
            assert_eq!((out, stream.verdict()), (whole.clone(), Verdict::Block), "{number} {sizes:?}");
        }
    }
}

#[test]
fn a_body_whose_transfer_was_coded_has_no_verdict() {
    for (coding, is_read) in
        [("chunked", true), ("identity, Chunked", true), ("deflate, chunked", false), ("compress", false)]
    {
        let headers = [("content-type", "text/plain"), ("transfer-encoding", coding)];
        let whole = DEFAULT.scan(&post("https://sink.example/", &headers, b"x"), &|| false);
        assert_eq!(whole.err().map(|error| error.code()), (!is_read).then_some("undecodable"), "{coding}");
        assert_eq!(
            DEFAULT.stream(&post("https://sink.example/", &headers, b"")).is_ok(),
            is_read,
            "{coding}"
        );
    }
}
