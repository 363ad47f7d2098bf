//! Canaries and secrets that the operator named: kept so that they are never shown.

use zeroize::Zeroizing;

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

/// A file that holds one secret: all of it, without the line break at its end.
pub(super) fn from_file(content: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    let kept = content.trim_ascii_end().len();
    let mut content = content;
    content.truncate(kept);
    content
}

/// The secrets of an env file: values whose name says secret, values that look random, passwords in URLs.
pub(super) fn from_env_file(content: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let lines = content.split(|byte| *byte == b'\n').filter_map(assignment);
    let secrets = lines.filter_map(|(name, value)| {
        let secret = match password(value) {
            Some(password) => password,
            None if says_secret(name) || looks_random(value) => value,
            None => return None,
        };
        (MIN_BYTES..=MAX_BYTES).contains(&secret.len()).then(|| Zeroizing::new(secret.to_vec()))
    });
    secrets.collect()
}

/// `NAME=value`, `export NAME="value"`; comments are none.
fn assignment(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    let equals = line.iter().position(|byte| *byte == b'=').filter(|_| !line.starts_with(b"#"))?;
    let (name, value) = (line[..equals].trim_ascii(), line[equals + 1..].trim_ascii());
    let quote = value.first().copied().filter(|first| matches!(first, b'"' | b'\''));
    let value = match quote {
        Some(quote) => value[1..].split(|byte| *byte == quote).next()?,
        // A comment after a value needs a space before it.
        None => value[..memchr::memmem::find(value, b" #").unwrap_or(value.len())].trim_ascii_end(),
    };
    Some((name, value))
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

/// The password of `scheme://user:password@host`.
fn password(value: &[u8]) -> Option<&[u8]> {
    let authority = &value[memchr::memmem::find(value, b"://")? + 3..];
    let end = authority.iter().position(|byte| *byte == b'/').unwrap_or(authority.len());
    let userinfo = &authority[..memchr::memrchr(b'@', &authority[..end])?];
    Some(&userinfo[memchr::memchr(b':', userinfo)? + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_env_file_gives_its_secrets_and_not_its_settings() {
        let random = ["Ab3dEf", "Gh1jKl", "Mn0pQr"].concat();
        let text = format!(
            "# SECRET=in a comment\nNODE_ENV=production\nPORT=3000\nURL=https://example.com/a\n\
             export API_KEY=\"first {random} value\" # note\nDB=postgres://app:{random}@db/app\r\nBLOB={random}\nSHORT_KEY=abc\n\
             PASSPHRASE=four plain words  # note\nSESSION_SECRET='it is # quoted'\n"
        );
        let found: Vec<String> = from_env_file(text.as_bytes())
            .iter()
            .map(|secret| String::from_utf8(secret.to_vec()).unwrap())
            .collect();
        assert_eq!(
            found,
            [&format!("first {random} value"), &random, &random, "four plain words", "it is # quoted"]
        );
    }

    #[test]
    fn a_file_is_one_secret_without_its_last_line_break() {
        let content = Zeroizing::new(b"line one\nline two\r\n".to_vec());
        assert_eq!(from_file(content).as_slice(), b"line one\nline two");
    }

    #[test]
    fn a_known_secret_does_not_print() {
        let secret =
            KnownSecret { name: "canary".to_owned(), value: Zeroizing::new(b"do not show".to_vec()) };
        let shown = format!("{secret:?}");
        assert!(shown.contains("canary") && !shown.contains("show"));
    }
}
