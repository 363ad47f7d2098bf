//! Numbers of a series: orders, articles, devices, the ids of a table. One in ten passes a check by chance.

use std::ops::Range;

use super::heading::is_headed_as_count;
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
        || is_headed_as_count(bytes, number)
}

/// `Order #4…`, `IMEI 4…`, `Rechnung Nr. 4…`: a label in prose.
pub(super) fn is_labelled_otherwise(bytes: &[u8], start: usize) -> bool {
    const OF_NUMBERS: [&[u8]; 7] = [b"no", b"nr", b"num", b"number", b"nummer", b"id", b"code"];
    const LABELS: [&[u8]; 43] = [
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
        b"pedido",
        b"barcode",
        b"serial",
        b"sku",
        b"meter",
        b"device",
        b"booking",
        b"confirmation",
        b"transaction",
        b"receipt",
        b"waybill",
        b"ref",
        b"po",
        b"item",
        b"build",
        b"tweet",
        b"fbid",
        b"campaign",
        b"adset",
        b"thread",
        b"photo",
        b"video",
        b"channel",
    ];
    // Several, as a path has them: `/orders/4…`.
    let same = |word: &[u8], known: &[&[u8]]| {
        let one = word.strip_suffix(b"s").unwrap_or(word);
        known.iter().any(|known| word.eq_ignore_ascii_case(known) || one.eq_ignore_ascii_case(known))
    };
    // The letter of an escape: `\nOrder`.
    let is = |word: &[u8], known: &[&[u8]]| {
        same(word, known) || (matches!(word, [b'n' | b'r' | b't', ..]) && same(&word[1..], known))
    };
    let before = &bytes[start.saturating_sub(MAX_LABEL)..start];
    let mut words = before
        .rsplit(|byte| !byte.is_ascii_alphabetic())
        .flat_map(words_of_camel)
        .filter(|word| !word.is_empty());
    let gap = before.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric());
    let near = gap.filter(|byte| **byte != b'\\').count() <= 4;
    near && words.find(|word| !is(word, &OF_NUMBERS)).is_some_and(|word| is(word, &LABELS))
}

/// `orderNumber` → `Number`, `order`.
fn words_of_camel(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    let turn = word.windows(2).rposition(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let (head, tail) = word.split_at(turn.map_or(0, |at| at + 1));
    [tail, head].into_iter()
}

/// `ORD-4…`, `INV-4…`, `ca-pub-4…`: a series of numbers, unless it is called after a card.
fn has_letters_before(before: &[u8]) -> bool {
    const OF_CARDS: [&[u8]; 6] = [b"VISA", b"CARD", b"AMEX", b"PAN", b"CC", b"MC"];
    let Some(before) = before.strip_suffix(b"-") else { return false };
    if before.ends_with(b"pub") {
        return true;
    }
    let letters = before.iter().rev().take(MAX_LABEL).take_while(|byte| byte.is_ascii_uppercase()).count();
    let word = &before[before.len() - letters..];
    (2..=5).contains(&letters) && !OF_CARDS.contains(&word)
}

/// Whether numbers as long stand around it, most of which are none of the rule: one in ten passes by chance.
fn is_of_foreign_crowd(rule: &Rule, bytes: &[u8], number: &Range<usize>) -> bool {
    // The check says no to most, and costs less than the pattern.
    let passes = |text: &[u8]| rule.confirms(text) && rule.pattern.begins(text) == Some(text.len());
    is_among_others(passes, bytes, number)
}

fn is_among_others(passes: impl Fn(&[u8]) -> bool, bytes: &[u8], number: &Range<usize>) -> bool {
    let start = number.start.saturating_sub(CROWD);
    let before = &bytes[start..number.start];
    let is_named = before[before.len().saturating_sub(MAX_MENTION)..]
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"card"));
    let around = [before, &bytes[number.end..bytes.len().min(number.end + CROWD)]];
    let words = around.iter().flat_map(|text| text.split(|byte| !byte.is_ascii_alphanumeric()));
    let alike = words.map(|word| without_escape(word, number.len()));
    let alike = alike.filter(|word| word.len() == number.len() && word.iter().all(u8::is_ascii_digit));
    let (others, own) = alike
        .take(MAX_CROWD)
        .fold((0, 1), |(others, own), word| if passes(word) { (others, own + 1) } else { (others + 1, own) });
    !is_named && others >= 4 && others > 3 * own
}

/// The letters and digits of an escape before a number: `\n4…`, `%0A4…`, `%3D4…`.
fn without_escape(word: &[u8], length: usize) -> &[u8] {
    match word {
        [b'n', rest @ ..] => rest,
        [first, second, rest @ ..]
            if rest.len() == length && [first, second].iter().all(|digit| digit.is_ascii_hexdigit()) =>
        {
            rest
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_letters_before, is_among_others, is_labelled_otherwise};

    #[test]
    fn a_label_in_prose_names_the_number() {
        for (text, want) in [
            ("Order #4", true),
            ("Rechnung Nr. 4", true),
            ("IMEI 4", true),
            ("\\nOrder #4", true),
            ("orderNumber: 4", true),
            ("/orders/4", true),
            ("\\\"order_no\\\": \\\"4", true),
            ("cardNumber: 4", false),
            ("order by card 4", false),
            ("in order to pay 4", false),
        ] {
            assert_eq!(is_labelled_otherwise(text.as_bytes(), text.len() - 1), want, "{text}");
        }
    }

    #[test]
    fn letters_and_a_dash_begin_a_series() {
        assert!(
            has_letters_before(b"id,ORD-") && has_letters_before(b"INV-") && has_letters_before(b"ca-pub-")
        );
        assert!(!has_letters_before(b"VISA-") && !has_letters_before(b"a-") && !has_letters_before(b"ORD "));
    }
    /// Eight numbers, of which `good` end with 0 and pass, and the range of the first.
    fn crowd(good: usize, between: &str, before: &str) -> (Vec<u8>, std::ops::Range<usize>) {
        let number = |place: usize| format!("45{place:012}{}", u8::from(place >= good));
        let text = before.to_owned() + &(0..8).map(number).collect::<Vec<_>>().join(between);
        (text.into_bytes(), before.len()..before.len() + 15)
    }

    #[test]
    fn one_of_many_as_long_that_fail_is_of_a_series() {
        let passes = |text: &[u8]| text.last() == Some(&b'0');
        for between in ["\n", "\\n", ",", "%0A", "%2C", "%7C37%3D", "\", \""] {
            let (text, first) = crowd(1, between, "");
            assert!(is_among_others(passes, &text, &first), "{between}");
        }
    }

    #[test]
    fn cards_among_cards_are_none() {
        let passes = |text: &[u8]| text.last() == Some(&b'0');
        for (good, before) in [(8, ""), (2, ""), (1, "card\n")] {
            let (text, first) = crowd(good, "\n", before);
            assert!(!is_among_others(passes, &text, &first), "{good} {before}");
        }
        let few = &crowd(1, "\n", "").0[..15 * 4 + 3];
        assert!(!is_among_others(passes, few, &(0..15)));
        let (mixed, first) = crowd(1, "0\n", "");
        assert!(!is_among_others(passes, &mixed, &first));
    }
}
