//! What an answer says: places, pointers, actions, reasons.

mod common;

use common::{luhn, post, scan, scanner};
use scanner::{Action, Content, ExampleKind, Message, Verdict};

fn token(prefix: &str) -> String {
    let scanner = scanner();
    let example = scanner
        .rules()
        .examples(5)
        .find(|example| example.kind == ExampleKind::Token && example.text.starts_with(prefix.as_bytes()))
        .expect("a rule builds such a token");
    String::from_utf8(example.text).expect("tokens are text")
}

#[test]
fn a_finding_names_part_pointer_and_bytes() {
    let token = token("ghp_");
    let body = format!("{{\"a\": [{{\"b/c\": \"x {token}\"}}]}}");
    let answer = scan(&scanner(), &post("https://sink.example/", &[], body.as_bytes()));
    let finding = &answer.findings[0];
    assert_eq!((finding.part.as_str(), finding.pointer.as_deref()), ("body", Some("/a/0/b~1c")));
    assert_eq!(&body[finding.start..finding.end], token);
    assert_eq!(answer.reason_code, Some("secret_outbound"));
    assert!(!format!("{answer:?}").contains(&token));
}

#[test]
fn a_credential_is_at_home_in_its_header_at_its_host_only() {
    let scanner = scanner();
    let value = format!("Bearer {}", token("ghp_"));
    for (url, header, verdict) in [
        ("https://api.github.com/user", "authorization", Verdict::Allow),
        ("https://api.github.com/user", "x-note", Verdict::Block),
        ("https://api.github.com.evil.example/user", "authorization", Verdict::Block),
        ("https://sink.example/", "authorization", Verdict::Block),
    ] {
        let answer = scan(&scanner, &post(url, &[(header, &value)], b""));
        assert_eq!(answer.verdict, verdict, "{url} {header}");
        assert_eq!(answer.findings[0].part, format!("header:{header}"));
    }
}

#[test]
fn basic_credentials_are_read() {
    let scanner = scanner();
    let pair = data_encoding::BASE64.encode(format!("user:{}", token("ghp_")).as_bytes());
    let value = format!("Basic {pair}");
    let headers = [("authorization", value.as_str())];
    assert_eq!(scan(&scanner, &post("https://github.com/a/b.git", &headers, b"")).verdict, Verdict::Allow);
    assert_eq!(scan(&scanner, &post("https://sink.example/", &headers, b"")).verdict, Verdict::Block);
}

#[test]
fn unknown_credentials_are_ordinary_in_their_own_headers() {
    let scanner = scanner();
    let opaque = "q7Zk2pXv9LmN4rTb8WcY1dHs6Fg3";
    for (header, value) in [
        ("authorization", format!("Bearer {opaque}")),
        ("cookie", format!("session_token={opaque}; theme=dark")),
        ("x-api-key", opaque.to_owned()),
    ] {
        let answer = scan(&scanner, &post("https://api.unknown.example/", &[(header, &value)], b""));
        assert_eq!(answer.verdict, Verdict::Allow, "{header}");
    }
    let body = format!("{{\"notes\": {{\"api_key\": \"{opaque}\"}}}}");
    let answer = scan(&scanner, &post("https://api.unknown.example/", &[], body.as_bytes()));
    assert_eq!(answer.verdict, Verdict::Block);
}

#[test]
fn logging_in_is_a_flag() {
    let scanner = scanner();
    for (kind, body) in [
        ("application/json", "{\"user\": \"ann\", \"password\": \"q7Zk2pXv9Lm\"}"),
        ("application/x-www-form-urlencoded", "user=ann&password=q7Zk2pXv9Lm"),
        ("application/x-www-form-urlencoded", "user=ann&password=q7Zk%212pXv9Lm&next=%2F"),
        ("application/x-www-form-urlencoded", "user%5Bname%5D=ann&user%5Bpassword%5D=q7Zk%212pXv9Lm"),
    ] {
        let answer =
            scan(&scanner, &post("https://login.example/", &[("content-type", kind)], body.as_bytes()));
        assert_eq!(answer.verdict, Verdict::Allow, "{kind}");
        assert_eq!(answer.findings[0].action, Action::Flag, "{kind}");
    }
}

#[test]
fn model_apis_get_the_message_without_the_secret() {
    let body = format!("{{\"messages\": [{{\"role\": \"user\", \"content\": \"use {}\"}}]}}", token("ghp_"));
    let answer = scan(&scanner(), &post("https://api.anthropic.com/v1/messages", &[], body.as_bytes()));
    assert_eq!(answer.verdict, Verdict::Redact);
    assert_eq!(answer.edits.expect("it can be cut").len(), 1);
}

