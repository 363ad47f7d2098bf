//! What people write where a secret will be.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use data_encoding::BASE64;

use super::any_of;
use super::filler::{has_double_row, has_row, is_crossed_out, is_monotonous, is_of_rows};
use super::standins::{is_of_disguised_standins, is_of_standins};
use super::words::is_wordy;

/// Pieces of references to a variable, a template or a slot.
const REFERENCES: &[&[u8]] = &[
    b"${",
    b"{{",
    b"$(",
    b"%(",
    b"%{",
    b"#{",
    b"<%",
    b"process.env",
    b"os.environ",
    b"os.getenv",
    b"secrets.",
    b"%s",
    b"%d",
    b"%v",
    b"{}",
    b"{0}",
];

/// Words of documentation, lower-case.
const WORDS: &[&[u8]] = &[
    b"change-me",
    b"change_me",
    b"changeme",
    b"change-this",
    b"change_this",
    b"deadbeef",
    b"dummy",
    b"example",
    b"fixme",
    b"foobar",
    b"goes-here",
    b"goes_here",
    b"insert-",
    b"insert_",
    b"key-here",
    b"key_here",
    b"keyhere",
    b"my-api",
    b"my-password",
    b"my-secret",
    b"my-token",
    b"my_api",
    b"my_password",
    b"my_secret",
    b"my_token",
    b"mypassword",
    b"not-a-real",
    b"not_a_real",
    b"notreal",
    b"placeholder",
    b"redacted",
    b"replace-",
    b"replace_",
    b"replaceme",
    b"sample",
    b"secret-here",
    b"secret_here",
    b"token-here",
    b"token_here",
    b"your-",
    b"your_",
    b"yourapi",
    b"yourkey",
    b"yourpass",
    b"yoursecret",
    b"yourtoken",
];

/// A row of this many neighbours, as in `12345678`, was typed.
const TYPED_ROW: usize = 8;

/// The same of two rows in turn, as in `a1b2c3d4e5`.
const TYPED_DOUBLE_ROW: usize = 10;

/// Of a secret that is broken off so much is shown.
const MAX_SHOWN: usize = 16;

/// Longest beginning of a JWT in which only its header can stand.
const MAX_HEAD: usize = 48;

/// Fewer letters turn up in base64 by chance.
const MIN_WORDS: usize = 8;

/// Shorter names in brackets may be signs of a password.
const MIN_SLOT: usize = 5;

/// Longest user and password in base64 that are words.
const MAX_PAIR: usize = 48;

static REFERS: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(REFERENCES, false));
static SAYS_SO: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(WORDS, true));

/// Whether this is no placeholder.
pub(super) fn is_none(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"\\n").or_else(|| text.strip_suffix(b"&quot;")).unwrap_or(text);
    let is_filler = is_crossed_out(text)
        || is_monotonous(text)
        || has_row(text, TYPED_ROW)
        || has_double_row(text, TYPED_DOUBLE_ROW)
        || is_of_rows(text);
    !(is_slot(text) || is_filler || is_broken_off(text) || names_itself(text))
}

/// `<TOKEN>`, `[TOKEN]`, `$TOKEN`, `%TOKEN%`, `{{ token }}`.
fn is_slot(text: &[u8]) -> bool {
    let wrapped = |open: u8, close: u8| text.first() == Some(&open) && text.last() == Some(&close);
    let name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let variable = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let backslashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let dollar = text[backslashes..].strip_prefix(b"$");
    wrapped(b'<', b'>')
        || wrapped(b'[', b']')
        || wrapped(b'{', b'}')
        || wrapped(b'%', b'%')
        || dollar.is_some_and(|rest| rest.iter().all(name) || rest.iter().all(variable))
        || REFERS.is_match(text)
        || has_slot(text)
}

/// `projects/[PROJECT_ID]/secrets/[SECRET]`, `job-{run_id}`
fn has_slot(text: &[u8]) -> bool {
    let of_capitals = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    let of_variable = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    has_name_in(text, *b"[]", of_capitals) || has_name_in(text, *b"{}", of_variable)
}

/// Whether a name that is no number stands between these brackets.
fn has_name_in(text: &[u8], [open, close]: [u8; 2], of_name: impl Fn(u8) -> bool) -> bool {
    text.split(|byte| *byte == open).skip(1).any(|slot| {
        let name = slot.iter().take_while(|byte| of_name(**byte)).count();
        name >= MIN_SLOT && slot.get(name) == Some(&close) && slot[0].is_ascii_alphabetic()
    })
}

