//! Which rule a named value belongs to: the vendor's that its name or surroundings mention, else the generic.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::links::is_of_open_link;
use crate::candidates::{Named, Says, says};
use crate::hosts::ANYWHERE;
use crate::rules::{Home, Rule, RuleSet, Trigger};
use crate::views::View;

/// How far before a name the vendor may be mentioned: a key of the enclosing object, a comment.
const CONTEXT: usize = 64;

/// Shorter values are no secrets that a name could give away.
const MIN_VALUE: usize = 6;

/// Rules that are remembered while their words are found again.
const SEEN: usize = 8;

/// Most that stands behind a name that is its own value.
const MAX_REST: usize = 6;
/// A shorter word with a number may be a password.
const MIN_TYPE: usize = 10;
/// A longer one may be a token.
const MAX_VARIABLE: usize = 14;
/// The same of one that begins with a capital and ends with a number.
const MAX_ALIGNED: usize = 9;

/// Longer words than this are rare.
const MIN_TOKEN: usize = 12;

/// Longest word that chance writes, and the run in which it does.
const MAX_CHANCE: usize = 4;
const MIN_BLOB: usize = 24;

/// Digits of the fingerprint of a key of PGP.
const FINGERPRINT: usize = 40;

/// A passphrase has at least one word more.
const MIN_GAPS: usize = 3;

/// Rules for named values, by the words that their names have.
#[derive(Debug)]
pub(crate) struct NameRules {
    words: AhoCorasick,
    /// Rules of each word.
    rules_of_word: Vec<Vec<usize>>,
    /// Rules that are of no vendor: only the name itself can speak of them.
    of_no_vendor: Vec<usize>,
    /// Rules without words, and what a name says at least for them.
    generic: Vec<(Says, usize)>,
}

