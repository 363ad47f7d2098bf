//! The fuzz targets, driven by mutated examples of the rules: seconds in every run, on any toolchain.

#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use scanner::RuleSet;

/// A text of every kind that every rule knows.
static EXAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let rules = RuleSet::builtin().expect("the rules that ship are good");
    rules.examples(3).map(|example| example.text).collect()
});

/// Examples put together with noise between them, some bytes changed, repeated or left out.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let noise = prop_oneof![
        "[ -~]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..24),
        prop::sample::select(vec![
            &b"\n"[..],
            b"\\n",
            b"%20",
            b"\\u0041",
            b"\" + \"",
            b"=\"",
            b"\x0a\x24",
            b"0x41, "
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    let pieces = prop::collection::vec((any::<prop::sample::Index>(), noise), 0..6);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 0..4);
    (pieces, changes).prop_map(|(pieces, changes)| {
        let mut text: Vec<u8> = pieces
            .iter()
            .flat_map(|(index, noise)| [&**noise, index.get(&EXAMPLES).as_slice()].concat())
            .collect();
        for (index, byte, how) in changes.into_iter().filter(|_| !pieces.is_empty()) {
            let at = index.index(text.len().max(1)).min(text.len().saturating_sub(1));
            match how {
                _ if text.is_empty() => {}
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        text
    })
}

proptest! {
    // The same inputs in every run: libFuzzer looks for others.
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_message_is_scanned(data in mutated()) {
        targets::message(&data);
    }

    #[test]
    fn what_is_cut_out_is_gone(data in mutated()) {
        targets::edits(&data);
    }

    #[test]
    fn a_stream_is_seen_like_the_whole(data in mutated()) {
        targets::stream(&data);
    }

    #[test]
    fn one_pass_finds_what_a_plain_search_finds(data in mutated()) {
        targets::slow(&data);
    }
}
