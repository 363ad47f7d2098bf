//! Text that is encoded where nothing is: in host names, and files in the values of a URL.

use std::sync::LazyLock;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, Encoding, HEXLOWER_PERMISSIVE};

use crate::hosts::labels_below_domain;

/// What values are written in, with the characters that make whole bytes; base64 in either of its alphabets.
static CODINGS: LazyLock<[(Encoding, usize); 3]> = LazyLock::new(|| {
    let mut base64 = BASE64_NOPAD.specification();
    base64.translate.from.push_str("-_");
    base64.translate.to.push_str("+/");
    let base64 = base64.encoding().expect("two more characters fit into the alphabet");
    [(HEXLOWER_PERMISSIVE, 2), (BASE32_NOPAD, 8), (base64, 4)]
});
/// Bytes from which decoded text is none by chance: of random bytes one in ten million is.
const MIN_TEXT: usize = 12;
/// Bytes of text from which a value carries more than a name.
const MIN_FILE: usize = 24;

/// Whether labels of a host name spell text, alone or together.
pub(super) fn in_host(name: &[u8]) -> bool {
    let labels: Vec<&[u8]> = labels_below_domain(name).collect();
    let together = || labels.iter().filter(|label| label.len() >= 8).copied().collect::<Vec<_>>().concat();
    labels.iter().any(|label| is_text_in_label(label)) || (labels.len() > 1 && is_text_in_label(&together()))
}

/// Whether a value spells what stands in files and what commands print: lines, sentences, settings.
pub(super) fn is_file(value: &[u8]) -> bool {
    spelled_by(value).any(|text| text.len() >= MIN_FILE && is_readable(&text) && reads_like_file(&text))
}

fn is_text_in_label(label: &[u8]) -> bool {
    let hex = HEXLOWER_PERMISSIVE.decode(&label[..label.len() / 2 * 2]).ok();
    let upper = label.to_ascii_uppercase();
    let base32 = BASE32_NOPAD.decode(&upper[..upper.len() / 8 * 8]).ok();
    [hex, base32].into_iter().flatten().any(|text| text.len() >= MIN_TEXT && is_text(&text))
}

/// Whether a value spells text of any kind.
pub(super) fn is_text_in_value(value: &[u8]) -> bool {
    spelled_by(value).any(|text| text.len() >= MIN_TEXT && is_readable(&text[..text.len() - 1]))
}

/// What the value spells in hex, base32 and base64, as far as it is all of that alphabet and begins readably.
fn spelled_by(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let end = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let bare = &value[..end];
    CODINGS.iter().filter_map(move |(coding, group)| {
        let whole = &bare[..bare.len() / group * group];
        begins_readably(coding, whole).then(|| coding.decode(whole).ok())?
    })
}

/// Whether the first eight characters are readable: most values end here, and nothing was allocated.
fn begins_readably(coding: &Encoding, value: &[u8]) -> bool {
    let mut head = [0; 6];
    value.get(..8).is_some_and(|first| {
        let length = coding.decode_len(first.len()).unwrap_or(usize::MAX);
        let decoded = head.get_mut(..length).and_then(|head| coding.decode_mut(first, head).ok());
        decoded.is_some_and(|length| is_readable(&head[..length]))
    })
}

fn is_readable(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
}

/// Letters for the most part, and what stands between words and names.
fn is_text(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let of_text = |byte: &u8| byte.is_ascii_alphanumeric() || b" \n\t\r_-=.:/@,;'\"()".contains(byte);
    letters * 2 >= text.len() && text.iter().all(of_text)
}

fn reads_like_file(text: &[u8]) -> bool {
    let marks_up = matches!(text.first(), Some(b'{' | b'[' | b'<'));
    !marks_up && !is_address(text) && (has_lines(text) || has_words(text) || is_setting(text))
}

/// URLs and queries travel encoded in links of all kinds.
fn is_address(text: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    text.starts_with(b"/") && !has(b"\n") || text.starts_with(b"http") || has(b"&") && has(b"=")
}

/// Two lines with letters in them.
fn has_lines(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n');
    lines.filter(|line| line.iter().filter(|byte| byte.is_ascii_alphabetic()).count() >= 3).count() >= 2
}

/// A sentence, or what a command printed.
fn has_words(text: &[u8]) -> bool {
    let is_word = |word: &&[u8]| {
        word.len() > 1 && word.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 2 >= word.len()
    };
    text.split(|byte| *byte == b' ').filter(is_word).count() >= 5
}

/// `NAME=value`, as in the environment of a process.
fn is_setting(text: &[u8]) -> bool {
    let name = text
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_')
        .count();
    name >= 4 && text.get(name) == Some(&b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

    #[test]
    fn text_in_labels_is_seen() {
        let text = b"uid=0(root) host=build-7";
        for label in [HEXLOWER.encode(text), BASE32_NOPAD.encode(text).to_lowercase()] {
            assert!(in_host(format!("{label}.d.example.com").as_bytes()), "{label}");
            let (one, two) = label.split_at(label.len() / 16 * 8);
            assert!(in_host(format!("{one}.{two}.example.com").as_bytes()), "{label} in two");
        }
    }

    #[test]
    fn names_of_hosts_are_silent() {
        for name in [
            "d111111abcdef8.cloudfront.net",
            "internal-a0b1c2d3e4f5061728394a5b6c7d8e9f-1234567890.us-east-1.elb.amazonaws.com",
            "0b6f4bb9f1fd4d6f0a32df1a01bd0dd4.gr7.us-east-1.eks.amazonaws.com",
            "my-app-git-feature-branch-my-team.vercel.app",
            "65f0c2a4e13b8a0008f7d9ab--my-site.netlify.app",
            "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link",
            "internationalizationconference.archive.example.org",
            "r4---sn-4g5e6nzs.googlevideo.com",
        ] {
            assert!(!in_host(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn files_in_values_are_seen() {
        for text in [
            "root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin",
            "DATABASE_HOST=db-7.internal",
            "the meeting is moved to Monday next week",
        ] {
            let bytes = text.as_bytes();
            for value in [
                BASE64.encode(bytes),
                BASE64URL_NOPAD.encode(bytes),
                HEXLOWER.encode(bytes),
                BASE32_NOPAD.encode(bytes),
            ] {
                assert!(is_file(value.as_bytes()), "{value}");
            }
        }
    }

    #[test]
    fn what_links_carry_is_silent() {
        for text in [
            "{\"id\": 17, \"after\": \"2026-01-01T00:00:00Z\"}",
            "https://www.example.org/a/path?with=query&and=more",
            "cursor:v2:0000000000000017:item",
            "id=17&utm_source=letter&utm_campaign=spring",
            "<svg xmlns=\"http://www.w3.org/2000/svg\">\n<path d=\"M0 0\"/>\n</svg>",
            "04:Repository12345678901234567890",
        ] {
            assert!(!is_file(BASE64.encode(text.as_bytes()).as_bytes()), "{text}");
        }
        assert!(!is_file(b"3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed"));
    }
}
