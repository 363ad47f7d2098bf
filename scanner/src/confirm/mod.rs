//! The fifth station: around a candidate only, the exact pattern and every check.

mod boundary;
mod called;
mod cases;
mod context;
mod digits;
mod heading;
mod label;
mod links;
mod names;
mod numbers;
mod phrases;
mod segment;
mod series;
mod stretch;
mod table;
mod turned;

use std::ops::Range;

use regex::bytes::Regex;

use crate::candidates::classes::{CORE, EXTENDED, SPACE, end_of};
use crate::candidates::stands_counted;
use crate::rules::{Keyword, Rule, Trigger};

#[cfg(test)]
pub(crate) use boundary::begins_word as is_word_start;
use boundary::{begins_word, ends_word, goes_on_from_a_word, is_in_digest, is_piece_of_blob};
pub(crate) use cases::MAX_CASES;
pub(crate) use context::{Memory, NumberRules};
pub(crate) use digits::in_digits;
pub(crate) use names::NameRules;
pub(crate) use phrases::in_row;
pub(crate) use turned::at_turned_keyword;

/// So many bytes of a keyword turn up in a megabyte of noise.
const SHORT: usize = 3;
/// Bits of a match that chance does not write.
const SURE_BITS: f64 = 36.0;
/// Letters and digits of a keyword that base64 of some text has.
const SHORT_WORD: usize = 8;

/// The secret that `rule` finds at or around its keyword at `at`.
pub(crate) fn at_keyword(rule: &Rule, bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if let Trigger::Known { value } = &rule.trigger {
        return bytes[at..].starts_with(value.as_slice()).then(|| at..at + value.len());
    }
    let Trigger::Keywords { reach, max_bytes, .. } = rule.trigger else { return None };
    let end = bytes.len().min(at + max_bytes);
    let found = first_match(rule, bytes, at.saturating_sub(reach)..end)?;
    let covers = found.whole.start <= at && at < found.whole.end;
    let keyword = keyword_at(rule, &bytes[at..]);
    let by_chance = || {
        (chance_spells(keyword, rule.bits) && is_piece_of_blob(bytes, &found.whole))
            || (keyword.len() <= SHORT
                && (is_in_digest(bytes, &found.whole) || goes_on_from_a_word(bytes, found.whole.start)))
    };
    (covers && !by_chance()).then_some(found.secret)
}

/// The password that `rule` finds in a URL.
pub(crate) fn in_url(rule: &Rule, bytes: &[u8], url: Range<usize>) -> Option<Range<usize>> {
    first_match(rule, bytes, url).map(|found| found.secret)
}

/// The secret, when `rule` takes all of `range` for one.
pub(crate) fn whole(rule: &Rule, bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    first_match(rule, bytes, range).map(|found| found.secret)
}

/// The secret, when `rule` takes the run, with what it asks for around it, for one.
pub(crate) fn at_run(rule: &Rule, bytes: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let Trigger::Run { lead, tail, .. } = &rule.trigger else { return None };
    let is_led = bytes[..run.start].ends_with(lead);
    is_led.then(|| whole(rule, bytes, run.start - lead.len()..run.end + tail))?
}

/// The keyword of the rule with which `rest` begins; the longest when none does.
fn keyword_at<'r>(rule: &'r Rule, rest: &[u8]) -> &'r [u8] {
    let Trigger::Keywords { literals, .. } = &rule.trigger else { return b"" };
    let begins = |word: &&Keyword| rest.get(..word.bytes.len()).is_some_and(|head| word.is(head));
    let longest = || literals.iter().max_by_key(|word| word.bytes.len());
    literals.iter().find(begins).or_else(longest).map_or(b"", |word| &word.bytes)
}

/// Whether base64 of programs and texts spells what a rule of so many bits finds by this keyword: that has rows of
/// `A`, as their zeros are, or is of letters and digits, as `dG9r` is base64 of `tok`. What chance would not write in
/// a million megabytes counts in a blob, too: who hides it there puts letters before it.
fn chance_spells(keyword: &[u8], bits: f64) -> bool {
    let is_zeros = |row: &[u8]| row.len() > 1 && row[0] == b'A';
    let mut rows = keyword.chunk_by(|left, right| left == right);
    let length = rows.clone().filter(|row| !is_zeros(row)).map(<[u8]>::len).sum::<usize>();
    let most = if keyword.iter().all(u8::is_ascii_alphanumeric) { SHORT_WORD } else { SHORT + 1 };
    length <= most && (bits < SURE_BITS || rows.any(is_zeros))
}

struct Found {
    whole: Range<usize>,
    secret: Range<usize>,
}

fn first_match(rule: &Rule, bytes: &[u8], window: Range<usize>) -> Option<Found> {
    let found = candidate_match(rule, bytes, window)?;
    let secret = confirm(rule, bytes, &found)?;
    Some(Found { secret, ..found })
}

/// What the pattern alone says.
fn candidate_match(rule: &Rule, bytes: &[u8], window: Range<usize>) -> Option<Found> {
    let found = rule.pattern.find(bytes.get(window.clone())?)?;
    found_in(&rule.pattern, &bytes[..window.end], window.start + found.start()..window.start + found.end())
}

/// The match at `whole`, and which part of it is the secret.
fn found_in(pattern: &Regex, bytes: &[u8], whole: Range<usize>) -> Option<Found> {
    let secret = if pattern.captures_len() > 1 {
        let captures = pattern.captures(&bytes[whole.start..])?;
        let group = captures.name("secret");
        group.map_or(whole.clone(), |group| whole.start + group.start()..whole.start + group.end())
    } else {
        whole.clone()
    };
    Some(Found { whole, secret })
}

/// Boundaries, checks, and the rest of a block.
fn confirm(rule: &Rule, bytes: &[u8], found: &Found) -> Option<Range<usize>> {
    let stands_alone = !rule.whole_word
        || (begins_word(bytes, found.whole.start) && ends_word(bytes, found.secret.end))
        || stands_counted(bytes, &(found.whole.start..found.secret.end));
    if !stands_alone || !rule.confirms(&bytes[found.secret.clone()]) {
        return None;
    }
    Some(found.secret.start..block_end(rule, bytes, found))
}

/// A block goes on to its end mark; one that was cut off, as far as it still looks like one.
fn block_end(rule: &Rule, bytes: &[u8], found: &Found) -> usize {
    let Some(until) = &rule.until else { return found.secret.end };
    let from = found.whole.end;
    let window = &bytes[from..bytes.len().min(from + until.max_bytes)];
    match until.end.find(window) {
        Some(end) => from + end.end(),
        None => end_of_cut_block(&bytes[..from + window.len()], from),
    }
}

/// How much of `bytes`, which go on inside a block that `rule` found, belongs to it, and whether it ends there. The
/// block may end with a mark that began up to `before` bytes earlier.
pub(crate) fn rest_of_block(rule: &Rule, bytes: &[u8], before: usize) -> (usize, bool) {
    let Some(until) = &rule.until else { return (before, true) };
    if let Some(end) = until.end.find(bytes).filter(|end| end.end() > before) {
        return (end.end(), true);
    }
    let end = end_of_cut_block(bytes, before);
    (end, end < bytes.len())
}

fn end_of_cut_block(bytes: &[u8], from: usize) -> usize {
    let mut end = from;
    loop {
        let next = end_of(bytes, end, CORE | EXTENDED | SPACE);
        // Line ends of a block in JSON: `\n`.
        if bytes.get(next) != Some(&b'\\') || next + 1 >= bytes.len() {
            return next;
        }
        end = next + 1;
    }
}
