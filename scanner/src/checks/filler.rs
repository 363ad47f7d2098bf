//! Text that somebody typed to fill a place: `xxxx…`, `aaaaaaaa`, `abcdefghij…`.

/// A row of this many neighbours, as in `1234567890`, was typed.
const TYPED_ROW: usize = 10;

/// A row of this many crosses was typed, however long the text.
const MANY_CROSSES: usize = 6;

/// Whether this is no filler. Knows no words: the examples that vendors publish look like this too.
pub(super) fn is_none(text: &[u8]) -> bool {
    !(is_crossed_out(text) || is_monotonous(text) || has_row(text, TYPED_ROW))
}

/// Rows of crosses, or of marks that no token has. Four crosses alone stand in one of 80,000 random keys by chance.
pub(super) fn is_crossed_out(text: &[u8]) -> bool {
    let mut rows =
        text.chunk_by(u8::eq_ignore_ascii_case).filter(|row| row.len() >= 4 && b"xX*.#".contains(&row[0]));
    let mut crosses = 0;
    rows.any(|row| {
        crosses += row.len();
        !row[0].is_ascii_alphabetic() || row.len() >= MANY_CROSSES || crosses * 4 > text.len()
    })
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
    let mut row = 1;
    text.windows(2).any(|pair| {
        row = if is_next(pair[0], pair[1]) { row + 1 } else { 1 };
        row >= length
    })
}

/// Whether every letter and digit stands in a row of at least three neighbours: `abc123`, `ABCD-12345`.
pub(super) fn is_of_rows(text: &[u8]) -> bool {
    let mut words =
        text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let is_of_rows = |word: &[u8]| {
        word.chunk_by(|left, right| is_next(left.to_ascii_lowercase(), right.to_ascii_lowercase()))
            .all(|row| row.len() >= 3)
    };
    words.peek().is_some() && words.all(is_of_rows)
}

/// Whether `length` characters are two rows in turn, as in `a1b2c3d4-e5f6`.
pub(super) fn has_double_row(text: &[u8], length: usize) -> bool {
    let text: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).take(64).collect();
    let mut row = 2;
    text.windows(3).any(|three| {
        row = if is_next(three[0], three[2]) && three[0] != three[1] { row + 1 } else { 2 };
        row >= length
    })
}

/// Whether `right` is the neighbour of `left`, as 0 is of 9.
fn is_next(left: u8, right: u8) -> bool {
    left.checked_add(1) == Some(right) || (left, right) == (b'9', b'0')
}

#[cfg(test)]
mod tests {
    use super::{has_double_row, is_none, is_of_rows};

    #[test]
    fn rows_are_typed() {
        for typed in ["abc123", "ABC12345", "AbcDef123", "abcd-1234-efgh"] {
            assert!(is_of_rows(typed.as_bytes()), "{typed}");
        }
        assert!(!is_of_rows(b"ab12cd34") && !is_of_rows(b"abc12x") && !is_of_rows(b"--"));
        assert!(has_double_row(b"1a2b3c4d-5e6f-7a8b", 10) && has_double_row(b"a1b2c3d4e5f6", 10));
        assert!(!has_double_row(b"q7Zp2mX9vK4tB8nW", 6));
    }

    #[test]
    fn knows_what_was_typed_to_fill_a_place() {
        for typed in [
            "sk-XXXXXXXXXXXXXXXX",
            "ghp_aaaaaaaaaaaaaaaaaaaa",
            "sk-abcdefghijklmnop",
            "tok_1234567890ab",
            "hf_....",
            "q7Zp2mX9vK4tB8nWxxxxXXq7Zp2mX9vK4tB8nW",
            "XXXX-q7Zp-XXXX-2mX9",
        ] {
            assert!(!is_none(typed.as_bytes()), "{typed}");
        }
    }

    #[test]
    fn a_few_crosses_in_a_long_key_are_chance() {
        let id = ["AKIA", "OW3XXXXDMZHL62A2"].concat();
        assert!(is_none(id.as_bytes()) && is_none(b"q7Zp2mX9vK4txXxB8nWq7Zp2"));
    }

    #[test]
    fn published_examples_are_none() {
        let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert!(is_none(id.as_bytes()) && is_none(b"q7Zp2mX9vK4tB8nW"));
    }
}
