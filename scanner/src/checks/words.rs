//! Names, paths and code, which are made of words; generated secrets are not.

/// Pieces of URLs, code and regexes that no generated secret has.
const MARKS: &[&[u8]] =
    &[b"://", b"::", b"->", b"=>", b"\\w", b"\\d", b"\\s", b"\\S", b"[a-z", b"[A-Z", b"[0-9"];

/// Whether this is neither a piece of code, nor a URL or path, nor words put together.
pub(super) fn is_none(text: &[u8]) -> bool {
    let marked = MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some());
    let bare = bare(text);
    !(marked || is_path(text) || is_expression(bare) || is_member(bare) || is_wordy(bare))
}

/// Without what stands around names in code and prose: `*name`, `#[name`, `name!`.
fn bare(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !b"*&#![(".contains(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !b"!?.,;:*".contains(byte)).map_or(start, |end| end + 1);
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
fn is_member(text: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let letter = part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        letter && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    text.contains(&b'.') && digits <= 3 && text.split(|byte| *byte == b'.').all(name)
}

/// `/var/run/x`, `./x/y`, `~/x`.
fn is_path(text: &[u8]) -> bool {
    let rooted = [&b"/"[..], b"./", b"../", b"~/", b"C:\\"].iter().any(|root| text.starts_with(root));
    rooted && text.iter().filter(|byte| b"/\\".contains(byte)).count() > 1
}

/// Split where case, letters and digits change, the pieces of a name are words: some length, vowels, few digits.
fn is_wordy(text: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    let signs = count(|byte| !byte.is_ascii_alphanumeric() && !b"_-.:/ ".contains(byte));
    let pieces = text.iter().enumerate().filter(|(place, _)| begins_piece(text, *place)).count();
    let longest_without_vowel =
        text.split(|byte| is_vowel(*byte) || !byte.is_ascii_alphabetic()).map(<[u8]>::len).max();
    pieces > 0
        && signs == 0
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
