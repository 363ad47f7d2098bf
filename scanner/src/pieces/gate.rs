//! Which values of a message could begin a secret: asked of every value, in order, without keeping any.

use smallvec::SmallVec;

use super::decode;
use super::starts::{Begin, Form, Starts};
use super::walk::{PATH, Value};
use crate::confirm;
use crate::look::Finder;

/// A part of a beginning so long is not met by chance.
const LONG_PART: usize = 5;
/// Bytes of a beginning that are put together.
pub(super) const MAX_PARTIAL: usize = 48;
/// Beginnings that are put together at a time.
const PARTIALS: usize = 4;
/// Bytes of encoded text that are tried: chance spells so many readable ones once in a hundred thousand.
const PROBE: usize = 12;
/// Among so many values every possible beginning is followed.
const FEW_VALUES: usize = 48;
/// One or two characters begin something only where there are so many such values.
const MANY_SHORT: usize = 8;
/// Bytes of a value that say how it begins.
const HEAD: usize = 16;
/// First values that are told apart.
const MAX_FIRSTS: usize = 64;

/// A value that could begin a secret.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct First {
    /// How many values stand before it.
    pub(super) index: usize,
    /// What it is called.
    pub(super) stem: u64,
    /// What it is a member of.
    pub(super) container: usize,
    /// Surely enough to wait for what later messages bring.
    pub(super) is_sure: bool,
}

/// Rarely more than need no allocation.
pub(super) type Few = SmallVec<[First; 8]>;

/// Sees the values of one message.
#[derive(Debug)]
pub(super) struct Gate<'s> {
    finder: &'s Finder,
    partials: [Partial; PARTIALS],
    next: usize,
    /// Values so far.
    pub(super) values: usize,
    /// Values that could begin a secret.
    firsts: Few,
    /// There are more of them than are told apart.
    pub(super) has_many: bool,
    /// Values that begin as secrets and as words do, each with its place among the heads.
    weak: Few,
    /// How the first values begin.
    heads: [Head; FEW_VALUES],
    /// The first of those that have one or two characters, and how many there are.
    short: [First; MANY_SHORT],
    short_values: usize,
}

#[derive(Clone, Copy, Debug)]
struct Partial {
    first: First,
    bytes: [u8; MAX_PARTIAL],
    length: usize,
}

impl<'s> Gate<'s> {
    pub(super) fn new(finder: &'s Finder) -> Self {
        let none = Partial { first: First::default(), bytes: [0; MAX_PARTIAL], length: 0 };
        let short = [First::default(); MANY_SHORT];
        Self {
            finder,
            partials: [none; PARTIALS],
            next: 0,
            values: 0,
            firsts: Few::new(),
            has_many: false,
            weak: Few::new(),
            heads: [Head::default(); FEW_VALUES],
            short,
            short_values: 0,
        }
    }

    /// The values that could begin a secret. Among few values those count, too, that begin as words do.
    pub(super) fn firsts(mut self) -> Few {
        if self.values <= FEW_VALUES {
            let heads = &self.heads[..self.values];
            let goes_on = |first: &First| {
                let head = &heads[first.index];
                heads.iter().any(|next| head.goes_on_with(next, &self.finder.starts))
            };
            self.firsts.extend(self.weak.drain(..).filter(goes_on));
        }
        self.firsts
    }

    /// Takes one value.
    pub(super) fn see(&mut self, value: &Value<'_>) {
        let starts = &self.finder.starts;
        let (index, stem, container) = (self.values, value.stem.name, value.container);
        let first = First { index, stem, container, is_sure: true };
        if let Some(head) = self.heads.get_mut(self.values) {
            *head = Head::of(&value.text);
        }
        self.values += 1;
        for place in 0..PARTIALS {
            if self.partials[place].grows(&value.text, starts) {
                self.partials[place].length = 0;
                self.add(self.partials[place].first);
            }
        }
        match starts.begin(&value.text) {
            Begin::Whole if is_complete(self.finder, &value.text) => {}
            Begin::Whole => self.add(first),
            Begin::Part if is_long_part(&value.text) => self.add(first),
            Begin::Part => {
                let first = First { is_sure: is_no_word(&value.text), ..first };
                self.begin(first, &value.text);
                // Hosts and paths have words such as `api` and `v1`; what is cut into them stands in order.
                if self.values <= FEW_VALUES && value.container > PATH {
                    self.weak(first, value.text.len());
                }
            }
            Begin::No if is_encoded_text(&value.text) => self.add(First { is_sure: false, ..first }),
            Begin::No => {}
        }
    }

