//! Bodies that are made of nothing but what the engine must look at closer.

use std::fmt::Write as _;
use std::io::Write as _;

use data_encoding::{BASE64, HEXLOWER};
use scanner::{ExampleKind, RuleSet};

use crate::bodies::Corpus;

/// Name, and what makes so many bytes of it.
type Maker = fn(&Corpus, &RuleSet, usize) -> Vec<u8>;

/// All of them, by name.
pub(crate) const DENSE: [(&str, Maker); 15] = [
    ("look-alikes", |_, rules, size| examples(rules, ExampleKind::Miss, size)),
    ("secrets", |_, rules, size| examples(rules, ExampleKind::Hit, size)),
    ("hash lists", |_, _, size| repeated(size, hash_line)),
    ("named values", |_, _, size| repeated(size, named_line)),
    ("urls with users", |_, _, size| repeated(size, url_line)),
    ("digits", |_, _, size| repeated(size, digit_line)),
    ("base64", |corpus, _, size| fitted(BASE64.encode(&corpus.one_body("chat", size)).into_bytes(), size)),
    ("base64 of base64", |corpus, _, size| {
        fitted(BASE64.encode(BASE64.encode(&corpus.one_body("chat", size)).as_bytes()).into_bytes(), size)
    }),
    ("hex", |corpus, _, size| fitted(HEXLOWER.encode(&corpus.one_body("chat", size / 2)).into_bytes(), size)),
    ("percent-encoded", |corpus, _, size| {
        spelled_out(&corpus.one_body("chat", size / 3), size, |out, byte| write!(out, "%{byte:02X}"))
    }),
    ("json escapes", |corpus, _, size| {
        spelled_out(&corpus.one_body("chat", size / 6), size, |out, byte| write!(out, "\\u{byte:04x}"))
    }),
    ("deep nesting", |_, _, size| nested(size)),
    ("minified script", |corpus, _, size| corpus.one_body("script", size)),
    ("base64 images", |corpus, _, size| corpus.one_body("image", size)),
    ("gzip", |corpus, _, size| corpus.one_body("mixed", size)),
];

/// A repeatable source of numbers.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 ^ self.0 >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.next()).expect("56 bits") % choices.len()]
    }
}

fn examples(rules: &RuleSet, kind: ExampleKind, size: usize) -> Vec<u8> {
    let mut made = Vec::with_capacity(size + 4096);
    for seed in 0.. {
        for example in rules.examples(seed).filter(|example| example.kind == kind) {
            made.extend_from_slice(&example.text);
            made.push(b'\n');
        }
        if made.len() >= size {
            break;
        }
    }
    fitted(made, size)
}

fn repeated(size: usize, line: fn(&mut Numbers, &mut String)) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut made = String::with_capacity(size + 4096);
    while made.len() < size {
        line(&mut numbers, &mut made);
    }
    fitted(made.into_bytes(), size)
}

fn hash_line(numbers: &mut Numbers, out: &mut String) {
    for _ in 0..4 {
        write!(out, "{:016x}", numbers.next() << 8 ^ numbers.next()).expect("a String takes all writes");
    }
    writeln!(out, "  pool/main/p{}/package_{}.deb", numbers.next() % 100, numbers.next() % 10_000)
        .expect("a String takes all writes");
}

fn named_line(numbers: &mut Numbers, out: &mut String) {
    let before = numbers.of(&["db_", "API_", "client-", "user.", "", "old", "AUTH_", "x-"]);
    let name = numbers.of(&["password", "token", "secret", "apiKey", "access_key", "credentials", "passwd"]);
    let between = numbers.of(&["=", ": ", "\": \"", " = ", "=\"", "=>'"]);
    let value = numbers.of(&[
        "null",
        "${NAME}",
        "<password>",
        "changeme",
        "see the vault",
        "xxxxxxxxxxxxxxxx",
        "process.env.KEY",
    ]);
    let after = numbers.of(&["\n", "\", \"", "\"\n", ";"]);
    out.extend([before, name, between, value, after]);
}

fn url_line(numbers: &mut Numbers, out: &mut String) {
    let scheme = numbers.of(&["postgres", "https", "redis", "ssh", "git+https"]);
    let user = numbers.of(&["user:${PASSWORD}@", "git@", ":<password>@", "app:password@", "u:p@"]);
    writeln!(out, "{scheme}://{user}host-{}.internal:5432/x", numbers.next() % 100)
        .expect("a String takes all writes");
}

fn digit_line(numbers: &mut Numbers, out: &mut String) {
    let number = 4_000_000_000_000_000 + numbers.next() % 1_000_000_000_000_000;
    match numbers.next() % 3 {
        0 => write!(out, "{number},"),
        1 => write!(
            out,
            "{} {:04} {:04} {:04} ",
            number / 10_u64.pow(12),
            number / 10_u64.pow(8) % 10_000,
            number / 10_000 % 10_000,
            number % 10_000
        ),
        _ => writeln!(out, "{}-{:02}-{:04}", number % 899 + 100, number % 99, number % 9999),
    }
    .expect("a String takes all writes");
}

fn spelled_out(text: &[u8], size: usize, spell: fn(&mut String, u8) -> std::fmt::Result) -> Vec<u8> {
    let mut made = String::with_capacity(size + 16);
    for byte in text {
        spell(&mut made, *byte).expect("a String takes all writes");
    }
    fitted(made.into_bytes(), size)
}

fn nested(size: usize) -> Vec<u8> {
    let levels = size / 9;
    let mut made = r#"{"a":["#.repeat(levels).into_bytes();
    made.push(b'1');
    made.extend(b"]}".repeat(levels));
    fitted(made, size)
}

/// Cut to `size`, or filled up with line ends.
fn fitted(mut bytes: Vec<u8>, size: usize) -> Vec<u8> {
    bytes.resize(size, b'\n');
    bytes
}

/// The same bytes, compressed.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("a Vec takes all writes");
    writer.finish().expect("a Vec takes all writes")
}
