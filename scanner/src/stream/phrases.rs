//! What is written in several words by rule: keys in blocks, names with spaces, secrets that the operator knows.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use zeroize::Zeroizing;

use crate::rules::{Rule, RuleSet, Trigger};

/// Keywords of the rules whose matches may have white space in them.
#[derive(Debug)]
pub(crate) struct Phrases {
    search: AhoCorasick,
    /// Keyword and rule, by pattern of `search`.
    keywords: Vec<(Vec<u8>, usize)>,
    /// The furthest that a match may begin before its keyword, or end after it.
    reach: usize,
    /// All keywords of all rules, in lower case and in order.
    all: Vec<Vec<u8>>,
    any: AhoCorasick,
    /// What the operator named, as far as it is no single word.
    known: Vec<Arc<Zeroizing<Vec<u8>>>>,
}

impl Phrases {
    /// Collects the keywords.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut keywords = Vec::new();
        let mut reach = 0;
        for (index, rule) in rules.rules.iter().enumerate() {
            let Trigger::Keywords { literals, max_bytes, .. } = &rule.trigger else { continue };
            if !rule.pattern.spans_words() {
                continue;
            }
            keywords.extend(literals.iter().map(|keyword| (keyword.bytes.clone(), index)));
            reach = reach.max(*max_bytes);
        }
        let search = search_for(keywords.iter().map(|(keyword, _)| keyword));
        let all = all_keywords(rules);
        Self { search, keywords, reach, any: search_for(&all), all, known: known(rules) }
    }

    /// Whether some keyword is in `text`.
    pub(super) fn has_keyword(&self, text: &[u8]) -> bool {
        self.any.is_match(text)
    }

    /// Whether some keyword begins with `text`.
    pub(super) fn begins_keyword(&self, text: &[u8]) -> bool {
        let text = text.to_ascii_lowercase();
        let at = self.all.partition_point(|keyword| *keyword < text);
        self.all.get(at).is_some_and(|keyword| keyword.starts_with(&text))
    }

    /// The first byte, not before `from`, of what could still become a match of a rule that has none there yet.
    /// `is_found` says whether a rule has a match around a place.
    pub(super) fn open_since(
        &self,
        rules: &RuleSet,
        text: &[u8],
        from: usize,
        is_found: impl Fn(usize, usize) -> bool,
    ) -> Option<usize> {
        let first = from.max(text.len().saturating_sub(self.reach));
        let of_keyword = self
            .search
            .find_overlapping_iter(&text[first..])
            .map(|found| (first + found.start(), self.keywords[found.pattern().as_usize()].1))
            .filter(|(at, rule)| {
                let (_, max_bytes) = span(&rules.rules[*rule]);
                text.len() - at < max_bytes && !is_found(*rule, *at)
            })
            .map(|(at, rule)| at.saturating_sub(span(&rules.rules[rule]).0))
            .min();
        let of_beginning =
            self.keywords.iter().filter_map(|(keyword, _)| beginning_of(keyword, &text[first..]));
        let of_known = self.known.iter().filter_map(|value| beginning_of(value, &text[from..]));
        let of_beginning = of_beginning.chain(of_known).max().map(|length| text.len() - length);
        of_keyword.into_iter().chain(of_beginning).min().map(|at| at.max(from))
    }
}

fn all_keywords(rules: &RuleSet) -> Vec<Vec<u8>> {
    let of_rule = |rule: &Rule| match &rule.trigger {
        Trigger::Keywords { literals, .. } => {
            literals.iter().map(|word| word.bytes.to_ascii_lowercase()).collect()
        }
        _ => Vec::new(),
    };
    let mut all: Vec<Vec<u8>> = rules.rules.iter().flat_map(of_rule).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn search_for(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .expect("short keywords fit any automaton")
}

fn known(rules: &RuleSet) -> Vec<Arc<Zeroizing<Vec<u8>>>> {
    let value = |rule: &Rule| match &rule.trigger {
        Trigger::Known { value } => Some(Arc::clone(value)),
        _ => None,
    };
    let is_one_word = |value: &Arc<Zeroizing<Vec<u8>>>| value.iter().all(u8::is_ascii_alphanumeric);
    rules.rules.iter().filter_map(value).filter(|value| !is_one_word(value)).collect()
}

fn span(rule: &Rule) -> (usize, usize) {
    match rule.trigger {
        Trigger::Keywords { reach, max_bytes, .. } => (reach, max_bytes),
        _ => (0, 0),
    }
}

/// How many bytes of a keyword of several words stand at the end of `text`, when it goes on after that.
fn beginning_of(keyword: &[u8], text: &[u8]) -> Option<usize> {
    // Up to the first sign after the first word: a space or a quote alone begins everything.
    let word = keyword.iter().position(u8::is_ascii_alphanumeric)?;
    let is_sign = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte);
    let first_word = word + keyword[word..].iter().position(is_sign)?;
    let longest = (keyword.len() - 1).min(text.len());
    (first_word + 1..=longest)
        .rev()
        .find(|length| text[text.len() - length..].eq_ignore_ascii_case(&keyword[..*length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_phrase_is_open() {
        let rules = RuleSet::builtin().expect("good rules");
        let phrases = Phrases::new(&rules);
        let open = |text: &str| phrases.open_since(&rules, text.as_bytes(), 0, |_, _| false);
        assert_eq!(open("text -----BEGIN "), Some(5));
        assert_eq!(open("text -----BEGIN RSA PRI"), Some(5));
        assert_eq!(open("plain text and more of it "), None);
        assert_eq!(open(&format!("-----BEGIN CERTIFICATE----- {}", "x".repeat(9000))), None);
    }
}
