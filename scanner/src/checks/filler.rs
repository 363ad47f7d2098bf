//! Text that somebody typed to fill a place: `xxxx…`, `aaaaaaaa`, `abcdefghij…`.

/// A row of this many neighbours, as in `1234567890`, was typed.
const TYPED_ROW: usize = 10;

/// Whether this is no filler. Knows no words: the examples that vendors publish look like this too.
pub(super) fn is_none(text: &[u8]) -> bool {
    let crossed =
        text.windows(4).any(|four| b"xX*.#".contains(&four[0]) && four.iter().all(|byte| *byte == four[0]));
    !(crossed || is_monotonous(text) || has_row(text, TYPED_ROW))
}

/// Hardly any different characters, or one of them nearly everywhere.
pub(super) fn is_monotonous(text: &[u8]) -> bool {
    let mut counts = [0_usize; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let different = counts.iter().filter(|count| **count > 0).count();
    let most = counts.iter().max().copied().unwrap_or_default();
    text.len() >= 6 && (different <= 3 || most * 2 > text.len())
}

/// Whether `length` neighbours stand in a row, as in `abcdef` and `567890`.
pub(super) fn has_row(text: &[u8], length: usize) -> bool {
    let neighbours = |pair: &[u8]| pair[0].checked_add(1) == Some(pair[1]) || pair == b"90";
    let mut row = 1;
    text.windows(2).any(|pair| {
        row = if neighbours(pair) { row + 1 } else { 1 };
        row >= length
    })
}

#[cfg(test)]
mod tests {
    use super::is_none;

    #[test]
    fn knows_what_was_typed_to_fill_a_place() {
        for typed in [
            "sk-XXXXXXXXXXXXXXXX",
            "ghp_aaaaaaaaaaaaaaaaaaaa",
            "sk-abcdefghijklmnop",
            "tok_1234567890ab",
            "hf_....",
        ] {
            assert!(!is_none(typed.as_bytes()), "{typed}");
        }
    }

    #[test]
    fn published_examples_are_none() {
        let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert!(is_none(id.as_bytes()) && is_none(b"q7Zp2mX9vK4tB8nW"));
    }
}
