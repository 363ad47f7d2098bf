//! A secret is found in every disguise, mapped back exactly, and cut out so that nothing is found again.

mod common;
mod encoders;

use common::{post, scan, scanner, scanner_with};
use data_encoding::{
    BASE32, BASE32_NOPAD, BASE32HEX_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER,
};
use encoders::{
    ASCII85, RFC1924, Z85, base58, base85, crockford, dumped, escaped, gzip, hex_with, named_entities,
    quoted, rot13,
};
use scanner::{Answer, Example, ExampleKind, Scanner, Verdict, apply};

type Disguise = (&'static str, fn(&[u8]) -> Vec<u8>);

const DISGUISES: [Disguise; 21] = [
    ("plain", |text| text.to_vec()),
    ("base64", |text| BASE64.encode(text).into_bytes()),
    ("base64url", |text| BASE64URL_NOPAD.encode(text).into_bytes()),
    ("base64 at offset 1", |text| BASE64_NOPAD.encode(&[b" ", text].concat()).into_bytes()),
    ("base64 at offset 2", |text| BASE64_NOPAD.encode(&[b"x ", text].concat()).into_bytes()),
    ("base64 twice", |text| BASE64.encode(BASE64.encode(text).as_bytes()).into_bytes()),
    ("base64 in a path", |text| {
        format!("https://e.example/a/{}/b", BASE64URL_NOPAD.encode(text)).into_bytes()
    }),
    ("base64 in lines", |text| lines(&BASE64.encode(&[PROSE, text, PROSE].concat()), 76, "\\n")),
    ("base64 in short lines", |text| lines(&BASE64.encode(&[PROSE, text].concat()), 64, "\\r\\n")),
    ("full width", |text| styled(text, |letter| char::from_u32(letter + 0xfee0))),
    ("invisible characters", |text| text.iter().flat_map(|byte| [*byte, 0xe2, 0x80, 0x8b]).collect()),
    ("Cyrillic letters", |text| {
        styled(text, |letter| {
            let letters = [
                ('a', 'а'),
                ('c', 'с'),
                ('e', 'е'),
                ('o', 'о'),
                ('p', 'р'),
                ('A', 'А'),
                ('K', 'К'),
                ('T', 'Т'),
            ];
            let letter = char::from_u32(letter)?;
            Some(letters.iter().find(|(ours, _)| *ours == letter).map_or(letter, |(_, theirs)| *theirs))
        })
    }),
    ("accents", |text| {
        styled(text, char::from_u32)
            .chunks(4)
            .flat_map(|four| [four, "\u{301}".as_bytes()].concat())
            .collect()
    }),
    ("hex", |text| HEXLOWER.encode(text).into_bytes()),
    ("HEX", |text| HEXUPPER.encode(text).into_bytes()),
    ("percent", |text| text.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
    ("percent twice", |text| text.iter().flat_map(|byte| format!("%25{byte:02x}").into_bytes()).collect()),
    ("percent with u", |text| text.iter().flat_map(|byte| format!("%u{byte:04x}").into_bytes()).collect()),
    ("overlong", |text| {
        text.iter()
            .flat_map(|byte| format!("%{:02X}%{:02X}", 0xc0 | byte >> 6, 0x80 | byte & 63).into_bytes())
            .collect()
    }),
    ("unicode escapes", |text| text.iter().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect()),
    ("entities", |text| text.iter().flat_map(|byte| format!("&#{byte};").into_bytes()).collect()),
];

/// Spellings that say for sure that they are one.
const NUMBERS: [Disguise; 21] = [
    ("base32", |text| BASE32.encode(text).into_bytes()),
    ("base32 in lower case", |text| BASE32_NOPAD.encode(text).to_ascii_lowercase().into_bytes()),
    ("base32 hex", |text| BASE32HEX_NOPAD.encode(&[b"> ", text].concat()).into_bytes()),
    ("base58", base58),
    ("hex with spaces", |text| hex_with(text, "", " ")),
    ("hex with colons", |text| hex_with(text, "", ":")),
    ("hex with dashes", |text| hex_with(text, "", "-")),
    ("hex in code", |text| hex_with(text, "0x", ", ")),
    ("hex in strings", |text| hex_with(text, "\\x", "")),
    ("xxd", |text| dumped(text, "\\n")),
    ("UTF-16", |text| text.iter().flat_map(|byte| [*byte, 0]).collect()),
    ("UTF-16, big", |text| text.iter().flat_map(|byte| [0, *byte]).collect()),
    ("PowerShell", |text| {
        let wide: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
        BASE64.encode(&wide).into_bytes()
    }),
    ("quoted-printable", |text| text.iter().flat_map(|byte| format!("={byte:02X}").into_bytes()).collect()),
    ("soft line breaks", |text| {
        let rest: Vec<Vec<u8>> = text[7..].chunks(60).map(quoted).collect();
        [&text[..7], b"=\r\n", &rest.join(&b"=\r\n"[..])].concat()
    }),
    ("literals in code", |text| text.chunks(6).collect::<Vec<_>>().join(&b"\\\" + \\\""[..])),
    ("appended line by line", |text| {
        let line = |piece: &[u8]| format!("k += \\\"{}\\\"", String::from_utf8_lossy(piece));
        joined(text.chunks(5).map(line), "\\n")
    }),
    ("named entities", |text| named_entities(text)),
    ("braces", |text| text.iter().flat_map(|byte| format!("\\u{{{byte:x}}}").into_bytes()).collect()),
    ("UTF-7", |text| {
        let wide: Vec<u8> = text.iter().flat_map(|byte| [0, *byte]).collect();
        format!("+{}-", BASE64_NOPAD.encode(&wide)).into_bytes()
    }),
    ("Crockford", |text| crockford(text)),
];

/// Spellings that other data may have by chance.
const CHANCE: [Disguise; 24] = [
    ("decimal", |text| text.iter().map(u8::to_string).collect::<Vec<_>>().join(", ").into_bytes()),
    ("decimal with spaces", |text| text.iter().map(u8::to_string).collect::<Vec<_>>().join(" ").into_bytes()),
    ("octal", |text| {
        text.iter().map(|byte| format!("{byte:03o}")).collect::<Vec<_>>().join(" ").into_bytes()
    }),
    ("binary", |text| {
        text.iter().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().join(" ").into_bytes()
    }),
    ("Ascii85", |text| escaped(&[b"<~", &*base85(text, ASCII85), b"~>"].concat())),
    ("Z85", |text| base85(text, Z85)),
    ("base85", |text| base85(text, RFC1924)),
    ("calls", |text| joined(text.iter().map(|byte| format!("chr({byte})")), " + ")),
    ("calls in hex", |text| joined(text.iter().map(|byte| format!("chr(0x{byte:02x})")), "+")),
    ("a call a line", |text| {
        joined(text.iter().map(|byte| format!("s += String.fromCharCode({byte});")), "\\n")
    }),
    ("code points", |text| joined(text.iter().map(|byte| format!("U+{byte:04X}")), " ")),
    ("rot13", rot13),
    ("reversed", |text| text.iter().rev().copied().collect()),
    ("spaced", |text| text.iter().flat_map(|byte| [*byte, b'-']).take(2 * text.len() - 1).collect()),
    ("spaced by x", |text| text.iter().flat_map(|byte| [*byte, b'x']).take(2 * text.len() - 1).collect()),
    ("a letter a line", |text| joined(text.iter().map(|byte| char::from(*byte).to_string()), "\\n")),
    ("a list of letters", |text| {
        let letters = joined(text.iter().map(|byte| format!("'{}'", char::from(*byte))), ", ");
        [b"[", &*letters, b"]"].concat()
    }),
    ("od", |text| {
        let line = |(at, bytes): (usize, &[u8])| {
            let letters = joined(bytes.iter().map(|byte| char::from(*byte).to_string()), "   ");
            format!("{:07o}   {}", at * 16, String::from_utf8_lossy(&letters))
        };
        joined(text.chunks(16).enumerate().map(line), "\\n")
    }),
    ("a list that is joined", |text| {
        let pieces =
            joined(text.chunks(6).map(|piece| format!("'{}'", String::from_utf8_lossy(piece))), ", ");
        [b"''.join([", &*pieces, b"])"].concat()
    }),
    ("added to itself", |text| {
        let line = |piece: &[u8]| format!("k = k + '{}'", String::from_utf8_lossy(piece));
        joined(text.chunks(5).map(line), "\\n")
    }),
    ("binary without spaces", |text| joined(text.iter().map(|byte| format!("{byte:08b}")), "")),
    ("short binary", |text| joined(text.iter().map(|byte| format!("{byte:b}")), " ")),
    ("base64 reversed", |text| BASE64URL_NOPAD.encode(text).bytes().rev().collect()),
    ("base64 in rot13", |text| rot13(BASE64.encode(text).as_bytes())),
];

/// What cannot be written anew in part.
const SEALED: [Disguise; 2] = [
    ("decimal without spaces", |text| joined(text.iter().map(|byte| format!("{byte:03}")), "")),
    ("one number", |text| {
        let mut digits = vec![0_u32];
        for byte in text {
            let mut carry = u32::from(*byte);
            for digit in &mut digits {
                carry += *digit << 8;
                *digit = carry % 10;
                carry /= 10;
            }
            while carry > 0 {
                digits.push(carry % 10);
                carry /= 10;
            }
        }
        joined(digits.iter().rev().map(u32::to_string), "")
    }),
];

/// Disguises around disguises.
const OUTER: [Disguise; 5] = [
    ("base64", |text| BASE64.encode(&[PROSE, text, PROSE].concat()).into_bytes()),
    ("hex", |text| HEXLOWER.encode(text).into_bytes()),
    ("percent", |text| text.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
    ("gzip in base64", |text| BASE64.encode(&gzip(&carrier(text))).into_bytes()),
    ("base32", |text| BASE32.encode(text).into_bytes()),
];

const PROSE: &[u8] = b" some words of ordinary text around it ";

fn joined(pieces: impl Iterator<Item = String>, between: &str) -> Vec<u8> {
    pieces.collect::<Vec<_>>().join(between).into_bytes()
}

/// Every visible character through `style`.
fn styled(text: &[u8], style: fn(u32) -> Option<char>) -> Vec<u8> {
    let letter = |byte: &u8| match byte {
        b'!'..=b'~' => style(u32::from(*byte)).unwrap_or(char::from(*byte)),
        other => char::from(*other),
    };
    text.iter().map(letter).collect::<String>().into_bytes()
}

/// `text` broken after every `width` characters.
fn lines(text: &str, width: usize, line_break: &str) -> Vec<u8> {
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    lines.join(line_break).into_bytes()
}

/// Tokens that need no context, and are longer than what chance spells in base64.
fn tokens(scanner: &Scanner, seed: u64) -> Vec<(String, Vec<u8>)> {
    // What is named by its context may by chance look like another's.
    let alone = |example: &Example| {
        let answer = scan(scanner, &post("https://sink.example/", &[], &carrier(&example.text)));
        answer.verdict == Verdict::Block && found(&answer, &example.rule)
    };
    scanner
        .rules()
        .examples(seed)
        .filter(|example| example.kind == ExampleKind::Token && example.text.len() >= 16)
        // Encoded text is known by its ASCII: seed phrases of other alphabets are found as they are.
        .filter(|example| example.text.is_ascii())
        .filter(alone)
        .map(|example| (example.rule.to_string(), example.text))
        .collect()
}

fn carrier(secret: &[u8]) -> Vec<u8> {
    [b"{\"messages\": [{\"note\": \"the value is: ", secret, b" , keep it\"}], \"n\": 7}"].concat()
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text).is_ok()
}

/// Whether the rule, or another of its family, fired: a number that is cut off by a line end is told by less.
fn found(answer: &Answer, rule: &str) -> bool {
    let family = |id: &str| id.split('.').next().map(str::to_owned);
    answer.findings.iter().any(|finding| family(&finding.rule) == family(rule))
}

/// Whether a disguise says the same as the token: some are for one word, and one for a short one.
fn applies(disguise: &str, token: &[u8]) -> bool {
    let is_word = token.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=~@%!".contains(byte));
    let begins_word = is_word && token[0].is_ascii_alphanumeric();
    match disguise {
        "rot13"
        | "reversed"
        | "literals in code"
        | "soft line breaks"
        | "appended line by line"
        | "spaced"
        | "a letter a line"
        | "a list of letters"
        | "od"
        | "a list that is joined"
        | "added to itself" => begins_word,
        // A letter between letters that may be the same.
        "spaced by x" => begins_word && !token.contains(&b'x') && token.len() >= 24,
        "short binary" => token.iter().all(|byte| *byte >= b' '),
        "base58" => token.len() < 1400,
        _ => true,
    }
}

/// Every token in every disguise: rule, disguise, disguised.
fn disguised(scanner: &Scanner, seed: u64) -> Vec<(String, &'static str, Vec<u8>)> {
    let tokens = tokens(scanner, seed);
    assert!(tokens.len() > 20, "only {} rules have tokens that stand alone", tokens.len());
    let mut all = Vec::new();
    for (rule, token) in &tokens {
        let strong = scanner.rules().is_strong(rule);
        let chance: &[Disguise] = if strong { &CHANCE } else { &[] };
        for (name, disguise) in DISGUISES.iter().chain(&NUMBERS).chain(chance) {
            if applies(name, token) {
                all.push((rule.clone(), *name, disguise(token)));
            }
        }
    }
    all
}

#[test]
fn every_token_is_found_in_every_disguise() {
    let scanner = scanner();
    let mut missed = Vec::new();
    for (rule, name, text) in disguised(&scanner, 11) {
        if !found(&scan(&scanner, &post("https://sink.example/", &[], &carrier(&text))), &rule) {
            missed.push(format!("{rule} as {name}"));
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn every_strong_token_is_found_as_digits() {
    let scanner = scanner();
    let mut missed = Vec::new();
    for (rule, token) in tokens(&scanner, 11) {
        let is_short = (16..400).contains(&token.len());
        for (name, disguise) in SEALED.iter().filter(|_| is_short && scanner.rules().is_strong(&rule)) {
            let answer = scan(&scanner, &post("https://sink.example/", &[], &carrier(&disguise(&token))));
            if answer.verdict != Verdict::Block {
                missed.push(format!("{rule} as {name}"));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn every_token_is_found_in_two_disguises_at_once() {
    let scanner = scanner();
    let mut missed = Vec::new();
    for (rule, name, text) in disguised(&scanner, 13) {
        for (outer, disguise) in OUTER {
            // The letters of other alphabets are no ASCII, which is what is looked for in these.
            if !text.is_ascii() && ["base64", "hex", "base32"].contains(&outer) {
                continue;
            }
            let answer = scan(&scanner, &post("https://sink.example/", &[], &carrier(&disguise(&text))));
            // All that an archive holds has its range, and of what shares a range the best finding is told.
            let in_archive = outer.contains("gzip") && answer.verdict == Verdict::Block;
            if !found(&answer, &rule) && !in_archive {
                missed.push(format!("{rule} as {name} in {outer}"));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn what_is_cut_out_is_not_found_again() {
    let scanner = scanner_with("[actions]\nsecret = \"redact\"\npii = \"redact\"\n");
    for (rule, name, text) in disguised(&scanner_with(""), 12) {
        let original = carrier(&text);
        let message = post("https://sink.example/", &[("content-length", "1")], &original);
        let answer = scan(&scanner, &message);
        assert_eq!(answer.verdict, Verdict::Redact, "{rule} as {name}");
        let edits = answer.edits.expect("it can be cut");
        let edited = apply(&message, &edits, scanner.policy().limits()).expect("edits apply");
        let body = edited.body.expect("the body changed");
        let again = scan(&scanner, &post("https://sink.example/", &[], &body));
        let left: Vec<_> =
            again.findings.iter().map(|finding| (&finding.rule, &finding.decoded_by)).collect();
        assert_eq!(again.verdict, Verdict::Allow, "{rule} as {name}: {left:?}");
        assert!(!is_json(&original) || is_json(&body), "{rule} as {name}: no JSON any more");
        let length = body.len().to_string().into_bytes();
        assert_eq!(edited.headers.expect("length changed")[0].1, length);
    }
}

#[test]
fn what_the_operator_named_is_found_in_every_disguise() {
    let scanner = scanner_with("[[known]]\nname = \"canary-1\"\nvalue = \"passwords lima kilo 94\"\n");
    let skipped = [
        "rot13",
        "reversed",
        "spaced",
        "spaced by x",
        "appended line by line",
        "added to itself",
        "a list that is joined",
        "a letter a line",
        "od",
        "short binary",
    ];
    let all = DISGUISES.iter().chain(&NUMBERS).chain(&CHANCE).filter(|(name, _)| !skipped.contains(name));
    for (name, disguise) in all {
        let body = carrier(&disguise(b"passwords lima kilo 94"));
        let answer = scan(&scanner, &post("https://sink.example/", &[], &body));
        assert!(found(&answer, "known.canary-1"), "{name}");
        assert_eq!(answer.reason_code, Some("known_outbound"), "{name}");
    }
    assert!(scanner.rules().summaries().all(|rule| !rule.id.starts_with("known.")));
}
