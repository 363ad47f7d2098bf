//! Second opinions on what a pattern matched: one small file per check.
//!
//! A check sees the bytes of the secret and nothing else, says yes or no, and never panics.

pub(crate) mod base58check;
mod basic_pair;
pub(crate) mod card;
pub(crate) mod crc32_base62;
mod discord;
mod entropy;
mod filler;
pub(crate) mod gitlab_crc;
mod jwt;
pub(crate) mod luhn;
mod mixed;
pub(crate) mod mod97;
mod password;
mod placeholder;
mod random;
mod ssn;
pub(crate) mod verhoeff;
mod words;

/// Answered from the bytes of a secret alone.
type Question = fn(&[u8]) -> bool;

/// A second opinion, as named in a rule's `confirm`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// A yes-or-no question.
    Plain(Question),
    /// At least this many bits per byte.
    Entropy(f64),
}

/// Every check without an argument.
const PLAIN: &[(&str, Question)] = &[
    ("base58check", base58check::agrees),
    ("basic-pair", basic_pair::agrees),
    ("card-issuer", card::agrees),
    ("crc32-base62", crc32_base62::agrees),
    ("discord-id", discord::agrees),
    ("gitlab-crc", gitlab_crc::agrees),
    ("human-password", password::agrees),
    ("iban", mod97::is_iban),
    ("jwt-header", jwt::has_header),
    ("luhn", luhn::agrees),
    ("mixed-classes", mixed::agrees),
    ("mod97", mod97::agrees),
    ("not-filler", filler::is_none),
    ("not-placeholder", placeholder::is_none),
    ("not-words", words::is_none),
    ("random-text", random::agrees),
    ("ssn-ranges", ssn::agrees),
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
            Check::parse("entropy>=3").expect("known").agrees(&bytes);
        }
    }
}