#[test]
fn a_signed_body_is_not_edited() {
    let body = format!("{{\"content\": \"use {}\"}}", token("ghp_"));
    let headers = [("content-digest", "sha-256=:abc=:")];
    let answer = scan(&scanner(), &post("https://api.anthropic.com/v1/messages", &headers, body.as_bytes()));
    assert_eq!(answer.verdict, Verdict::Block);
    assert_eq!(answer.edits, None);
}

#[test]
fn a_secret_in_a_host_label_cannot_be_cut() {
    let url = format!("https://{}.sink.example/", token("ghp_"));
    let answer = scan(&scanner(), &post(&url, &[], b""));
    assert_eq!((answer.verdict, answer.edits), (Verdict::Block, None));
}

#[test]
fn a_number_is_cut_as_a_value() {
    let scanner = common::scanner_with("[actions]\npii = \"redact\"\n");
    let digits = "400551999990002";
    let check = (0..10).map(|d| format!("{digits}{d}")).find(|card| luhn(card)).expect("one digit fits");
    let body = format!("{{\"card\": {check}, \"n\": 1}}");
    let message = post("https://sink.example/", &[], body.as_bytes());
    let answer = scan(&scanner, &message);
    assert_eq!(answer.verdict, Verdict::Redact);
    let edits = answer.edits.expect("it can be cut");
    let edited = scanner::apply(&message, &edits, scanner.policy().limits()).expect("edits apply");
    let body = edited.body.expect("changed");
    serde_json::from_slice::<serde_json::Value>(&body).expect("still JSON");
}

#[test]
fn what_is_nested_too_deep_is_no_whole_look() {
    let mut body = token("ghp_");
    for _ in 0..8 {
        body = data_encoding::BASE64.encode(format!("some text around it {body} and after").as_bytes());
    }
    let answer = scan(&scanner(), &post("https://sink.example/", &[], body.as_bytes()));
    assert!(!answer.coverage.complete);
    assert_eq!((answer.verdict, answer.reason_code), (Verdict::Block, Some("incomplete")));
    let answer = scan(&scanner(), &post("https://api.anthropic.com/v1/messages", &[], body.as_bytes()));
    assert_eq!(answer.verdict, Verdict::Allow);
}

#[test]
fn a_secret_that_names_a_header_stands_in_no_part() {
    let (name, value) = (token("ghp_"), token("AKIA"));
    let headers = [(name.as_str(), value.as_str())];
    let answer = scan(&scanner(), &post("https://sink.example/", &headers, b""));
    let parts: Vec<&str> = answer.findings.iter().map(|finding| finding.part.as_str()).collect();
    assert_eq!(parts, ["header-name:0", "header:#0"]);
    assert_eq!(answer.edits, None);
}

/// The same request with its headers as trailers.
fn with_trailers(mut message: Message<'_>) -> Message<'_> {
    if let Content::Request(request) = &mut message.content {
        request.trailers = std::mem::take(&mut request.headers);
    }
    message
}

#[test]
fn a_secret_that_lost_its_capitals_in_a_name_is_one_still() {
    let letters = |at: u8| char::from(b'a' + at * 7 % 26);
    let of_letters: String = (0..16).map(letters).collect();
    for key in [token("AKIA").to_ascii_lowercase(), format!("akia{of_letters}")] {
        let in_host = scan(&scanner(), &post(&format!("https://{key}.sink.example/"), &[], b""));
        assert_eq!(
            (in_host.verdict, in_host.reason_code),
            (Verdict::Block, Some("secret_outbound")),
            "{key}"
        );
        let name = format!("x-{key}");
        let of_header = post("https://sink.example/", &[(name.as_str(), "1")], b"");
        for message in [with_trailers(of_header.clone()), of_header] {
            let in_name = scan(&scanner(), &message);
            // With digits in it, it is known in small letters, too.
            let found = &in_name.findings[0];
            assert!(found.decoded_by == ["upper-case"] || *found.rule == *"aws.lower-case-access-key-id");
            assert_eq!(in_name.verdict, Verdict::Block);
        }
    }
    for host in [
        "d111111abcdef8.cloudfront.example",
        "bedrock2runtime2us2east2one.example",
        "0123456789abcdef0123456789abcdef.example",
        "objects-origin-staging.internationalconference.example",
    ] {
        assert!(scan(&scanner(), &post(&format!("https://{host}/"), &[], b"")).findings.is_empty(), "{host}");
    }
}
