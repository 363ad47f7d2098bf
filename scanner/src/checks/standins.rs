//! Values that stand for any: words that say what would be there, and numbers.

/// Words that say nothing, lower-case.
const STANDINS: &[&str] = &[
    "access",
    "admin",
    "aes",
    "another",
    "api",
    "apikey",
    "app",
    "arg",
    "auth",
    "aws",
    "azure",
    "bar",
    "base",
    "bearer",
    "changeit",
    "client",
    "confirm",
    "confirmation",
    "credential",
    "credentials",
    "current",
    "data",
    "db",
    "default",
    "elastic",
    "empty",
    "encoded",
    "fake",
    "false",
    "field",
    "foo",
    "for",
    "form",
    "gcp",
    "good",
    "guest",
    "hash",
    "here",
    "hidden",
    "id",
    "input",
    "is",
    "key",
    "kind",
    "label",
    "live",
    "login",
    "md",
    "minioadmin",
    "mock",
    "my",
    "mysql",
    "new",
    "nil",
    "none",
    "null",
    "oauth",
    "of",
    "old",
    "param",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "pk",
    "postgres",
    "private",
    "prod",
    "pw",
    "pwd",
    "rabbitmq",
    "realm",
    "refresh",
    "repeat",
    "root",
    "rsa",
    "scram",
    "secret",
    "session",
    "sha",
    "site",
    "sk",
    "some",
    "str",
    "string",
    "strong",
    "super",
    "temp",
    "test",
    "testing",
    "the",
    "this",
    "tmp",
    "token",
    "true",
    "undefined",
    "user",
    "username",
    "utf",
    "uuid",
    "val",
    "value",
    "var",
    "very",
];

/// Words that are written together.
const MAX_COMPOUND: usize = 4;

/// `password1`, `newPassword_2`, `test1234!`: nothing but such words, digits and signs at the end. Other signs stand
/// between words only where there is no digit: `USER@REALM!TOKENID=UUID` is a form, `admin@123` a password.
pub(super) fn is_of_standins(text: &[u8]) -> bool {
    let end = text.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let text = &text[..end];
    let is_form = !text.iter().any(u8::is_ascii_digit) && text.is_ascii();
    let joins = |byte: &u8| is_form || byte.is_ascii_alphanumeric() || b"_-. ,=".contains(byte);
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && text.iter().all(joins) && words.all(|word| is_standin(word, MAX_COMPOUND))
}

/// `P@ssw0rd!`, `s3cr3t`, `Cl1ent$ecret`: the same with digits and signs for letters.
pub(super) fn is_of_disguised_standins(text: &[u8]) -> bool {
    let letter = |byte: &u8| match byte {
        b'0' => b'o',
        b'4' | b'@' => b'a',
        b'3' => b'e',
        b'5' | b'$' => b's',
        b'1' => b'i',
        other => other.to_ascii_lowercase(),
    };
    let end = text.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    let word: Vec<u8> = text[..end].iter().map(letter).collect();
    let is_of_letters = word.iter().all(u8::is_ascii_lowercase);
    let has = |wanted: &[u8]| word.windows(wanted.len()).any(|part| part == wanted);
    is_of_letters && (has(b"password") || has(b"secret")) && is_standin(&word, MAX_COMPOUND)
}

/// Such a word, or several written together: `NewPassword`, `mypassword`.
fn is_standin(word: &[u8], most: usize) -> bool {
    let rest_after = |standin: &&str| {
        let (head, rest) = word.split_at_checked(standin.len())?;
        head.eq_ignore_ascii_case(standin.as_bytes()).then_some(rest)
    };
    word.is_empty()
        || (most > 0 && STANDINS.iter().filter_map(rest_after).any(|rest| is_standin(rest, most - 1)))
}

#[cfg(test)]
mod tests {
    use super::{is_of_disguised_standins, is_of_standins};

    #[test]
    fn knows_them_with_digits_for_letters() {
        for text in ["p4ssw0rd", "P@ssw0rd!", "P@55w0rd!", "PASSW0RD1", "s3cr3t", "Cl1ent$ecret!"] {
            assert!(is_of_disguised_standins(text.as_bytes()), "{text}");
        }
        for text in ["P@ssdragon123", "dr4gonPassword", "tr0ub4dor&3", "q7Zp2mX9", "4dm1n"] {
            assert!(!is_of_disguised_standins(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn knows_words_that_stand_for_any() {
        for text in
            ["newPassword_2", "test1234!", "SomeKindOfPassword123!@#", "sk_test_123", "password-for-30001"]
        {
            assert!(is_of_standins(text.as_bytes()), "{text}");
        }
        for text in ["admin@123", "dragonPassword7", "q7Zp2mX9"] {
            assert!(!is_of_standins(text.as_bytes()), "{text}");
        }
    }
}
