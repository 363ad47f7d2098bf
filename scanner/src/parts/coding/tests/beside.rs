//! What travels in a coding beside the body is seen.

use super::*;

#[test]
fn clean_codings_have_nothing_beside_the_body() {
    for coding in CODINGS.into_iter().filter(|coding| *coding != "aws-chunked") {
        let body = encode(coding, &text(5000));
        assert_eq!(decoded(&[header(coding)], &body).unwrap().extra, [], "{coding}");
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
