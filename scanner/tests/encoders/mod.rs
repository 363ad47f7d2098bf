//! Encoders for tests, each written plainly from its specification.

#![allow(dead_code, reason = "each test crate uses its own part of it")]

use std::io::Write;

use data_encoding::{HEXLOWER, Specification};

/// Adobe's alphabet, that of `ZeroMQ` (RFC 32), and that of RFC 1924.
pub(crate) const ASCII85: &[u8; 85] =
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu";
pub(crate) const Z85: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
pub(crate) const RFC1924: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Four bytes as five digits; a shorter rest as one digit more than it has bytes.
pub(crate) fn base85(text: &[u8], alphabet: &[u8; 85]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for piece in text.chunks(4) {
        let mut four = [0; 4];
        four[..piece.len()].copy_from_slice(piece);
        let number = u32::from_be_bytes(four);
        let digits = (0..5).rev().map(|at| alphabet[(number / 85_u32.pow(at) % 85) as usize]);
        encoded.extend(digits.take(piece.len() + 1));
    }
    encoded
}

/// One number to the base 58.
pub(crate) fn base58(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<u32> = Vec::new();
    for byte in text {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.iter().rev().map(|digit| ALPHABET[*digit as usize]).collect()
}

/// Base32 without letters that look like digits.
pub(crate) fn crockford(text: &[u8]) -> Vec<u8> {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.encoding().expect("32 symbols").encode(text).into_bytes()
}

/// Every byte as two digits.
pub(crate) fn hex_with(text: &[u8], prefix: &str, separator: &str) -> Vec<u8> {
    text.iter().map(|byte| format!("{prefix}{byte:02x}")).collect::<Vec<_>>().join(separator).into_bytes()
}

/// What `xxd` prints.
pub(crate) fn dumped(text: &[u8], line_break: &str) -> Vec<u8> {
    let line = |(at, bytes): (usize, &[u8])| {
        let words: Vec<String> = bytes.chunks(2).map(|pair| HEXLOWER.encode(pair)).collect();
        let plain: String = bytes
            .iter()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte) } else { '.' })
            .collect();
        format!("{:08x}: {:<39}  {plain}{line_break}", at * 16, words.join(" "))
    };
    text.chunks(16).enumerate().map(line).collect::<String>().into_bytes()
}

/// Quotes and backslashes as in a JSON string.
pub(crate) fn escaped(text: &[u8]) -> Vec<u8> {
    text.iter()
        .flat_map(|&byte| if matches!(byte, b'"' | b'\\') { vec![b'\\', byte] } else { vec![byte] })
        .collect()
}

/// Signs by their names in HTML, letters by their numbers.
pub(crate) fn named_entities(text: &[u8]) -> Vec<u8> {
    let entity = |byte: &u8| match byte {
        b'_' => "&lowbar;".to_owned(),
        b'-' => "&hyphen;".to_owned(),
        b'.' => "&period;".to_owned(),
        b'=' => "&equals;".to_owned(),
        b'/' => "&sol;".to_owned(),
        b'+' => "&plus;".to_owned(),
        b':' => "&colon;".to_owned(),
        byte => format!("&#x{byte:X};"),
    };
    text.iter().map(entity).collect::<String>().into_bytes()
}

/// Each letter thirteen further on.
pub(crate) fn rot13(text: &[u8]) -> Vec<u8> {
    let turn = |&byte: &u8| match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        _ => byte,
    };
    text.iter().map(turn).collect()
}

/// The equal sign as quoted-printable has it.
pub(crate) fn quoted(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|&byte| if byte == b'=' { b"=3D".to_vec() } else { vec![byte] }).collect()
}

/// RFC 1952.
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
