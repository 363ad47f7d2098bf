//! uuencode (POSIX): `begin 644 name`, and lines of groups of four signs behind a sign for their length.

use super::{Codec, Decoded};

/// What its header begins with: read and write for the owner at least.
pub(crate) const HEAD: &[u8] = b"begin 6";

/// Longest name of a file.
const MAX_NAME: usize = 128;

/// What is encoded behind the header at `at`; also in JSON, where line ends and quotes are escaped.
pub(crate) fn uudecoded(bytes: &[u8], at: usize) -> Option<Decoded> {
    let mode = bytes.get(at + HEAD.len()..)?;
    if !matches!(mode, [b'0'..=b'7', b'0'..=b'7', b' ', ..]) {
        return None;
    }
    let name = at + HEAD.len() + 3;
    let window = &bytes[name..bytes.len().min(name + MAX_NAME)];
    let end_of_name = window.iter().position(|byte| matches!(byte, b'\n' | b'\r' | b'\\'))?;
    let mut at_line = past_line_end(bytes, name + end_of_name)?;
    let mut text = Vec::new();
    while let Some((line, next)) = line_at(bytes, at_line) {
        text.extend_from_slice(&line);
        at_line = next;
    }
    (!text.is_empty()).then_some(Decoded {
        bytes: text,
        source: at..at_line,
        codec: Codec::Archive("uuencode"),
    })
}

/// The bytes of one line, and where the next begins.
fn line_at(bytes: &[u8], start: usize) -> Option<(Vec<u8>, usize)> {
    let (length, mut at) = sign_at(bytes, start)?;
    if length == 0 {
        return None;
    }
    let mut line = Vec::with_capacity(usize::from(length) + 2);
    while line.len() < usize::from(length) {
        let mut group = 0_u32;
        for _ in 0..4 {
            let (value, next) = sign_at(bytes, at)?;
            group = group << 6 | u32::from(value);
            at = next;
        }
        line.extend_from_slice(&group.to_be_bytes()[1..]);
    }
    line.truncate(usize::from(length));
    Some((line, past_line_end(bytes, at)?))
}

/// The value of the sign at `at`, which may be escaped, and where the next begins.
fn sign_at(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let (sign, next) = match *bytes.get(at..)? {
        [b'\\', sign @ (b'\\' | b'"'), ..] => (sign, at + 2),
        [sign, ..] => (sign, at + 1),
        [] => return None,
    };
    matches!(sign, b' '..=b'`').then(|| ((sign - b' ') & 63, next))
}

fn past_line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] | [b'\\', b'n', ..] => Some(at + 2),
        [b'\\', b'\\', b'n', ..] => Some(at + 3),
        [b'\\', b'r', b'\\', b'n', ..] => Some(at + 4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_tool_writes() {
        for line_end in ["\n", "\r\n", "\\n"] {
            let lines = ["begin 644 x", "-0V%T(&%N9\"`B9&]G(@``", "`", "end", ""];
            let text = lines.join(line_end);
            let text = if line_end == "\\n" { text.replace('"', "\\\"") } else { text };
            let decoded = uudecoded(text.as_bytes(), 0).expect(line_end);
            assert_eq!(decoded.bytes, b"Cat and \"dog\"", "{text}");
        }
    }

    #[test]
    fn prose_that_begins_so_is_none() {
        for text in ["begin 644 x", "begin 6 of them\nnow", "begin 644 x\nand prose\n"] {
            assert!(uudecoded(text.as_bytes(), 0).is_none(), "{text}");
        }
    }
}
