//! Codings undone, against the encoders of the libraries.

use std::cell::Cell;
use std::io::Write;

use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;

use super::*;

const CODINGS: [&str; 6] = ["gzip", "deflate", "raw deflate", "br", "zstd", "aws-chunked"];

fn encode(coding: &str, plain: &[u8]) -> Vec<u8> {
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
fn header(coding: &str) -> &str {
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
fn clean_codings_have_nothing_beside_the_body() {
    for coding in CODINGS.into_iter().filter(|coding| *coding != "aws-chunked") {
        let body = encode(coding, &text(5000));
        assert_eq!(decoded(&[header(coding)], &body).unwrap().extra, [], "{coding}");
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

#[test]
fn what_is_cut_short_is_undecodable() {
    let plain = text(5000);
    for coding in CODINGS {
        let body = encode(coding, &plain);
        // The end of the chunked framing is the size 0, four bytes before the end of the body.
        let whole = if coding == "aws-chunked" { body.len() - 4 } else { body.len() };
        for end in [1, 2, 9, whole / 2, whole - 1] {
            let error = decoded(&[header(coding)], &body[..end]).unwrap_err();
            assert_eq!(error.code(), "undecodable", "{coding} cut at {end}");
        }
    }
}

#[test]
fn what_is_no_such_coding_is_undecodable() {
    for coding in CODINGS {
        let error = decoded(&[header(coding)], b"{\"plain\": \"text, not encoded at all\"}").unwrap_err();
        assert_eq!(error, ScanError::Undecodable { coding: header(coding).to_owned() });
    }
}

#[test]
fn a_wrong_checksum_is_undecodable() {
    let mut body = encode("gzip", &text(5000));
    let crc = body.len() - 8;
    body[crc] ^= 1;
    assert_eq!(decoded(&["gzip"], &body).unwrap_err().code(), "undecodable");
}

#[test]
fn a_bomb_stops_at_the_ratio() {
    let zeros = vec![0; 24 << 20];
    for coding in CODINGS.into_iter().filter(|coding| *coding != "aws-chunked") {
        let body = encode(coding, &zeros);
        assert!(body.len() < 100_000, "{coding} is no bomb");
        let error = decoded(&[header(coding)], &body).unwrap_err();
        let ScanError::OverLimit { actual, limit, .. } = error else { panic!("{coding}: {error}") };
        assert!(actual <= limit + (64 << 10) && limit < zeros.len(), "{coding} went to {actual} of {limit}");
    }
}

#[test]
fn a_bomb_in_a_bomb_is_measured_by_what_was_sent() {
    let zeros = vec![0; 24 << 20];
    let body = encode("gzip", &encode("gzip", &zeros));
    assert_eq!(decoded(&["gzip, gzip"], &body).unwrap_err().code(), "over_limit");
}

#[test]
fn a_body_stops_at_its_limit_in_every_coding() {
    let limits = Limits { body_bytes: 100_000, ..Limits::default() };
    let plain: Vec<u8> =
        (0..100_001_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for coding in CODINGS {
        let headers = [header(coding).as_bytes()];
        let fits = encode(coding, &plain[..100_000]);
        assert!(decode(&headers, &fits, &limits, &never).is_ok(), "{coding}");
        let error = decode(&headers, &encode(coding, &plain), &limits, &never).unwrap_err();
        assert!(matches!(error, ScanError::OverLimit { limit: 100_000, .. }), "{coding}: {error}");
    }
}

#[test]
fn small_bodies_may_grow_by_any_ratio() {
    let plain = vec![b'a'; 1 << 20];
    for coding in CODINGS {
        assert!(decoded(&[header(coding)], &encode(coding, &plain)).is_ok(), "{coding}");
    }
}

#[test]
fn the_deadline_stops_a_decoder_within_a_step() {
    let plain = text(2 << 20);
    for coding in CODINGS {
        let asked = Cell::new(0);
        let expired = || {
            asked.set(asked.get() + 1);
            asked.get() == 3
        };
        let body = encode(coding, &plain);
        let error = decode(&[header(coding).as_bytes()], &body, &Limits::default(), &expired).unwrap_err();
        assert_eq!((error.code(), asked.get()), ("deadline", 3), "{coding}");
    }
}

#[test]
fn all_members_and_header_fields_of_gzip_are_seen() {
    let first = gzip(GzBuilder::new().filename("a name").comment("a comment").extra("a field"), b"one ");
    let body =
        [&first[..], &encode("gzip", b"two"), &[0; 30], &encode("gzip", b" three"), b"\0\0trailing"].concat();
    let decoded = decoded(&["gzip"], &body).unwrap();
    assert_eq!(&*decoded.bytes, b"one two three");
    assert_eq!(extras(&decoded), [&b"\x07\0a fielda name\0a comment\0"[..], b"trailing"]);
    assert_eq!(decoded.extra[0].within, ["gzip"]);
}

#[test]
fn a_corrupt_second_member_is_no_trailing_garbage() {
    let mut second = encode("gzip", b"two");
    second.truncate(12);
    let body = [encode("gzip", b"one"), second].concat();
    assert_eq!(decoded(&["gzip"], &body).unwrap_err().code(), "undecodable");
}

#[test]
fn trailing_bytes_are_seen_in_every_coding() {
    for coding in CODINGS {
        let body = [encode(coding, b"the body").as_slice(), b"the trailing bytes"].concat();
        let decoded = decoded(&[header(coding)], &body).unwrap();
        assert_eq!(&*decoded.bytes, b"the body", "{coding}");
        let seen = extras(&decoded);
        assert!(seen.iter().any(|extra| extra.ends_with(b"the trailing bytes")), "{coding}");
    }
}

#[test]
fn frames_and_skippable_frames_of_zstd_are_seen() {
    let skippable = [&b"\x53\x2a\x4d\x18\x06\0\0\0hidden"[..], b"\x50\x2a\x4d\x18\0\0\0\0"].concat();
    let body = [&skippable[..], &encode("zstd", b"one "), &skippable, &encode("zstd", b"two")].concat();
    let decoded = decoded(&["zstd"], &body).unwrap();
    assert_eq!(&*decoded.bytes, b"one two");
    assert_eq!(extras(&decoded), [b"hidden", b"hidden"]);
}

#[test]
fn a_zstd_frame_gets_no_memory_for_what_it_claims() {
    // A frame header that claims a single segment of 2^40 bytes, and one that wants a window of 1 GiB.
    for frame in [&b"\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\x01\0\0"[..], b"\x28\xb5\x2f\xfd\x00\xa0"] {
        let body = [frame, &[1, 0, 0]].concat();
        assert_eq!(decoded(&["zstd"], &body).unwrap_err().code(), "undecodable");
    }
}

#[test]
fn metadata_blocks_of_brotli_are_seen() {
    // Window of 64 KiB (one bit 0), then ISLAST 0, MNIBBLES 11, reserved 0, MSKIPBYTES 01, length - 1 in 8 bits,
    // padding; the block; then the last, empty block (RFC 7932 §9.2).
    let hidden = b"this text is in no output";
    let length = u16::try_from(hidden.len() - 1).unwrap();
    let head = (0b11_u16 << 2 | 0b01 << 5 | length << 7).to_le_bytes();
    let body = [&head[..], hidden, &[0b11]].concat();
    let decoded = decoded(&["br"], &body).unwrap();
    assert_eq!(&*decoded.bytes, b"");
    assert_eq!(extras(&decoded), [body]);
}

#[test]
fn uncompressed_blocks_of_brotli_are_not_taken_for_metadata() {
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[1]
    };
    let mut plain: Vec<u8> = std::iter::repeat_with(&mut noise).take(3000).collect();
    let text = b"readable text that no encoder makes shorter: 1f8W qZ0x";
    plain.splice(1000..1000, *text);
    let mut verbatim = 0;
    for quality in [0, 1, 5, 9, 11] {
        let mut body = Vec::new();
        ::brotli::CompressorWriter::new(&mut body, 4096, quality, 22).write_all(&plain).unwrap();
        verbatim += usize::from(memchr::memmem::find(&body, text).is_some());
        let decoded = decoded(&["br"], &body).unwrap();
        assert!(decoded.bytes == plain && decoded.extra.is_empty(), "quality {quality}");
    }
    assert!(verbatim > 0, "no quality left the block uncompressed");
}

#[test]
fn extensions_and_trailers_of_aws_chunked_are_seen() {
    let body = b"3;chunk-signature=abc\r\nabc\r\n0;last\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
    let decoded = decoded(&["aws-chunked"], body).unwrap();
    assert_eq!(&*decoded.bytes, b"abc");
    let want = [&b";chunk-signature=abc"[..], b";last", b"x-amz-checksum-crc32:AAAA\r\n\r\n"];
    assert_eq!(extras(&decoded), want);
}

#[test]
fn a_chunk_size_that_is_none_is_undecodable() {
    for body in
        ["ffffffffffffffff\r\nx", "\r\n\r\n", "g\r\n", "-1\r\n", "2\r\nabc\r\n0\r\n\r\n", "5\r\nab\r\n"]
    {
        assert_eq!(decoded(&["aws-chunked"], body.as_bytes()).unwrap_err().code(), "undecodable", "{body:?}");
    }
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
