//! The second pass: the few literals that stand outside runs. Stems of names that say secret, and keywords
//! with a space in them or of rules with short matches. A frequent literal costs a comparison wherever it stands, so there are few.

use super::keywords::{is_in_run, keywords_of};
use super::masks::{Beginnings, Block, CHUNK, WORDS};
use super::other_letters;
use super::table::Table;
use crate::rules::{Keyword, RuleSet};
use crate::views::{JOINING_CALLS, Turn, UUENCODED};

/// Beginnings of words that names of secrets have, four bytes each since so many are looked at.
const STEMS: &[&str] = &[
    "pass", "Pass", "PASS", "secr", "Secr", "SECR", "toke", "Toke", "TOKE", "auth", "Auth", "AUTH", "cred",
    "Cred", "CRED", "_key", "_KEY", "_Key", "-key", "-Key", "-KEY", " key", " Key", " KEY", ".key", "ikey",
    "iKey", "IKey", "IKEY", "sske", "SSKE", "tkey", "ekey", "tKey", "nKey", "gKey", "rKey", "eKey", "pKey",
    "lKey", "dKey", "sKey", "cKey", "nkey", "gkey", "rkey", "_pwd", "_PWD", "pwd=", "pwd:", "pwd ", "pwd\"",
    "PWD=", "PWD:", "Pwd=", "rPwd", "bPwd", "tPwd", "nPwd", "_pat", "_PAT", "Pat\"", "eare", "_psk", "_PSK",
    "psk=", "trase", "ennwo", "salt", "SALT", "Salt", "senha", "Senha", "SENHA", "wachtwo", "Wachtwo",
    "WACHTWO", "haslo", "Haslo", "HASLO", "parola", "Parola", "sifre", "losenor", "heslo", "lozinka", "mdp=",
    "mdp:", "mdp\"", "clave", "Clave", "chave", "chiave", "segreta", "jeton", "eheim", "hluessel", "cle_api",
    "cle api", "cleApi", "CLE_API", "llave", "yMater", "dgangsko", "kodeord", "salasana", "jelszo", "parool",
    "slaptaz", "zaporka", "_sandi", "pi_sleu", "pi_nyck", "dkey", "-psk", "npsk", "ipsk", "pwd,", "pwd'",
    "pwd>",
];

/// What names in turned text have; longer where four bytes read from their end stand in ordinary words.
const TURNED_STEMS: &[&str] = &[
    "pass", "Pass", "PASS", "secret", "Secret", "SECRET", "token", "Token", "TOKEN", "credent", "CREDENT",
    "_key", "_KEY", "-key", "-Key", " key", " Key", "ikey", "iKey", "IKey", "tKey", "sKey", "eKey", "_pwd",
    "_PWD",
];

/// What the first piece of something is called.
const PIECES: &[&str] = &[
    "art1",
    "art_1",
    "art 1",
    "art-1",
    "ART1",
    "ART_1",
    "ART 1",
    "hunk1",
    "hunk_1",
    "hunk 1",
    "HUNK_1",
    "iece1",
    "iece_1",
    "iece 1",
    "irst part",
    "irst half",
    "irst piece",
    "irst chunk",
    "| 1 | ",
];

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// A name that may say secret has this stem.
    Stem,
    /// One in turned text has it.
    Turned(Turn),
    /// Where the password of a URL ends its user when it is read from its end.
    ReversedUrl,
    /// The header of uuencoded text.
    Uuencoded,
    /// A call that puts a list of strings together.
    Joining,
    /// The first piece of something is called so.
    Piece,
    /// The rule, or the rule in turned text, has this keyword, which fits no run; see [`Turn::rule_of`].
    Keyword(usize),
}

/// Searches for stems and for keywords that fit no run.
#[derive(Debug)]
pub(crate) struct Literals {
    beginnings: Beginnings,
    table: Table<Literal>,
}

impl Literals {
    /// Collects stems and keywords.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let entry = |bytes: Vec<u8>, literal| (Keyword { bytes, ignore_case: false }, literal);
        let stems = STEMS
            .iter()
            .copied()
            .chain(other_letters::stems())
            .map(|stem| entry(stem.as_bytes().to_vec(), Literal::Stem));
        let turned = Turn::ALL.into_iter().flat_map(|turn| {
            TURNED_STEMS.iter().map(move |stem| entry(turn.turn(stem.as_bytes()), Literal::Turned(turn)))
        });
        let others =
            [entry(b"//:".to_vec(), Literal::ReversedUrl), entry(UUENCODED.to_vec(), Literal::Uuencoded)];
        let pieces = PIECES.iter().map(|word| entry(word.as_bytes().to_vec(), Literal::Piece));
        let calls = JOINING_CALLS.map(|call| entry(call.to_vec(), Literal::Joining));
        let keywords = keywords_of(rules)
            .filter(|(rule, keyword)| !is_in_run(&rules.rules[*rule], keyword))
            .flat_map(|(rule, keyword)| spellings(rules, rule, keyword));
        let table = Table::new(
            stems.chain(turned).chain(others).chain(calls).chain(pieces).chain(keywords).collect(),
        );
        let literals = table.literals().map(|literal| (literal.bytes.as_slice(), literal.ignore_case));
        Self { beginnings: Beginnings::new(literals), table }
    }

    /// Calls `found(position, literal)` for every literal that begins in `block`, in order.
    #[inline]
    pub(crate) fn find_in(&self, bytes: &[u8], block: &Block, mut found: impl FnMut(usize, Literal)) {
        let mut words = [0; WORDS];
        self.beginnings.fill(bytes, block.range().start, &mut words);
        self.table.sift(bytes, block.range().start, &mut words);
        for (word, at) in words.into_iter().zip(block.range().step_by(CHUNK)) {
            for at in block.positions(at, word) {
                self.table.at(bytes, at).for_each(|literal| found(at, literal));
            }
        }
    }
}

/// A keyword, and how it stands in turned text.
fn spellings(rules: &RuleSet, rule: usize, keyword: &Keyword) -> Vec<(Keyword, Literal)> {
    let ways = Turn::ALL.into_iter().filter(|_| rules.rules[rule].tells_when_turned());
    let turned = ways.map(|turn| {
        let bytes = turn.turn(&keyword.bytes);
        let number = turn.of(rule, rules.rules.len());
        (Keyword { bytes, ignore_case: keyword.ignore_case }, Literal::Keyword(number))
    });
    [(keyword.clone(), Literal::Keyword(rule))].into_iter().chain(turned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::masks::in_blocks;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_stem_is_found_once_and_nothing_else(
            pieces in prop::collection::vec((prop::sample::select(STEMS), "[ -~]{0,90}"), 0..80),
        ) {
            let literals = Literals::new(&RuleSet::builtin().expect("good rules"));
            let text: String = pieces.into_iter().flat_map(|(stem, noise)| [stem.to_owned(), noise]).collect();
            let mut found = Vec::new();
            in_blocks(text.as_bytes(), |block| {
                literals.find_in(text.as_bytes(), block, |at, literal| {
                    found.extend((literal == Literal::Stem).then_some(at));
                });
            });
            let is_stem = |at: &usize| STEMS.iter().any(|stem| text.as_bytes()[*at..].starts_with(stem.as_bytes()));
            let expected: Vec<usize> = (0..text.len()).filter(is_stem).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
