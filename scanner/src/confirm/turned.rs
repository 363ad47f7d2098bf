//! Whether what reads as a keyword in turned text begins what its rule finds: asked before more is turned back.

use super::at_keyword;
use super::boundary::{BLOB, is_in_digest, is_piece_of_blob};
use crate::candidates::classes::{EXTENDED, end_of, start_of};
use crate::rules::{Rule, Trigger};
use crate::views::Turn;

/// Longer matches are not told by a part of them.
const LONGEST: usize = 1 << 10;

/// Fewer letters and digits say nothing when they are turned.
const MIN_LETTERS: usize = 2;

/// Whether `rule` finds something at its keyword, which stands turned at `at`.
pub(crate) fn at_turned_keyword(rule: &Rule, bytes: &[u8], at: usize, turn: Turn) -> bool {
    let Trigger::Keywords { literals, reach, max_bytes } = &rule.trigger else { return false };
    let stands = |length: usize| bytes.get(at..at + length).map(|text| turn.turn(text));
    let Some(keyword) =
        literals.iter().find(|word| stands(word.bytes.len()).is_some_and(|text| word.is(&text)))
    else {
        return false;
    };
    // `"q":` in any JSON is `"d":` of a key, turned.
    if keyword.bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() < MIN_LETTERS {
        return false;
    }
    let keyword = at..at + keyword.bytes.len();
    if turn == Turn::Rot13 && keyword.len() <= 3 && is_in_digest(bytes, &keyword) {
        return false;
    }
    let after = if rule.is_telling { rest_of_run(bytes, &keyword, turn, *max_bytes) } else { *max_bytes };
    if after > LONGEST {
        return rule.is_strong();
    }
    let (text, at) = turn.glimpse(bytes, &keyword, reach + BLOB, after + BLOB);
    at_keyword(rule, &text, at).is_some_and(|secret| {
        // `act_1570061128664784`: digits stand as they are, and without letters beside the keyword nobody turned it.
        let is_keyword = |place: usize| (at..at + keyword.len()).contains(&place);
        let has_letters =
            || secret.clone().any(|place| text[place].is_ascii_alphabetic() && !is_keyword(place));
        let is_turned = turn != Turn::Rot13 || has_letters();
        is_turned && (rule.is_strong() || !is_piece_of_blob(&text, &secret))
    })
}

/// How far the run goes on behind the keyword, read as it is turned; at most `max_bytes`.
fn rest_of_run(bytes: &[u8], keyword: &std::ops::Range<usize>, turn: Turn, max_bytes: usize) -> usize {
    match turn {
        Turn::Rot13 => {
            let end = bytes.len().min(keyword.end + max_bytes);
            end_of(&bytes[..end], keyword.end, EXTENDED) - keyword.end
        }
        Turn::Reversed => {
            let floor = keyword.start.saturating_sub(max_bytes);
            keyword.start - start_of(bytes, keyword.start, floor, EXTENDED)
        }
    }
}
