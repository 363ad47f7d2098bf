//! Which rule a named value belongs to: the vendor's that its name or surroundings mention, else the generic.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::candidates::{Named, Says, says};
use crate::rules::{Rule, RuleSet, Trigger};

/// How far before a name the vendor may be mentioned: a key of the enclosing object, a comment.
const CONTEXT: usize = 64;

/// Shorter values are no secrets that a name could give away.
const MIN_VALUE: usize = 6;

/// Rules for named values, by the words that their names have.
#[derive(Debug)]
pub(crate) struct NameRules {
    words: AhoCorasick,
    /// Rules of each word.
    rules_of_word: Vec<Vec<usize>>,
    /// Rules without words: any name that says secret.
    generic: Vec<usize>,
}

impl NameRules {
    /// Collects the rules that have names.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut words: Vec<&str> = Vec::new();
        let mut rules_of_word: Vec<Vec<usize>> = Vec::new();
        let mut generic = Vec::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            let Trigger::Name { words: of_rule } = &rule.trigger else { continue };
            if of_rule.is_empty() {
                generic.push(index);
            }
            for word in of_rule {
                let known = words.iter().position(|known| known == word).unwrap_or_else(|| {
                    words.push(word);
                    rules_of_word.push(Vec::new());
                    words.len() - 1
                });
                rules_of_word[known].push(index);
            }
        }
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)
            .expect("some hundred short words fit any automaton");
        Self { words, rules_of_word, generic }
    }

    /// The rule that finds `named`, and the secret.
    pub(crate) fn confirm(
        &self,
        rules: &RuleSet,
        bytes: &[u8],
        named: &Named,
    ) -> Option<(usize, Range<usize>)> {
        if named.value.len() < MIN_VALUE {
            return None;
        }
        let says = says(&bytes[named.name.clone()]);
        if says == Says::Nothing {
            return None;
        }
        let find =
            |&index: &usize| secret_in(&rules.rules[index], bytes, named).map(|secret| (index, secret));
        let context = &bytes[named.name.start.saturating_sub(CONTEXT)..named.name.end];
        let of_vendors =
            self.words.find_overlapping_iter(context).flat_map(|word| &self.rules_of_word[word.pattern()]);
        let generic = self.generic.iter().filter(|_| says == Says::Secret);
        of_vendors.chain(generic).find_map(find)
    }
}

fn secret_in(rule: &Rule, bytes: &[u8], named: &Named) -> Option<Range<usize>> {
    let value = &bytes[named.value.clone()];
    let whole = rule.pattern.find(value)?.range();
    let captures = if rule.pattern.captures_len() > 1 { rule.pattern.captures(value) } else { None };
    let secret = captures.and_then(|captures| captures.name("secret")).map_or(whole, |group| group.range());
    rule.confirms(&value[secret.clone()])
        .then(|| named.value.start + secret.start..named.value.start + secret.end)
}
