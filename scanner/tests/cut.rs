//! A token that a text holds in pieces, line by line, cell by cell or one after the other, is found and cut out whole.

mod common;

use common::{post, scan, scanner, text};
use scanner::{ExampleKind, RuleSet, Scanner, Verdict, apply};
use serde_json::json;

/// What stands before and after each piece, where `#` is its number, and between two.
const STYLES: &[(&str, &str, &str)] = &[
    ("part#=", "", "\n"),
    ("part#: ", "", "\n"),
    ("KEY_#=\"", "\"", "\n"),
    ("K=\"${K}", "\"", "\n"),
    ("", "", ","),
    ("\"", "\"", ", "),
    ("#,", "", "\n"),
    ("| # | ", " |", "\n"),
    ("- ", "", "\n"),
    ("#. ", "", "\n"),
    ("", "", "\n    "),
    ("", "", "\\\n"),
    ("", "", " "),
    ("<p#>", "</p#>", ""),
    ("2026-03-01T10:00:0#Z INFO chunk ", "", "\n"),
];

/// Tokens of strong rules, long enough to be cut in two or three and still show how they begin.
fn tokens(seed: u64) -> Vec<(String, String)> {
    let rules = RuleSet::builtin().expect("the rules are good");
    let is_long = |token: &String| {
        token.len() >= 50 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    rules
        .examples(seed)
        .filter(|example| example.kind == ExampleKind::Token && rules.is_strong(&example.rule))
        .filter_map(|example| {
            Some((example.rule.to_string(), String::from_utf8(example.text).ok().filter(is_long)?))
        })
        .collect()
}

fn cut(token: &str, style: (&str, &str, &str), pieces: usize) -> String {
    let width = token.len().div_ceil(pieces);
    let (before, after, between) = style;
    let piece = |number: usize| &token[number * width..token.len().min((number + 1) * width)];
    let styled = (0..token.len().div_ceil(width)).map(|number| {
        let count = (number + 1).to_string();
        format!("{}{}{}", before.replace('#', &count), piece(number), after.replace('#', &count))
    });
    styled.collect::<Vec<_>>().join(between)
}

fn is_stopped(scanner: &Scanner, note: &str) -> bool {
    let body =
        json!({"messages": [{"role": "user", "content": format!("look:\n{note}\nthanks")}]}).to_string();
    let message = post("https://sink.example/x", &[("content-type", "application/json")], body.as_bytes());
    scan(scanner, &message).verdict != Verdict::Allow
        && scan(scanner, &text(format!("look:\n{note}\nthanks\n").as_bytes())).verdict != Verdict::Allow
}

#[test]
fn tokens_are_found_over_what_cuts_them() {
    let scanner = scanner();
    let (mut sent, mut missed) = (0, Vec::new());
    for (rule, token) in tokens(3) {
        for style in STYLES {
            for pieces in [2, 3] {
                sent += 1;
                let note = cut(&token, *style, pieces);
                if !is_stopped(&scanner, &note) {
                    missed.push(format!("{rule} {note:?}"));
                }
            }
        }
    }
    assert!(sent > 1000, "{sent}");
    assert!(missed.len() * 100 <= sent * 6, "{} of {sent}: {}", missed.len(), missed.join("\n"));
}

#[test]
fn short_pieces_are_found_by_what_they_are_called() {
    let scanner = scanner();
    let (mut sent, mut missed) = (0, Vec::new());
    for (rule, token) in tokens(4) {
        let pieces = token.len().div_ceil(10);
        for style in [
            ("part#=", "", "\n"),
            ("Part #: `", "`", "\n"),
            ("chunk_#: \"", "\"", "\n"),
            ("| # | ", " |", "\n"),
        ] {
            sent += 1;
            let note = cut(&token, style, pieces);
            if token.len() < 120 && !is_stopped(&scanner, &note) {
                missed.push(format!("{rule} {note:?}"));
            }
        }
    }
    assert!(missed.len() * 100 <= sent * 8, "{} of {sent}: {}", missed.len(), missed.join("\n"));
}

#[test]
fn they_are_cut_out_whole() {
    let scanner = common::scanner_with("[actions]\nsecret = \"redact\"\n");
    let (_, token) =
        tokens(5).into_iter().find(|(rule, _)| rule.starts_with("anthropic.")).expect("there is one");
    for style in STYLES {
        let note = cut(&token, *style, 3);
        let body = json!({"content": format!("look:\n{note}\nthanks")}).to_string();
        let message =
            post("https://sink.example/x", &[("content-type", "application/json")], body.as_bytes());
        let answer = scan(&scanner, &message);
        let edits = answer.edits.expect("it can be cut");
        let edited = apply(&message, &edits, scanner.policy().limits()).expect("edits apply");
        let body = String::from_utf8(edited.body.expect("a body")).expect("text");
        assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{style:?}: {body}");
        assert!(!body.contains(&token[token.len() - 20..]), "{style:?}: {body}");
        let again = post("https://sink.example/x", &[("content-type", "application/json")], body.as_bytes());
        assert_eq!(scan(&scanner, &again).verdict, Verdict::Allow, "{style:?}: {body}");
    }
}

#[test]
fn what_begins_like_a_token_and_goes_on_as_text_is_none() {
    let scanner = scanner();
    for note in [
        "prefixes: AKIA, ASIA, AROA, AIDA, ANPA, ANVA, APKA\n",
        "| prefix | meaning |\n|---|---|\n| ghp_ | classic |\n| github_pat_ | fine-grained |\n| gho_ | OAuth |\n",
        "- sk-ant-api03-xxxxxxxxxxxxxxxx\n- sk-ant-admin01-xxxxxxxxxxxxxx\n",
        "log: ghp_AbCd1234EfGh5678... was revoked by octocat at 2026-03-01T10:00:00Z, request 7f3a9c\n",
        "GITHUB_TOKEN=ghp_0123456789abcdef\nCOMMIT=4f1c9a2be7d05c8831f6a7b2c9d0e1f2a3b4c5d6\nBRANCH=main\n",
        "name,prefix,last_used\nci,npm_AbCdEfGh1234,2026-01-02\ndeploy,npm_ZyXwVuTs9876,2026-01-03\n",
    ] {
        assert!(scan(&scanner, &text(note.as_bytes())).findings.is_empty(), "{note}");
    }
}
