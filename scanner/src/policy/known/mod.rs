//! Canaries and secrets that the operator named: kept so that they are never shown.

mod env_file;

use zeroize::Zeroizing;

pub(super) use env_file::secrets as from_env_file;

/// Something to find wherever it goes.
pub(crate) struct KnownSecret {
    /// The operator's name for it.
    pub(crate) name: String,
    /// Wiped when the policy goes.
    pub(crate) value: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for KnownSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KnownSecret").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Shorter values stand in ordinary text by chance.
pub(super) const MIN_BYTES: usize = 8;

/// Longer values are files, no secrets.
pub(super) const MAX_BYTES: usize = 64 << 10;

/// Lines of a key, and strings of a file, from which on each is a secret of its own.
const MIN_PIECE: usize = 24;
/// Pieces of one secret that are looked for.
const MAX_PIECES: usize = 256;

/// A file that holds a secret: all of it, without white space at its end, and each line of a key and each string of
/// JSON in it that is one by itself, so that neither another layout nor a part hides it.
pub(super) fn from_file(content: Zeroizing<Vec<u8>>) -> Vec<Zeroizing<Vec<u8>>> {
    let kept = content.trim_ascii_end().len();
    let mut content = content;
    content.truncate(kept);
    let mut secrets = pieces(&content);
    if let Ok(json) = serde_json::from_slice(&content) {
        strings_of(&json, "", &mut secrets);
    }
    secrets.truncate(MAX_PIECES);
    secrets
}

/// A value, and the lines of the key in it.
fn pieces(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut secrets = vec![Zeroizing::new(value.to_vec())];
    if memchr::memmem::find(value, b"-----BEGIN ").is_some() {
        let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        let lines = lines.filter(|line| line.len() >= MIN_PIECE && line.iter().all(is_base64));
        secrets.extend(lines.map(|line| Zeroizing::new(line.to_vec())));
    }
    secrets
}

/// Strings whose name says secret, or that look random, at any depth.
fn strings_of(json: &serde_json::Value, name: &str, secrets: &mut Vec<Zeroizing<Vec<u8>>>) {
    match json {
        serde_json::Value::String(text) => {
            let is_secret = says_secret(name.as_bytes()) || looks_random(text.as_bytes());
            if is_secret && (MIN_PIECE..=MAX_BYTES).contains(&text.len()) && !text.contains("://") {
                secrets.extend(pieces(text.trim_ascii_end().as_bytes()));
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings_of(item, name, secrets)),
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| strings_of(value, name, secrets));
        }
        _ => {}
    }
}

fn says_secret(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 10] = [
        b"KEY",
        b"SECRET",
        b"TOKEN",
        b"PASS",
        b"PWD",
        b"CREDENTIAL",
        b"AUTH",
        b"PRIVATE",
        b"SALT",
        b"CANARY",
    ];
    let name = name.to_ascii_uppercase();
    WORDS.iter().any(|word| memchr::memmem::find(&name, word).is_some())
}

fn looks_random(value: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    value.len() >= 16
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && !has(|byte| matches!(byte, b'/' | b':' | b'.') || byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_secret_without_its_last_line_break() {
        let content = Zeroizing::new(b"line one\nline two\r\n".to_vec());
        let secrets = from_file(content);
        assert_eq!(secrets.len(), 1);
        assert_eq!(secrets[0].as_slice(), b"line one\nline two");
    }

    #[test]
    fn strings_of_a_json_file_and_lines_of_a_key_are_secrets_too() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";
        let json = format!(
            "{{\"type\":\"service_account\",\"private_key\":\"-----BEGIN X-----\\n{line}\\n-----END X-----\\n\",\"uri\":\"https://example.com/{line}\"}}"
        );
        let secrets = from_file(Zeroizing::new(json.clone().into_bytes()));
        assert_eq!(secrets[0].as_slice(), json.as_bytes());
        assert_eq!(secrets.iter().filter(|secret| secret.as_slice() == line.as_bytes()).count(), 1);
        assert!(
            secrets.iter().all(|secret| !secret.starts_with(b"service") && !secret.starts_with(b"https"))
        );
    }

    #[test]
    fn a_known_secret_does_not_print() {
        let secret =
            KnownSecret { name: "canary".to_owned(), value: Zeroizing::new(b"do not show".to_vec()) };
        let shown = format!("{secret:?}");
        assert!(shown.contains("canary") && !shown.contains("show"));
    }
}
