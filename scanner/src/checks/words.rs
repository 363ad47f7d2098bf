//! Names, paths and code, which are made of words; generated secrets are not.

use super::code::is_code;

/// Shortest secret of hex digits.
const MIN_HEX: usize = 12;

/// How keys begin that are made to be shown.
const PUBLIC: &[&[u8]] = &[
    b"pk_live_",
    b"pk_test_",
    b"sb_publishable_",
    b"xpub",
    b"ypub",
    b"zpub",
    b"tpub",
    b"upub",
    b"vpub",
    b"AAAAB3NzaC1",
    b"AAAAC3NzaC1",
    b"AAAAE2VjZHNh",
    b"phc_",
    b"pk.eyJ",
    b"MIIBIjANBgkq",
    b"MFkwEwYHKoZI",
    b"MCowBQYDK2V",
];

/// Also `pub` and a digest: a client token of Datadog, which pages have.
fn is_public(text: &[u8]) -> bool {
    let is_digest = |rest: &[u8]| rest.len() == 32 && rest.iter().all(u8::is_ascii_hexdigit);
    PUBLIC.iter().any(|head| text.starts_with(head)) || text.strip_prefix(b"pub").is_some_and(is_digest)
}

/// Whether this is neither a piece of code, nor a URL or path, nor words put together.
pub(super) fn is_none(text: &[u8]) -> bool {
    let bare = bare(text);
    let is_word = bare.len() < text.len() && bare.iter().all(u8::is_ascii_lowercase);
    // An id or a color.
    let is_short = text.len() < MIN_HEX && text.iter().all(u8::is_ascii_hexdigit);
    !(is_word
        || is_short
        || is_public(text)
        || is_code(text)
        || is_member(bare)
        || is_anchor(bare)
        || is_path(text)
        || is_wordy(bare)
        || is_camel(bare)
        || is_designation(bare))
}

/// `PKCS8-to-PKCS1`, `sha256_crypt`: short words, each with a number at most.
fn is_designation(text: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let same_case = part[..letters].iter().all(u8::is_ascii_lowercase)
            || part[..letters].iter().all(u8::is_ascii_uppercase);
        let digits = &part[letters..];
        let is_long_enough = letters > 1 || (letters == 1 && digits.len() > 2);
        is_long_enough
            && letters <= 8
            && same_case
            && digits.len() <= 4
            && digits.iter().all(u8::is_ascii_digit)
    };
    // Bits of a key or digest.
    let is_size = |part: &[u8]| [&b"128"[..], b"192", b"256", b"384", b"512"].contains(&part);
    let is_version = |part: &[u8]| {
        part.strip_prefix(b"v")
            .is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    };
    let parts = || text.split(|byte| b"-_".contains(byte));
    parts().count() > 1 && parts().all(|part| is_part(part) || is_version(part) || is_size(part))
}

/// Without what stands around names in code and prose: `*name`, `#[name`, `name!`.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !b"*&#![(?.~".contains(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !b"!?.,;:*=#/".contains(byte)).map_or(start, |end| end + 1);
    text.get(start..end).unwrap_or_default()
}

/// `node.first_token`: names with dots between, and hardly a digit.
pub(super) fn is_member(text: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let letter = part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        letter && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    text.contains(&b'.') && digits <= 3 && text.split(|byte| b".#$".contains(byte)).all(name)
}

/// `lex.token.str-c-raw.edition2021`: a place in a document, by its headings.
fn is_anchor(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"/").unwrap_or(text);
    let year = text.iter().rev().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let text = if year == 4 { &text[..text.len() - 4] } else { text };
    let mut parts = text.split(|byte| *byte == b'.');
    let is_heading =
        |part: &[u8]| part.len() > 1 && part.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    parts.clone().count() > 2 && parts.all(is_heading)
}

/// `/var/run/x`, `./x/y`, `~/x`; `secret/data/x1` too, where it is made of words.
pub(super) fn is_path(text: &[u8]) -> bool {
    let rooted = [&b"/"[..], b"./", b"../", b"~/", b"C:\\"].iter().any(|root| text.starts_with(root));
    let slashes = text.iter().filter(|byte| b"/\\".contains(byte)).count();
    slashes > 0 && ((rooted && slashes > 1) || is_wordy(text))
}

