//! Bounded byte regexes, compiled at first use.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{row, telling};

/// No pattern may match more than this; longer things are blocks with an `until`.
const MAX_MATCH_BYTES: usize = 8192;

/// Signs of numbers that a pattern may have in every match.
pub(crate) const SIGNS: [u8; 6] = *b" -./+(";

/// A regex over bytes that was checked when its rule was read and is compiled when first needed: a start
/// pays for the patterns it uses, and most messages need none.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    compiled: OnceLock<Regex>,
    /// The same, at the beginning of a text only.
    anchored: OnceLock<Regex>,
}

impl Pattern {
    /// A pattern whose syntax is known to be good.
    pub(super) fn new(source: String) -> Self {
        Self { source, compiled: OnceLock::new(), anchored: OnceLock::new() }
    }

    /// Whether a match may have white space in it, or a semicolon, which ends a word, too. Errs towards yes.
    pub(crate) fn spans_words(&self) -> bool {
        [" ", ";", r"\s", r"\n", r"\r", r"\t", "[^", r"\W", r"\S\"]
            .iter()
            .any(|sign| self.source.contains(sign))
    }

    /// The pattern at the beginning of a text only: half the work of a search.
    pub(crate) fn anchored(&self) -> &Regex {
        self.anchored.get_or_init(|| {
            build(&format!(r"\A(?:{})", self.source)).expect("checked when the rule was read")
        })
    }

    /// Bytes of the match with which `text` begins.
    pub(crate) fn begins(&self, text: &[u8]) -> Option<usize> {
        self.anchored().find(text).map(|found| found.end())
    }

    /// Whether the regex compiles; only its size can still be wrong.
    pub(super) fn prove(&self) -> Result<(), String> {
        build(&self.source).map(drop).map_err(|error| error.to_string())
    }
}

impl Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.compiled.get_or_init(|| build(&self.source).expect("checked when the rule was read"))
    }
}

fn build(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).unicode(false).dfa_size_limit(1 << 21).build()
}

/// What a pattern's text says before it is compiled.
#[derive(Debug)]
pub(super) struct Shape(Hir);

impl Shape {
    /// Reads a pattern. Refuses one that has no upper bound: finding all matches would not be linear.
    pub(super) fn read(source: &str) -> Result<Self, String> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = parser.parse(source).map_err(|error| format!("the regex does not compile: {error}"))?;
        let shape = Self(hir);
        match shape.0.properties().maximum_len() {
            None => Err("the regex has no upper bound; write {n,m} in place of *, + and {n,}".to_owned()),
            Some(bytes) if bytes > MAX_MATCH_BYTES => Err(format!(
                "the regex matches up to {bytes} bytes, more than {MAX_MATCH_BYTES}; end a block with `until`"
            )),
            Some(0) => Err("the regex matches nothing but the empty text".to_owned()),
            Some(_) => Ok(shape),
        }
    }

    /// Bytes of the shortest match.
    pub(super) fn min_bytes(&self) -> usize {
        self.0.properties().minimum_len().unwrap_or(0)
    }

    /// Bytes of the longest match.
    pub(super) fn max_bytes(&self) -> usize {
        self.0.properties().maximum_len().unwrap_or(MAX_MATCH_BYTES)
    }

    /// How unlikely random text of token characters (64 of them) is to match, in bits.
    pub(super) fn bits(&self) -> f64 {
        bits_of(&self.0)
    }

    /// Whether every match has a row of token characters at its beginning, or behind what belongs to the same run.
    pub(super) fn is_at_run(&self) -> bool {
        row::is_at_run(&self.0)
    }

    /// Whether every match has a digit or two capitals in a row.
    pub(super) fn is_telling(&self) -> bool {
        telling::is_telling(&self.0)
    }

    /// Whether a match can begin with each byte.
    pub(super) fn first_bytes(&self) -> Box<[bool; 256]> {
        let mut first = Box::new([false; 256]);
        add_first_bytes(&self.0, &mut first);
        first
    }

    /// What every match has and is made of.
    pub(super) fn form(&self) -> Form {
        let mut alphabet = [0; 4];
        add_alphabet(&self.0, &mut alphabet);
        Form {
            alphabet,
            min_digits: least(&self.0, &u8::is_ascii_digit),
            min_signs: least(&self.0, &|byte| !byte.is_ascii_alphanumeric()),
        }
    }

    /// Which of the [`SIGNS`] every match has, a bit each.
    pub(super) fn signs(&self) -> u8 {
        let has = |sign: u8| least(&self.0, &|byte| *byte == sign) > 0;
        (0..).zip(SIGNS).fold(0, |signs, (bit, sign)| signs | u8::from(has(sign)) << bit)
    }

    /// The literals a match can begin with, as far as they are fixed; `None` when it can begin with too much.
    pub(super) fn prefixes(&self) -> Option<Vec<Vec<u8>>> {
        let literals = Extractor::new().limit_class(64).extract(&self.0);
        let literals = literals.literals()?.iter().map(|literal| literal.as_bytes().to_vec());
        Some(literals.collect())
    }
}

