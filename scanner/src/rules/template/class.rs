//! Sets of characters that a template draws from.

const LOWER: &str = "a-z";
const UPPER: &str = "A-Z";
const DIGIT: &str = "0-9";

/// The characters of a class by name, or of a custom set as in `[A-Z2-7_]`.
pub(super) fn set(name: &str) -> Option<Vec<u8>> {
    let ranges = match name {
        "lower" => LOWER,
        "upper" => UPPER,
        "digit" => DIGIT,
        "alpha" => "a-zA-Z",
        "base62" => "0-9A-Za-z",
        "alnum-lower" => "a-z0-9",
        "alnum-upper" => "A-Z0-9",
        "hex" => "0-9a-f",
        "HEX" => "0-9A-F",
        "base32" => "A-Z2-7",
        "base58" => "1-9A-HJ-NP-Za-km-z",
        "base64" => "A-Za-z0-9+/",
        "base64url" => "A-Za-z0-9_-",
        "bytes" => return Some((0..=u8::MAX).collect()),
        _ => name.strip_prefix('[')?.strip_suffix(']')?,
    };
    expand(ranges.as_bytes())
}

/// Names of the classes, for errors.
pub(super) const NAMES: &str = "lower, upper, digit, alpha, base62, alnum-lower, alnum-upper, hex, HEX, base32, \
     base58, base64, base64url, bytes, [custom]";

/// `a-z0-9_-`: ranges and single characters; a `-` at the end is itself.
fn expand(mut ranges: &[u8]) -> Option<Vec<u8>> {
    let mut set = Vec::new();
    while let Some((&first, rest)) = ranges.split_first() {
        if let [b'-', last, tail @ ..] = rest {
            set.extend(first..=*last);
            ranges = tail;
        } else {
            set.push(first);
            ranges = rest;
        }
    }
    (!set.is_empty()).then_some(set)
}
