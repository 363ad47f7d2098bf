//! Check characters that are looked up in a row of letters: national ids of several countries.

use super::{compact, digits};

/// Spain, DNI and NIE: the number modulo 23 (Real Decreto 1553/2005; Orden INT/2058/2008).
pub(super) fn es_dni(text: &[u8]) -> bool {
    let text = compact(text);
    let Some((&check, number)) = text.split_last() else { return false };
    let number = number.iter().map(|byte| match byte {
        b'X'..=b'Z' => byte - b'X',
        _ => byte.wrapping_sub(b'0') % 10,
    });
    picks(b"TRWAGMYFPDXBNJZSQVHLCKE", modulo(number, 23), check)
}

/// Spain, CIF: digits doubled as in Luhn; the check is a digit or a letter (Orden EHA/451/2008).
pub(super) fn es_cif(text: &[u8]) -> bool {
    let text = compact(text);
    let [_, number @ .., check] = &text[..] else { return false };
    let weigh = |(place, byte): (usize, &u8)| {
        let digit = usize::from(byte.wrapping_sub(b'0') % 10);
        if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
    };
    let rest = (10 - number.iter().enumerate().map(weigh).sum::<usize>() % 10) % 10;
    number.len() == 7 && (picks(b"0123456789", rest, *check) || picks(b"JABCDEFGHI", rest, *check))
}

/// Finland, henkilötunnus: birth date and serial modulo 31 (DVV).
pub(super) fn fi_hetu(text: &[u8]) -> bool {
    let Some((&check, number)) = text.split_last() else { return false };
    let rest = modulo(digits(number), 31);
    picks(b"0123456789ABCDEFHJKLMNPRSTUVWXY", rest, check.to_ascii_uppercase())
}

/// Ireland, PPS number: weights 8 to 2, a second letter counts nine times, modulo 23 (Revenue).
pub(super) fn ie_pps(text: &[u8]) -> bool {
    let text = compact(text);
    let (Some(number), Some(&check)) = (text.get(..7), text.get(7)) else { return false };
    let second = text.get(8).map_or(0, |letter| usize::from(letter.wrapping_sub(b'A') % 23 + 1) % 23);
    let weighted = digits(number).zip((2..=8).rev()).map(|(digit, weight)| usize::from(digit) * weight);
    picks(b"WABCDEFGHIJKLMNOPQRSTUV", (weighted.sum::<usize>() + 9 * second) % 23, check)
}

/// Singapore, NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2 modulo 11 (ICA).
pub(super) fn sg_nric(text: &[u8]) -> bool {
    let text = compact(text);
    let (Some(&kind), Some(&check), Some(number)) = (text.first(), text.get(8), text.get(1..8)) else {
        return false;
    };
    let (offset, letters): (usize, &[u8]) = match kind {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let weighted =
        digits(number).zip([2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| usize::from(digit) * weight);
    picks(letters, (weighted.sum::<usize>() + offset) % 11, check)
}

/// Italy, codice fiscale: odd places by a table, even ones by value, modulo 26 (DM 23 December 1976).
pub(super) fn it_codice_fiscale(text: &[u8]) -> bool {
    const ODD: [usize; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let text = compact(text);
    let Some((&check, code)) = text.split_last() else { return false };
    let value = |byte: &u8| usize::from(byte - if byte.is_ascii_digit() { b'0' } else { b'A' });
    let weigh = |(place, byte): (usize, &u8)| if place % 2 == 0 { ODD[value(byte)] } else { value(byte) };
    code.len() == 15
        && picks(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", code.iter().enumerate().map(weigh).sum::<usize>() % 26, check)
}

/// Mexico, CURP: weights 18 to 2 over an alphabet that has an Ñ (DOF, 18 October 2021).
pub(super) fn mx_curp(text: &[u8]) -> bool {
    let text = compact(text);
    let Some((&check, code)) = text.split_last() else { return false };
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => usize::from(byte - b'0'),
        b'A'..=b'N' => usize::from(byte - b'A') + 10,
        _ => usize::from(byte - b'A') + 11,
    };
    let sum: usize = code.iter().zip((2..=18).rev()).map(|(byte, weight)| value(byte) * weight).sum();
    code.len() == 17 && picks(b"0123456789", (10 - sum % 10) % 10, check)
}

/// Hong Kong, identity card: weights 9 to 1 modulo 11, a missing first letter counts 36 (Immigration Department).
pub(super) fn hk_id(text: &[u8]) -> bool {
    let text = compact(text);
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => usize::from(byte - b'0'),
        _ => usize::from(byte - b'A') + 10,
    };
    let spaces = 9_usize.checked_sub(text.len());
    let lead = spaces.map(|spaces| std::iter::repeat_n(36, spaces));
    let sum = lead.map(|lead| {
        lead.chain(text.iter().map(value))
            .zip((1..=9).rev())
            .map(|(value, weight)| value * weight)
            .sum::<usize>()
    });
    let ends_well = text.last().is_some_and(|last| last.is_ascii_digit() || *last == b'A');
    text.len() >= 8 && ends_well && sum.is_some_and(|sum| sum % 11 == 0)
}

/// Taiwan, identity card: the letter as two digits, weights 1, 9, 8, … 1, 1 modulo 10 (MOI).
pub(super) fn tw_id(text: &[u8]) -> bool {
    const CODES: [usize; 26] = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31,
        33,
    ];
    let text = compact(text);
    let Some((first, number)) = text.split_first().filter(|(first, _)| first.is_ascii_uppercase()) else {
        return false;
    };
    let code = CODES[usize::from(first - b'A')];
    let weighted =
        digits(number).zip([8, 7, 6, 5, 4, 3, 2, 1, 1]).map(|(digit, weight)| usize::from(digit) * weight);
    number.len() == 9 && (code / 10 + code % 10 * 9 + weighted.sum::<usize>()).is_multiple_of(10)
}

fn picks(row: &[u8], index: usize, check: u8) -> bool {
    row.get(index) == Some(&check)
}

fn modulo(digits: impl Iterator<Item = u8>, modulus: usize) -> usize {
    digits.fold(0, |rest, digit| (rest * 10 + usize::from(digit)) % modulus)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (fn(&[u8]) -> bool, &'static str, &'static str);

    /// Examples of the authorities' documents, taken apart so that no real person's number stands here.
    const CASES: [Case; 10] = [
        (es_dni, "12345678", "Z"),
        (es_dni, "X-1234567-", "L"),
        (es_cif, "A5881850", "1"),
        (fi_hetu, "131052-308", "T"),
        (ie_pps, "1234567", "T"),
        (sg_nric, "S1234567", "D"),
        (it_codice_fiscale, "RSSMRA85T10A562", "S"),
        (mx_curp, "HEGG560427MVZRRL0", "4"),
        (hk_id, "A123456", "(3)"),
        (tw_id, "A12345678", "9"),
    ];

    #[test]
    fn the_examples_agree_and_no_other_check_does() {
        for (check, head, right) in CASES {
            assert!(check(format!("{head}{right}").as_bytes()), "{head}");
            let others = ('0'..='9').chain('A'..='Z').filter(|other| !right.contains(*other));
            let wrong: String = others.filter(|other| check(format!("{head}{other}").as_bytes())).collect();
            // A Spanish company's check can be written as a digit or as a letter.
            assert!(wrong.len() <= usize::from(head.starts_with("A588")), "{head}: {wrong}");
        }
    }
}
