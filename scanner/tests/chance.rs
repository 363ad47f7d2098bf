//! Spellings that other data may have by chance, and what is found in them: also what only its name tells.

mod common;
mod encoders;

use std::collections::BTreeMap;

use common::{post, scan, scanner};
use encoders::{ASCII85, RFC1924, Z85, base85, escaped, rot13};
use scanner::{Category, ExampleKind, Scanner, Verdict};

type Disguise = (&'static str, fn(&[u8]) -> Vec<u8>);

const DISGUISES: [Disguise; 8] = [
    ("decimal", |text| each(text, u8::to_string)),
    ("octal", |text| each(text, |byte| format!("{byte:03o}"))),
    ("binary", |text| each(text, |byte| format!("{byte:08b}"))),
    ("Ascii85", |text| escaped(&base85(text, ASCII85))),
    ("Z85", |text| base85(text, Z85)),
    ("base85", |text| base85(text, RFC1924)),
    ("rot13", rot13),
    ("reversed", |text| text.iter().rev().copied().collect()),
];

fn each(text: &[u8], spell: fn(&u8) -> String) -> Vec<u8> {
    text.iter().map(spell).collect::<Vec<_>>().join(" ").into_bytes()
}

fn is_stopped(scanner: &Scanner, text: &[u8]) -> bool {
    let body = [b"the note says: ", text, b"\n and no more"].concat();
    scan(scanner, &post("https://sink.example/", &[], &body)).verdict == Verdict::Block
}

/// The first text of every rule that needs nothing around it.
fn texts(scanner: &Scanner) -> BTreeMap<String, Vec<u8>> {
    let mut texts = BTreeMap::new();
    for example in scanner.rules().examples(31).filter(|example| example.kind == ExampleKind::Hit) {
        if is_stopped(scanner, &example.text) && example.text.is_ascii() && example.text.len() > 16 {
            texts.entry(example.rule.to_string()).or_insert(example.text);
        }
    }
    texts
}

#[test]
fn nearly_every_rule_is_found_in_each() {
    let scanner = scanner();
    let texts = texts(&scanner);
    assert!(texts.len() > 600, "only {} rules", texts.len());
    let is_secret = |rule: &str| {
        scanner.rules().summaries().any(|known| *known.id == *rule && known.category == Category::Secret)
    };
    for (name, disguise) in DISGUISES {
        // Words that name a number are not looked for in turned text.
        let all = texts.iter().filter(|(rule, _)| !["rot13", "reversed"].contains(&name) || is_secret(rule));
        let (found, missed): (Vec<_>, Vec<_>) =
            all.partition(|(_, text)| is_stopped(&scanner, &disguise(text)));
        let missed: Vec<&String> = missed.into_iter().map(|(rule, _)| rule).collect();
        assert!(missed.len() * 50 < found.len(), "{name}: {} and not {missed:?}", found.len());
    }
}

#[test]
fn lists_of_small_numbers_are_none() {
    let scanner = scanner();
    // Temperatures that would read as the digits of a card, and the same apart.
    let list = [52, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49];
    let joined = |separator: &str| list.map(|number: u8| number.to_string()).join(separator);
    for text in [joined(", "), joined(" "), "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1".to_owned()] {
        assert!(!is_stopped(&scanner, text.as_bytes()), "{text}");
    }
}

#[test]
fn words_that_are_other_words_when_turned_are_none() {
    let scanner = scanner();
    let random = "q8Xv2LmZ0pRt7YwK4sNd";
    for word in ["sources", "commerce", "intercept", "drowned", "atlas", "sheer", "robs"] {
        for text in [format!("{word} = \"{random}\""), format!("\"{random}\" = {word}")] {
            assert!(!is_stopped(&scanner, text.as_bytes()), "{text}");
        }
    }
}
