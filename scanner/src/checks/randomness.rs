//! How much of a text chance wrote. Alphabets differ: sixteen hex digits say as much as eleven characters of base64,
//! and no measure of entropy alone tells hex from words.

use super::encoded::is_text_in_value;

/// Shorter pieces may be words with a number, versions or the ends of UUIDs.
const MIN_PIECE: usize = 13;
/// A longer number is none that counts or names.
const MIN_NUMBER: usize = 40;
/// Random characters from which a label, or a value, is counted.
const MIN_COUNTED: usize = 16;
/// Ids of databases and of APIs are shorter in most cases: KSUID has 27 characters, ids of Firebase 28.
const MIN_TOKEN: usize = 29;
/// Random characters in one label that no name has.
const MIN_LABEL: usize = 40;
/// Random characters in several labels.
const MIN_LABELS: usize = 60;
/// What no id, digest or signature of the usual kinds carries: SHA-512 and Ed25519 have 512 bits.
const BULK_BITS: usize = 600;
/// Hex digits of digests and ids; in paths their first two or four may be segments of their own.
const DIGESTS: [usize; 13] = [16, 20, 24, 32, 38, 40, 48, 56, 60, 62, 64, 96, 128];
/// SHA-256 in base32, as Nix, I2P and Arweave have it.
const BASE32_DIGEST: usize = 52;

/// The longest of them that are labels.
const MAX_DIGEST_LABEL: usize = 56;

/// Whether labels of a host name, those below its registered domain, carry more random data than names do.
pub(super) fn is_in_labels(name: &[u8]) -> bool {
    let labels = crate::hosts::labels_below_domain(name).filter(|label| !is_content_id(label));
    let (mut most, mut several, mut total) = (0, 0, 0);
    for label in labels {
        let generated = || pieces(label).filter(|piece| is_generated(piece));
        let random = generated().filter(|piece| piece.len() > MAX_DIGEST_LABEL || !is_digest(piece));
        most = most.max(random.map(<[u8]>::len).sum());
        let length = generated().map(<[u8]>::len).sum();
        several += usize::from(length >= MIN_COUNTED);
        total += if length >= MIN_COUNTED { length } else { 0 };
    }
    most >= MIN_LABEL || (several > 1 && total >= MIN_LABELS)
}

/// Whether a label is made at random, and no digest or id.
pub(super) fn is_label(label: &[u8]) -> bool {
    !is_content_id(label) && random_characters(label) >= MIN_COUNTED
}

/// Whether a value has random data in it that is no digest, id, signed token or text.
pub(super) fn is_value(value: &[u8]) -> bool {
    let is_long = value.split(|byte| !is_of_token(*byte)).any(|token| token.len() >= MIN_TOKEN);
    is_long && !says_itself(value) && random_characters(value) >= MIN_COUNTED
}

/// Whether a value carries more random data than an id, a digest or a signature.
pub(super) fn is_bulk(value: &[u8]) -> bool {
    let bits = |piece: &[u8]| piece.len() * bits_of_one(piece);
    value.len() * 6 >= BULK_BITS
        && !says_itself(value)
        && pieces(value).filter(|piece| is_random(piece)).map(bits).sum::<usize>() >= BULK_BITS
}

/// JSON, as in tokens and cursors, and text are read by others.
fn says_itself(value: &[u8]) -> bool {
    value.starts_with(b"eyJ") || is_text_in_value(value)
}

fn random_characters(text: &[u8]) -> usize {
    pieces(text).filter(|piece| is_random(piece)).map(<[u8]>::len).sum()
}

fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|piece| piece.len() >= MIN_PIECE)
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_+/".contains(&byte)
}

fn is_random(piece: &[u8]) -> bool {
    !is_digest(piece) && is_generated(piece)
}

fn is_generated(piece: &[u8]) -> bool {
    super::looks_generated(piece)
        || (piece.len() >= MIN_NUMBER
            && piece.iter().all(u8::is_ascii_digit)
            && super::filler::is_none(piece))
}

fn is_digest(piece: &[u8]) -> bool {
    let is_hex = || piece.iter().all(u8::is_ascii_hexdigit);
    DIGESTS.contains(&piece.len()) && is_hex() || is_base32_digest(piece)
}

/// 52 characters of base32 have four bits more than 32 bytes, which are zero.
fn is_base32_digest(piece: &[u8]) -> bool {
    piece.len() == BASE32_DIGEST
        && data_encoding::BASE32_NOPAD
            .decode(&piece.to_ascii_uppercase())
            .is_ok_and(|bytes| bytes.len() == 32)
}

/// `bafybei…`, `bafkrei…`: base32 of a multihash of SHA-256; `k51…`: a key in base36.
fn is_content_id(label: &[u8]) -> bool {
    (label.len() == 59 && label.starts_with(b"baf")) || (label.len() == 62 && label.starts_with(b"k51"))
}

/// Bits that one character carries.
fn bits_of_one(piece: &[u8]) -> usize {
    let all = |fits: fn(&u8) -> bool| piece.iter().all(fits);
    let has = |fits: fn(&u8) -> bool| piece.iter().any(fits);
    match () {
        () if all(u8::is_ascii_digit) => 3,
        () if all(u8::is_ascii_hexdigit) => 4,
        () if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) => 6,
        () => 5,
    }
}
