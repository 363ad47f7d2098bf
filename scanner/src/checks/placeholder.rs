//! What people write where a secret will be.

use super::filler::{has_row, is_monotonous};

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
];

/// Words of documentation, lower-case.
const WORDS: &[&[u8]] = &[
    b"change-me",
    b"change_me",
    b"changeme",
    b"change-this",
    b"change_this",
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
    b"my-secret",
    b"my_secret",
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
    b"xxxx",
    b"your-",
    b"your_",
    b"yourapi",
    b"yourkey",
    b"yourpass",
    b"yoursecret",
    b"yourtoken",
];

/// Whole values that stand for any, lower-case.
const STANDINS: &[&[u8]] = &[
    b"access_token",
    b"admin",
    b"api-key",
    b"api_key",
    b"apikey",
    b"bearer",
    b"false",
    b"hidden",
    b"key",
    b"none",
    b"null",
    b"pass",
    b"passwd",
    b"password",
    b"private",
    b"pwd",
    b"secret",
    b"string",
    b"test",
    b"token",
    b"true",
    b"undefined",
    b"user",
    b"username",
    b"value",
];

/// A row of this many neighbours, as in `12345678`, was typed.
const TYPED_ROW: usize = 8;

/// Whether this is no placeholder.
pub(super) fn is_none(text: &[u8]) -> bool {
    !(is_slot(text) || is_monotonous(text) || has_row(text, TYPED_ROW) || names_itself(text))
}

/// `<TOKEN>`, `[TOKEN]`, `$TOKEN`, `%TOKEN%`, `{{ token }}`.
fn is_slot(text: &[u8]) -> bool {
    let wrapped = |open: u8, close: u8| text.first() == Some(&open) && text.last() == Some(&close);
    let name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    wrapped(b'<', b'>')
        || wrapped(b'[', b']')
        || wrapped(b'{', b'}')
        || wrapped(b'%', b'%')
        || text.strip_prefix(b"$").is_some_and(|rest| rest.iter().all(name))
        || REFERENCES.iter().any(|reference| memchr::memmem::find(text, reference).is_some())
}

fn names_itself(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    STANDINS.contains(&&*lower) || WORDS.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

#[cfg(test)]
mod tests {
    use super::is_none;

    #[test]
    fn knows_what_documents_write() {
        let placeholders = [
            "<TOKEN>",
            "${API_KEY}",
            "{{ secrets.KEY }}",
            "$API_KEY",
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
        ];
        assert!(placeholders.iter().all(|text| !is_none(text.as_bytes())));
    }

    #[test]
    fn random_text_is_none() {
        assert!(is_none(b"q7Zp2mX9vK4tB8nW") && is_none(b"tr0ub4dor&3"));
    }
}
