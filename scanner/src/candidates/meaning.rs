//! What a name says about its value: a secret, perhaps one, or something else.

use super::classes::{ALNUM, is};
use super::names::MAX_NAME;

/// What the words of a name say about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Says {
    /// Nothing, or something else: an id, a hash, a count, a public key.
    Nothing,
    /// A key or token of some kind; worth a vendor's rule, not a guess.
    Perhaps,
    /// A secret.
    Secret,
}

/// Words that make a secret wherever they end a name.
const SECRETS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authtoken",
    "accesstoken",
    "credential",
    "credentials",
    "authkey",
];
/// Words before `key` that make it a secret.
const SECRET_KEYS: [&str; 24] = [
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "encryption",
    "auth",
    "account",
    "master",
    "app",
    "service",
    "session",
    "client",
    "storage",
    "admin",
    "shared",
    "webhook",
    "subscription",
    "deploy",
    "license",
    "functions",
    "integration",
    "write",
    "server",
];
/// Words before `token` that make it something else.
const PLAIN_TOKENS: [&str; 30] = [
    "page",
    "next",
    "continuation",
    "csrf",
    "xsrf",
    "cursor",
    "sync",
    "resume",
    "cancel",
    "cancellation",
    "start",
    "end",
    "stop",
    "eos",
    "bos",
    "pad",
    "unk",
    "mask",
    "sep",
    "max",
    "min",
    "num",
    "prompt",
    "completion",
    "image",
    "cls",
    "special",
    "request",
    "syntax",
    "design",
];
/// Words at the end of a name that say where or which, not what.
const TRAILERS: [&str; 16] = [
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "stage",
    "test",
    "live",
    "value",
    "string",
    "str",
    "env",
    "raw",
    "plain",
    "new",
    "old",
];

/// Words that end the names of numbers which are no account: ids, times, counts, articles.
const COUNTS: [&str; 26] = [
    "id",
    "ids",
    "uid",
    "pid",
    "oid",
    "ts",
    "time",
    "timestamp",
    "date",
    "seq",
    "sequence",
    "offset",
    "size",
    "bytes",
    "length",
    "count",
    "total",
    "version",
    "nonce",
    "seed",
    "hash",
    "checksum",
    "ean",
    "gtin",
    "sku",
    "tracking",
];

/// Whether `name` calls a number an id, a time, a count or an article.
pub(crate) fn names_a_count(name: &[u8]) -> bool {
    let mut buffer = [0_u8; MAX_NAME * 2];
    words(name, &mut buffer).next_back().is_some_and(|last| COUNTS.contains(&last))
}

/// What `name` says about its value, by its last meaningful words.
pub(crate) fn says(name: &[u8]) -> Says {
    let mut buffer = [0_u8; MAX_NAME * 2];
    let mut meaningful = words(name, &mut buffer)
        .rev()
        .skip_while(|word| TRAILERS.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(last) = meaningful.next() else { return Says::Nothing };
    let before = meaningful.next().unwrap_or("");
    match last {
        word if SECRETS.contains(&word) => Says::Secret,
        "key" if SECRET_KEYS.contains(&before) => Says::Secret,
        "token" if PLAIN_TOKENS.contains(&before) => Says::Nothing,
        "token" => Says::Secret,
        "pass" if !before.is_empty() => Says::Secret,
        "pass" | "key" | "auth" | "authorization" | "pat" | "cred" | "creds" => Says::Perhaps,
        word => compound(word),
    }
}

/// Words that people write together: `dbpassword`, `clientsecret`, `xapikey`.
fn compound(word: &str) -> Says {
    const ENDINGS: [&str; 7] = ["password", "passwd", "secret", "token", "apikey", "secretkey", "privatekey"];
    if ENDINGS.iter().any(|ending| word.ends_with(ending)) {
        Says::Secret
    } else if word.ends_with("key") || word.ends_with("pwd") {
        Says::Perhaps
    } else {
        Says::Nothing
    }
}

/// The words of a name in lower case, split at punctuation and where camelCase turns.
fn words<'b>(name: &[u8], buffer: &'b mut [u8; MAX_NAME * 2]) -> impl DoubleEndedIterator<Item = &'b str> {
    let mut length = 0;
    let mut previous = b'_';
    for &byte in name.iter().take(MAX_NAME) {
        if byte.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            buffer[length] = b'_';
            length += 1;
        }
        buffer[length] = if is(byte, ALNUM) { byte.to_ascii_lowercase() } else { b'_' };
        length += 1;
        previous = byte;
    }
    let text = std::str::from_utf8(&buffer[..length]).unwrap_or_default();
    text.split('_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_a_name_says() {
        for name in [
            "password",
            "DB_PASSWORD",
            "apiKey",
            "x-api-key",
            "clientSecret",
            "AUTH_TOKEN_PROD",
            "dbpassword",
        ] {
            assert_eq!(says(name.as_bytes()), Says::Secret, "{name}");
        }
        for name in
            ["key_id", "token_type", "password_hash", "max_tokens", "next_page_token", "author", "secretName"]
        {
            assert_eq!(says(name.as_bytes()), Says::Nothing, "{name}");
        }
        for name in ["key", "sortKey", "partition_key", "public_key"] {
            assert!(says(name.as_bytes()) < Says::Secret, "{name}");
        }
    }
}
