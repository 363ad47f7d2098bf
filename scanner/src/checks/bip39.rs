//! Seed phrases: BIP-39 in all its word lists, and Electrum's own, which uses the English one.

mod table;

use bip39::Language;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

use table::TABLE;

pub(crate) use table::{MAX_WORD_BYTES, is_listed};

/// Bits that a word stands for.
const BITS: usize = 11;

/// Whether these are words of one list whose checksum is right, and no piece of the list itself.
pub(super) fn agrees(text: &[u8]) -> bool {
    let words: Vec<&[u8]> = words(text).collect();
    matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && is_regular(text, &words)
        && (0..10).any(|language| {
            let indices = words.iter().map(|word| TABLE.find(word).find(|found| found.0 == language));
            let indices: Option<Vec<u16>> = indices.map(|found| found.map(|(_, index)| index)).collect();
            indices.is_some_and(|indices| !is_sorted(&indices) && has_checksum(&indices))
        })
}

/// Whether these are English words that Electrum takes for a seed: a keyed hash of them begins with its version.
pub(super) fn is_electrum(text: &[u8]) -> bool {
    let written: Vec<&[u8]> = words(text).collect();
    let words: Vec<Vec<u8>> = written.iter().map(|word| word.to_ascii_lowercase()).collect();
    let english = |word: &Vec<u8>| TABLE.find(word).any(|found| found.0 == 0);
    if words.len() != 12
        || different(&written) < 8
        || !is_regular(text, &written)
        || !words.iter().all(english)
    {
        return false;
    }
    let mut mac = Hmac::<Sha512>::new_from_slice(b"Seed version").expect("any length is a key");
    mac.update(&words.join(&b' '));
    let hash = mac.finalize().into_bytes();
    hash[0] == 0x01 || (hash[0] == 0x10 && hash[1] >> 4 <= 2)
}

/// Whether somebody wrote the words down as a phrase, and did not write code or prose: the same between all of them,
/// line ends apart, the same case, numbers that count them, and hardly a word twice unless one fills the phrase.
fn is_regular(text: &[u8], words: &[&[u8]]) -> bool {
    let gaps: Vec<&[u8]> = words
        .windows(2)
        .map(|pair| &text[end_in(text, pair[0])..end_in(text, pair[1]) - pair[1].len()])
        .collect();
    let (capital, upper) = (
        |word: &&[u8]| word[0].is_ascii_uppercase(),
        |word: &&[u8]| word.last().is_some_and(u8::is_ascii_uppercase),
    );
    let same = |count: usize| count == 0 || count == words.len();
    let same_case = same(words.iter().filter(|word| capital(word)).count())
        && same(words.iter().filter(|word| upper(word)).count());
    let is_varied = different(words) * 3 >= words.len() * 2;
    are_alike(&gaps) && counts(&gaps) && same_case && (is_varied || is_filled(words))
}

/// Whether there are two kinds of gaps at most, their numbers apart.
fn are_alike(gaps: &[&[u8]]) -> bool {
    let signs = |gap: &&[u8]| gap.iter().copied().filter(|byte| !byte.is_ascii_digit()).collect::<Vec<u8>>();
    let mut kinds: Vec<Vec<u8>> = gaps.iter().map(signs).collect();
    kinds.sort();
    kinds.dedup();
    kinds.len() <= 2
}

/// Whether the numbers in the gaps, where there are any, go up by one: `case 35: case 40:` counts nothing.
fn counts(gaps: &[&[u8]]) -> bool {
    let number = |gap: &&[u8]| {
        let digits = gap.iter().filter(|byte| byte.is_ascii_digit());
        digits.fold(None, |sum: Option<u32>, digit| {
            Some(sum.unwrap_or(0).wrapping_mul(10).wrapping_add(u32::from(digit - b'0')))
        })
    };
    let numbers: Vec<Option<u32>> = gaps.iter().map(number).collect();
    let follows = |pair: &[Option<u32>]| pair[1] == pair[0].and_then(|number| number.checked_add(1));
    numbers.iter().all(Option::is_none) || numbers.windows(2).all(follows)
}

/// Whether one word fills the phrase, and another ends it.
fn is_filled(words: &[&[u8]]) -> bool {
    matches!(words, [first, others @ .., last] if first != last && others.iter().all(|word| word == first))
}

fn different(words: &[&[u8]]) -> usize {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    words.len()
}

/// Where in `text` its piece `word` ends.
fn end_in(text: &[u8], word: &[u8]) -> usize {
    word.as_ptr().addr() - text.as_ptr().addr() + word.len()
}

