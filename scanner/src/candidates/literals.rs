//! The second pass: the few literals that stand outside runs. Stems of names that say secret, and keywords
//! with a space in them. Vectorised; every literal costs, so there are few.

use aho_corasick::packed::{MatchKind, Searcher};
use aho_corasick::{AhoCorasick, Span};

use super::keywords::{fits_a_run, keywords_of};
use crate::rules::{Keyword, RuleSet};

/// Beginnings of words that names of secrets have, four bytes each since that is what the vector search hashes.
const STEMS: [&str; 44] = [
    "pass", "Pass", "PASS", "secr", "Secr", "SECR", "toke", "Toke", "TOKE", "auth", "Auth", "AUTH", "cred",
    "Cred", "CRED", "_key", "_KEY", "_Key", "-key", "-Key", "-KEY", "ikey", "iKey", "IKEY", "sske", "ssKe",
    "SSKE", "tKey", "nKey", "gKey", "rKey", "eKey", "dKey", "_pwd", "_PWD", "pwd=", "pwd:", "pwd\"", "PWD=",
    "PWD:", "Pwd=", "_pat", "_PAT", "Pat\"",
];

/// A literal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal<'f> {
    /// Part of a name that may say secret.
    Stem,
    /// Keyword of these rules.
    Keyword(&'f [usize]),
}

/// Searches for stems and for keywords that fit no run.
#[derive(Debug)]
pub(crate) struct Literals {
    search: Search,
    /// Rules of the patterns after the stems.
    rules: Vec<Vec<usize>>,
    longest: usize,
}

#[derive(Debug)]
enum Search {
    Vectorised(Searcher),
    /// On processors without the vector instructions.
    Portable(AhoCorasick),
}

impl Literals {
    /// Collects stems and keywords.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut patterns: Vec<Vec<u8>> = STEMS.iter().map(|stem| stem.as_bytes().to_vec()).collect();
        let mut owners: Vec<Vec<usize>> = Vec::new();
        for (rule, keyword) in keywords_of(rules).filter(|(_, keyword)| !fits_a_run(keyword)) {
            for spelling in spellings(keyword) {
                match patterns[STEMS.len()..].iter().position(|known| *known == spelling) {
                    Some(known) => owners[known].push(rule),
                    None => {
                        patterns.push(spelling);
                        owners.push(vec![rule]);
                    }
                }
            }
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        Self { search: Search::new(&patterns), rules: owners, longest }
    }

    /// The first literal that begins in `from..limit`, and where.
    #[inline]
    pub(crate) fn next_before(
        &self,
        bytes: &[u8],
        from: usize,
        limit: usize,
    ) -> Option<(usize, Literal<'_>)> {
        let end = bytes.len().min(limit + self.longest - 1);
        if from >= limit || from >= end {
            return None;
        }
        let (pattern, at) = self.search.find(bytes, Span { start: from, end })?;
        (at < limit).then(|| match pattern.checked_sub(STEMS.len()) {
            None => (at, Literal::Stem),
            Some(keyword) => (at, Literal::Keyword(&self.rules[keyword])),
        })
    }
}

/// Case is spelled out, three ways: what people type.
fn spellings(keyword: &Keyword) -> Vec<Vec<u8>> {
    if !keyword.ignore_case {
        return vec![keyword.bytes.clone()];
    }
    let mut titled = keyword.bytes.to_ascii_lowercase();
    titled[..1].make_ascii_uppercase();
    let mut all = vec![keyword.bytes.to_ascii_lowercase(), keyword.bytes.to_ascii_uppercase(), titled];
    all.dedup();
    all
}

impl Search {
    fn new(patterns: &[Vec<u8>]) -> Self {
        let vectorised = aho_corasick::packed::Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .builder()
            .extend(patterns)
            .build();
        vectorised.map_or_else(
            || Self::Portable(AhoCorasick::new(patterns).expect("a few short literals fit any automaton")),
            Self::Vectorised,
        )
    }

    #[inline]
    fn find(&self, bytes: &[u8], span: Span) -> Option<(usize, usize)> {
        match self {
            Self::Vectorised(search) => {
                search.find_in(bytes, span).map(|m| (m.pattern().as_usize(), m.start()))
            }
            Self::Portable(search) => search
                .find(aho_corasick::Input::new(bytes).span(span))
                .map(|m| (m.pattern().as_usize(), m.start())),
        }
    }
}
