//! Check digits without a way to compute them: the ones with which a check agrees are tried out.

use crate::checks::Check;

/// Places that are tried at most.
const MAX_PLACES: usize = 3;

/// `text` with digits for `#` and capitals for `@`, so that `check` agrees; as it is when nothing fits.
pub(super) fn fitted(check: &Check, text: Vec<u8>) -> Vec<u8> {
    let places: Vec<usize> =
        (0..text.len()).filter(|at| matches!(text[*at], b'#' | b'@')).take(MAX_PLACES).collect();
    let choices = |at: usize| if text[at] == b'#' { 10 } else { 26 };
    let all: usize = places.iter().map(|at| choices(*at)).product();
    let mut tried = text.clone();
    for number in 0..all {
        let mut rest = number;
        for &at in &places {
            let first = if text[at] == b'#' { b'0' } else { b'A' };
            tried[at] = first + (rest % choices(at)).to_le_bytes()[0];
            rest /= choices(at);
        }
        if check.agrees(&tried) {
            return tried;
        }
    }
    text
}
