//! What only the inside can see: every builtin pattern compiles, and errors name their remedy.

use std::collections::BTreeSet;

use super::{ExampleKind, Rule, RuleSet};

fn builtin() -> RuleSet {
    RuleSet::builtin().expect("the rule files are good")
}

/// Reads one file with one rule made of these lines.
fn refusal(lines: &str) -> String {
    let file = format!("vendor = \"Test\"\nsource = \"a document\"\n[[rule]]\nfinds = \"a thing\"\n{lines}");
    RuleSet::default()
        .with_files([("test.toml", file)])
        .err()
        .map_or(String::new(), |error| error.to_string())
}

const GOOD: &str = r#"
id = "test.thing"
keywords = ["tst_"]
pattern = 'tst_[a-z]{20}'
token = "tst_{{lower 20}}"
hits = ["a {{token}}"]
misses = ["tst_"]
"#;

#[test]
fn every_builtin_pattern_compiles() {
    for rule in &builtin().rules {
        super::compile::prove(rule).expect("a pattern within the size limit");
    }
}

#[test]
fn every_token_has_its_own_form() {
    let rules = builtin();
    let mut wrong = BTreeSet::new();
    for example in (0..8).flat_map(|seed| rules.examples(seed)) {
        if example.kind == ExampleKind::Token {
            let rule = rules.rules.iter().find(|rule| rule.id == example.rule).expect("an example of a rule");
            wrong.extend(mistake(rule, &example.text).map(|mistake| format!("{}: {mistake}", rule.id)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Why a token is none of its rule's.
fn mistake(rule: &Rule, token: &[u8]) -> Option<&'static str> {
    let Some(found) = rule.pattern.captures(token) else { return Some("the token does not match") };
    let secret = found.name("secret").or_else(|| found.get(0)).expect("a match");
    let end = if rule.until.is_some() { token.len() } else { secret.end() };
    (!rule.confirms(&token[secret.start()..end])).then_some("a check disagrees")
}

#[test]
fn a_good_rule_is_taken() {
    assert_eq!(refusal(GOOD), "");
}

#[test]
fn mistakes_are_named_with_their_remedy() {
    let cases = [
        ("test.thing", "Test.Thing", "family.thing-in-kebab"),
        ("tst_[a-z]{20}", "tst_[a-z]+", "write {n,m}"),
        ("tst_[a-z]{20}", "tst_[a-z{20}", "does not compile"),
        ("tst_[a-z]{20}", "zst_[a-z]{20}", "begins with the keyword"),
        ("tst_[a-z]{20}", "[tz]st_[a-z]{20}", "is no keyword"),
        ("tst_[a-z]{20}", "tst_[a-z]{9000}", "`until`"),
        (r#"keywords = ["tst_"]"#, r#"keywords = ["ts"]"#, "less than 3 bytes"),
        (r#"keywords = ["tst_"]"#, "reach = 3", "exactly one of"),
        (r#"hits = ["a {{token}}"]"#, "", "no hits"),
        (r#"misses = ["tst_"]"#, "", "no misses"),
        (r#"misses = ["tst_"]"#, "misses = [\"{{lowr 3}}\"]", "is no template"),
        (r#"token = "tst_{{lower 20}}""#, "", "there is none"),
        (r#"token = "tst_{{lower 20}}""#, r#"tokn = "x""#, "unknown field"),
        (r#"misses = ["tst_"]"#, "misses = [\"tst_\"]\nconfirm = [\"lunh\"]", "unknown check"),
        (r#"misses = ["tst_"]"#, "misses = [\"tst_\"]\nuntil = \"x\"", "until_bytes"),
        (
            r#"misses = ["tst_"]"#,
            "misses = [\"tst_\"]\nhome = [{ hosts = [\"a b\"] }]",
            "expected a host name",
        ),
        (
            r#"misses = ["tst_"]"#,
            "misses = [\"tst_\"]\nhome = [{ hosts = [\"a.b\"], at = [\"head:x\"] }]",
            "query:<key>",
        ),
    ];
    for (right, wrong, remedy) in cases {
        let said = refusal(&GOOD.replace(right, wrong));
        assert!(said.starts_with("test.toml: ") && said.contains(remedy), "{wrong}: {said:?}");
    }
}

#[test]
fn a_second_rule_with_the_same_id_is_refused() {
    let twice = format!("{GOOD}[[rule]]\nfinds = \"a thing\"\n{GOOD}");
    assert!(refusal(&twice).contains("unique"));
}

#[test]
fn a_seed_gives_the_same_examples_again() {
    let rules = builtin();
    let texts = |seed| rules.examples(seed).map(|example| example.text).collect::<Vec<_>>();
    assert_eq!(texts(1), texts(1));
    assert_ne!(texts(1), texts(2));
}

#[test]
fn the_document_names_every_check_and_template() {
    let document = include_str!("../../../docs/rules.md");
    let unknown = crate::checks::Check::parse("?").expect_err("no such check");
    let checks = unknown.split_once("there are ").expect("the list").1.split(", ");
    let unknown = super::template::Template::parse("{{? 1}}").expect_err("no such template");
    let templates = unknown.split_once("there are ").expect("the list").1.split(", ");
    for name in checks.chain(templates).filter(|name| *name != "[custom]") {
        let written = [format!("`{name}`"), format!("`{{{{{name} "), format!("`{{{{{name}}}}}`")];
        assert!(written.iter().any(|name| document.contains(name)), "{name} is not in docs/rules.md");
    }
}
