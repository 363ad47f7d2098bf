//! What people make up: words with digits or signs in them.

use data_encoding::HEXLOWER_PERMISSIVE;

use super::code::is_code;
use super::placeholder;
use super::words::{bare, is_member, is_path, is_wordy};

/// Shortest password in a URL.
const MIN_IN_URL: usize = 6;
/// Letters that are more than a word.
const MIN_PHRASE: usize = 16;

/// Whether this is letters with digits or signs among them, a long number, or letters whose cases change like no
/// word's; and no mail address, no list of conditions, no code.
pub(super) fn agrees(text: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    let is_made_up = match (letters, digits) {
        (0, digits) => digits == text.len() && digits <= 12,
        (_, 0) => has_inner_sign(text) || (case_turns(text) > 2 && !is_wordy(bare(text))),
        _ => true,
    };
    let is_member = digits < 2 && is_member(bare(text));
    is_made_up && !(is_member || is_code(text) || is_path(text) || is_address(text) || is_format(text))
}

/// Whether a password in a URL, its percent-encoding undone, is more than a word: documents and tests are full of
/// `http://user:opensesame@host`.
pub(super) fn in_url(text: &[u8]) -> bool {
    let text = percent_decoded(text);
    let has_digit = text.iter().any(u8::is_ascii_digit);
    let is_made_up = has_digit || has_inner_sign(&text) || case_turns(&text) > 2 || text.len() >= MIN_PHRASE;
    text.len() >= MIN_IN_URL
        && is_made_up
        && placeholder::is_none(&text)
        && !(is_address(&text) || is_port_of_several(&text))
}

/// `123,host2:`: of an address of several hosts, each with its port.
fn is_port_of_several(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (2..=5).contains(&digits) && text.get(digits) == Some(&b',')
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let code =
            tail.get(..2).filter(|_| *first == b'%').and_then(|code| HEXLOWER_PERMISSIVE.decode(code).ok());
        decoded.push(code.as_ref().map_or(*first, |code| code[0]));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

/// `P@ssword`, `correct!horse`: a sign with letters on both sides that joins no words of a sentence or name.
fn has_inner_sign(text: &[u8]) -> bool {
    text.windows(3).any(|three| {
        let [before, sign, after] = three else { return false };
        b"!@#$%^+".contains(sign) && before.is_ascii_alphabetic() && after.is_ascii_alphabetic()
    })
}

/// How often a capital follows a small letter, or a small one a capital.
fn case_turns(text: &[u8]) -> usize {
    let turns = |pair: &&[u8]| {
        let [left, right] = pair else { return false };
        left.is_ascii_alphabetic()
            && right.is_ascii_alphabetic()
            && left.is_ascii_lowercase() != right.is_ascii_lowercase()
    };
    text.windows(2).filter(turns).count()
}

/// `user@host.example`.
fn is_address(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| *byte == b'@') else { return false };
    let host = &text[at + 1..];
    let is_host = host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte));
    at > 0 && is_host && host[..host.len().saturating_sub(2)].contains(&b'.')
}

/// `%s`, `{0}`, `%1$d`: a text with gaps.
fn is_format(text: &[u8]) -> bool {
    text.iter().any(|byte| b"{}<>".contains(byte))
        || text.windows(2).any(|pair| pair[0] == b'%' && b"sdvq".contains(&pair[1]) && !text.contains(&b'!'))
}

#[cfg(test)]
mod tests {
    use super::{agrees, in_url};

    #[test]
    fn a_word_in_a_url_is_no_password() {
        for text in
            ["s3cretpart", "tr0ub4dor", "correct!horse", "p%40ss123", "qZpTmXvKvKtB", "gitlabdeploytokenx"]
        {
            assert!(in_url(text.as_bytes()), "{text}");
        }
        for text in [
            "opensesame",
            "My%20Pass",
            "he%2F%2Fo",
            "%3A%40c",
            "pa%2Fssword",
            "%c3%89t%C3%A9",
            "p%40ss",
            "mail%40host.example",
            "5432,db2:secretpart",
        ] {
            assert!(!in_url(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn knows_what_people_make_up() {
        for text in [
            "correct-horse-7battery",
            "Summer2024!",
            "P@ssw0rd!",
            "dr4gonfly",
            "P@ssword",
            "83749201",
            "qZpTmXvKvKtB",
            "Tr0ub4dor&3",
            "blue.Monkey42",
            "letmein#99",
            "a1b2c3d4",
        ] {
            assert!(agrees(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn words_code_and_conditions_are_none() {
        for text in [
            "user-password",
            "UserPasswordField",
            "Passwort!",
            "required|min:8",
            "min=8,max=64",
            "me@mail1.example",
            "settings.PASSWORD_2",
            "load(\"x1\")",
            "/run/secrets/db1",
            "password_%s_2",
            "secret/data/db1",
            "{0}-pass1",
            "https://x1.example/",
            "a-very-long-name",
            "op://vault/item1/field",
        ] {
            assert!(!agrees(text.as_bytes()), "{text}");
        }
    }
}
