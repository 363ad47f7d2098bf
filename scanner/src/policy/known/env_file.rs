//! Env files: which of their values are secrets.

use zeroize::Zeroizing;

use super::{MAX_BYTES, MIN_BYTES, looks_random, says_secret};
use crate::checks::Check;

/// Words that end the names of settings, whatever stands before them.
const SETTINGS: [&str; 26] = [
    "URL",
    "URI",
    "HOST",
    "PORT",
    "USER",
    "USERNAME",
    "NAME",
    "FILE",
    "PATH",
    "DIR",
    "TTL",
    "TIMEOUT",
    "ALGORITHM",
    "ALG",
    "TYPE",
    "REGION",
    "EMAIL",
    "ENABLED",
    "DISABLED",
    "LENGTH",
    "ISSUER",
    "AUDIENCE",
    "DOMAIN",
    "ENDPOINT",
    "PROVIDER",
    "MODE",
];

/// The secrets of an env file: values whose name says secret, values that look random, passwords in URLs.
pub(in crate::policy) fn secrets(content: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut found: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let (assignment, after) = next_assignment(rest);
        rest = after;
        let Some((name, value)) = assignment else { continue };
        for secret in secrets_of(name, &value) {
            if (MIN_BYTES..=MAX_BYTES).contains(&secret.len()) && !found.contains(&secret) {
                found.push(secret);
            }
        }
    }
    found
}

fn secrets_of(name: &[u8], value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    if let Some(password) = password(value) {
        return vec![Zeroizing::new(password.to_vec())];
    }
    let is_setting = |name: &[u8]| {
        let last = name.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
        SETTINGS.iter().any(|setting| last.eq_ignore_ascii_case(setting.as_bytes()))
    };
    let is_secret = (says_secret(name) && !is_setting(name) && !is_plain(value)) || looks_random(value);
    if is_secret && !is_placeholder(value) { super::pieces(value) } else { Vec::new() }
}

/// A number, a switch, a path, a URL, an address: what settings are made of, whatever their name.
fn is_plain(value: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    value.len() < 12 && value.iter().all(u8::is_ascii_digit)
        || has(b"://")
        || value.starts_with(b"/")
        || value.starts_with(b"./")
        || value.starts_with(b"~/")
}

fn is_placeholder(value: &[u8]) -> bool {
    Check::parse("not-placeholder").is_ok_and(|check| !check.agrees(value))
}

/// A name and its value.
type Assignment<'a> = (&'a [u8], Zeroizing<Vec<u8>>);

/// `NAME=value`, `export NAME="value"`, also over several lines; and what follows. Comments are none.
fn next_assignment(text: &[u8]) -> (Option<Assignment<'_>>, &[u8]) {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    let (line, after) = text.split_at(end);
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    let Some(equals) = memchr::memchr(b'=', line).filter(|_| !line.starts_with(b"#")) else {
        return (None, after);
    };
    let (name, value) = (line[..equals].trim_ascii(), line[equals + 1..].trim_ascii());
    let Some(quote) = value.first().copied().filter(|first| b"\"'`".contains(first)) else {
        // A comment after a value needs a space before it.
        let value = value[..memchr::memmem::find(value, b" #").unwrap_or(value.len())].trim_ascii_end();
        return (Some((name, Zeroizing::new(value.to_vec()))), after);
    };
    let opened = memchr::memmem::find(text, value).unwrap_or(0) + 1;
    let (value, after) = match closing(&text[opened..], quote) {
        Some(length) => {
            let behind = &text[opened + length + 1..];
            (
                &text[opened..opened + length],
                &behind[memchr::memchr(b'\n', behind).map_or(behind.len(), |end| end + 1)..],
            )
        }
        None => (&value[1..], after),
    };
    (Some((name, if quote == b'"' { unescaped(value) } else { Zeroizing::new(value.to_vec()) })), after)
}

/// Bytes before the quote that closes.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len().min(MAX_BYTES) {
        match text[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// `\n`, `\"`, `\\` and `\$` between double quotes.
fn unescaped(value: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len()));
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.clone().next()) {
            (b'\\', Some(b'n')) => {
                out.push(b'\n');
                bytes.next();
            }
            (b'\\', Some(&next)) if b"\"\\$".contains(&next) => {
                out.push(next);
                bytes.next();
            }
            _ => out.push(byte),
        }
    }
    out
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

    fn found(text: &str) -> Vec<String> {
        secrets(text.as_bytes()).iter().map(|secret| String::from_utf8(secret.to_vec()).unwrap()).collect()
    }

    #[test]
    fn an_env_file_gives_its_secrets_and_not_its_settings() {
        let random = ["Ab3dEf", "Gh1jKl", "Mn0pQr"].concat();
        let text = format!(
            "# SECRET=in a comment\nNODE_ENV=production\nPORT=3000\nURL=https://example.com/a\n\
             export API_KEY=\"first {random} value\" # note\nDB=postgres://app:{random}@db/app\r\nBLOB={random}x\nSHORT_KEY=abc\n\
             PASSPHRASE=four plain words  # note\nSESSION_SECRET='it is # quoted'\n"
        );
        assert_eq!(
            found(&text),
            [
                &format!("first {random} value"),
                &random,
                &format!("{random}x"),
                "four plain words",
                "it is # quoted"
            ]
        );
    }

    #[test]
    fn settings_and_placeholders_are_no_secrets() {
        let text = "AUTH_URL=https://auth.company.com/path\nTOKEN_TTL=86400000\nKEY_FILE=/etc/app/key.pem\nAUTH_ENABLED=enabled!!\n\
                    SECRET_KEY=<your-secret-key>\nAPI_KEY=${OTHER_API_KEY}\nAUTH_HOST=auth.company.com\nKEY_PATH=./keys/one\n\
                    TOKEN_PORT=12345678\n";
        assert_eq!(found(text), [""; 0]);
    }

    #[test]
    fn a_quoted_value_may_span_lines_and_escape() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";
        let text = format!(
            "PRIVATE_KEY=\"-----BEGIN X-----\n{line}\n-----END X-----\"\nA_SECRET=\"one \\\"two\\\" \\$three\"\n"
        );
        let found = found(&text);
        assert!(
            found.contains(&line.to_owned()) && found.contains(&"one \"two\" $three".to_owned()),
            "{}",
            found.len()
        );
    }
}
