//! Numbers by which the path of a URL calls one thing of many: `/orders/4…`, `/v21.0/4…/insights`.

use std::ops::Range;

use crate::candidates::classes::{NAME, is};

/// Longest name of a collection.
const MAX_SEGMENT: usize = 32;
/// Letters of a prefix of an id.
const MAX_PREFIX: usize = 6;
/// Longest host of one that takes reports, and digits of its keys.
const MAX_HOST: usize = 64;
const KEY: usize = 32;
/// Shortest name of more than one thing.
const MIN_PLURAL: usize = 4;
/// Collections of which a number may be that of an account.
const ACCOUNTS: &[&[u8]] = &[
    b"card",
    b"account",
    b"payment",
    b"number",
    b"pan",
    b"credit",
    b"debit",
    b"customer",
    b"method",
    b"source",
    b"instrument",
    b"token",
    b"wallet",
    b"detail",
    b"secret",
    b"log",
];

/// Whether the number is a whole segment of a path, behind one that names what it is one of, or a version of an
/// interface. Behind any other it may be sent away, as in `/collect/4…`.
///
/// Behind a version the number may have a prefix: `/v21.0/act_4…/campaigns`.
pub(super) fn is_of_collection(bytes: &[u8], number: &Range<usize>) -> bool {
    let start = start_of_id(&bytes[..number.start]);
    let is_bare = start == number.start;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#&\"'\\<>)],".contains(byte);
    let Some(before) = segments_before(&bytes[..start]) else { return false };
    let segment = before.iter().rev().take(MAX_SEGMENT + 1).take_while(|byte| is(**byte, NAME)).count();
    let (parent, segment) = before.split_at(before.len() - segment);
    let is_one_of_many =
        segments_before(parent).is_some() && (is_bare && is_plural(segment) || is_version(segment));
    bytes.get(number.end).is_none_or(ends) && (is_one_of_many || is_of_report(before))
}

/// `https://<key>@host.example/4…`: where an application sends its errors, with a key of 32 hex digits.
fn is_of_report(before: &[u8]) -> bool {
    let host = before.iter().rev().take(MAX_HOST).take_while(|byte| is(**byte, NAME)).count();
    let key = before[..before.len() - host].strip_suffix(b"@");
    let Some((scheme, key)) = key.and_then(|key| key.split_at_checked(key.len().checked_sub(KEY)?)) else {
        return false;
    };
    let of_key = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    key.iter().all(of_key) && segments_before(scheme).is_some()
}

/// Where `act_`, small letters and a line before a number, begins, unless they are of an account or there are none.
fn start_of_id(before: &[u8]) -> usize {
    let Some(prefix) = before.strip_suffix(b"_") else { return before.len() };
    let letters =
        prefix.iter().rev().take(MAX_PREFIX + 1).take_while(|byte| byte.is_ascii_lowercase()).count();
    let name = &prefix[prefix.len() - letters..];
    let is_account = name == b"cc" || ACCOUNTS.iter().any(|word| memchr::memmem::find(name, word).is_some());
    if (2..=MAX_PREFIX).contains(&letters) && !is_account { prefix.len() - letters } else { before.len() }
}

/// What stands before a `/`, which JSON may escape.
fn segments_before(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_suffix(b"/")?;
    Some(text.strip_suffix(b"\\").unwrap_or(text))
}

/// `orders`, `line_items`; no `status`, `address`, `cards`.
fn is_plural(segment: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || b"_-".contains(byte);
    (MIN_PLURAL..=MAX_SEGMENT).contains(&segment.len())
        && segment.iter().all(is_word)
        && segment.ends_with(b"s")
        && ![&b"ss"[..], b"us", b"is"].iter().any(|ending| segment.ends_with(ending))
        && !ACCOUNTS.iter().any(|word| memchr::memmem::find(segment, word).is_some())
}

/// `v2`, `v21.0`
fn is_version(segment: &[u8]) -> bool {
    let Some(number) = segment.strip_prefix(b"v") else { return false };
    (1..=4).contains(&number.len())
        && number[0].is_ascii_digit()
        && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::is_of_collection;

    #[test]
    fn a_collection_or_a_version_stands_before_the_number() {
        let number = ["4539", "578763621486"].concat();
        for (path, want) in [
            ("https://host.example/orders/#", true),
            ("https://host.example/v1/line_items/#/notes", true),
            ("GET /products/#?page=2 HTTP/1.1", true),
            ("https:\\/\\/host.example\\/posts\\/#\"", true),
            ("https://host.example/v21.0/#/insights", true),
            ("https://host.example/v21.0/act_#/insights", true),
            ("https://host.example/v21.0/card_#/insights", false),
            ("https://host.example/orders/act_#", false),
            ("https://host.example/#", false),
            ("https://host.example/collect/#", false),
            ("https://host.example/cards/#", false),
            ("https://host.example/payment-methods/#", false),
            ("https://host.example/customers/#", false),
            ("https://host.example/status/#", false),
            ("https://host.example/logs/#", false),
            ("https://host.example/orders/#x", false),
            ("https://items/#", true),
            ("https://0123456789abcdef0123456789abcdef@o1.host.example/#", true),
            ("https://user@host.example/#", false),
            ("orders/#", false),
            ("orders #", false),
        ] {
            let start = path.find('#').unwrap();
            let text = path.replace('#', &number);
            assert_eq!(is_of_collection(text.as_bytes(), &(start..start + number.len())), want, "{path}");
        }
    }
}
