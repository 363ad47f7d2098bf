//! The engine finds what the rules say, and nothing of what they say it is not.

mod common;

use common::{luhn, rules_in, scan, scanner, text};
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
fn a_token_is_found_behind_more_letters_than_chance_needs() {
    const RULES: [&str; 4] =
        ["aws.access-key-id", "github.personal-access-token", "npm.access-token", "stripe.secret-key"];
    let scanner = scanner();
    let is_asked = |rule: &str| RULES.contains(&rule);
    let tokens: Vec<_> = scanner
        .rules()
        .examples(5)
        .filter(|example| example.kind == ExampleKind::Token && is_asked(&example.rule))
        .collect();
    assert!(tokens.len() >= RULES.len());
    let letters = "Zm9vYmFyYmF6".repeat(30);
    for token in &tokens {
        for sign in ["/", "-", "+", "."] {
            let body =
                [letters.as_bytes(), sign.as_bytes(), &token.text, sign.as_bytes(), letters.as_bytes()]
                    .concat();
            assert!(
                rules_in(&scanner, &body).iter().any(|rule| **rule == *token.rule),
                "{} behind {sign}",
                token.rule
            );
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

/// Sixteen digits of a card, check digit right.
fn card(seed: u64) -> String {
    let digits = format!("4{:014}", seed * 7_919_111 + 40_123_456_789);
    (0..10).map(|check| format!("{digits}{check}")).find(|number| luhn(number)).expect("one digit fits")
}

#[test]
fn a_card_is_a_card_and_an_id_is_not() {
    let scanner = scanner();
    let (one, other) = (card(3), card(4));
    let grouped = format!("{} {} {} {}", &one[..4], &one[4..8], &one[8..12], &one[12..]);
    for text in [
        format!("pay with {one} please"),
        format!("ann,{one},12/29\nbob,{other},01/30\n"),
        format!("{{\"card\": {one}}}"),
        format!("[{one}, {other}]"),
        format!("id: 7, card {grouped}"),
    ] {
        assert_eq!(
            rules_in(&scanner, text.as_bytes())[0],
            "payment.card-number",
            "{}",
            text.replace(&one, "CARD")
        );
    }
    for text in [
        format!("{{\"order_id\": {one}}}"),
        format!("?userId={one}&x=1"),
        format!("\"ids\": [{one}]"),
        format!("[4539578763621480, {one}, 9007199254740993]"),
        format!("0.{one}"),
    ] {
        assert!(rules_in(&scanner, text.as_bytes()).is_empty(), "{}", text.replace(&one, "CARD"));
    }
}
