//! What a name says about its value: a password, another secret, perhaps one, or something else.

use super::classes::{ALNUM, is};
use super::innocent::{PLAIN_KEYS, PLAIN_TOKENS};
use super::lists::{Lists, lists_of};
use super::names::MAX_NAME;
use super::other_letters;
use super::vocabulary::{COUNTS, KEYS_WITHOUT, SECRET_KEYS};

/// Words of a name that are looked at, from its end.
const MAX_WORDS: usize = 12;

/// Words in the names of functions that give a secret out, or ask about it.
const READERS: &[&str] = &[
    "get", "fetch", "read", "load", "find", "lookup", "resolve", "require", "is", "has", "check", "validate",
    "parse", "env", "getenv", "expect", "split", "test", "join", "hash", "encode", "decode", "verify",
    "compare", "format", "print", "t", "prompt",
];
/// The same in one word.
const PASSWORD_READERS: &[&str] =
    &["getpass", "getpasswd", "getpassword", "readpassword", "splitpasswd", "checkpw", "hashpw"];
/// What the words of a name say about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Says {
    /// Nothing, or something else: an id, a hash, a count, a public key.
    Nothing,
    /// A key or token of some kind; worth a vendor's rule, not a guess.
    Perhaps,
    /// A secret, and then something that is not known: `SECRET_DJANGO`.
    Likely,
    /// A secret.
    Secret,
    /// A secret that people make up themselves.
    Password,
}

/// Whether `name` calls a number an id, a time, a count or an article.
pub(crate) fn names_a_count(name: &[u8]) -> bool {
    let mut buffer = [0; MAX_NAME * 2];
    Words::of(name, &mut buffer).last().is_some_and(|last| COUNTS.contains(&last))
}

/// Whether a function of this name gives a secret out instead of taking it: `getPassword("db")`.
pub(super) fn reads(name: &[u8]) -> bool {
    let mut buffer = [0; MAX_NAME * 2];
    let reads = |word: &&str| READERS.contains(word) || PASSWORD_READERS.contains(word);
    Words::of(name, &mut buffer).0.iter().any(reads)
}

/// What `name` says about its value, by its last meaningful words.
pub(crate) fn says(name: &[u8]) -> Says {
    if let Some(says) = other_letters::says(name) {
        return says;
    }
    let mut buffer = [0; MAX_NAME * 2];
    let Words(list) = Words::of(name, &mut buffer);
    let is_empty = |word: &&&str| word.is_empty();
    let words = &list[list.iter().take_while(is_empty).count()..];
    let Some(named) = words.iter().rposition(|word| !is_trailer(word)) else { return Says::Nothing };
    if is_of_next(name, words) {
        return Says::Nothing;
    }
    let mut lists = [Lists::default(); MAX_WORDS];
    for (lists, word) in lists.iter_mut().zip(&words[..=named]) {
        *lists = lists_of(word);
        if lists.has(Lists::OTHERS) {
            return Says::Nothing;
        }
    }
    let word_before = |at: usize| at.checked_sub(1).map_or("", |before| words[before]);
    match kind(words[named], word_before(named)) {
        Says::Nothing if !lists[named].has(Lists::NO_SECRETS) => {
            let is_secret = |at: usize| kind(words[at], word_before(at)) >= Says::Secret;
            let is_open = lists[..named].iter().any(|lists| lists.has(Lists::NO_SECRETS));
            if !is_open && (0..named).any(is_secret) { Says::Likely } else { Says::Nothing }
        }
        says => says,
    }
}

/// `NextRecordToken`: where a list goes on. `NEXT_SANITY_TOKEN` is a setting of Next.js.
fn is_of_next(name: &[u8], words: &[&str]) -> bool {
    const OTHERS: Lists = Lists::SECRETS.and(Lists::SECRET_KEYS).and(Lists::PASSWORDS);
    let is_camel = name.get(4).is_some_and(u8::is_ascii_uppercase) && name.iter().any(u8::is_ascii_lowercase);
    match words {
        ["next", between @ .., "token"] => {
            is_camel && between.len() <= 2 && !between.iter().any(|word| lists_of(word).has(OTHERS))
        }
        _ => false,
    }
}

fn is_trailer(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) || lists_of(word).has(Lists::TRAILERS)
}