/// Bits per character of random text.
const BITS_PER_CHARACTER: f64 = 6.0;

fn bits_of(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0.0,
        HirKind::Literal(literal) => literal.0.iter().map(|_| BITS_PER_CHARACTER).sum(),
        HirKind::Class(class) => (BITS_PER_CHARACTER - f64::from(members(class)).log2()).max(0.0),
        HirKind::Repetition(repeated) => f64::from(repeated.min) * bits_of(&repeated.sub),
        HirKind::Capture(group) => bits_of(&group.sub),
        HirKind::Concat(parts) => parts.iter().map(bits_of).sum(),
        HirKind::Alternation(ways) => ways.iter().map(bits_of).fold(f64::INFINITY, f64::min),
    }
}

fn members(class: &Class) -> u32 {
    match class {
        Class::Bytes(bytes) => bytes.iter().map(|range| u32::from(range.end() - range.start()) + 1).sum(),
        Class::Unicode(chars) => {
            chars.iter().map(|range| range.end() as u32 - range.start() as u32 + 1).sum()
        }
    }
}

/// What the matches of a pattern have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The bytes that any match can have, a bit each.
    alphabet: [u64; 4],
    /// Digits that every match has.
    pub(crate) min_digits: usize,
    /// Bytes that are neither letters nor digits which every match has.
    pub(crate) min_signs: usize,
}

impl Form {
    /// Whether a match can have this byte.
    #[inline]
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.alphabet[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    /// Whether `text` could begin with a match of at least `min_bytes`, by the bytes that it is made of.
    #[inline]
    pub(crate) fn fits(&self, text: &[u8], min_bytes: usize) -> bool {
        let (mut digits, mut signs) = (0, 0);
        let is_enough = |length: usize, digits: usize, signs: usize| {
            length >= min_bytes && digits >= self.min_digits && signs >= self.min_signs
        };
        let fitting = text.iter().enumerate().take_while(|(_, byte)| self.has(**byte));
        let mut lengths = fitting.map(|(before, byte)| {
            digits += usize::from(byte.is_ascii_digit());
            signs += usize::from(!byte.is_ascii_alphanumeric());
            is_enough(before + 1, digits, signs)
        });
        is_enough(0, 0, 0) || lengths.any(|enough| enough)
    }
}

/// How many bytes of a kind every match has.
fn least(hir: &Hir, is_kind: &dyn Fn(&u8) -> bool) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().filter(|byte| is_kind(byte)).count(),
        HirKind::Class(Class::Bytes(class)) => {
            usize::from(class.iter().all(|range| (range.start()..=range.end()).all(|byte| is_kind(&byte))))
        }
        HirKind::Repetition(repetition) => {
            least(&repetition.sub, is_kind) * usize::try_from(repetition.min).unwrap_or_default()
        }
        HirKind::Capture(capture) => least(&capture.sub, is_kind),
        HirKind::Concat(parts) => parts.iter().map(|part| least(part, is_kind)).sum(),
        HirKind::Alternation(choices) => {
            choices.iter().map(|choice| least(choice, is_kind)).min().unwrap_or_default()
        }
        _ => 0,
    }
}

/// Marks every byte that some match can have.
fn add_alphabet(hir: &Hir, alphabet: &mut [u64; 4]) {
    let mut add = |byte: u8| alphabet[usize::from(byte >> 6)] |= 1 << (byte & 63);
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().for_each(|byte| add(*byte)),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().flat_map(|range| range.start()..=range.end()).for_each(add);
        }
        HirKind::Class(Class::Unicode(_)) => *alphabet = [u64::MAX; 4],
        HirKind::Repetition(repetition) => add_alphabet(&repetition.sub, alphabet),
        HirKind::Capture(capture) => add_alphabet(&capture.sub, alphabet),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                add_alphabet(part, alphabet);
            }
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Marks the bytes a match can begin with; whether the match can also be empty.
fn add_first_bytes(hir: &Hir, first: &mut [bool; 256]) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => first[usize::from(literal.0[0])] = true,
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.iter() {
                (range.start()..=range.end()).for_each(|byte| first[usize::from(byte)] = true);
            }
        }
        HirKind::Repetition(repetition) => {
            return add_first_bytes(&repetition.sub, first) || repetition.min == 0;
        }
        HirKind::Capture(capture) => return add_first_bytes(&capture.sub, first),
        HirKind::Concat(parts) => return parts.iter().all(|part| add_first_bytes(part, first)),
        HirKind::Alternation(choices) => {
            let empty = choices.iter().filter(|choice| add_first_bytes(choice, first)).count();
            return empty > 0;
        }
        _ => return true,
    }
    false
}
