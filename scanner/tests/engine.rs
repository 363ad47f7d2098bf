//! The engine finds what the rules say, and nothing of what they say it is not.

mod common;

use common::{rules_in, scan, scanner, text};
use scanner::{ExampleKind, RuleSet, Verdict};

#[test]
fn every_hit_is_found_under_its_own_rule() {
    let scanner = scanner();
    let mut missed = Vec::new();
    for seed in 0..20 {
        for example in scanner.rules().examples(seed).filter(|example| example.kind == ExampleKind::Hit) {
            let found = rules_in(&scanner, &example.text).iter().any(|rule| **rule == *example.rule);
            if !found && !missed.contains(&example.rule) {
                missed.push(example.rule.clone());
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:?}", missed.len());
}

#[test]
fn no_miss_is_found_by_its_rule() {
    let scanner = scanner();
    let mut alarms = Vec::new();
    for seed in 0..20 {
        for example in scanner.rules().examples(seed).filter(|example| example.kind == ExampleKind::Miss) {
            if rules_in(&scanner, &example.text).iter().any(|rule| **rule == *example.rule) {
                alarms.push((example.rule.clone(), seed));
            }
        }
    }
    assert!(alarms.is_empty(), "{} false alarms: {alarms:?}", alarms.len());
}

#[test]
fn a_token_is_found_wherever_it_starts() {
    let scanner = scanner();
    let tokens: Vec<_> = RuleSet::builtin()
        .expect("good rules")
        .examples(3)
        .filter(|example| example.kind == ExampleKind::Token && example.text.starts_with(b"ghp_"))
        .collect();
    assert!(!tokens.is_empty());
    for lead in (0..70).chain([65_530, 65_536, 131_060]) {
        for example in &tokens {
            let mut body = b". ".repeat(lead / 2 + 1);
            body.truncate(lead);
            body.push(b' ');
            body.extend_from_slice(&example.text);
            let answer = scan(&scanner, &text(&body));
            assert_eq!(answer.verdict, Verdict::Block, "lead {lead}");
            assert_eq!(answer.findings[0].start, lead + 1);
            assert_eq!(answer.findings[0].end, lead + 1 + example.text.len());
        }
    }
}

#[test]
fn text_without_secrets_is_allowed_without_findings() {
    let scanner = scanner();
    let prose = "The quick brown fox reads https://example.org/a/long/path/to/some-page?utm_source=letter \
        and commits 3f786850e387550fdab836ed7e6dc881de23001b, 550e8400-e29b-41d4-a716-446655440000. ";
    let answer = scan(&scanner, &text(prose.repeat(50).as_bytes()));
    assert_eq!(answer.verdict, Verdict::Allow);
    assert!(answer.findings.is_empty(), "{:?}", answer.findings.iter().map(|f| &f.rule).collect::<Vec<_>>());
}

#[test]
fn noise_of_any_size_is_silent() {
    let scanner = scanner();
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(3 << 20)
    .collect();
    for (name, blob) in [
        ("base64", data_encoding::BASE64.encode(&noise)),
        ("base64url", data_encoding::BASE64URL_NOPAD.encode(&noise)),
        ("base64 in lines", data_encoding::BASE64_MIME.encode(&noise)),
        ("hex", data_encoding::HEXLOWER.encode(&noise)),
        ("base32", data_encoding::BASE32.encode(&noise)),
    ] {
        let found = rules_in(&scanner, blob.as_bytes());
        assert!(found.is_empty(), "{name}: {found:?}");
    }
    let found = rules_in(&scanner, &noise);
    assert!(found.is_empty(), "bytes: {found:?}");
}