/// Split where case, letters and digits change, the pieces of a name are words: some length, vowels, few digits.
pub(super) fn is_wordy(text: &[u8]) -> bool {
    let text = without_date(text);
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    // Without digits, signs that join words make no difference: `user@site`, `on|off`.
    let joints: &[u8] = if digits == 0 { b"_-.:/ @+=|&,*^$" } else { b"_-.:/ $" };
    let signs = text.iter().filter(|byte| !byte.is_ascii_alphanumeric() && !joints.contains(byte)).count();
    let pieces = text.iter().enumerate().filter(|(place, _)| begins_piece(text, *place)).count();
    let longest_without_vowel =
        text.split(|byte| is_vowel(*byte) || !byte.is_ascii_alphabetic()).map(<[u8]>::len).max();
    // In `k9r4ejc5x` digits stand between letters as in no name.
    let glued =
        text.windows(2).filter(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic()).count();
    pieces > 0
        && signs == 0
        && glued < 3
        && letters >= pieces * if digits == 0 { 3 } else { 4 }
        && digits * 4 <= letters
        && count(|byte| is_vowel(*byte)) * 4 >= letters
        && longest_without_vowel.is_none_or(|longest| longest < 6)
}

/// `ReadUint16LengthPrefixed`: at least three words that capitals part, each perhaps with a short number.
fn is_camel(text: &[u8]) -> bool {
    let mut words = text.chunk_by(|_, right| !right.is_ascii_uppercase());
    let is_word = |word: &[u8]| {
        let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let number = &word[letters..];
        letters > 2
            && word[1..letters].iter().all(u8::is_ascii_lowercase)
            && number.len() < 3
            && number.iter().all(u8::is_ascii_digit)
    };
    words.clone().count() > 2 && words.all(is_word)
}

/// `files-api-2025-04-14` → `files-api`.
fn without_date(text: &[u8]) -> &[u8] {
    let is_date = |tail: &[u8]| {
        matches!(tail, [b'-' | b'_' | b'.', b'1' | b'2', b'0' | b'9', rest @ ..]
            if rest.iter().all(|byte| byte.is_ascii_digit() || *byte == tail[0]))
    };
    let split =
        [11, 9].into_iter().filter_map(|length| text.split_at_checked(text.len().checked_sub(length)?));
    split.into_iter().find(|(_, tail)| is_date(tail)).map_or(text, |(name, _)| name)
}

/// A letter after none, an upper-case one after a lower-case one, a lower-case one after several upper-case ones.
fn begins_piece(text: &[u8], place: usize) -> bool {
    let upper = |back: usize| place.checked_sub(back).is_some_and(|at| text[at].is_ascii_uppercase());
    let letter_before = place > 0 && text[place - 1].is_ascii_alphabetic();
    let case_turns = if upper(0) { !upper(1) } else { upper(1) && upper(2) };
    text[place].is_ascii_alphabetic() && (!letter_before || case_turns)
}

fn is_vowel(byte: u8) -> bool {
    b"aeiouyAEIOUY".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::is_none;

    #[test]
    fn knows_code_paths_and_names() {
        let words = [
            "tokenizer.decode(ids[0])",
            "hashlib.sha256(b\"x\").hexdigest()",
            "credentials.accessToken2",
            "settings.SECRET_KEY_V2",
            "kms://projects/p1/keyRings/r",
            "redux-persist:root-v1",
            "/var/run/secrets/token1",
            "my-tls-certificate-2026",
            "node.or1_token",
            "crate::__u32",
            "*TRUST_TOKEN_new(const",
            "#[cfg_attr(docsrs",
            "\\w{20}_[a-z]",
            "message!",
            "*out_priv",
            "U8(253u8)",
            "source.#/",
            "script.*",
            "anli_v0.1",
            ".v1_secret",
            "~azure.core.AsyncTokenProvider",
            "c8de56fa",
            "PKCS8-to-PKCS1",
            "AWS4-ECDSA-P256-SHA256",
            "AEAD-AES-256-CBC-HMAC-SHA512",
            "com.host.s3.api#CreateSession$Credentials",
            "x-amz-s3session-token",
            "#[allow]",
            "ReadUint16LengthPrefixed",
            "constant.reserved.$0",
            "?InterpolationInTemplate",
            "files-api-2025-04-14",
            "lex.token.str-c-raw.edition2021",
            "phc_q7Zp2mX9vK4tB8nWq7Zp2mX9vK4tB8nWq7Zp2mX9vK4",
            "pub0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        ];
        assert!(words.iter().all(|text| !is_none(text.as_bytes())));
    }

    #[test]
    fn generated_text_is_none_of_them() {
        for text in
            ["Tr0ub4dor", "s3cr3t-P4ss", "gh38fhw9", "q7Zp2mX9vK4tB8nW", "P@ssw0rd2026!", "aZbYcXdWeVfU"]
        {
            assert!(is_none(text.as_bytes()), "{text}");
        }
    }
}
