//! Payment card numbers: which first digits are issued, and how long the numbers are (ISO/IEC 7812; the
//! networks' own ranges).

use super::digits;

/// First and last prefix of a range, and the lengths of its numbers. Prefixes are compared on six digits.
const ISSUERS: &[(u32, u32, &[usize])] = &[
    (220_000, 220_499, &[16, 17, 18, 19]), // Mir
    (222_100, 272_099, &[16]),             // Mastercard
    (300_000, 305_999, &[14]),             // Diners Club
    (309_500, 309_599, &[14]),             // Diners Club
    (340_000, 349_999, &[15]),             // American Express
    (352_800, 358_999, &[16, 19]),         // JCB
    (360_000, 369_999, &[14]),             // Diners Club
    (370_000, 379_999, &[15]),             // American Express
    (380_000, 399_999, &[14]),             // Diners Club
    (400_000, 499_999, &[13, 16, 19]),     // Visa
    (500_000, 509_999, &[16, 18, 19]),     // Maestro, Elo, Verve, RuPay
    (510_000, 559_999, &[16]),             // Mastercard
    (560_000, 589_999, &[16]),             // Maestro
    (601_100, 601_199, &[16, 19]),         // Discover
    (606_985, 608_500, &[16]),             // RuPay
    (620_000, 629_999, &[16, 17, 18, 19]), // UnionPay
    (636_000, 639_999, &[16]),             // Maestro, Elo, InstaPayment
    (644_000, 659_999, &[16, 19]),         // Discover
    (675_900, 676_399, &[16, 18, 19]),     // Maestro
    (676_770, 676_774, &[16, 18, 19]),     // Maestro
    (810_000, 817_199, &[16, 17, 18, 19]), // UnionPay
    (817_200, 820_199, &[16]),             // RuPay
    (979_200, 979_289, &[16]),             // Troy
];

/// Whether a network issues numbers of this length with these first digits.
pub(super) fn agrees(text: &[u8]) -> bool {
    let prefix = digits(text).take(6).fold(0, |prefix, digit| prefix * 10 + u32::from(digit));
    let length = digits(text).count();
    ISSUERS
        .iter()
        .any(|(first, last, lengths)| (*first..=*last).contains(&prefix) && lengths.contains(&length))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn takes_the_networks_test_numbers_and_no_others() {
        let issued = ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011111111111117"];
        assert!(issued.iter().all(|number| agrees(number.as_bytes())));
        let never = ["1111111111111111", "411111111111111", "9111111111111111"];
        assert!(never.iter().all(|number| !agrees(number.as_bytes())));
    }
}
