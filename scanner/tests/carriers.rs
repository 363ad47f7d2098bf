//! What a hostile tester found missed: forms with blanks, names in other languages, hex of archives, short lines.

mod common;
mod encoders;

use common::random::Random;
use common::{post, scan, scanner, text};
use data_encoding::{BASE64, HEXLOWER};
use encoders::gzip;
use scanner::{ExampleKind, Scanner, Verdict};

const URL: &str = "https://paste.example/";

/// A token with a form of its own.
fn token(random: &mut Random) -> String {
    format!("AKIA{}", random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
}

/// A value that only its name tells.
fn value(random: &mut Random) -> String {
    format!("4{}7{}", random.text("abcdefghijkmnpqrstuvwxyz23456789", 11), random.text("ABCDEFGHKLM", 11))
}

/// The text as a member of JSON in ASCII.
fn json(text: &str) -> String {
    let escaped = text.encode_utf16().map(|unit| match u8::try_from(unit) {
        Ok(b'\n') => "\\n".to_owned(),
        Ok(byte @ (b'"' | b'\\')) => format!("\\{}", char::from(byte)),
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    });
    format!("{{\"x\": \"{}\"}}", escaped.collect::<String>())
}

fn is_stopped(scanner: &Scanner, bytes: &[u8]) -> bool {
    scan(scanner, &text(bytes)).verdict == Verdict::Block
}

#[test]
fn a_form_reads_as_it_was_typed() {
    let (scanner, mut random) = (scanner(), Random::new(1));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let secret = value(&mut random);
    for form in [
        format!("title=x&content=const+API_KEY+%3D+%27{secret}%27%3B"),
        format!("content=the+client+secret+is+{secret}&x=1"),
        format!("content=%7B%22DB_SECRET%22%3A+%22{secret}%22%7D"),
    ] {
        assert_eq!(scan(&scanner, &post(URL, &headers, form.as_bytes())).verdict, Verdict::Block, "{form}");
    }
    for form in ["content=the+client+secret+is+a+word+here&x=1", "q=how+to+set+an+api+key+%3F"] {
        assert_eq!(scan(&scanner, &post(URL, &headers, form.as_bytes())).verdict, Verdict::Allow, "{form}");
    }
}

#[test]
fn names_in_other_languages_tell_too() {
    let (scanner, mut random) = (scanner(), Random::new(2));
    for name in [
        "пароль",
        "Пароль",
        "密码",
        "パスワード",
        "비밀번호",
        "hasło",
        "şifre",
        "lösenord",
        "Zugangsschlüssel",
        "clé API",
        "wachtwoord",
        "senha",
        "parola",
        "chave_api",
        "clave secreta",
        "motdepasse",
        "token_acceso",
        "api_schluessel",
    ] {
        let secret = value(&mut random);
        for text in [
            format!("x\n{name}: {secret}\n"),
            format!("{{\"{name}\": \"{secret}\"}}"),
            format!("{name}={secret}\n"),
        ] {
            assert!(is_stopped(&scanner, text.as_bytes()), "{text}");
            // Escaped letters of Latin scripts are everywhere, and not undone for a name.
            let is_latin = name.chars().any(|letter| matches!(letter, '\u{80}'..='\u{24f}'));
            assert!(is_latin || is_stopped(&scanner, json(&text).as_bytes()), "escaped: {text}");
        }
    }
    for text in [
        "пароль: не менее 8 символов",
        "密码：请输入您的密码",
        "パスワードは8文字以上",
        "wachtwoord: vergeten?",
        "clé API : <votre clé>",
    ] {
        assert!(!is_stopped(&scanner, text.as_bytes()), "{text}");
    }
}

#[test]
fn wide_colons_and_verbs_of_other_scripts_part_a_name_from_its_value() {
    let (scanner, mut random) = (scanner(), Random::new(3));
    for before in ["密码：", "密码是", "パスワードは", "パスワード： "] {
        let text = format!("{before}{}\n", value(&mut random));
        assert!(is_stopped(&scanner, text.as_bytes()), "{text}");
    }
}

#[test]
fn archives_are_read_in_hex_and_behind_an_escaped_line_end() {
    let (scanner, mut random) = (scanner(), Random::new(4));
    let zipped = gzip(format!("key {} of it", token(&mut random)).as_bytes());
    for text in [
        HEXLOWER.encode(&zipped),
        format!("data={}", HEXLOWER.encode(&zipped).to_uppercase()),
        format!("{{\"text\": \"here:\\n{}\\n\"}}", BASE64.encode(&zipped)),
        format!("{{\"text\": \"here:\\n{}\\n\"}}", HEXLOWER.encode(&zipped)),
    ] {
        assert!(is_stopped(&scanner, text.as_bytes()), "{text}");
    }
    let zipped = gzip(b"nothing but some words of prose, and a few more of them");
    assert!(!is_stopped(&scanner, HEXLOWER.encode(&zipped).as_bytes()));
}

#[test]
fn short_lines_and_uuencoded_text_are_read() {
    let (scanner, mut random) = (scanner(), Random::new(5));
    let secret = token(&mut random);
    let encoded = BASE64.encode(format!("the key is {secret} and so on").as_bytes());
    let lines: Vec<&str> =
        (0..encoded.len()).step_by(20).map(|at| &encoded[at..encoded.len().min(at + 20)]).collect();
    assert!(is_stopped(&scanner, lines.join("\n").as_bytes()));
    assert!(is_stopped(&scanner, format!("{{\"x\": \"{}\"}}", lines.join("\\n")).as_bytes()));
    let uuencoded =
        format!("begin 644 notes\n{}`\nend\n", uuencoded(format!("key {secret} of it").as_bytes()));
    assert!(is_stopped(&scanner, uuencoded.as_bytes()), "{uuencoded}");
    assert!(is_stopped(&scanner, json(&uuencoded).as_bytes()), "{uuencoded}");
}

#[test]
fn base64_is_read_from_its_end_where_its_padding_shows_it() {
    let (scanner, mut random) = (scanner(), Random::new(6));
    let secret = token(&mut random);
    let reversed = |text: &str| BASE64.encode(text.as_bytes()).chars().rev().collect::<String>();
    for text in [format!("a key {secret}"), format!("a key {secret} .")] {
        let reversed = reversed(&text);
        assert!(reversed.starts_with('='), "{text}");
        assert!(is_stopped(&scanner, reversed.as_bytes()), "{text}");
        assert!(is_stopped(&scanner, format!("{{\"x\": \"see\\n{reversed}\"}}").as_bytes()), "{text}");
    }
    assert!(!is_stopped(&scanner, reversed("nothing but some words of prose").as_bytes()));
}

/// One line of uuencode.
fn uuencoded(bytes: &[u8]) -> String {
    let sign = |value: u8| char::from(if value == 0 { b'`' } else { value + 32 });
    let groups = bytes.chunks(3).flat_map(|chunk| {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        [18, 12, 6, 0].map(|shift| sign(u8::try_from(word >> shift & 63).expect("six bits")))
    });
    let length = sign(u8::try_from(bytes.len()).expect("a short line"));
    std::iter::once(length).chain(groups).chain(['\n']).collect()
}

#[test]
fn what_stands_behind_a_blank_is_found_behind_an_escaped_line_end_too() {
    let scanner = scanner();
    let is_stopped = |text: String| {
        scan(&scanner, &post(URL, &[], json(&text).replace('\t', "\\t").replace('\r', "\\r").as_bytes()))
            .verdict
            != Verdict::Allow
    };
    let tokens = scanner.rules().examples(17).filter(|example| example.kind == ExampleKind::Token);
    let tokens = tokens.filter_map(|example| Some((example.rule, String::from_utf8(example.text).ok()?)));
    let missed: Vec<_> = tokens
        .filter(|(_, token)| is_stopped(format!("some lines {token} and more")))
        .filter(|(_, token)| !is_stopped(format!("some lines\n{token}\nand\t{token}\r\nmore")))
        .map(|(rule, _)| rule)
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}
