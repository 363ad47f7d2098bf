//! What tools print and code is full of: lines of files, prompts, packages, references to what is kept elsewhere.

use super::words::bare;

/// How pieces of code begin, references to what is kept elsewhere, and numbers of reports on weaknesses.
const HEADS: &[&[u8]] =
    &[b"HTTP/", b"this.", b"self.", b"O(", b"#[", b"x-", b"return!", b"urn:", b"arn:", b"GHSA-", b"CVE-"];

/// Longest number of a line.
const MAX_LINE: usize = 6;
/// Longest extension of a file.
const MAX_EXTENSION: usize = 8;
/// A shorter name of a type may be made up.
const MIN_TYPE: usize = 12;

/// Whether this is one of them.
pub(super) fn is_printed(text: &[u8]) -> bool {
    HEADS.iter().any(|head| text.starts_with(head))
        || is_line(text)
        || is_port(text)
        || is_of_standards(text)
        || is_prompt(text)
        || is_choice(text)
        || is_package(text)
        || is_file(text)
        || is_joined(text)
        || is_type_of_secret(bare(text))
        || is_time(text)
        || is_type_of_key(text)
        || is_object(text)
        || text.ends_with(b"/aws4_request")
}

/// `x25519.X25519PrivateKey`: what a declaration calls a key.
fn is_type_of_key(text: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 4] = [b"PrivateKey", b"PublicKey", b"SecretKey", b"Credentials"];
    let text = text.strip_suffix(b",").unwrap_or(text);
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._:".contains(byte);
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && ENDINGS.iter().any(|ending| text.ends_with(ending))
        && text.iter().all(of_name)
}

/// `android.os.BinderProxy@59bbc20`: an object, as Java prints it.
fn is_object(text: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'@', text) else { return false };
    let (class, hash) = (&text[..at], &text[at + 1..]);
    let of_class = |byte: &u8| byte.is_ascii_alphanumeric() || b"._$[;".contains(byte);
    let name = class.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    name.len() < class.len()
        && name.first().is_some_and(u8::is_ascii_uppercase)
        && class[0].is_ascii_lowercase()
        && class.iter().all(of_class)
        && (6..=8).contains(&hash.len())
        && hash.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
}

/// `24/Mar/2024:10:40:11`, `[2024-03-24T10:40:11`: when it was, as a log has it.
fn is_time(text: &[u8]) -> bool {
    let time = text.strip_prefix(b"[").unwrap_or(text);
    let shape = |byte: &u8| match byte {
        b'0'..=b'9' => b'0',
        b'A'..=b'Z' | b'a'..=b'z' => b'a',
        other => *other,
    };
    let head: Vec<u8> = time.iter().take(20).map(shape).collect();
    [&b"00/aaa/0000:00:00:00"[..], b"0000-00-00a00:00:00"].iter().any(|form| head.starts_with(form))
}

/// `src/main.rs:134`, `notes.txt-12`, `a.key:3:…`: a line of a file, as a search prints it.
fn is_line(text: &[u8]) -> bool {
    let Some(mark) = text.iter().position(|byte| *byte == b':') else { return false };
    let (path, rest) = (&text[..mark], &text[mark + 1..]);
    let Some(dot) = path.iter().rposition(|byte| *byte == b'.') else { return false };
    let extension = &path[dot + 1..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_extension =
        (1..=MAX_EXTENSION).contains(&extension.len()) && extension.iter().all(u8::is_ascii_alphanumeric);
    dot > 0
        && is_extension
        && path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-./@+".contains(byte))
        && (1..=MAX_LINE).contains(&digits)
        && rest.get(digits).is_none_or(|byte| b":-".contains(byte))
}

/// `:5432:shop`: a port, and what it serves.
fn is_port(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b":") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (2..=5).contains(&digits) && rest.get(digits) == Some(&b':')
}

/// `ERC-20/BEP-20`, `ERC-721/1155`: short names with numbers, parted by slashes.
fn is_of_standards(text: &[u8]) -> bool {
    let is_number = |text: &[u8]| (1..=5).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let is_standard = |part: &[u8]| {
        let name = part.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        let rest = &part[name..];
        (2..=5).contains(&name) && is_number(rest.strip_prefix(b"-").unwrap_or(rest))
    };
    let mut parts = text.split(|byte| *byte == b'/');
    parts.next().is_some_and(is_standard)
        && parts.clone().next().is_some()
        && parts.all(|part| is_standard(part) || is_number(part))
}

