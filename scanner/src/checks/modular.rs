//! Check digits that are remainders of the whole number: ISO/IEC 7064 MOD 11,10, and keys modulo 97.

use super::{compact, digits};

/// ISO/IEC 7064 MOD 11,10: Germany's tax id, Croatia's OIB.
pub(super) fn mod11_10(text: &[u8]) -> bool {
    let mut number = digits(text);
    let Some(check) = number.next_back() else { return false };
    let product = number.fold(10, |product, digit| match (u32::from(digit) + product) % 10 {
        0 => 20 % 11,
        sum => sum * 2 % 11,
    });
    (11 - product) % 10 == u32::from(check)
}

/// Germany's tax id: among its first ten digits one stands two or three times, and no other twice.
pub(super) fn de_tax_id(text: &[u8]) -> bool {
    let mut counts = [0_u8; 10];
    digits(text).take(10).for_each(|digit| counts[usize::from(digit)] += 1);
    let repeated: Vec<u8> = counts.into_iter().filter(|count| *count > 1).collect();
    matches!(repeated[..], [2 | 3]) && mod11_10(text)
}

/// France's NIR: 97 less the number modulo 97; Corsica's `2A` and `2B` count as 19 and 18 (INSEE).
pub(super) fn fr_nir(text: &[u8]) -> bool {
    let text = compact(text);
    let Some((number, key)) = text.split_at_checked(13) else { return false };
    let mut number = number.to_vec();
    match &number[5..7] {
        b"2A" => number[5..7].copy_from_slice(b"19"),
        b"2B" => number[5..7].copy_from_slice(b"18"),
        _ => {}
    }
    key.len() == 2 && value(&number).zip(value(key)).is_some_and(|(number, key)| 97 - number % 97 == key)
}

/// Belgium's national number: 97 less the number modulo 97, a 2 before it for births since 2000 (IBZ).
pub(super) fn be_national(text: &[u8]) -> bool {
    let text = compact(text);
    let Some((number, key)) = text.split_at_checked(9) else { return false };
    let agrees = |number: u64, key: u64| 97 - number % 97 == key;
    key.len() == 2
        && value(number)
            .zip(value(key))
            .is_some_and(|(number, key)| agrees(number, key) || agrees(number + 2_000_000_000, key))
}

/// Estonia's and Lithuania's personal code: a second row of weights where the first leaves ten.
pub(super) fn baltic(text: &[u8]) -> bool {
    const FIRST: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1];
    const SECOND: [u32; 10] = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3];
    let rest = |weights: [u32; 10]| {
        digits(text).zip(weights).map(|(digit, weight)| u32::from(digit) * weight).sum::<u32>() % 11
    };
    let check = if rest(FIRST) == 10 { rest(SECOND) % 10 } else { rest(FIRST) };
    digits(text).nth(10).is_some_and(|last| u32::from(last) == check)
}

/// New Zealand's IRD number: a second row of weights where the first leaves ten (Inland Revenue).
pub(super) fn nz_ird(text: &[u8]) -> bool {
    const FIRST: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];
    const SECOND: [u32; 8] = [7, 4, 3, 2, 5, 2, 7, 6];
    let Some(lead) = 9_usize.checked_sub(digits(text).count()) else { return false };
    let number: Vec<u32> = std::iter::repeat_n(0, lead).chain(digits(text).map(u32::from)).collect();
    let lack = |weights: [u32; 8]| {
        (11 - number.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11) % 11
    };
    let check = if lack(FIRST) == 10 { lack(SECOND) } else { lack(FIRST) };
    lead <= 1 && number[8] == check
}

fn value(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (fn(&[u8]) -> bool, &'static str, &'static str);

    /// Examples of the authorities' documents.
    const CASES: [Case; 6] = [
        (de_tax_id, "8609574271", "9"),
        (mod11_10, "0794", "5"),
        (fr_nir, "2 55 08 14 168 025 ", "38"),
        (be_national, "85.07.30-033.", "28"),
        (baltic, "3760503029", "9"),
        (nz_ird, "4909185", "0"),
    ];

    #[test]
    fn the_examples_agree_and_no_other_check_does() {
        for (check, head, right) in CASES {
            let width = right.len();
            let agreeing: Vec<String> = (0..10_usize.pow(u32::try_from(width).unwrap()))
                .map(|key| format!("{key:0width$}"))
                .filter(|key| check(format!("{head}{key}").as_bytes()))
                .collect();
            assert!(agreeing.iter().any(|key| key == right), "{head}: {agreeing:?}");
            // Belgium has two, one for each century.
            assert!(agreeing.len() <= width, "{head}: {agreeing:?}");
        }
    }

    #[test]
    fn corsica_counts_as_a_number() {
        let keys = (1..=97).filter(|key| fr_nir(format!("155082A168025{key:02}").as_bytes()));
        assert_eq!(keys.count(), 1);
    }

    #[test]
    fn a_tax_id_repeats_one_digit() {
        assert!(!de_tax_id(b"12345678903") && !de_tax_id(b"11223344556"));
    }
}