impl NameRules {
    /// Collects the rules that have names.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut words: Vec<&str> = Vec::new();
        let mut rules_of_word: Vec<Vec<usize>> = Vec::new();
        let (mut generic, mut of_no_vendor) = (Vec::new(), Vec::new());
        for (index, rule) in rules.rules.iter().enumerate() {
            let Trigger::Name { words: of_rule, says, .. } = &rule.trigger else { continue };
            if of_rule.is_empty() {
                generic.push((*says, index));
            }
            if is_of_no_vendor(rule) {
                of_no_vendor.push(index);
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
        Self { words, rules_of_word, of_no_vendor, generic }
    }

    /// The rule that finds `named`, whose name `says` so, and the secret.
    pub(crate) fn confirm(
        &self,
        rules: &RuleSet,
        view: &View<'_>,
        named: &Named,
        name_says: Says,
    ) -> Option<(usize, Range<usize>)> {
        let bytes = view.bytes;
        let text = &bytes[named.value.clone()];
        let name = &bytes[named.name.clone()];
        if !is_plausible(text)
            || repeats(name, text, name_says)
            || (!named.is_text && (is_identifier(text) || says(text) >= Says::Perhaps))
            || is_name_of_secret(text)
            || is_of_open_link(bytes, &named.name)
            || is_remark(bytes, named)
        {
            return None;
        }
        let says = match name_says {
            // What may be the name of a variable is judged like any secret.
            Says::Password if !named.is_text => Says::Secret,
            says => says,
        };
        let value = named.value.clone();
        let context = &bytes[start_of_context(view, named.name.start)..named.name.end];
        let find = |index: usize| secret_in(&rules.rules[index], bytes, &value).map(|secret| (index, secret));
        let of_vendor = self.vendors_of(context, name.len()).find_map(find);
        of_vendor.or_else(|| self.generic_for(says).copied().find_map(find))
    }

    /// The same for the cell of a table.
    pub(crate) fn confirm_cell(
        &self,
        rules: &RuleSet,
        bytes: &[u8],
        says: Says,
        cell: &Range<usize>,
    ) -> Option<(usize, Range<usize>)> {
        if !is_plausible(&bytes[cell.clone()]) {
            return None;
        }
        self.generic_for(says)
            .find_map(|&index| secret_in(&rules.rules[index], bytes, cell).map(|secret| (index, secret)))
    }

    /// Rules whose words stand in the context, which ends with a name of `name` bytes, each once, unless there are
    /// many. In random data before the name chance writes short words.
    fn vendors_of(&self, context: &[u8], name: usize) -> impl Iterator<Item = usize> {
        let (mut seen, mut next) = ([usize::MAX; SEEN], 0);
        let before = context.len() - name;
        let words = self.words.find_overlapping_iter(context);
        let words = words.filter(move |word| {
            word.end() > before
                || word.len() > MAX_CHANCE
                || run_around(&context[..before], word.range()) < MIN_BLOB
        });
        let rules = words.flat_map(move |word| {
            let is_of_name = word.end() > before;
            let rules = self.rules_of_word[word.pattern()].iter().copied();
            rules.filter(move |rule| is_of_name || !self.of_no_vendor.contains(rule))
        });
        rules.filter(move |rule| {
            let is_new = !seen.contains(rule);
            if is_new {
                seen[next % SEEN] = *rule;
                next += 1;
            }
            is_new
        })
    }

    fn generic_for(&self, says: Says) -> impl Iterator<Item = &usize> {
        self.generic.iter().filter(move |(least, _)| says >= *least).map(|(_, index)| index)
    }
}

/// Whether what the rule finds belongs where anything is authorized, at any host.
fn is_of_no_vendor(rule: &Rule) -> bool {
    let is_anywhere = |home: &Home| {
        home.hosts.iter().all(|host| host == ANYWHERE)
            && home.at.iter().all(|at| at.starts_with("header:") && at.ends_with("authorization"))
    };
    !rule.home.is_empty() && rule.home.iter().all(is_anywhere)
}

/// Letters and digits, and signs of base64, that stand around a word without a gap.
fn run_around(text: &[u8], word: Range<usize>) -> usize {
    let of_run = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/%".contains(byte);
    let left = text[..word.start].iter().rev().take_while(of_run).count();
    left + word.len() + text[word.end..].iter().take_while(of_run).count()
}

/// Where the context of the name at `name` begins. In the head of a message it is the line: a header says nothing about
/// the next.
fn start_of_context(view: &View<'_>, name: usize) -> usize {
    let start = name.saturating_sub(CONTEXT);
    let line_end = if view.is_head { memchr::memrchr(b'\n', &view.bytes[start..name]) } else { None };
    line_end.map_or(start, |end| start + end + 1)
}

/// Whether a value is long enough, and no word: one with a digit, a sign, or a capital after its first letter. Vendors
/// issue some tokens that have only small letters, by chance, and several words are a passphrase.
fn is_plausible(value: &[u8]) -> bool {
    let is_of_words = |byte: &u8| byte.is_ascii_lowercase() || b"_-. ".contains(byte);
    let may_be_token = || value.len() >= MIN_TOKEN && value.iter().all(u8::is_ascii_lowercase);
    let may_be_phrase = || value.iter().filter(|byte| b" -".contains(byte)).count() >= MIN_GAPS;
    value.len() >= MIN_VALUE && (!value[1..].iter().all(is_of_words) || may_be_token() || may_be_phrase())
}

/// `"encryptionKey": "encryptionKey1024"`, `secret: "Secret_x7Gh2"`: the name again, and a little more; behind that of
/// a password no letters.
fn repeats(name: &[u8], value: &[u8], says: Says) -> bool {
    let same = |head: &[u8]| head.eq_ignore_ascii_case(name);
    let is_little = |rest: &[u8]| {
        rest.len() <= MAX_REST && !(rest.iter().any(u8::is_ascii_alphabetic) && says == Says::Password)
    };
    value.split_at_checked(name.len()).is_some_and(|(head, rest)| same(head) && is_little(rest))
}

/// `s3_aws_secret_access_key`, `token_b64`: a name that itself says what `says` asks for.
fn is_name_of_secret(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    value.contains(&b'_')
        && value.iter().all(of_name)
        && value.iter().filter(|byte| byte.is_ascii_digit()).count() <= 2
        && says(value) >= Says::Perhaps
}

/// `AADSTS50079: …` of an error, `json:"client_secret"` of a field in Go, the fingerprint of a key that signs packages.
fn is_remark(bytes: &[u8], named: &Named) -> bool {
    let text = &bytes[named.value.clone()];
    is_code_of_error(text, &bytes[named.value.end..]) || is_tag(text) || {
        let name = &bytes[named.name.clone()];
        let of_fingerprint = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
        text.len() == FINGERPRINT && text.iter().all(of_fingerprint) && name.ends_with(b"signing key")
    }
}

fn is_code_of_error(text: &[u8], rest: &[u8]) -> bool {
    let letters = text.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let digits = &text[letters..];
    let is_code = (4..=8).contains(&letters) && (4..=7).contains(&digits.len());
    is_code && digits.iter().all(u8::is_ascii_digit) && rest.starts_with(b": ")
}

fn is_tag(text: &[u8]) -> bool {
    const TAGS: [&[u8]; 8] =
        [b"json", b"protobuf", b"yaml", b"xml", b"db", b"form", b"mapstructure", b"toml"];
    let word = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let Some(rest) = text[word..].strip_prefix(b":") else { return false };
    let opened = &rest[rest.iter().take_while(|byte| **byte == b'\\').count()..];
    TAGS.contains(&&text[..word]) && (opened.starts_with(b"\"") || opened.starts_with(b"&quot;"))
}

/// What code calls a thing: `x25519_sign`, `module$of`, `b64header`, `SensitiveString2048`.
fn is_identifier(value: &[u8]) -> bool {
    let all = |fits: fn(&u8) -> bool| value.iter().all(fits);
    let is_snake = all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(byte));
    let is_mangled = all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte));
    let has = |signs: &[u8]| value.iter().any(|byte| signs.contains(byte));
    (is_snake && has(b"_."))
        || (all(u8::is_ascii_alphanumeric) && has_one_number(value))
        || (is_mangled && has(b"$"))
        || is_type(value)
}

