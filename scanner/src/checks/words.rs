//! Names, paths and code, which are made of words; generated secrets are not.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::any_of;

/// Pieces of URLs, code and regexes that no generated secret has.
const MARKS: &[&[u8]] = &[
    b"://", b"::", b"->", b"=>", b"\\w", b"\\d", b"\\s", b"\\S", b"[a-z", b"[A-Z", b"[0-9", b"a-zA-Z",
    b"A-Za-z", b"(?", b"/^",
];

/// Escapes: what they spell is looked at where they are undone.
const ESCAPES: &[&[u8]] = &[b"\\x", b"\\u", b"\\U"];

static MARKED: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(&[MARKS, ESCAPES].concat(), false));

/// Whether this is neither a piece of code, nor a URL or path, nor words put together.
pub(super) fn is_none(text: &[u8]) -> bool {
    let bare = bare(text);
    !(is_code(text) || is_member(bare) || is_path(text) || is_wordy(bare))
}

/// Whether this is a piece of code, or a URL.
pub(super) fn is_code(text: &[u8]) -> bool {
    MARKED.is_match(text)
        || is_percent_encoded(text)
        || is_constant(text)
        || is_number(text)
        || is_option(text)
        || is_condition(text)
        || is_reference(text)
        || text.ends_with(b":")
        || text.starts_with(b"HTTP/")
        || is_expression(bare(text))
}

/// `%20`: what it says is looked at where it is undone.
fn is_percent_encoded(text: &[u8]) -> bool {
    text.windows(3).any(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit))
}

/// `TLS13_AES_128`: capitals, digits and underscores.
fn is_constant(text: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    text.contains(&b'_') && text.iter().all(fits)
}

/// `--flag=value`, `name=value`.
fn is_option(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphabetic() || b"_-".contains(byte)).count();
    text.starts_with(b"--") || (name > 2 && matches!(text[name..], [b'=', next, ..] if next != b'='))
}

/// `16384u32`, `1:4.13+dfsg1-1`, `v1.2.3-rc1`: a number of a program, or a version.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.strip_prefix(b"v").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    if let Some(hex) = text.strip_prefix(b"0x") {
        return hex.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() <= 16 && hex.len() <= 20;
    }
    let first = digits(text);
    let rest = &text[first..];
    let is_version = match rest {
        [b'.' | b':', more @ ..] => more.first().is_some_and(u8::is_ascii_digit) && rest.contains(&b'.'),
        _ => false,
    };
    let is_suffixed =
        matches!(rest, [b'u' | b'i' | b'f', b'1'..=b'9', ..] | b"UL" | b"ULL" | b"LL" | b"L" | b"U");
    first > 0 && (is_version || (is_suffixed && rest.len() <= 5))
}

/// `required|min:8`, `min=8,max=64`: words, each perhaps with a number.
fn is_condition(text: &[u8]) -> bool {
    let is_word =
        |text: &[u8]| !text.is_empty() && text.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    let is_item = |item: &[u8]| {
        let split = item.iter().position(|byte| b":=".contains(byte));
        let (word, value) = split.map_or((item, None), |at| (&item[..at], Some(&item[at + 1..])));
        is_word(word) && value.is_none_or(|value| value.iter().all(u8::is_ascii_alphanumeric))
    };
    text.iter().any(|byte| b"|,:".contains(byte)) && text.split(|byte| b"|,".contains(byte)).all(is_item)
}

/// `vault:secret/data/app1`, `ssm:/prod/db1`: where a secret is kept.
fn is_reference(text: &[u8]) -> bool {
    let scheme = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let Some(path) = text[scheme..].strip_prefix(b":").filter(|_| scheme > 1) else { return false };
    let first = path.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    path.get(first) == Some(&b'/')
}

/// Without what stands around names in code and prose: `*name`, `#[name`, `name!`.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !b"*&#![(".contains(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !b"!?.,;:*=".contains(byte)).map_or(start, |end| end + 1);
    text.get(start..end).unwrap_or_default()
}

/// `name.of(…`, `name[…`: an identifier, or several with dots, that is called or indexed.
fn is_expression(text: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.!?".contains(byte);
    let end = text.iter().position(|byte| !name(byte));
    let starts_a_name = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"_$@".contains(byte));
    starts_a_name && end.is_some_and(|end| end > 1 && b"([".contains(&text[end]))
}

/// `node.first_token`: names with dots between, and hardly a digit.
pub(super) fn is_member(text: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let letter = part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        letter && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    text.contains(&b'.') && digits <= 3 && text.split(|byte| *byte == b'.').all(name)
}

/// `/var/run/x`, `./x/y`, `~/x`; `secret/data/x1` too, where it is made of words.
pub(super) fn is_path(text: &[u8]) -> bool {
    let rooted = [&b"/"[..], b"./", b"../", b"~/", b"C:\\"].iter().any(|root| text.starts_with(root));
    let slashes = text.iter().filter(|byte| b"/\\".contains(byte)).count();
    slashes > 0 && ((rooted && slashes > 1) || is_wordy(text))
}

/// Split where case, letters and digits change, the pieces of a name are words: some length, vowels, few digits.
pub(super) fn is_wordy(text: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    // Without digits, signs that join words make no difference: `user@site`, `on|off`.
    let joints: &[u8] = if digits == 0 { b"_-.:/ @+=|&,*^" } else { b"_-.:/ " };
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
