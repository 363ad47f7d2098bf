//! What is packed is looked at, cannot be cut out, and shows in coverage where it cannot be read.

mod common;
mod encoders;

use std::io::Write;

use common::{post, scan, scanner, scanner_with};
use data_encoding::BASE64;
use encoders::gzip;
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use scanner::{Answer, ExampleKind, Verdict};

/// A text with a fresh secret in it.
fn text() -> Vec<u8> {
    let mut examples = scanner().rules().examples(5).collect::<Vec<_>>().into_iter();
    let token = examples.find(|it| &*it.rule == RULE && it.kind == ExampleKind::Token).expect("a token");
    let filling = "plain words that make it long enough to be worth packing; ".repeat(20);
    [filling.as_bytes(), b"key ", &token.text, b" end"].concat()
}

const RULE: &str = "aws.access-key-id";

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// One member of a ZIP file, sizes behind the data where `streamed`.
fn zip_member(method: u8, flags: u8, data: &[u8]) -> Vec<u8> {
    let streamed = flags & 8 != 0;
    let length = if streamed { [0; 4] } else { u32::try_from(data.len()).expect("small").to_le_bytes() };
    let head = [b'P', b'K', 3, 4, 20, 0, flags, 0, method, 0, 0, 0, 0, 0, 1, 2, 3, 4];
    let name = b"a.txt";
    let tail: &[u8] =
        if streamed { b"PK\x07\x08\x01\x02\x03\x04\x00\x00\x00\x00\x00\x00\x00\x00" } else { b"" };
    [&head[..], &length, &[0; 4], &[5, 0, 0, 0], name, data, tail].concat()
}

fn tar_member(data: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..5].copy_from_slice(b"a.bin");
    header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    header[257..262].copy_from_slice(b"ustar");
    let filling = vec![0; data.len().next_multiple_of(512) - data.len()];
    [header, data.to_vec(), filling, vec![0; 1024]].concat()
}

/// A pack of a commit's worth: a blob, and a delta that inserts `text` in two pieces.
fn pack(blob: &[u8], inserted: &[u8]) -> Vec<u8> {
    let (first, second) = inserted.split_at(inserted.len().min(127));
    let mut delta = vec![40, 40, 0x90, 10];
    for piece in [first, &second[..second.len().min(127)]] {
        delta.push(u8::try_from(piece.len()).expect("at most 127"));
        delta.extend_from_slice(piece);
    }
    let head = b"PACK\0\0\0\x02\0\0\0\x02";
    [head.to_vec(), vec![0x3f], zlib(blob), vec![0x7f], vec![7; 20], zlib(&delta), vec![9; 20]].concat()
}

fn answer(body: &[u8]) -> Answer {
    scan(&scanner(), &post("https://sink.example/", &[], body))
}

#[test]
fn members_of_archives_are_looked_at_and_not_edited() {
    let text = text();
    let token = &text[text.len() - 40..];
    let push = [b"00a0old new refs/heads/main\0report-status0000", &*pack(b"nothing here", token)].concat();
    let form =
        [b"--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n", &*gzip(&text), b"\r\n--XX--\r\n"]
            .concat();
    let bodies = [
        ("gzip", gzip(&text)),
        ("two members", [gzip(b"first"), gzip(&text)].concat()),
        (
            "gzip, cut",
            gzip(&[text.clone(), vec![b'x'; 100]].concat())
                .split_last_chunk::<8>()
                .expect("longer")
                .0
                .to_vec(),
        ),
        ("zlib", zlib(&text)),
        ("zip", zip_member(8, 0, &deflate(&text))),
        ("zip, streamed", [zip_member(8, 8, &deflate(b"first")), zip_member(8, 8, &deflate(&text))].concat()),
        ("gzip in zip", zip_member(0, 0, &gzip(&text))),
        ("gzip in tar", tar_member(&gzip(&text))),
        ("gzip in tar in gzip", gzip(&tar_member(&gzip(&text)))),
        ("blob of a pack", pack(&text, b"")),
        ("delta of a push", push),
        ("part of a form", form),
        (
            "PDF",
            [b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\r\n", &*zlib(&text), b"\nendstream"].concat(),
        ),
        ("base64", BASE64.encode(&gzip(&text)).into_bytes()),
        ("zlib in base64 in JSON", format!("{{\"data\": \"{}\"}}", BASE64.encode(&zlib(&text))).into_bytes()),
    ];
    for (name, body) in bodies {
        let answer = answer(&body);
        assert!(answer.findings.iter().any(|it| &*it.rule == RULE), "{name}: {:?}", answer.coverage);
        assert_eq!(answer.verdict, Verdict::Block, "{name}");
        assert_eq!(answer.edits, None, "{name}");
        let range = answer.findings[0].start..answer.findings[0].end;
        assert!(range.end <= body.len() && range.len() > 20, "{name}: {range:?}");
    }
}

#[test]
fn what_cannot_be_read_shows_in_coverage() {
    let noise: Vec<u8> = (0..2_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (name, body) in [
        ("encrypted zip", zip_member(8, 1, &noise)),
        ("7z", [b"7z\xbc\xaf\x27\x1c", &*noise].concat()),
        ("age", [b"age-encryption.org/v1\n", &*noise].concat()),
        ("OpenSSL", [b"Salted__", &*noise].concat()),
        ("gzip that goes on wrong", [b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff", &*noise].concat()),
        ("zstd that goes on wrong", [b"\x28\xb5\x2f\xfd\x24\x10\xff\xff\xff", &*noise].concat()),
        ("in base64", BASE64.encode(&[b"Rar!\x1a\x07\x01\x00", &*noise].concat()).into_bytes()),
    ] {
        let answer = answer(&body);
        let reasons: Vec<&str> = answer.coverage.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, ["opaque"], "{name}");
        assert_eq!(answer.verdict, Verdict::Block, "{name}");
    }
}

#[test]
fn media_are_no_secret_and_no_riddle() {
    let noise: Vec<u8> = (0..60_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    for magic in
        [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF....WEBP", b"ID3\x04", b"wOF2", b""]
    {
        let media = [magic, &noise].concat();
        for body in [media.clone(), BASE64.encode(&media).into_bytes()] {
            let answer = answer(&body);
            assert!(answer.coverage.complete && answer.findings.is_empty(), "{magic:?}");
            assert_eq!(answer.verdict, Verdict::Allow);
        }
    }
}

#[test]
fn a_bomb_is_bounded_and_shows() {
    let mut bomb = gzip(&vec![b' '; 200 << 20]);
    let scanner = scanner_with("");
    let answer = scan(&scanner, &post("https://sink.example/", &[], &bomb));
    assert!(answer.coverage.scanned_bytes < 100 << 20, "{}", answer.coverage.scanned_bytes);
    assert_eq!(answer.coverage.skipped[0].reason, "budget");
    bomb = gzip(&bomb);
    let answer = scan(&scanner, &post("https://sink.example/", &[], &bomb));
    assert_eq!(answer.verdict, Verdict::Block);
}
