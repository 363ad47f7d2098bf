//! IBAN: ISO 13616-1 (form, lengths per country) and ISO/IEC 7064 MOD 97-10 (check digits).

/// Lengths by country, from the SWIFT IBAN registry, release 99 and after.
const LENGTHS: &[(usize, &[u8])] = &[
    (15, b"NO"),
    (16, b"BE"),
    (18, b"DK FI FK FO GL NL SD"),
    (19, b"MK SI"),
    (20, b"AT BA EE KZ LT LU MN XK"),
    (21, b"CH HR LI LV"),
    (22, b"BG BH CR DE GB GE IE ME RS VA"),
    (23, b"AE GI IL IQ OM SO TL"),
    (24, b"AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, b"LY PT ST"),
    (26, b"IS TR"),
    (27, b"BI DJ FR GR IT MC MR SM"),
    (28, b"AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, b"BR EG PS QA UA"),
    (30, b"JO KW MU YE"),
    (31, b"MT SC"),
    (32, b"LC"),
    (33, b"RU"),
];

/// Whether country, length and check digits are those of an IBAN.
pub(super) fn is_iban(text: &[u8]) -> bool {
    let iban: Vec<u8> = compact(text).collect();
    let country = iban.get(..2).unwrap_or_default();
    let known = |countries: &[u8]| countries.split(|byte| *byte == b' ').any(|known| known == country);
    let is_known = LENGTHS.iter().any(|(length, countries)| iban.len() == *length && known(countries));
    is_known && agrees(&iban) && !is_end_of_uuid(text)
}

/// `AD52-4221-8F53-A9AE6DAA57BD`: groups of four with dashes, and twelve hex digits in one.
fn is_end_of_uuid(text: &[u8]) -> bool {
    let mut groups = text.rsplit(|byte| *byte == b'-');
    let last = groups.next().unwrap_or_default();
    last.len() == 12 && last.iter().all(u8::is_ascii_hexdigit) && groups.all(|group| group.len() == 4)
}

/// Whether the number, its first four characters moved to the end and letters read as 10 to 35, is 1 modulo 97.
pub(super) fn agrees(text: &[u8]) -> bool {
    let compact: Vec<u8> = compact(text).collect();
    compact.split_first_chunk::<4>().is_some_and(|(head, tail)| remainder(tail.iter().chain(head)) == 1)
}

/// `GB00WEST…` with its check digits put right.
pub(crate) fn complete(mut iban: Vec<u8>) -> Vec<u8> {
    if let Some((head, tail)) = iban.split_first_chunk_mut::<4>() {
        head[2..].copy_from_slice(b"00");
        let check = 98 - remainder(tail.iter().chain(&*head));
        head[2..].copy_from_slice(&[b'0' + check / 10, b'0' + check % 10]);
    }
    iban
}

fn compact(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase)
}

fn remainder<'a>(characters: impl Iterator<Item = &'a u8>) -> u8 {
    let step = |rest: u32, byte: &u8| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    };
    characters.fold(0, step).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::{agrees, complete, is_iban};

    /// Examples of the IBAN registry.
    const REGISTRY: &[&str] = &[
        "GB29 NWBK 6016 1331 9268 19",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "MT84MALT011000012345MTLCAST001S",
        "NO93 8601 1117 947",
    ];

    #[test]
    fn agrees_with_the_registrys_examples() {
        assert!(REGISTRY.iter().all(|iban| is_iban(iban.as_bytes())));
    }

    #[test]
    fn the_end_of_a_uuid_is_no_iban() {
        let iban = complete(b"AD0042218F53A9AE6DAA57BD".to_vec());
        let text = String::from_utf8(iban).expect("it is ASCII");
        let dashed = format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..]);
        assert!(is_iban(text.as_bytes()) && !is_iban(dashed.as_bytes()));
    }

    #[test]
    fn a_wrong_length_is_no_iban_even_with_right_check_digits() {
        let long = complete(b"DE003704004405320130001".to_vec());
        assert!(agrees(&long) && !is_iban(&long));
    }

    #[test]
    fn every_other_pair_of_check_digits_is_wrong() {
        let right = (2..=98).filter(|check| is_iban(format!("DE{check:02}370400440532013000").as_bytes()));
        assert!(right.eq([89]));
    }
}
