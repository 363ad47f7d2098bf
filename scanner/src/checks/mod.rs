//! Second opinions on what a pattern matched: one small file per check.
//!
//! A check sees the bytes of the secret and nothing else, says yes or no, and never panics.

pub(crate) mod base58check;
mod basic_pair;
pub(crate) mod bip39;
pub(crate) mod card;
mod code;
pub(crate) mod crc32_base62;
mod discord;
mod encoded;
mod entropy;
mod filler;
pub(crate) mod gitlab_crc;
mod jwt;
mod letters;
pub(crate) mod luhn;
mod mail_host;
pub(crate) mod mini_key;
mod mixed;
pub(crate) mod mod97;
mod modular;
mod mrz;
mod passphrase;
mod password;
mod placeholder;
mod printed;
mod random;
mod randomness;
mod ssn;
mod standins;
mod typed_digits;
pub(crate) mod verhoeff;
mod weighted;
mod words;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

pub(crate) use code::has_operators;

/// Looks for many literals at once.
fn any_of(literals: &[&[u8]], ignore_case: bool) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(ignore_case)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals)
        .expect("some dozens of short literals fit any automaton")
}

/// Answered from the bytes of a secret alone.
type Question = fn(&[u8]) -> bool;

/// A second opinion, as named in a rule's `confirm`.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// A yes-or-no question.
    Plain(Question),
    /// At least this many bits per byte.
    Entropy(f64),
    /// A weighted sum.
    Weighted(weighted::Weighted),
}

/// Every check without an argument.
const PLAIN: &[(&str, Question)] = &[
    ("baltic-code", modular::baltic),
    ("base58check", base58check::agrees),
    ("basic-pair", basic_pair::agrees),
    ("be-national", modular::be_national),
    ("bip39", bip39::agrees),
    ("bulk-data", randomness::is_bulk),
    ("card-issuer", card::agrees),
    ("crc32-base62", crc32_base62::agrees),
    ("data-labels", randomness::is_in_labels),
    ("de-tax-id", modular::de_tax_id),
    ("discord-id", discord::agrees),
    ("electrum-seed", bip39::is_electrum),
    ("encoded-file", encoded::is_file),
    ("encoded-host", encoded::in_host),
    ("es-cif", letters::es_cif),
    ("es-dni", letters::es_dni),
    ("fi-hetu", letters::fi_hetu),
    ("fr-nir", modular::fr_nir),
    ("gitlab-crc", gitlab_crc::agrees),
    ("human-password", password::agrees),
    ("hk-id", letters::hk_id),
    ("iban", mod97::is_iban),
    ("ie-pps", letters::ie_pps),
    ("it-codice-fiscale", letters::it_codice_fiscale),
    ("jwt-header", jwt::has_header),
    ("luhn", luhn::agrees),
    ("mail-host", mail_host::agrees),
    ("mini-key", mini_key::agrees),
    ("mixed-classes", mixed::agrees),
    ("mod11-10", modular::mod11_10),
    ("mod97", mod97::agrees),
    ("mrz-digit", mrz::agrees),
    ("mrz-line", mrz::is_line),
    ("mx-curp", letters::mx_curp),
    ("not-filler", filler::is_none),
    ("not-placeholder", placeholder::is_none),
    ("not-typed", typed_digits::is_none),
    ("not-words", words::is_none),
    ("passphrase", passphrase::agrees),
    ("random-label", randomness::is_label),
    ("random-text", random::agrees),
    ("random-value", randomness::is_value),
    ("nz-ird", modular::nz_ird),
    ("sg-nric", letters::sg_nric),
    ("ssn-ranges", ssn::agrees),
    ("tw-id", letters::tw_id),
    ("url-password", password::in_url),
    ("verhoeff", verhoeff::agrees),
];

impl Check {
    /// Reads a name such as `luhn` or `entropy>=3.5`, or says which names there are.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(bits) = text.strip_prefix("entropy>=") {
            return match bits.parse() {
                Ok(bits) if (0.0..=8.0).contains(&bits) => Ok(Self::Entropy(bits)),
                _ => Err(format!("{bits:?} is no number of bits per byte from 0 to 8")),
            };
        }
        if text.contains('%') {
            return weighted::Weighted::parse(text)
                .map(Self::Weighted)
                .ok_or_else(|| format!("{text:?} is no weighted sum; write {}", weighted::FORM));
        }
        let known = PLAIN.iter().find(|(name, _)| *name == text);
        known.map(|(_, check)| Self::Plain(*check)).ok_or_else(|| {
            let names: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
            format!("unknown check {text:?}; there are entropy>=N, {}", names.join(", "))
        })
    }

    /// Whether the check takes these bytes for what the rule is about.
    pub(crate) fn agrees(&self, secret: &[u8]) -> bool {
        match self {
            Self::Plain(check) => check(secret),
            Self::Weighted(weighted) => weighted.agrees(secret),
            Self::Entropy(bits) => entropy::bits_per_byte(secret) >= *bits,
        }
    }
}

/// Whether a text is what a program made at random, and no name, word or filler.
pub(crate) fn looks_generated(text: &[u8]) -> bool {
    let turns = |pair: &[u8]| match (pair[0].is_ascii_digit(), pair[1].is_ascii_digit()) {
        (true, false) => pair[1].is_ascii_alphabetic(),
        (false, true) => pair[0].is_ascii_alphabetic(),
        _ => false,
    };
    let is_no_name = || words::is_none(text) || text.windows(2).filter(|pair| turns(pair)).count() >= 4;
    mixed::agrees(text) && filler::is_none(text) && is_no_name()
}

/// How unlikely random text is to pass the check of this name, in bits; zero where that depends on the text.
pub(crate) fn bits(name: &str) -> f64 {
    match name {
        "base58check" | "crc32-base62" | "gitlab-crc" => 32.0,
        "jwt-header" => 40.0,
        "iban" => 12.0,
        "mod97" => 6.0,
        "luhn" | "verhoeff" | "discord-id" => 3.0,
        _ => 0.0,
    }
}

/// Letters and digits of a number, letters in upper case.
fn compact(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase).collect()
}

/// The digits of a number written with spaces, dashes or dots.
fn digits(text: &[u8]) -> impl DoubleEndedIterator<Item = u8> + Clone + '_ {
    text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Check, PLAIN};

    #[test]
    fn an_unknown_check_is_told_the_known_ones() {
        let reason = Check::parse("lunh").expect_err("no such check");
        assert!(reason.contains("luhn"), "{reason}");
        assert!(Check::parse("entropy>=nine").is_err());
        assert!(Check::parse("entropy>=9").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_check_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for (name, _) in PLAIN {
                Check::parse(name).expect("listed").agrees(&bytes);
            }
            for form in ["entropy>=3", "zero%11:3,2,1", "rest%97a/1:1000,2,3", "lack-digit%11:2,3,4,5"] {
                Check::parse(form).expect("known").agrees(&bytes);
            }
        }
    }
}
