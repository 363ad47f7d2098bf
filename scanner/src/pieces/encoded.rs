//! Text that was encoded as a whole and cut then: wherever in it a secret stands.

use zeroize::Zeroizing;

use super::gate::is_encoded_text;
use super::{Found, MAX_JOINED, Pieces, Search, is_evident};
use crate::views::View;

/// Bytes that are put together at a time.
const MAX_BYTES: usize = 16 << 10;

/// Adds every secret in text whose first piece begins as encoded text does.
pub(super) fn search(search: &mut Search<'_>, pieces: &Pieces, order: &[usize]) {
    let mut next = 0;
    for first in 0..order.len() {
        if first >= next && is_encoded_text(pieces.text(order[first])) {
            let (text, starts) = joined(pieces, &order[first..]);
            next = first + starts.len();
            look(search, &text, &starts, &order[first..next]);
        }
    }
}

/// The text of the first of these pieces, and where each begins in it.
fn joined(pieces: &Pieces, order: &[usize]) -> (Zeroizing<Vec<u8>>, Vec<usize>) {
    let mut text: Zeroizing<Vec<u8>> = Zeroizing::default();
    let mut starts = Vec::new();
    for &index in order.iter().take(MAX_JOINED) {
        starts.push(text.len());
        text.extend_from_slice(pieces.text(index));
        if text.len() > MAX_BYTES {
            break;
        }
    }
    (text, starts)
}

/// Adds what is found in `text` and reaches over the end of a piece.
fn look(search: &mut Search<'_>, text: &[u8], starts: &[usize], order: &[usize]) {
    let finder = search.finder;
    let mut looking = finder.looking(text.len(), &|| false);
    // Nobody asks this look to end early.
    let _ = looking.look(&View::part(text));
    let piece_at = |offset: usize| starts.partition_point(|start| *start <= offset) - 1;
    for hit in std::mem::take(&mut looking.hits) {
        let (from, to) = (piece_at(hit.range.start), piece_at(hit.range.end.max(1) - 1));
        let is_evident = is_evident(&finder.rules.rules[hit.rule], &hit.secret, starts.len());
        if from < to && is_evident && !hit.decoded_by.is_empty() {
            let (pieces, coding) = (order[from..=to].to_vec(), hit.decoded_by.first().copied());
            search.found.push(Found { rule: hit.rule, secret: hit.secret, pieces, coding });
        }
    }
}
