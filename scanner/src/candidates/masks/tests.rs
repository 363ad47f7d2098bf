//! The fast look and the slow one see the same, and words answer like bytes.

use proptest::prelude::*;

use super::{
    BITS, BLOCK, Beginnings, Block, CHUNK, Class, KEPT, ROW, WORDS, beginnings, end_of, fill,
    next_text_in_base64, portable,
};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Bytes of every class close together, and any other.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(&b"aZ09+/-_ .:=@%\\&nu#q\n\""[..]),
        1 => any::<u8>(),
        3 => prop::sample::select(&b"0123456789abc"[..]),
    ];
    let rows = (byte, 1_usize..20).prop_map(|(byte, count)| vec![byte; count]);
    prop::collection::vec(rows, 0..800).prop_map(|rows| rows.concat())
}

/// Calls `look` with each block in turn.
pub(crate) fn in_blocks(bytes: &[u8], mut look: impl FnMut(&Block)) {
    let mut block = Block::new();
    for start in (0..bytes.len()).step_by(BLOCK) {
        block.read(bytes, start);
        look(&block);
    }
}

/// Classes whose words blocks keep.
fn kept() -> impl Iterator<Item = Class> {
    Class::ALL.into_iter().take(KEPT)
}

fn is_in(class: Class, byte: u8) -> bool {
    BITS[usize::from(byte)] >> (class as u8) & 1 == 1
}

/// The last byte of every row of `length` bytes that fit, a byte in no two rows.
fn rows(bytes: &[u8], length: usize, fits: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut row = 0;
    for at in 0..bytes.len() {
        row = if fits(at) { row + 1 } else { 0 };
        if row == length {
            found.push(at);
            row = 0;
        }
    }
    found
}

