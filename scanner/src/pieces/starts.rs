//! How the secrets of strong rules begin, plain and encoded, so that a value that begins one is known at sight.

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::keyed::Keyed;
use crate::rules::{Keyword, Rule, RuleSet};
use crate::verdict::{Category, Confidence};

/// Bits of evidence that are enough by themselves.
const ENOUGH_BITS: f64 = 36.0;
/// Bits that a rule needs whose secrets look generated, in a message of one value. Chance grows with the values.
const GENERATED_BITS: f64 = 16.0;
/// So many characters of a secret are no word.
const LONG_REST: usize = 8;
/// Shorter beginnings are no names by themselves.
const LONG_WORD: usize = 6;
/// Events of channels, as in `phx_reply`: keys begin with three letters and a line, too.
const EVENTS: [&[u8]; 5] = [b"join", b"reply", b"leave", b"close", b"error"];
/// Bytes by which a beginning is found.
const KEY: usize = 3;
/// The same in hex, two digits each.
const HEX_KEY: usize = 2 * KEY;
/// Words with a bit for each three digits.
const TRIPLES: usize = (1 << 12) / 64;

/// How a secret is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Base64,
    Hex,
}

/// What a value says about a secret that could begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Begin {
    /// No secret begins so.
    No,
    /// The value is a part of how some secret begins.
    Part,
    /// The value begins as some secret does.
    Whole,
}

/// Beginnings of secrets.
#[derive(Debug)]
pub(crate) struct Starts {
    /// All but those in hex.
    spelled: Keyed<KEY>,
    /// Those in hex: their first three digits are those of one id in twelve.
    hex: Keyed<HEX_KEY>,
    /// Their first digits, in order.
    hex_heads: Vec<[u8; HEX_KEY]>,
    /// A bit for each three digits that one of them begins with, whatever their case.
    hex_triples: Box<[u64; TRIPLES]>,
    /// Of all, the first two bytes.
    pairs: Box<[bool]>,
}

/// One way in which the secrets of a rule begin.
#[derive(Debug)]
pub(super) struct Entry {
    text: Keyword,
    rule: usize,
    form: Form,
    /// Words begin so, too.
    is_wordy: bool,
}

impl Starts {
    /// Collects how the secrets of strong rules begin.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let strong = rules.rules.iter().enumerate().filter(|(_, rule)| can_be_evident(rule));
        let entries = strong
            .flat_map(|(index, rule)| rule.starts.iter().flat_map(move |start| entries_of(index, start)));
        let (hex, spelled): (Vec<Entry>, Vec<Entry>) = entries.partition(|entry| entry.form == Form::Hex);
        let mut pairs = vec![false; 1 << 16];
        for entry in spelled.iter().chain(&hex) {
            pairs[usize::from(entry.text.bytes[0]) << 8 | usize::from(entry.text.bytes[1])] = true;
        }
        let mut hex_heads: Vec<_> =
            hex.iter().filter_map(|entry| entry.text.bytes.first_chunk().copied()).collect();
        hex_heads.sort_unstable();
        hex_heads.dedup();
        let mut hex_triples = Box::new([0; TRIPLES]);
        for triple in hex_heads.iter().filter_map(|head| triple_of(*head.first_chunk()?)) {
            hex_triples[triple / 64] |= 1 << (triple % 64);
        }
        Self {
            spelled: Keyed::new(spelled),
            hex: Keyed::new(hex),
            hex_heads,
            hex_triples,
            pairs: pairs.into(),
        }
    }

    /// Whether any secret may begin with these three bytes. May say yes of some that none begins with.
    #[inline]
    pub(super) fn could_begin(&self, head: [u8; KEY]) -> bool {
        let begins_hex = |triple: usize| self.hex_triples[triple / 64] >> (triple % 64) & 1 == 1;
        self.spelled.may_have(&head) || triple_of(head).is_some_and(begins_hex)
    }

    /// Whether some secret in hex begins with these digits, at most as many as make a key.
    #[inline]
    fn begins_hex(&self, digits: &[u8]) -> bool {
        let begins = || {
            let place = self.hex_heads.partition_point(|head| head[..digits.len()] < *digits);
            self.hex_heads.get(place).is_some_and(|head| head.starts_with(digits))
        };
        digits.iter().all(u8::is_ascii_hexdigit) && begins()
    }

    /// Whether some secret begins with this one byte, or with these two.
    pub(super) fn begin_short(&self, head: &[u8]) -> bool {
        match *head {
            [first] => first.is_ascii_alphanumeric(),
            [first, second] => self.pairs[usize::from(first) << 8 | usize::from(second)],
            _ => true,
        }
    }

    /// What `text` says about a secret that could begin with it.
    #[inline]
    pub(crate) fn begin(&self, text: &[u8]) -> Begin {
        if text.len() < KEY {
            return if self.begin_short(text) { Begin::Part } else { Begin::No };
        }
        if text.len() < HEX_KEY && self.begins_hex(text) {
            return Begin::Part.max(self.spelled(text));
        }
        self.hex.with(text).map(|entry| entry.begins(text)).max().unwrap_or(Begin::No).max(self.spelled(text))
    }

    #[inline]
    fn spelled(&self, text: &[u8]) -> Begin {
        self.spelled.with(text).map(|entry| entry.begins(text)).max().unwrap_or(Begin::No)
    }

    /// The rules whose secrets begin as `text` does.
    pub(crate) fn rules_at<'s>(&'s self, text: &'s [u8]) -> impl Iterator<Item = usize> + 's {
        self.at(text).filter(|(_, form)| *form == Form::Plain).map(|(rule, _)| rule)
    }

    /// The rules whose secrets begin as `text` does, and how they are spelled.
    pub(super) fn at<'s>(&'s self, text: &'s [u8]) -> impl Iterator<Item = (usize, Form)> + 's {
        self.spelled
            .with(text)
            .chain(self.hex.with(text))
            .filter(|entry| text.get(..entry.text.bytes.len()).is_some_and(|head| entry.same(head)))
            .map(|entry| (entry.rule, entry.form))
    }
}