fn kind(word: &str, before: &str) -> Says {
    let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let lists = lists_of(word);
    match word {
        // Of WebRTC: both ends send theirs in the clear, for one call.
        "pwd" if before == "ice" => Says::Nothing,
        _ if lists.has(Lists::PASSWORDS) => Says::Password,
        _ if lists.has(Lists::SECRETS) => Says::Secret,
        "key" | "keys" if before == "site" || PLAIN_KEYS.contains(&before) => Says::Nothing,
        "key" | "keys" if SECRET_KEYS.iter().any(|kind| before.ends_with(kind)) => Says::Secret,
        "token" if lists_of(before).has(Lists::PLAIN_TOKENS) => Says::Nothing,
        "token" => Says::Secret,
        "tokens" if lists_of(before).has(Lists::SECRET_KEYS) => Says::Secret,
        // Of a key that is derived it is open; of an application it is not.
        "salt" if !before.is_empty() && !lists_of(before).has(Lists::SALTED | Lists::PASSWORDS) => {
            Says::Secret
        }
        "cookie" if matches!(before, "session" | "auth" | "login") => Says::Secret,
        "passe" => Says::Password,
        "api" | "secreta" | "segreta" | "secrete" | "privada" | "privata" | "acceso" | "acesso"
        | "accesso"
            if matches!(before, "clave" | "chave" | "chiave" | "cle" | "llave" | "token") =>
        {
            Says::Secret
        }
        "schluessel" | "sleutel" | "nyckel" | "klucz" if matches!(before, "api" | "zugangs" | "toegangs") => {
            Says::Secret
        }
        "material" if before == "key" => Says::Password,
        "pw" if !before.is_empty() => Says::Password,
        "key" | "auth" | "authorization" | "pat" | "cred" | "credential" => Says::Perhaps,
        "hash" if kind(before, "") >= Says::Secret => Says::Perhaps,
        word => compound(word),
    }
}

/// Words that people write together: `dbpassword`, `clientsecret`, `xapikey`.
fn compound(word: &str) -> Says {
    let ends =
        |endings: &[&str]| endings.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending));
    if ends(&["password", "passwd", "passphrase", "passwort", "kennwort", "pwd"]) {
        return Says::Password;
    }
    if let Some(kind) = word.strip_suffix("token") {
        let is_plain = PLAIN_TOKENS.iter().any(|plain| kind.ends_with(plain)) || kind.starts_with("csrf");
        return if is_plain { Says::Nothing } else { Says::Secret };
    }
    if ends(&["secret", "apikey"]) {
        return Says::Secret;
    }
    match word.strip_suffix("key") {
        Some("site") | None => Says::Nothing,
        Some(kind) if KEYS_WITHOUT.iter().any(|before| kind.ends_with(before)) => Says::Secret,
        Some(_) => Says::Perhaps,
    }
}

/// The last words of a name, in lower case, split at punctuation and where camelCase turns; empty ones come first.
struct Words<'b>([&'b str; MAX_WORDS]);

impl<'b> Words<'b> {
    fn of(name: &[u8], buffer: &'b mut [u8; MAX_NAME * 2]) -> Self {
        let text = lowered(name, buffer);
        let mut list = [""; MAX_WORDS];
        let words = text.rsplit('_').filter(|word| !word.is_empty());
        for (slot, word) in list.iter_mut().rev().zip(words) {
            *slot = word;
        }
        Self(list)
    }

    fn last(&self) -> Option<&'b str> {
        self.0.last().copied().filter(|word| !word.is_empty())
    }
}

fn lowered<'b>(name: &[u8], buffer: &'b mut [u8; MAX_NAME * 2]) -> &'b str {
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
    std::str::from_utf8(&buffer[..length]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_a_name_says() {
        for (want, names) in [
            (
                Says::Password,
                &[
                    "password",
                    "DB_PASSWORD",
                    "dbpassword",
                    "userPwd",
                    "ftp_pw",
                    "wifi_psk",
                    "passwort",
                    "password2",
                ][..],
            ),
            (
                Says::Secret,
                &[
                    "apiKey",
                    "x-api-key",
                    "clientSecret",
                    "AUTH_TOKEN_PROD",
                    "APIKey",
                    "secretaccesskey",
                    "hmac_key",
                    "signingkey",
                    "refresh_token",
                    "nextAccessToken",
                    "NEXT_SANITY_TOKEN",
                    "session-cookie",
                    "api_keys",
                    "AUTH_SALT",
                ],
            ),
            (Says::Likely, &["SECRET_DJANGO", "api_key_stripe", "tokenGithub"]),
            (
                Says::Perhaps,
                &["key", "buildKey", "build_key", "github_pat", "password_hash", "password_hash"],
            ),
            (
                Says::Nothing,
                &[
                    "key_id",
                    "token_type",
                    "commit_hash",
                    "max_tokens",
                    "next_page_token",
                    "author",
                    "secretName",
                    "public_key",
                    "csrftoken",
                    "tokenizer",
                    "example_token",
                    "password_policy_url",
                    "nextpagetoken",
                    "recaptcha_site_key",
                    "csrfmiddlewaretoken",
                    "authenticity_token",
                    "changeToken",
                    "salt",
                    "password_salt",
                    "idempotency_key",
                    "s3_key",
                    "Sec-WebSocket-Key",
                    "ice-pwd",
                    "progressToken",
                    "partialResultToken",
                    "NextRecordToken",
                    "nextThingPageToken",
                    "token_accessor",
                    "tokenMint",
                    "unexpected token",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(says(name.as_bytes()), want, "{name}");
            }
        }
    }
}
