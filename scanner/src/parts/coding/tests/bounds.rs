//! What is corrupt, too much or too slow stops.

use std::cell::Cell;

use super::*;

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
fn a_corrupt_second_member_is_no_trailing_garbage() {
    let mut second = encode("gzip", b"two");
    second.truncate(12);
    let body = [encode("gzip", b"one"), second].concat();
    assert_eq!(decoded(&["gzip"], &body).unwrap_err().code(), "undecodable");
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
fn a_chunk_size_that_is_none_is_undecodable() {
    for body in
        ["ffffffffffffffff\r\nx", "\r\n\r\n", "g\r\n", "-1\r\n", "2\r\nabc\r\n0\r\n\r\n", "5\r\nab\r\n"]
    {
        assert_eq!(decoded(&["aws-chunked"], body.as_bytes()).unwrap_err().code(), "undecodable", "{body:?}");
    }
}
