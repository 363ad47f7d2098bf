//! Every chunking of what the libraries encoded.

use super::super::tests::{encode, header};
use super::*;
use proptest::prelude::*;

fn decoded(list: &str, raw: &[u8], sizes: &[usize]) -> Result<Vec<u8>, ScanError> {
    let mut flowing = Flowing::new(&[list.as_bytes()], &Limits::default())?;
    let mut text = Vec::new();
    let mut rest = raw;
    for size in sizes.iter().cycle() {
        let (chunk, after) = rest.split_at((*size).min(rest.len()));
        flowing.push(chunk, &mut |bytes| {
            text.extend_from_slice(bytes);
            Ok(())
        })?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    flowing.finish()?;
    Ok(text)
}

proptest! {
    #[test]
    fn any_chunking_gives_what_was_encoded(
        plain in proptest::collection::vec(any::<u8>(), 1..4000),
        codings in proptest::collection::vec(proptest::sample::select(&["gzip", "deflate", "br", "zstd"]), 0..4),
        sizes in proptest::collection::vec(1_usize..700, 1..5),
    ) {
        let raw = codings.iter().fold(plain.clone(), |body, coding| encode(coding, &body));
        prop_assert_eq!(decoded(&codings.join(", "), &raw, &sizes).unwrap(), plain);
    }

    #[test]
    fn what_is_cut_off_is_no_body(
        coding in proptest::sample::select(&["gzip", "deflate", "br", "zstd"]),
        plain in "[a-z ]{1,300}",
        cut in any::<proptest::sample::Index>(),
    ) {
        let raw = encode(coding, plain.as_bytes());
        let length = 1 + cut.index(raw.len() - 1);
        prop_assert!(decoded(header(coding), &raw[..length], &[7]).is_err());
    }
}

#[test]
fn a_bomb_ends_at_the_ratio() {
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let raw = encode(coding, &vec![0; 64 << 20]);
        assert_eq!(decoded(coding, &raw, &[4096]).unwrap_err().code(), "over_limit", "{coding}");
    }
}