#[test]
fn every_byte_is_in_its_classes() {
    let bytes: Vec<u8> = (0..=255).collect();
    in_blocks(&bytes, |block| {
        for class in kept() {
            let found: Vec<usize> =
                (0..bytes.len()).filter(|at| block.next(class, *at) == Some(*at)).collect();
            let expected: Vec<usize> = (0..bytes.len()).filter(|at| class.has(bytes[*at])).collect();
            assert_eq!(found, expected, "{class:?}");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_portable_look_sees_the_same(bytes in prop::collection::vec(any::<u8>(), 0..=BLOCK)) {
        let (mut fast, mut slow) = ([[7; WORDS + 1]; KEPT], [[7; WORDS + 1]; KEPT]);
        fill(&bytes, &mut fast);
        portable::fill(&bytes, &mut slow);
        prop_assert_eq!(fast, slow);
        #[cfg(target_arch = "x86_64")]
        for look in [avx2::fill, avx512::fill] {
            let mut words = [[7; WORDS + 1]; KEPT];
            prop_assert!(!look(&bytes, &mut words) || words == slow);
        }
        for class in Class::ALL {
            prop_assert_eq!(end_of(&bytes, 0, class), portable::length_of(&bytes, class));
        }
    }

    #[test]
    fn literals_begin_where_they_begin(
        literals in prop::collection::vec("[a-z:_-]{3,6}|[A-Z0-9]{5}|key", 1..90),
        pieces in prop::collection::vec((any::<prop::sample::Index>(), "[ -~]{0,70}"), 0..60),
        ignore_case in any::<bool>(),
    ) {
        let beginnings = Beginnings::new(literals.iter().map(|literal| (literal.as_bytes(), ignore_case)));
        let text: Vec<u8> = pieces
            .iter()
            .flat_map(|(index, noise)| [index.get(&literals).as_bytes(), noise.as_bytes()].concat())
            .collect();
        let mut words = [0; WORDS];
        for start in (0..text.len()).step_by(BLOCK) {
            beginnings.fill(&text, start, &mut words);
            for at in start..text.len().min(start + BLOCK) {
                let begins = words[(at - start) / CHUNK] >> (at % CHUNK) & 1 == 1;
                let literal = literals.iter().any(|literal| text[at..].starts_with(literal.as_bytes()));
                prop_assert!(begins || !literal, "missed at {at}");
            }
        }
        let chunk: [u8; beginnings::REACH] = std::array::from_fn(|at| text.get(at).copied().unwrap_or(0));
        prop_assert_eq!(beginnings.look_at(&chunk), beginnings.look_slowly(&chunk));
        #[cfg(target_arch = "x86_64")]
        for look in [avx2::fill_beginnings, avx512::fill_beginnings] {
            let mut words = [0; WORDS];
            if let Some(filled) = look(&beginnings, &chunk, 1, &mut words) {
                prop_assert_eq!((filled, words[0]), (1, beginnings.look_slowly(&chunk)));
            }
        }
    }

    #[test]
    fn few_literals_begin_nowhere_else(text in "[ -~]{64,300}") {
        let beginnings = Beginnings::new([(&b"pass"[..], true), (&b"_key"[..], false)].into_iter());
        let begins = |at: usize| {
            let window = &text.as_bytes()[at..];
            window.get(..4).is_some_and(|window| window.eq_ignore_ascii_case(b"pass") || window == b"_key")
        };
        let word = beginnings.word(text.as_bytes(), 0);
        prop_assert_eq!(word, (0..CHUNK).fold(0, |word, at| word | u64::from(begins(at)) << at));
    }

    #[test]
    fn words_answer_like_bytes(bytes in text(), from in 0_usize..5000, floor in 0_usize..5000) {
        for class in kept() {
            let mut found = Vec::new();
            let fits = |at: &usize| is_in(class, bytes[*at]);
            in_blocks(&bytes, |block| {
                let mut at = from;
                while let Some(next) = block.next(class, at) {
                    found.push(next);
                    at = next + 1;
                }
                if block.range().contains(&from) {
                    let end = (from..bytes.len()).find(|at| !fits(at)).unwrap_or(bytes.len());
                    assert_eq!(block.end_of(&bytes, from, class), end);
                    let start = (floor.min(from)..from).rev().find(|at| !fits(at)).map_or(floor.min(from), |at| at + 1);
                    assert_eq!(block.start_of(&bytes, from, floor.min(from), class), start);
                }
            });
            let expected: Vec<usize> = (from..bytes.len()).filter(fits).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn rows_are_found_over_the_ends_of_blocks(bytes in text()) {
        let mut found = Vec::new();
        let mut from = 0;
        in_blocks(&bytes, |block| {
            while let Some(last) = block.next_row::<16>(Class::Core, from) {
                found.push(last);
                from = last + 1;
            }
        });
        prop_assert_eq!(found, rows(&bytes, 16, |at| is_in(Class::Core, bytes[at])));
    }

    #[test]
    fn numbers_are_found_over_the_ends_of_blocks(bytes in text()) {
        let mut found = Vec::new();
        let mut from = 0;
        in_blocks(&bytes, |block| {
            while let Some(last) = block.next_number::<9>(from) {
                found.push(last);
                from = last + 1;
            }
        });
        let digit = |at: Option<usize>| at.is_some_and(|at| bytes[at].is_ascii_digit());
        let fits = |at: usize| {
            digit(Some(at))
                || (matches!(bytes[at], b' ' | b'-' | b'.' | b'/') && (digit(at.checked_sub(1)) || digit(at.checked_sub(2))))
        };
        prop_assert_eq!(found, rows(&bytes, 9, fits));
    }

    #[test]
    fn text_in_base64_is_found_by_its_groups(
        bytes in prop::collection::vec("[ -~]{0,40}|[A-Za-z0-9+/_-]{40}", 0..90), encoded in any::<bool>(), lead in 0_usize..9,
    ) {
        let text = bytes.concat();
        let text = if encoded { data_encoding::BASE64.encode(text.as_bytes()) } else { text };
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut from = [lead; 4];
        while let Some(start) = next_text_in_base64(bytes, lead.min(bytes.len())..bytes.len(), &from) {
            found.push(start);
            from = [start + 1; 4];
        }
        let in_class = |at: usize, class: Class| is_in(class, bytes[at]);
        let is_group = |at: usize| {
            in_class(at, Class::FirstOfFour)
                && in_class(at + 1, Class::SecondOfFour)
                && in_class(at + 2, Class::ThirdOfFour)
                && in_class(at + 3, Class::Core)
        };
        let expected: Vec<usize> = (lead..bytes.len().saturating_sub(ROW - 1))
            .filter(|start| [0, 4, 8, 12].into_iter().all(|group| is_group(start + group)))
            .collect();
        prop_assert_eq!(&found, &expected);
        let mut others = Vec::new();
        from = [lead, lead, usize::MAX - ROW, lead];
        while let Some(start) = next_text_in_base64(bytes, lead.min(bytes.len())..bytes.len(), &from) {
            others.push(start);
            from = [start + 1, start + 1, usize::MAX - ROW, start + 1];
        }
        prop_assert_eq!(others, expected.into_iter().filter(|start| start % 4 != 2).collect::<Vec<_>>());
    }

    #[test]
    fn escapes_are_found_by_their_first_two_bytes(bytes in text()) {
        let mut found = Vec::new();
        in_blocks(&bytes, |block| {
            let mut from = 0;
            while let Some(at) = block.next_pair(Class::Escape, Class::AfterEscape, from) {
                found.push(at);
                from = at + 1;
            }
        });
        let expected: Vec<usize> = bytes
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| is_in(Class::Escape, pair[0]) && is_in(Class::AfterEscape, pair[1]))
            .map(|(at, _)| at)
            .collect();
        prop_assert_eq!(found, expected);
    }
}
