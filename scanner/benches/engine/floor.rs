//! What one bare look at the same bytes costs.

use aho_corasick::packed::{MatchKind, Searcher};

use crate::rule_files::{rule_files, rules_of, strings};

/// Literals of a vectorised search, the most it takes.
const LITERALS: usize = 64;
/// Bytes from which a keyword is rare.
const RARE: usize = 6;

/// Finds every line end.
pub(crate) fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// A search for keywords of the rules that are long enough to be rare.
pub(crate) fn rare_literals() -> Searcher {
    let mut literals: Vec<String> = rule_files()
        .flat_map(|(_, file)| rules_of(file))
        .flat_map(|rule| strings(&rule, "keywords").unwrap_or_default())
        .filter(|keyword| keyword.len() >= RARE)
        .collect();
    literals.dedup();
    assert!(literals.len() >= LITERALS, "the rules have enough long keywords");
    literals.truncate(LITERALS);
    let search = aho_corasick::packed::Config::new()
        .match_kind(MatchKind::LeftmostFirst)
        .builder()
        .extend(&literals)
        .build();
    search.expect("this processor has the vector instructions that the figure is about")
}