/// `b64header`, `s3client`, `Aligned64`: a letter first, and one number.
fn has_one_number(value: &[u8]) -> bool {
    let numbers = || {
        value
            .chunk_by(|left, right| left.is_ascii_digit() == right.is_ascii_digit())
            .filter(|chunk| chunk[0].is_ascii_digit())
    };
    let is_ended_by_number = value.len() <= MAX_ALIGNED && value.last().is_some_and(u8::is_ascii_digit);
    value.len() <= MAX_VARIABLE
        && (value[0].is_ascii_lowercase() || (value[0].is_ascii_uppercase() && is_ended_by_number))
        && numbers().count() == 1
        && numbers().all(|number| number.len() <= 4)
}

/// `SensitiveString2048`: words that begin with capitals, and a number.
fn is_type(value: &[u8]) -> bool {
    let number = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let mut words = value[..value.len() - number].chunk_by(|_, right| !right.is_ascii_uppercase());
    let is_word = |word: &[u8]| {
        word.len() >= 3 && word[0].is_ascii_uppercase() && word[1..].iter().all(u8::is_ascii_lowercase)
    };
    number <= 4 && value.len() - number >= MIN_TYPE && words.all(is_word)
}

fn secret_in(rule: &Rule, bytes: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    let text = &bytes[value.clone()];
    if !rule.could_match_all(text) {
        return None;
    }
    let whole = rule.pattern.find(text)?.range();
    let captures = if rule.pattern.captures_len() > 1 { rule.pattern.captures(text) } else { None };
    let secret = captures.and_then(|captures| captures.name("secret")).map_or(whole, |group| group.range());
    rule.confirms(&text[secret.clone()]).then(|| value.start + secret.start..value.start + secret.end)
}
