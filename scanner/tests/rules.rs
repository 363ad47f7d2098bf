//! Every rule proves itself on its own rows. Adding a rule needs no edit here.

mod common;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use scanner::{Example, ExampleKind, RuleSet};

use common::{rules_in, scanner};

/// Fresh examples of each row.
const SEEDS: u64 = 2;

fn builtin() -> RuleSet {
    RuleSet::builtin().expect("the rule files are good")
}

#[test]
fn every_file_holds_rules() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = std::fs::read_dir(folder).expect("the folder of the rules").count();
    let vendors: HashSet<Arc<str>> = builtin().summaries().map(|rule| rule.vendor).collect();
    assert_eq!(vendors.len(), files, "each file names a vendor of its own and has a rule");
}

#[test]
fn every_rule_has_an_id_of_its_own_and_a_source() {
    let mut seen = HashSet::new();
    for rule in builtin().summaries() {
        assert!(!rule.source.is_empty(), "{} has no source", rule.id);
        assert!(!rule.finds.is_empty(), "{} does not say what it finds", rule.id);
        assert!(seen.insert(rule.id.clone()), "{} stands twice", rule.id);
    }
}

#[test]
fn every_rule_has_a_hit_and_a_miss() {
    let rules = builtin();
    let mut kinds: HashMap<Arc<str>, HashSet<ExampleKind>> = HashMap::new();
    for example in rules.examples(1) {
        kinds.entry(example.rule).or_default().insert(example.kind);
    }
    for rule in rules.summaries() {
        let kinds = &kinds[&rule.id];
        assert!(kinds.contains(&ExampleKind::Hit), "{} has no hit", rule.id);
        assert!(kinds.contains(&ExampleKind::Miss), "{} has no miss", rule.id);
    }
}

#[test]
fn the_engine_finds_every_hit_under_its_rule() {
    assert_eq!(wrong_rows(ExampleKind::Hit, |found, rule| found.contains(&rule)), "");
}

#[test]
fn the_engine_finds_no_miss_under_its_rule() {
    assert_eq!(wrong_rows(ExampleKind::Miss, |found, rule| !found.contains(&rule)), "");
}

/// Names the rows of this kind on which the rules that fire are not right, and never says what stands there.
fn wrong_rows(kind: ExampleKind, right: impl Fn(&[String], String) -> bool) -> String {
    let scanner = scanner();
    let mut rows: HashMap<(u64, Arc<str>), usize> = HashMap::new();
    let examples =
        (0..SEEDS).flat_map(|seed| scanner.rules().examples(seed).map(move |example| (seed, example)));
    let mut wrong = Vec::new();
    for (seed, Example { rule, text, .. }) in examples.filter(|(_, example)| example.kind == kind) {
        let row = rows.entry((seed, rule.clone())).or_default();
        *row += 1;
        let found = rules_in(&scanner, &text);
        if !right(&found, rule.to_string()) {
            wrong.push(format!("{rule}, {kind:?} {row}, seed {seed}: {found:?}"));
        }
    }
    wrong.join("\n")
}
