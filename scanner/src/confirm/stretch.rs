//! What a stretch of digits looks like, and which rules that leaves: a few comparisons in place of a search.

use std::ops::Range;

use crate::rules::{Form, Rule, SIGNS, Trigger};

/// Longest escape, whose last letters or digits are no part of the word behind it: `\u0022`.
const MAX_ESCAPE: usize = 6;

/// What a rule finds, as far as its form says so.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) rule: usize,
    form: Form,
    needs_signs: u8,
    reach: usize,
    whole_word: bool,
    min_bytes: usize,
    max_bytes: usize,
}

/// A stretch of digits.
#[derive(Debug)]
pub(super) struct Stretch<'b> {
    bytes: &'b [u8],
    pub(super) range: Range<usize>,
    pub(super) digits: usize,
    /// Which of the [`SIGNS`] stand in it or shortly before, a bit each.
    pub(super) signs: u8,
    /// No word begins in it, nor shortly before.
    pub(super) is_inside_word: bool,
    is_after_escape: bool,
}

impl<'b> Stretch<'b> {
    /// The stretch at `range`; matches begin at most `reach` bytes before it.
    pub(super) fn of(bytes: &'b [u8], range: &Range<usize>, reach: usize) -> Self {
        let digits = bytes[range.clone()].iter().filter(|byte| byte.is_ascii_digit()).count();
        let before = &bytes[range.start.saturating_sub(reach + MAX_ESCAPE)..range.start];
        Self {
            bytes,
            range: range.clone(),
            digits,
            signs: signs_of(&bytes[range.start.saturating_sub(reach)..range.end]),
            is_inside_word: digits == range.len()
                && before.len() == reach + MAX_ESCAPE
                && before.iter().rev().all(u8::is_ascii_alphanumeric),
            is_after_escape: before.iter().rev().take(MAX_ESCAPE).any(|byte| matches!(byte, b'%' | b'\\')),
        }
    }

    /// What stands behind it.
    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.range.end..]
    }

    fn is_one_group(&self) -> bool {
        self.digits == self.range.len()
    }
}

/// Which of the [`SIGNS`] a text has, a bit each.
#[inline]
fn signs_of(text: &[u8]) -> u8 {
    text.iter().fold(0, |signs, byte| signs | SIGN_BITS[usize::from(*byte)])
}

static SIGN_BITS: [u8; 256] = {
    let mut bits = [0; 256];
    let mut sign = 0;
    while sign < SIGNS.len() {
        bits[SIGNS[sign] as usize] = 1 << sign;
        sign += 1;
    }
    bits
};

impl Case {
    /// What the rule says, when it looks at digits.
    pub(super) fn of(index: usize, rule: &Rule) -> Option<Self> {
        let Trigger::Digits { reach, form, signs, max_bytes, .. } = rule.trigger else { return None };
        let (whole_word, min_bytes) = (rule.whole_word, rule.min_bytes);
        Some(Self { rule: index, form, needs_signs: signs, reach, whole_word, min_bytes, max_bytes })
    }

    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// Digits that a stretch must have: others may stand within reach before it.
    pub(super) fn needs_digits(&self) -> usize {
        self.form.min_digits.saturating_sub(self.reach)
    }

    /// Which of the [`SIGNS`] every match has, a bit each.
    pub(super) fn needs_signs(&self) -> u8 {
        self.needs_signs
    }

    /// Whether a match can have this byte.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.form.has(byte)
    }

    /// Whether the rule may find something that begins in the stretch, or within reach before it. Errs towards yes.
    #[inline]
    pub(super) fn fits(&self, stretch: &Stretch<'_>) -> bool {
        if stretch.is_inside_word && self.whole_word {
            return false;
        }
        let Range { start, end } = stretch.range;
        let next = stretch.bytes.get(end);
        let has = |byte: Option<&u8>| byte.is_some_and(|byte| self.form.has(*byte));
        // Behind a sign that parts groups a match goes on with another one, of letters.
        if has(next) && (next.is_some_and(u8::is_ascii_alphanumeric) || has(stretch.bytes.get(end + 1))) {
            return true;
        }
        let before = stretch.bytes[start.saturating_sub(self.reach)..start].iter().rev();
        self.fits_between(stretch, before.take_while(|byte| self.form.has(**byte)).count(), next)
    }

    /// The same, where matches have at most so many bytes before the stretch, and none behind it.
    fn fits_between(&self, stretch: &Stretch<'_>, before: usize, next: Option<&u8>) -> bool {
        let length = before + stretch.range.len();
        let signs = before + stretch.range.len() - stretch.digits;
        if self.min_bytes > length
            || self.form.min_digits > before + stretch.digits
            || self.form.min_signs > signs
        {
            return false;
        }
        // One group alone is a word, and a word is taken as a whole.
        let is_word = self.whole_word && before == 0 && stretch.is_one_group() && !stretch.is_after_escape;
        !is_word || (length <= self.max_bytes && !next.is_some_and(u8::is_ascii_alphanumeric))
    }
}