    fn weak(&mut self, first: First, length: usize) {
        if length > 2 || self.short_values >= MANY_SHORT {
            self.weak.push(first);
            return;
        }
        self.short[self.short_values] = first;
        self.short_values += 1;
        if self.short_values == MANY_SHORT {
            self.weak.extend(self.short);
        }
    }

    fn add(&mut self, first: First) {
        if self.firsts.len() < MAX_FIRSTS {
            self.firsts.push(first);
        } else {
            self.has_many = true;
        }
    }

    fn begin(&mut self, first: First, text: &[u8]) {
        let partial = &mut self.partials[self.next % PARTIALS];
        self.next += 1;
        partial.first = first;
        let known = text.len().min(MAX_PARTIAL);
        partial.length = known;
        partial.bytes[..known].copy_from_slice(&text[..known]);
    }
}

impl Partial {
    /// Whether with `text` it begins as a secret does.
    fn grows(&mut self, text: &[u8], starts: &Starts) -> bool {
        if self.length == 0 {
            return false;
        }
        let more = text.len().min(MAX_PARTIAL - self.length);
        self.bytes[self.length..self.length + more].copy_from_slice(&text[..more]);
        self.length += more;
        match starts.begin(&self.bytes[..self.length]) {
            Begin::Whole => true,
            Begin::Part => self.length == MAX_PARTIAL,
            Begin::No => {
                self.length = 0;
                false
            }
        }
    }
}

/// How a value begins.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    bytes: [u8; HEAD],
    length: usize,
}

impl Head {
    fn of(text: &[u8]) -> Self {
        let mut head = Self { length: text.len().min(HEAD), ..Self::default() };
        head.bytes[..head.length].copy_from_slice(&text[..head.length]);
        head
    }

    /// Whether the two, one after the other, could begin a secret. What is longer than a head may go on with anything.
    fn goes_on_with(&self, next: &Self, starts: &Starts) -> bool {
        let mut joined = [0; 2 * HEAD];
        let length = self.length + next.length;
        joined[..self.length].copy_from_slice(&self.bytes[..self.length]);
        joined[self.length..length].copy_from_slice(&next.bytes[..next.length]);
        self.length == HEAD || starts.begin(&joined[..length]) > Begin::No
    }
}

/// Three letters without a vowel, or with what is no letter.
fn is_no_word(text: &[u8]) -> bool {
    let is_vowel = |byte: &u8| b"aeiouyAEIOUY".contains(byte);
    text.len() >= 3 && (!text.iter().any(is_vowel) || !text.iter().all(u8::is_ascii_alphabetic))
}

/// Whether the value is a secret by itself, which is found as it stands.
fn is_complete(finder: &Finder, text: &[u8]) -> bool {
    let mut plain = finder.starts.at(text).filter(|(_, form)| *form == Form::Plain);
    plain.any(|(rule, _)| confirm::at_keyword(&finder.rules.rules[rule], text, 0).is_some())
}

/// Whether a part of a beginning says enough: words begin so, too.
pub(super) fn is_long_part(text: &[u8]) -> bool {
    text.len() >= LONG_PART && !text.iter().all(u8::is_ascii_alphabetic)
}

/// Whether the value begins as hex or base64 of readable text does.
pub(super) fn is_encoded_text(text: &[u8]) -> bool {
    let readable = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let spells = |bytes: &mut dyn Iterator<Item = u8>| {
        bytes.take(PROBE).take_while(|byte| readable(*byte)).count() == PROBE
    };
    text.len() >= PROBE / 3 * 4 && (spells(&mut decode::base64(text)) || spells(&mut decode::hex(text)))
}
