//! Codings undone, against the encoders of the libraries.

mod beside;
mod bounds;

use std::io::Write;

use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;

use super::*;

const CODINGS: [&str; 6] = ["gzip", "deflate", "raw deflate", "br", "zstd", "aws-chunked"];

pub(super) fn encode(coding: &str, plain: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => gzip(GzBuilder::new(), plain),
        "deflate" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "raw deflate" => {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "br" => {
            let mut encoded = Vec::new();
            ::brotli::CompressorWriter::new(&mut encoded, 4096, 5, 22).write_all(plain).unwrap();
            encoded
        }
        "zstd" => ::zstd::encode_all(plain, 3).unwrap(),
        "aws-chunked" => aws_chunked(plain, 1000, b""),
        other => panic!("no encoder for {other}"),
    }
}

fn gzip(header: GzBuilder, plain: &[u8]) -> Vec<u8> {
    let mut encoder = header.write(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn aws_chunked(plain: &[u8], chunk: usize, extension: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for chunk in plain.chunks(chunk).chain([&[][..]]) {
        encoded.extend(format!("{:x}", chunk.len()).bytes());
        encoded.extend(extension);
        encoded.extend(b"\r\n");
        encoded.extend(chunk);
        encoded.extend(if chunk.is_empty() { &b""[..] } else { b"\r\n" });
    }
    encoded.extend(b"\r\n");
    encoded
}

/// The name that a header would have for it.
pub(super) fn header(coding: &str) -> &str {
    coding.strip_prefix("raw ").unwrap_or(coding)
}

fn never() -> bool {
    false
}

fn decoded<'a>(headers: &[&str], body: &'a [u8]) -> Result<Decoded<'a>, ScanError> {
    let headers: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
    decode(&headers, body, &Limits::default(), &never)
}

fn text(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| b"the quick brown fox "[index % 20] ^ u8::from(index % 977 == 0)).collect()
}

fn extras(decoded: &Decoded<'_>) -> Vec<Vec<u8>> {
    decoded.extra.iter().map(|extra| extra.bytes.to_vec()).collect()
}

#[test]
fn every_coding_is_undone() {
    for coding in CODINGS {
        for size in [1, 1000, 64 << 10, 300_001] {
            let plain = text(size);
            let body = encode(coding, &plain);
            let decoded = decoded(&[header(coding)], &body).unwrap();
            assert!(decoded.bytes == plain, "{coding} {size}");
            assert_eq!(decoded.applied, [header(coding)]);
        }
    }
}

#[test]
fn lists_are_undone_from_the_last_to_the_first() {
    let plain = text(3000);
    let body = encode("br", &encode("gzip", &plain));
    for headers in [&["gzip, br"][..], &["gzip", "br"], &[" GZip ,, identity,\tBR"], &["x-gzip", "", "br"]] {
        let decoded = decoded(headers, &body).unwrap();
        assert_eq!((&*decoded.bytes, decoded.applied), (&*plain, vec!["br", "gzip"]));
    }
    assert!(decoded(&["br, gzip"], &body).is_err());
}

#[test]
fn the_same_coding_may_be_applied_again() {
    let plain = text(3000);
    let body = encode("gzip", &encode("gzip", &plain));
    assert_eq!(decoded(&["gzip, gzip"], &body).unwrap().bytes, plain);
}

#[test]
fn aws_chunked_is_outermost_wherever_it_stands() {
    let plain = text(3000);
    let body = aws_chunked(&encode("gzip", &plain), 700, b";chunk-signature=0123456789abcdef");
    for list in ["aws-chunked,gzip", "gzip,aws-chunked"] {
        let decoded = decoded(&[list], &body).unwrap();
        assert_eq!((&*decoded.bytes, decoded.applied), (&*plain, vec!["aws-chunked", "gzip"]));
    }
}

#[test]
fn an_empty_body_and_one_without_coding_are_borrowed() {
    for (headers, body) in
        [(&["gzip"][..], &b""[..]), (&["nonsense"], b""), (&[], b"x"), (&["identity"], b"x")]
    {
        let decoded = decoded(headers, body).unwrap();
        assert!(matches!(decoded.bytes, Cow::Borrowed(bytes) if bytes == body), "{headers:?}");
        assert_eq!(decoded.applied, Vec::<&str>::new());
    }
}

#[test]
fn unknown_codings_and_long_lists_are_refused() {
    assert_eq!(decoded(&["gzip, compress"], b"x").unwrap_err(), ScanError::UnknownCoding);
    assert_eq!(decoded(&["gzip;q=1"], b"x").unwrap_err(), ScanError::UnknownCoding);
    let error = decoded(&["gzip, gzip, gzip", "gzip, gzip"], b"x").unwrap_err();
    assert_eq!(error.code(), "over_limit");
}

proptest! {
    #[test]
    fn what_was_encoded_comes_back(
        plain in proptest::collection::vec(any::<u8>(), 1..4000),
        codings in proptest::collection::vec(proptest::sample::select(&["gzip", "deflate", "br", "zstd"]), 1..4),
    ) {
        let body = codings.iter().fold(plain.clone(), |body, coding| encode(coding, &body));
        let list = codings.join(", ");
        prop_assert_eq!(decoded(&[&list], &body).unwrap().bytes, plain);
    }

    #[test]
    fn damaged_bytes_never_panic_and_stay_in_bounds(
        coding in proptest::sample::select(&CODINGS),
        plain in proptest::collection::vec(any::<u8>(), 0..3000),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut body = encode(coding, &plain);
        for (index, byte) in damage {
            let at = index.index(body.len());
            body[at] = byte;
        }
        let limits = Limits { body_bytes: 2000, ..Limits::default() };
        if let Ok(decoded) = decode(&[header(coding).as_bytes()], &body, &limits, &never) {
            prop_assert!(decoded.bytes.len() <= 2000);
        }
    }
}