/// The number that three hexadecimal digits write.
#[inline]
fn triple_of(digits: [u8; KEY]) -> Option<usize> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let number = value(digits[0])? << 8 | value(digits[1])? << 4 | value(digits[2])?;
    Some(number as usize)
}

impl Entry {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.text.bytes
    }

    /// Whether the beginning begins with `head`.
    fn same(&self, head: &[u8]) -> bool {
        let known = &self.text.bytes[..head.len()];
        if self.text.ignore_case { head.eq_ignore_ascii_case(known) } else { head == known }
    }

    /// `secret-number`, `secret_client`, `preview`: a word, or a name of several, and nothing more.
    fn is_name(&self, rest: &[u8]) -> bool {
        let sign = |byte: &u8| b"-_".contains(byte);
        let start = &self.text.bytes;
        let has_sign = start.last().is_some_and(sign);
        let is_long = start.len() > LONG_WORD && start[..start.len() - 1].iter().all(u8::is_ascii_lowercase);
        let word = rest.split(sign).next().unwrap_or_default();
        let is_word =
            word.len() >= LONG_REST / 2 && word.iter().all(u8::is_ascii_lowercase) && has_vowel(word);
        is_long && if has_sign { is_word } else { rest.is_empty() || is_word }
    }

    fn begins(&self, text: &[u8]) -> Begin {
        let known = text.len().min(self.text.bytes.len());
        let same = self.same(&text[..known]);
        match (same, known == self.text.bytes.len()) {
            (false, _) => Begin::No,
            (true, false) => Begin::Part,
            (true, true) if self.text.bytes.ends_with(b"_") && EVENTS.contains(&&text[known..]) => Begin::No,
            (true, true) if self.is_wordy && self.is_name(&text[known..]) => Begin::No,
            (true, true) if self.is_wordy => begin_of(&text[known..]),
            (true, true) => Begin::Whole,
        }
    }
}

/// What a value says that begins as words do, by the rest of it.
fn begin_of(rest: &[u8]) -> Begin {
    let turns = |pair: &[u8]| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase();
    let is_mixed =
        rest.iter().any(u8::is_ascii_digit) || rest.windows(2).filter(|pair| turns(pair)).count() >= 3;
    match (is_mixed, rest.len() < LONG_REST) {
        (true, _) => Begin::Whole,
        (false, true) => Begin::Part,
        (false, false) => Begin::No,
    }
}

/// Whether what a rule finds can be told from chance when it is put together from pieces.
fn can_be_evident(rule: &Rule) -> bool {
    let kind = matches!(rule.category, Category::Secret | Category::Known);
    let is_sure = rule.confidence > Confidence::Low;
    kind && is_sure && rule.until.is_none() && rule.bits > GENERATED_BITS
}

/// Whether `secret`, put together from some of `values` values, is told from chance. Among ids in hex a beginning of
/// hex digits says little.
pub(crate) fn is_evident(rule: &Rule, secret: &[u8], values: usize) -> bool {
    let chance = f64::from(u32::try_from(values).unwrap_or(u32::MAX)).log2();
    let is_hex = secret.iter().all(u8::is_ascii_hexdigit);
    rule.is_known()
        || !is_hex
            && rule.confidence > Confidence::Low
            && (rule.bits >= ENOUGH_BITS
                || rule.bits >= GENERATED_BITS + chance
                    && crate::checks::looks_generated(secret)
                    && !is_of_codes(rule, secret))
}

/// Whether the secret has capitals and digits only where it could have small letters: codes of a table, one behind
/// the other.
fn is_of_codes(rule: &Rule, secret: &[u8]) -> bool {
    let (head, tail) = secret.split_at(secret.len().min(LONG_REST));
    let is_of_capitals = !tail.iter().any(u8::is_ascii_lowercase)
        && tail.iter().filter(|byte| byte.is_ascii_uppercase()).count() >= LONG_REST;
    is_of_capitals && rule.pattern.begins(&[head, &tail.to_ascii_lowercase()].concat()) == Some(secret.len())
}

/// The beginning in every spelling; of an encoded one what does not depend on the bytes after it.
fn entries_of(rule: usize, start: &Keyword) -> impl Iterator<Item = Entry> {
    let bytes = &start.bytes;
    let base64 = BASE64.encode(bytes).into_bytes();
    let base64 = base64[..bytes.len() * 4 / 3].to_vec();
    let url: Vec<u8> = base64
        .iter()
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    let url = (url != base64).then_some((url, false, Form::Base64));
    let hex = HEXLOWER.encode(bytes).into_bytes();
    let upper = HEXUPPER.encode(bytes).into_bytes();
    let upper = (upper != hex).then_some((upper, false, Form::Hex));
    // Two digits in hex are the beginning of any id.
    let is_known = bytes.len() >= KEY;
    [(bytes.clone(), start.ignore_case, Form::Plain), (base64, false, Form::Base64), (hex, false, Form::Hex)]
        .into_iter()
        .chain(url)
        .chain(upper)
        .filter(move |_| is_known)
        .map(move |(bytes, ignore_case, form)| {
            let is_wordy =
                form == Form::Plain && bytes.iter().all(|byte| !byte.is_ascii_digit()) && has_vowel(&bytes);
            Entry { text: Keyword { bytes, ignore_case }, rule, form, is_wordy }
        })
}

fn has_vowel(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| b"aeiouAEIOU".contains(byte))
}
