//! Every rule proves itself on its own rows. Adding a rule needs no edit here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use scanner::{ExampleKind, RuleSet};

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
