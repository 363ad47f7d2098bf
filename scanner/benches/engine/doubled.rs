//! A second copy of all rules, with other ids and other beginnings: the number of rules must not show.

use scanner::RuleSet;
use toml::{Table, Value};

use crate::rule_files::{rule_files, rules_of, strings};

/// The rules that ship, twice.
pub(crate) fn doubled() -> RuleSet {
    let copies = rule_files().map(|(name, file)| (format!("copy-of-{name}"), copy(file).to_string()));
    RuleSet::builtin().and_then(|rules| rules.with_files(copies)).expect("the copies are good rules")
}

fn copy(mut file: Table) -> Table {
    let mut rules = rules_of(file.clone());
    rules.iter_mut().for_each(copy_rule);
    file.insert("rule".to_owned(), Value::from(rules));
    file
}

/// Another id, other keywords; the examples would not fit any more and are left out.
fn copy_rule(rule: &mut Table) {
    let id = rule["id"].as_str().expect("an id is text").to_owned();
    rule.insert("id".to_owned(), Value::from(format!("copy-{id}")));
    rule.remove("token");
    rule.insert("hits".to_owned(), Value::from(vec!["-"]));
    rule.insert("misses".to_owned(), Value::from(vec!["-"]));
    if let Some(names) = strings(rule, "names") {
        rule.insert(
            "names".to_owned(),
            Value::from(names.iter().map(|name| shifted(name)).collect::<Vec<_>>()),
        );
    }
    if let Some(keywords) = strings(rule, "keywords") {
        let pattern = rule["pattern"].as_str().expect("a pattern is text");
        let pattern = with_other_keywords(pattern, &keywords);
        rule.insert("pattern".to_owned(), Value::from(pattern));
        rule.insert(
            "keywords".to_owned(),
            Value::from(keywords.iter().map(|word| shifted(word)).collect::<Vec<_>>()),
        );
    }
}

/// The pattern with each keyword replaced; where they are not spelled out in it, a token of the usual form.
fn with_other_keywords(pattern: &str, keywords: &[String]) -> String {
    let mut changed = pattern.to_owned();
    for keyword in keywords {
        let other = regex_syntax::escape(&shifted(keyword));
        let spellings = [regex_syntax::escape(keyword), keyword.clone()];
        let Some(spelling) = spellings.iter().find(|spelling| changed.contains(*spelling)) else {
            let words: Vec<_> = keywords.iter().map(|word| regex_syntax::escape(&shifted(word))).collect();
            return format!("(?:{})[A-Za-z0-9_-]{{20,80}}", words.join("|"));
        };
        changed = changed.replace(spelling, &other);
    }
    changed
}

/// Letters are moved so far; by 13 they would be what ROT13 makes of the keywords, which is looked for, too.
const SHIFT: u8 = 11;

/// Every letter so much further on.
fn shifted(word: &str) -> String {
    let moved = |letter: u8, first: u8| char::from(first + (letter - first + SHIFT) % 26);
    word.bytes()
        .map(|letter| match letter {
            b'a'..=b'z' => moved(letter, b'a'),
            b'A'..=b'Z' => moved(letter, b'A'),
            other => char::from(other),
        })
        .collect()
}
