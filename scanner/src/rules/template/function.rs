//! What a template can do to a nested one: encode it, or give it its check digits.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use crate::checks::{base58check, bip39, crc32_base62, gitlab_crc, luhn, mini_key, mod97, verhoeff};

/// Turns the bytes of a nested template into others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function(Apply);

type Apply = fn(Vec<u8>) -> Vec<u8>;

const FUNCTIONS: &[(&str, Apply)] = &[
    ("base64-of", |bytes| BASE64.encode(&bytes).into_bytes()),
    ("base64-nopad-of", |bytes| BASE64_NOPAD.encode(&bytes).into_bytes()),
    ("base64url-of", |bytes| BASE64URL_NOPAD.encode(&bytes).into_bytes()),
    ("hex-of", |bytes| HEXLOWER.encode(&bytes).into_bytes()),
    ("numbers-of", |bytes| format!("{bytes:?}").into_bytes()),
    ("base58check", |bytes| base58check::encode(&bytes)),
    ("seed-phrase", |entropy| bip39::phrase_of(&entropy)),
    ("electrum-seed", |entropy| bip39::electrum_of(&entropy)),
    ("mini-key", mini_key::complete),
    ("lower-case", |bytes| bytes.to_ascii_lowercase()),
    ("numbered", |words| numbered(&words)),
    ("commas", |words| joined(&words, b", ")),
    ("lines", |words| joined(&words, b"\n")),
    ("crc32-base62", crc32_base62::complete),
    ("gitlab-crc", gitlab_crc::complete),
    ("luhn", luhn::complete),
    ("mod97", mod97::complete),
    ("verhoeff", verhoeff::complete),
    ("spoil", spoil),
    ("wrap64", |bytes| wrap(&bytes, b"\n")),
    ("wrap64-escaped", |bytes| wrap(&bytes, b"\\n")),
    ("spaced4", |bytes| bytes.chunks(4).collect::<Vec<_>>().join(&b' ')),
    ("dashed4", |bytes| bytes.chunks(4).collect::<Vec<_>>().join(&b'-')),
];

impl Function {
    pub(super) fn parse(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, apply)| Self(*apply))
    }

    pub(super) fn names() -> String {
        FUNCTIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn apply(self, bytes: Vec<u8>) -> Vec<u8> {
        (self.0)(bytes)
    }
}

/// Lines of 64 characters, as in PEM.
fn wrap(bytes: &[u8], newline: &[u8]) -> Vec<u8> {
    bytes.chunks(64).collect::<Vec<_>>().join(newline)
}

/// Changes the last letter or digit to its neighbour, so that a check digit is wrong and the form is not.
fn spoil(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(last) = bytes.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric()) {
        *last = match *last {
            b'9' => b'0',
            b'z' => b'a',
            b'Z' => b'A',
            other => other + 1,
        };
    }
    bytes
}

/// `1. word`, a line each.
fn numbered(words: &[u8]) -> Vec<u8> {
    let lines = words.split(|byte| *byte == b' ').enumerate();
    lines.flat_map(|(index, word)| [format!("{}. ", index + 1).as_bytes(), word, b"\n"].concat()).collect()
}

fn joined(words: &[u8], separator: &[u8]) -> Vec<u8> {
    words.split(|byte| *byte == b' ').collect::<Vec<_>>().join(separator)
}
