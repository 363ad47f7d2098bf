//! Hex and base64 of a whole value. Lenient: a value is only a piece, and its end need not be one of the text.

/// What pairs of hexadecimal digits spell, up to the first character that is none. An odd digit at the end waits for
/// the next piece.
pub(super) fn hex(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    text.chunks_exact(2).map_while(pair)
}

/// What base64 of either alphabet spells, up to the first character that is none. Bits that make no whole byte wait
/// for the next piece.
pub(super) fn base64(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let (mut bits, mut held) = (0_u32, 0);
    text.iter().map_while(|byte| sextet(*byte)).filter_map(move |value| {
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        (held >= 8).then(|| {
            held -= 8;
            u8::try_from(bits >> held & 0xff).expect("eight bits are a byte")
        })
    })
}

/// A value that is encoded as a whole: what it spells, where that is text of a token.
pub(super) fn whole(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let bare = &text[..end];
    let is_hex = bare.len().is_multiple_of(2) && bare.iter().all(|byte| digit(*byte).is_some());
    let is_base64 = bare.len() % 4 != 1 && bare.iter().all(|byte| sextet(*byte).is_some());
    let token = |bytes: Vec<u8>| {
        (!bytes.is_empty() && bytes.iter().all(|byte| super::is_token(*byte))).then_some(bytes)
    };
    let from_hex = if is_hex { token(hex(bare).collect()) } else { None };
    from_hex.or_else(|| if is_base64 { token(base64(bare).collect()) } else { None })
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