fn is_sorted(indices: &[u16]) -> bool {
    indices.windows(2).all(|pair| pair[0] < pair[1])
}

/// A thirty-second of the bits, in front of SHA-256 of the others, ends the phrase.
fn has_checksum(indices: &[u16]) -> bool {
    let mut bits = [0_u8; 33];
    for (place, index) in indices.iter().enumerate() {
        for bit in (0..BITS).filter(|bit| index >> (BITS - 1 - bit) & 1 == 1) {
            let at = place * BITS + bit;
            bits[at / 8] |= 0x80 >> (at % 8);
        }
    }
    let check_bits = indices.len() / 3;
    let entropy = check_bits * 4;
    let mask = 0xff_u8 << (8 - check_bits);
    Sha256::digest(&bits[..entropy])[0] & mask == bits[entropy] & mask
}

/// Words apart from numbers and signs between them.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    crate::candidates::seed_words_of(text)
}

/// A phrase of a list: the words that these bytes stand for, the checksum put right.
pub(crate) fn phrase_of(entropy: &[u8]) -> Vec<u8> {
    let Some((&language, entropy)) = entropy.split_first() else { return Vec::new() };
    let language = Language::ALL[usize::from(language) % Language::ALL.len()];
    let length = entropy.len().clamp(16, 32) / 4 * 4;
    let mut bytes = entropy.to_vec();
    bytes.resize(length, 0);
    bytes.push(Sha256::digest(&bytes)[0]);
    let bit = |at: usize| u16::from(bytes[at / 8] >> (7 - at % 8) & 1);
    let index = |word: usize| (0..BITS).fold(0, |index, at| index << 1 | bit(word * BITS + at));
    let list = language.word_list();
    let words: Vec<&str> = (0..length * 3 / 4).map(|word| list[usize::from(index(word))]).collect();
    words.join(" ").into_bytes()
}

/// Twelve English words with Electrum's version, from 18 bytes: the last word is tried until they have it.
pub(crate) fn electrum_of(entropy: &[u8]) -> Vec<u8> {
    let list = Language::English.word_list();
    let at = |place: usize| usize::from(entropy.get(place).copied().unwrap_or_default());
    let first: Vec<&str> =
        (0..11).map(|word| list[(at(word) << 3 | at(word + 1) & 7) % list.len()]).collect();
    let mut phrases = list.iter().map(|last| format!("{} {last}", first.join(" ")).into_bytes());
    phrases.find(|phrase| is_electrum(phrase) && !agrees(phrase)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// Test vectors of the BIP: 0x7f and 0x80 repeated, without the last word and with.
    #[test]
    fn agrees_with_the_vectors_of_the_proposal() {
        let legal = "legal winner thank year wave sausage worth useful legal winner thank";
        assert!(agrees(format!("{legal} yellow").as_bytes()));
        assert!(agrees(format!("{} YELLOW", legal.to_uppercase()).as_bytes()));
        assert!(!agrees(format!("{legal} year").as_bytes()));
        let filled = "test ".repeat(11);
        assert!(agrees(format!("{filled}junk").as_bytes()));
        let letter = "letter advice cage absurd amount doctor acoustic avoid letter advice cage";
        assert!(agrees(format!("{letter} above").as_bytes()));
    }

    #[test]
    fn every_language_has_phrases_of_every_length() {
        for language in 0..10_u8 {
            for length in [16_usize, 20, 24, 28, 32] {
                let bytes = (0..=u8::MAX).map(|byte| byte.wrapping_mul(37).wrapping_add(11)).take(length);
                let entropy: Vec<u8> = std::iter::once(language).chain(bytes).collect();
                let phrase = phrase_of(&entropy);
                assert!(agrees(&phrase), "language {language}, {length} bytes");
                let composed: String = std::str::from_utf8(&phrase).unwrap().nfc().collect();
                assert!(agrees(composed.as_bytes()), "language {language}, composed");
            }
        }
    }

    #[test]
    fn the_list_itself_is_no_phrase() {
        let list = Language::English.word_list();
        assert!(!list.chunks(12).any(|words| agrees(words.join("\n").as_bytes())));
    }

    #[test]
    fn electrums_example_is_its_own_kind() {
        // Of Electrum's test suite.
        let seed = "wild father tree among universe such mobile favorite target dynamic credit identify";
        assert!(is_electrum(seed.as_bytes()));
        assert!(!is_electrum(seed.replace("identify", "idea").as_bytes()));
    }
}
