//! The second pass: the few literals that stand outside runs. Stems of names that say secret, and keywords
//! with a space in them. Vectorised; every literal costs, so there are few.

use aho_corasick::packed::{MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Span};

use super::keywords::{fits_a_run, keywords_of};
use crate::rules::{Keyword, RuleSet};

/// Beginnings of words that names of secrets have, four bytes each since that is what the vector search hashes.
const STEMS: [&str; 46] = [
    "pass", "Pass", "PASS", "secr", "Secr", "SECR", "toke", "Toke", "TOKE", "auth", "Auth", "AUTH", "cred",
    "Cred", "CRED", "_key", "_KEY", "_Key", "-key", "-Key", "-KEY", "ikey", "iKey", "IKEY", "sske", "ssKe",
    "SSKE", "tKey", "nKey", "gKey", "rKey", "eKey", "pKey", "lKey", "dKey", "_pwd", "_PWD", "pwd=", "pwd:",
    "pwd\"", "PWD=", "PWD:", "Pwd=", "_pat", "_PAT", "Pat\"",
];

/// Searches for stems and for keywords that fit no run.
#[derive(Debug)]
pub(crate) struct Literals {
    search: Search,
    /// Keywords that fit no run, with their rules.
    keywords: Vec<(Keyword, usize)>,
    longest: usize,
}

#[derive(Debug)]
enum Search {
    Vectorised(Searcher),
    /// On processors without the vector instructions, and for more literals than those take.
    Portable(AhoCorasick),
}

impl Literals {
    /// Collects stems and keywords.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let keywords: Vec<(Keyword, usize)> =
            outside_runs(rules).map(|(rule, keyword)| (keyword.clone(), rule)).collect();
        let mut patterns: Vec<Vec<u8>> =
            keywords.iter().flat_map(|(keyword, _)| spellings(keyword)).collect();
        patterns.sort();
        patterns.dedup();
        patterns.extend(STEMS.iter().map(|stem| stem.as_bytes().to_vec()));
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        Self { search: Search::new(&patterns), keywords, longest }
    }

    /// Where the first literal that begins in `from..limit` begins.
    #[inline]
    pub(crate) fn next_before(&self, bytes: &[u8], from: usize, limit: usize) -> Option<usize> {
        let end = bytes.len().min(limit + self.longest - 1);
        if from >= limit || from >= end {
            return None;
        }
        self.search.find(bytes, Span { start: from, end }).filter(|at| *at < limit)
    }

    /// The rules that have a keyword at `at`; several keywords may begin alike.
    pub(crate) fn rules_at<'l>(&'l self, bytes: &'l [u8], at: usize) -> impl Iterator<Item = usize> + 'l {
        self.keywords.iter().filter(move |(keyword, _)| keyword.starts(&bytes[at..])).map(|(_, rule)| *rule)
    }
}

/// Whether a name that may say secret has a stem at `at`.
pub(crate) fn is_stem(bytes: &[u8], at: usize) -> bool {
    STEMS.iter().any(|stem| bytes[at..].starts_with(stem.as_bytes()))
}

fn outside_runs(rules: &RuleSet) -> impl Iterator<Item = (usize, &Keyword)> {
    keywords_of(rules).filter(|(rule, keyword)| !fits_a_run(&rules.rules[*rule], keyword))
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
            || {
                Self::Portable(
                    AhoCorasick::builder()
                        .kind(Some(AhoCorasickKind::DFA))
                        .build(patterns)
                        .expect("a few short literals fit any automaton"),
                )
            },
            Self::Vectorised,
        )
    }

    #[inline]
    fn find(&self, bytes: &[u8], span: Span) -> Option<usize> {
        match self {
            Self::Vectorised(search) => search.find_in(bytes, span).map(|found| found.start()),
            Self::Portable(search) => {
                search.find(aho_corasick::Input::new(bytes).span(span)).map(|found| found.start())
            }
        }
    }
}