/// `sk-ant-sid01-...`: how it begins, and no more. Full stops at its end may have been taken for those of a sentence.
fn is_broken_off(text: &[u8]) -> bool {
    let of_prefix = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(byte);
    let is_prefix = text.ends_with(b"-") || text.ends_with(b"_");
    if is_prefix && text.len() <= MAX_SHOWN && text.iter().all(of_prefix) {
        return true;
    }
    if let Some(gap) = memchr::memmem::find(text, b"...")
        && gap <= MAX_SHOWN
        && text[gap + 3..].rsplit(|byte| *byte == b'.').next().is_some_and(|end| end.len() <= MAX_SHOWN)
    {
        return true;
    }
    let shown = text
        .strip_suffix(b"***")
        .or_else(|| text.strip_suffix(b"..."))
        .or_else(|| text.strip_suffix("\u{2026}".as_bytes()));
    shown.is_some_and(|shown| shown.len() <= MAX_SHOWN || is_head_of_jwt(shown))
}

/// `eyJhbGciOiJIUzI1NiIsInR5cCI6`, whole or not: the first segment of a JWT names its algorithm, and nothing else.
fn is_head_of_jwt(text: &[u8]) -> bool {
    text.starts_with(b"eyJ") && text.len() <= MAX_HEAD && text.iter().all(u8::is_ascii_alphanumeric)
}

fn names_itself(text: &[u8]) -> bool {
    is_of_standins(text)
        || is_of_disguised_standins(text)
        || is_head_of_jwt(text)
        || SAYS_SO.is_match(text)
        || is_pair_of_standins(text)
        || is_encoded_words(text)
}

/// `cGFzc3dvcmQ=`: base64 of words, which say nothing as they stand either.
fn is_encoded_words(text: &[u8]) -> bool {
    let words = if text.len() <= MAX_PAIR { BASE64.decode(text).unwrap_or_default() } else { Vec::new() };
    let is_read = |byte: &u8| byte.is_ascii_alphabetic() || b" -_.".contains(byte);
    words.len() >= MIN_WORDS && words.iter().all(is_read) && (is_of_standins(&words) || is_wordy(&words))
}

/// `dXNlcjpwYXNzd29yZA==`: base64 of `user:password`.
fn is_pair_of_standins(text: &[u8]) -> bool {
    let pair = if text.len() <= MAX_PAIR { BASE64.decode(text).unwrap_or_default() } else { Vec::new() };
    let password = pair.iter().position(|byte| *byte == b':').map(|colon| &pair[colon + 1..]);
    password.is_some_and(|password| is_of_standins(password) || SAYS_SO.is_match(password))
}

#[cfg(test)]
mod tests {
    use super::is_none;

    #[test]
    fn knows_what_documents_write() {
        let placeholders = [
            "<TOKEN>",
            "projects/[PROJECT_ID]/secrets/1",
            "nightly-{run_id}",
            "${API_KEY}",
            "{{ secrets.KEY }}",
            "$API_KEY",
            "\\\\$API_KEY",
            "%API_KEY%",
            "xxxxxxxxxxxx",
            "************",
            "your-api-key-here",
            "YOUR_TOKEN",
            "changeme",
            "0123456789abcdef",
            "sk-xxxxxxxxxxxx",
            "process.env.KEY",
            "12345678",
            "REPLACE_ME",
            "insert-token",
            "sk-ant-sid01-...",
            "sk-ant-sid01-",
            "sk_test_123",
            "dXNlcm5hbWU6cGFzc3dvcmQ=",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6Ikp...",
            "SomeKindOfPassword123!@#",
            "StrongPassword!",
            "USER@REALM!TOKENID=UUID",
            "P@ssw0rd!",
            "glpat_***",
            "AbCdE12345...long.string...54321EdCbA",
            "user1,pass1",
            "cGFzc3dvcmQ=",
            "c2VjdXJlLXBhc3N3b3Jk",
            "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0=",
        ];
        assert!(placeholders.iter().all(|text| !is_none(text.as_bytes())));
    }

    #[test]
    fn random_text_is_none() {
        for text in [
            "q7Zp2mX9vK4tB8nW",
            "q7Zp2mX9xxXxvK4tB8nW",
            "tr0ub4dor&3",
            "q7Zp2mX9vK4tB8nWq7...",
            "admin@123",
            "q7Zp{2mX9v}4tB8",
        ] {
            assert!(is_none(text.as_bytes()), "{text}");
        }
    }
}
