//! Whether the words at the end of a text in pieces look like the beginning of a finding.
//!
//! Pieces are words and parts of words, so that nearly every one ends inside a word; holding each back until the
//! next has come would delay everything.

use super::lane::Lane;
use crate::checks::bip39::{MAX_WORD_BYTES, is_listed};
use crate::scan::Scanner;

/// Longest beginning that is held.
const MAX_BEGINNING: usize = 1 << 10;
/// How far before a value its name is looked for.
const NAME_REACH: usize = 48;
/// What names of secrets have in them.
const STEMS: [&[u8]; 8] = [b"pass", b"pwd", b"secr", b"tok", b"key", b"auth", b"cred", b"_pat"];

/// The first byte at the end of `lane` that could belong to a finding whose end is still to come.
pub(super) fn open_since(lane: &Lane, scanner: &Scanner) -> usize {
    let (start, end) = (lane.open_since().max(lane.base()), lane.end());
    let words = lane.text(start..end);
    let before = lane.text(lane.base().max(start.saturating_sub(NAME_REACH))..start);
    let may_begin = !words.is_empty()
        && words.len() <= MAX_BEGINNING
        && (is_number(words) || is_named(before) || has_keyword(words, scanner));
    if may_begin { start } else { end }
}

/// Most words of a seed phrase.
const MAX_SEED_WORDS: usize = 24;
/// Most bytes between two of them.
const MAX_SEED_GAP: usize = 16;
/// Most bytes of a seed phrase.
const MAX_SEED: usize = 1 << 10;

/// The first byte of the words at the end of `lane` that may be the first ones of a seed phrase: at least `min_words`
/// that are listed, one after the other. The last word may be the beginning of one.
pub(super) fn seed_since(lane: &Lane, min_words: usize) -> usize {
    let end = lane.end();
    let start = lane.base().max(lane.settled()).max(end.saturating_sub(MAX_SEED));
    let text = lane.text(start..end);
    let (mut first, mut words, mut at) = (end, 0, text.len());
    while words < MAX_SEED_WORDS {
        let Some(word) = word_before(text, at) else { break };
        let is_whole = word.end < text.len();
        if is_whole && !is_listed(&text[word.clone()]) {
            break;
        }
        words += usize::from(is_whole);
        at = word.start;
        first = start + at;
    }
    if words >= min_words { first } else { end }
}

/// The last word before `at`, numbers and punctuation between them passed over.
fn word_before(text: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    let gap = text[..at].iter().rev().take(MAX_SEED_GAP).take_while(|byte| !is_letter(byte)).count();
    let end = at - gap;
    let length = text[..end].iter().rev().take_while(|byte| is_letter(byte)).count();
    (length > 0 && length <= MAX_WORD_BYTES).then_some(end - length..end)
}

/// Groups of digits, or the country that an account begins with.
fn is_number(words: &[u8]) -> bool {
    let is_group =
        |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b' ' | b'-');
    words.len() <= 2 && words.iter().all(u8::is_ascii_uppercase)
        || words.iter().any(u8::is_ascii_digit) && words.iter().all(is_group)
}

/// `password: `
fn is_named(before: &[u8]) -> bool {
    let name = before.to_ascii_lowercase();
    STEMS.iter().any(|stem| memchr::memmem::find(&name, stem).is_some())
}

fn has_keyword(words: &[u8], scanner: &Scanner) -> bool {
    let phrases = scanner.phrases();
    let begins = |at: usize| at == 0 || !words[at - 1].is_ascii_alphanumeric();
    memchr::memmem::find(words, b"://").is_some()
        || phrases.has_keyword(words)
        || (0..words.len()).any(|at| begins(at) && phrases.begins_keyword(&words[at..]))
}