/// `root@30aa0cfaf1b5:/#`: what a shell writes before a command.
fn is_prompt(text: &[u8]) -> bool {
    let place = text.iter().position(|byte| *byte == b'@').map(|at| &text[at + 1..]);
    text.last().is_some_and(|last| b"#$".contains(last))
        && place.is_some_and(|place| place.windows(2).any(|pair| matches!(pair, [b':', b'/' | b'~'])))
}

/// `t?i:null`: one of two names.
fn is_choice(text: &[u8]) -> bool {
    let is_name = |part: &[u8]| {
        part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"_$".contains(byte))
            && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte))
    };
    let asks = text.iter().position(|byte| *byte == b'?');
    asks.is_some_and(|asks| {
        let mut names = text[asks + 1..].split(|byte| *byte == b':');
        is_name(&text[..asks]) && names.clone().count() == 2 && names.all(is_name)
    })
}

/// `@scope/package:Class#member`.
fn is_package(text: &[u8]) -> bool {
    let Some(scope) = text.strip_prefix(b"@") else { return false };
    let name = scope.iter().take_while(|byte| byte.is_ascii_lowercase() || b"-_".contains(byte)).count();
    name > 1 && matches!(scope[name..], [b'/', next, ..] if next.is_ascii_lowercase())
}

/// `tpm2-private.pem`: where a secret is kept.
fn is_file(text: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 14] = [
        b".pem", b".key", b".crt", b".cer", b".p12", b".pfx", b".jks", b".json", b".yaml", b".yml", b".toml",
        b".txt", b".conf", b".asc",
    ];
    ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// `+t.next+`: what code puts between two strings.
fn is_joined(text: &[u8]) -> bool {
    let inner = text.strip_prefix(b"+").map(|inner| {
        let end = inner.iter().rposition(|byte| !b"+);,".contains(byte)).map_or(0, |last| last + 1);
        &inner[..end]
    });
    inner.is_some_and(|inner| {
        inner.contains(&b'.')
            && inner.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte))
    })
}

/// `HTTPPasswordMgr`, `PasswordMustBeLong1`: several words with capitals, one of which is `password`.
fn is_type_of_secret(text: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| text.iter().filter(|byte| is(byte)).count();
    let has_word = || text.windows(8).any(|word| word.eq_ignore_ascii_case(b"password"));
    text.len() >= MIN_TYPE
        && text.iter().all(u8::is_ascii_alphanumeric)
        && count(u8::is_ascii_digit) < 2
        && count(u8::is_ascii_uppercase) >= 3
        && has_word()
}

#[cfg(test)]
mod tests {
    use super::is_printed;

    #[test]
    fn knows_what_tools_print() {
        for text in [
            "return!1",
            "GHSA-m97j-7x65-wh93",
            "urn:k8s:secret:name:key1",
            "MANUAL.txt:340",
            "src/main.rs:12:let",
            "root@30aa0cfaf1b5:/#",
            "t?i:null",
            ":5432:shop:app",
            "ERC-20/BEP-20",
            "SHA256/384",
            "arn:aws:lambda:eu-west-1:186861529058:role/x1",
            "@jupyterlab/application:Router#stop",
            "+t.next+",
            "+f.opt.AccessToken)",
            "tpm2-pcr-private1.pem",
            "HTTPPasswordMgr",
            "24/Mar/2024:10:40:11",
            "android.os.BinderProxy@59bbc20",
            "mlkem.MLKEM768X25519PrivateKey",
            "some_access_key1/20220524/us-east-1/s3/aws4_request",
            "[2024-03-24T10:40:11.5Z]",
        ] {
            assert!(is_printed(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_secret_is_none() {
        for text in [
            "q7.Zp2:mX9",
            "Zp2@mX9#",
            "AB-12/cd-34",
            "ABC-123",
            "a7?b:9",
            "+3kd92jfA0sjd8a+",
            "MyPassword2024",
        ] {
            assert!(!is_printed(text.as_bytes()), "{text}");
        }
    }
}
