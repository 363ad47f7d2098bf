//! Numbers of a series: orders, articles, devices, the ids of a table. One in ten passes a check by chance.

use std::ops::Range;

use crate::rules::Rule;

/// How far before a number its label stands.
const MAX_LABEL: usize = 24;
/// How far before it a card is mentioned.
const MAX_MENTION: usize = 96;
/// What is looked at on either side for numbers as long, and how many of them.
const CROWD: usize = 1 << 10;
const MAX_CROWD: usize = 32;

/// Whether the number has a label of such a series, or stands among numbers as long of which most are none of the rule.
pub(super) fn is_of_series(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    is_labelled_otherwise(bytes, number.start)
        || has_letters_before(&bytes[..number.start])
        || is_of_foreign_crowd(rule, bytes, number)
}

/// `Order #4…`, `IMEI 4…`, `Rechnung Nr. 4…`: a label in prose.
fn is_labelled_otherwise(bytes: &[u8], start: usize) -> bool {
    const OF_NUMBERS: [&[u8]; 7] = [b"no", b"nr", b"num", b"number", b"nummer", b"id", b"code"];
    const LABELS: [&[u8]; 20] = [
        b"order",
        b"invoice",
        b"imei",
        b"imsi",
        b"iccid",
        b"isbn",
        b"ean",
        b"gtin",
        b"upc",
        b"tracking",
        b"parcel",
        b"shipment",
        b"ticket",
        b"reference",
        b"bestellung",
        b"bestellnummer",
        b"rechnung",
        b"rechnungsnummer",
        b"sendungsnummer",
        b"commande",
    ];
    let same = |word: &[u8], known: &[&[u8]]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    // The letter of an escape: `\nOrder`.
    let is = |word: &[u8], known: &[&[u8]]| {
        same(word, known) || (matches!(word, [b'n' | b'r' | b't', ..]) && same(&word[1..], known))
    };
    let before = &bytes[start.saturating_sub(MAX_LABEL)..start];
    let mut words = before.rsplit(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let near = before.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count() <= 4;
    near && words.find(|word| !is(word, &OF_NUMBERS)).is_some_and(|word| is(word, &LABELS))
}

/// `ORD-4…`, `INV-4…`: a series of numbers, unless it is called after a card.
fn has_letters_before(before: &[u8]) -> bool {
    const OF_CARDS: [&[u8]; 6] = [b"VISA", b"CARD", b"AMEX", b"PAN", b"CC", b"MC"];
    let Some(before) = before.strip_suffix(b"-") else { return false };
    let letters = before.iter().rev().take(MAX_LABEL).take_while(|byte| byte.is_ascii_uppercase()).count();
    let word = &before[before.len() - letters..];
    (2..=5).contains(&letters) && !OF_CARDS.contains(&word)
}

/// Whether numbers as long stand around it, most of which are none of the rule: one in ten passes by chance.
fn is_of_foreign_crowd(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    let passes = |text: &[u8]| rule.pattern.begins(text) == Some(text.len()) && rule.confirms(text);
    let start = number.start.saturating_sub(CROWD);
    let before = &bytes[start..number.start];
    let is_named = before[before.len().saturating_sub(MAX_MENTION)..]
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"card"));
    let around = [before, &bytes[number.end..bytes.len().min(number.end + CROWD)]];
    let alike = around.iter().flat_map(|text| text.split(|byte| !byte.is_ascii_alphanumeric()));
    // The letter of an escape: `\n4…`.
    let alike = alike.map(|word| word.strip_prefix(b"n").unwrap_or(word));
    let alike = alike.filter(|word| word.len() == number.len() && word.iter().all(u8::is_ascii_digit));
    let (others, own) = alike
        .take(MAX_CROWD)
        .fold((0, 1), |(others, own), word| if passes(word) { (others, own + 1) } else { (others + 1, own) });
    !is_named && others >= 4 && others > 3 * own
}

#[cfg(test)]
mod tests {
    use super::{has_letters_before, is_labelled_otherwise};

    #[test]
    fn a_label_in_prose_names_the_number() {
        for (text, want) in [
            ("Order #4", true),
            ("Rechnung Nr. 4", true),
            ("IMEI 4", true),
            ("\\nOrder #4", true),
            ("order by card 4", false),
            ("in order to pay 4", false),
        ] {
            assert_eq!(is_labelled_otherwise(text.as_bytes(), text.len() - 1), want, "{text}");
        }
    }

    #[test]
    fn letters_and_a_dash_begin_a_series() {
        assert!(has_letters_before(b"id,ORD-") && has_letters_before(b"INV-"));
        assert!(!has_letters_before(b"VISA-") && !has_letters_before(b"a-") && !has_letters_before(b"ORD "));
    }
}
