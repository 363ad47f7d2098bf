//! A secret cut into pieces is found wherever the pieces stand, every piece is cut out, and nothing else is found.

mod common;

use common::{post, scan, scanner, scanner_with};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use scanner::{Answer, Content, ExampleKind, Message, RuleSet, Scanner, Verdict, apply};

/// A request that carries pieces: URL, headers, body.
struct Carried {
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

type Carrier = (&'static str, fn(&[String]) -> Carried);

const CARRIERS: [Carrier; 23] = [
    ("query", |pieces| in_url(&format!("x?{}", named(pieces, "p", "&")))),
    ("query with others", |pieces| {
        in_url(&format!("x?v=2&{}&lang=en", named(pieces, "p", "&t=1&").replace("&t=1&", "&")))
    }),
    ("path", |pieces| in_url(&format!("api/{}/end", pieces.join("/")))),
    ("headers", |pieces| {
        in_headers(pieces.iter().enumerate().map(|(n, piece)| (format!("x-p-{n}"), piece.clone())))
    }),
    ("cookies", |pieces| in_headers([("cookie".to_owned(), named(pieces, "c", "; "))])),
    ("array", |pieces| json(format!("[{}]", quoted(pieces).join(",")))),
    ("fields", |pieces| json(format!("{{\"id\":7,{}}}", members(pieces, |n| format!("part{n}"), "")))),
    ("fields with others", |pieces| {
        json(format!(
            "{{\"user\":\"ann\",{},\"lang\":\"en\"}}",
            members(pieces, |n| format!("part{n}"), "\"t\":\"a note of words\",")
        ))
    }),
    ("fields in reverse", |pieces| json(format!("{{{}}}", reversed(pieces)))),
    ("fields in another order", |pieces| {
        let mut members: Vec<String> = numbered(pieces, |n| format!("part{n}"));
        members.rotate_left(1);
        json(format!("{{{}}}", members.join(",")))
    }),
    ("names in another order", |pieces| {
        let mut members: Vec<String> =
            numbered(pieces, |n| char::from(b'a' + u8::try_from(n).unwrap_or(0)).to_string());
        members.swap(0, 1);
        json(format!("{{{}}}", members.join(",")))
    }),
    ("objects", |pieces| {
        let objects: Vec<String> = pieces
            .iter()
            .enumerate()
            .map(|(n, piece)| format!("{{\"kind\":\"chunk\",\"n\":{n},\"data\":\"{piece}\"}}"))
            .collect();
        json(format!("{{\"all\":[{}]}}", objects.join(",")))
    }),
    ("objects by number", |pieces| {
        let mut objects: Vec<String> = pieces
            .iter()
            .enumerate()
            .map(|(n, piece)| format!("{{\"data\":\"{piece}\",\"n\":{}}}", n + 1))
            .collect();
        objects.rotate_left(1);
        json(format!("[{}]", objects.join(",")))
    }),
    ("lines of JSON", |pieces| {
        let lines: Vec<String> = quoted(pieces).iter().map(|piece| format!("{{\"d\":{piece}}}")).collect();
        json(lines.join("\n"))
    }),
    ("escaped strings", |pieces| {
        let escaped: Vec<String> =
            pieces.iter().map(|piece| each_byte(piece, |byte| format!("\\u{byte:04x}"))).collect();
        json(format!("[{}]", quoted(&escaped).join(",")))
    }),
    ("form", |pieces| {
        typed("application/x-www-form-urlencoded", format!("id=7&{}", named(&percent(pieces), "f", "&")))
    }),
    ("multipart", |pieces| {
        let parts: Vec<String> = pieces
            .iter()
            .enumerate()
            .map(|(n, piece)| {
                format!("--b0und\r\ncontent-disposition: form-data; name=\"f{n}\"\r\n\r\n{piece}\r\n")
            })
            .collect();
        typed("multipart/form-data; boundary=b0und", format!("{}--b0und--\r\n", parts.concat()))
    }),
    ("lines", |pieces| typed("text/plain", pieces.join("\n"))),
    ("elements", |pieces| {
        let elements: Vec<String> =
            pieces.iter().enumerate().map(|(n, piece)| format!("<p{n} x=\"1\">{piece}</p{n}>")).collect();
        typed("application/xml", format!("<?xml version=\"1.0\"?>\n<r>{}</r>", elements.join("\n")))
    }),
    ("base64 in pieces", |pieces| {
        in_url(&format!(
            "x?{}",
            named(&recut(&BASE64URL_NOPAD.encode(pieces.concat().as_bytes()), pieces.len()), "p", "&")
        ))
    }),
    ("hex in pieces", |pieces| {
        json(format!(
            "[{}]",
            quoted(&recut(&HEXLOWER.encode(pieces.concat().as_bytes()), pieces.len())).join(",")
        ))
    }),
    ("pieces in base64", |pieces| {
        let encoded: Vec<String> = pieces.iter().map(|piece| BASE64.encode(piece.as_bytes())).collect();
        json(format!("[{}]", quoted(&encoded).join(",")))
    }),
    ("base64 of a file in pieces", |pieces| {
        let file = format!("# settings of today\nname=value\nTOKEN={}\n", pieces.concat());
        json(format!(
            "{{\"d\":[{}]}}",
            quoted(&recut(&BASE64.encode(file.as_bytes()), pieces.len())).join(",")
        ))
    }),
];

fn in_url(rest: &str) -> Carried {
    Carried { url: format!("https://sink.example/{rest}"), headers: Vec::new(), body: String::new() }
}

fn in_headers(headers: impl IntoIterator<Item = (String, String)>) -> Carried {
    let mut carried = in_url("x");
    carried.headers = headers.into_iter().collect();
    carried.headers.insert(0, ("accept".to_owned(), "*/*".to_owned()));
    carried.headers.push(("user-agent".to_owned(), "curl/8.5.0".to_owned()));
    carried
}

fn typed(content_type: &str, body: String) -> Carried {
    Carried { headers: vec![("content-type".to_owned(), content_type.to_owned())], body, ..in_url("x") }
}

fn json(body: String) -> Carried {
    typed("application/json", body)
}

fn named(pieces: &[String], name: &str, separator: &str) -> String {
    let pairs: Vec<String> =
        pieces.iter().enumerate().map(|(n, piece)| format!("{name}{n}={piece}")).collect();
    pairs.join(separator)
}

fn numbered(pieces: &[String], name: impl Fn(usize) -> String) -> Vec<String> {
    pieces.iter().enumerate().map(|(n, piece)| format!("\"{}\":\"{piece}\"", name(n))).collect()
}

fn members(pieces: &[String], name: impl Fn(usize) -> String, between: &str) -> String {
    numbered(pieces, name).join(&format!(",{between}"))
}

fn reversed(pieces: &[String]) -> String {
    let mut members =
        numbered(pieces, |n| ["alpha", "beta", "gamma", "delta", "omega", "last"][n.min(5)].to_owned());
    members.reverse();
    members.join(",")
}

fn quoted(pieces: &[String]) -> Vec<String> {
    pieces.iter().map(|piece| format!("\"{piece}\"")).collect()
}

fn percent(pieces: &[String]) -> Vec<String> {
    pieces.iter().map(|piece| each_byte(piece, |byte| format!("%{byte:02x}"))).collect()
}

fn each_byte(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

/// `text` in so many pieces of about one size.
fn recut(text: &str, count: usize) -> Vec<String> {
    let size = text.len().div_ceil(count);
    text.as_bytes().chunks(size).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
}

/// Tokens of rules with a prefix and a length, or a checksum.
fn tokens(seed: u64) -> Vec<(String, String)> {
    let strong = [
        "github.",
        "aws.access",
        "stripe.",
        "slack.",
        "anthropic.",
        "npm.",
        "gitlab.",
        "sendgrid.",
        "google.api-key",
    ];
    RuleSet::builtin()
        .expect("the rules are good")
        .examples(seed)
        .filter(|example| {
            let is_flagged = example.rule.ends_with(".unchecked-token");
            let is_strong = !is_flagged && strong.iter().any(|id| example.rule.starts_with(id));
            example.kind == ExampleKind::Token && is_strong
        })
        .filter_map(|example| Some((example.rule.to_string(), String::from_utf8(example.text).ok()?)))
        .filter(|(_, token)| !token.contains([' ', '\n', '?', '&', '"', '/', '=', ';']))
        .collect()
}

fn message<'a>(carried: &'a Carried, headers: &'a [(&'a str, &'a str)]) -> Message<'a> {
    post(&carried.url, headers, carried.body.as_bytes())
}

fn judge(scanner: &Scanner, carried: &Carried) -> Answer {
    let headers: Vec<(&str, &str)> =
        carried.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    scan(scanner, &message(carried, &headers))
}

#[test]
fn a_token_in_pieces_is_found_in_every_carrier() {
    let scanner = scanner();
    let tokens = tokens(5);
    assert!(tokens.len() >= 15, "only {} tokens", tokens.len());
    let mut missed = Vec::new();
    for (rule, token) in &tokens {
        if judge(&scanner, &json(format!("[\"{token}\"]"))).verdict != Verdict::Block {
            continue;
        }
        for (name, carrier) in CARRIERS {
            for count in [2, 3, 5] {
                let answer = judge(&scanner, &carrier(&recut(token, count)));
                if answer.verdict != Verdict::Block {
                    missed.push(format!("{rule} in {count} pieces as {name}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

/// Where names carry the pieces, or what is no value of its own in the usual form.
const UNUSUAL: [Carrier; 11] = [
    ("names of the query", |pieces| in_url(&format!("x?{}=1", pieces.join("=1&")))),
    ("a query without names", |pieces| in_url(&format!("x?{}", pieces.join("&")))),
    ("names of cookies", |pieces| in_headers([("cookie".to_owned(), format!("{}=1", pieces.join("=1; ")))])),
    ("cookies without names", |pieces| in_headers([("cookie".to_owned(), pieces.join("; "))])),
    ("names of headers", |pieces| {
        in_headers(pieces.iter().map(|piece| (format!("x-{piece}"), "1".to_owned())))
    }),
    ("names of fields", |pieces| {
        typed("application/x-www-form-urlencoded", format!("{}=1", percent(pieces).join("=1&")))
    }),
    ("a form without names", |pieces| typed("application/x-www-form-urlencoded", percent(pieces).join("&"))),
    ("names of parts", |pieces| {
        let part =
            |name: &String| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n1\r\n");
        let parts: String = pieces.iter().map(part).collect();
        typed("multipart/form-data; boundary=b", format!("{parts}--b--\r\n"))
    }),
    ("parameters of the path", |pieces| in_url(&format!("a;x={}", pieces.join("/b;x=")))),
    ("query and fragment", |pieces| {
        in_url(&format!("x?a={}#{}", pieces[..pieces.len() - 1].join("&a="), pieces[pieces.len() - 1]))
    }),
    ("headers of transport", |pieces| {
        let names = ["accept", "pragma", "te", "cache-control", "accept-language", "origin"];
        in_headers(names.iter().zip(pieces).map(|(name, piece)| ((*name).to_owned(), piece.clone())))
    }),
];

#[test]
fn a_token_in_names_and_unusual_places_is_found() {
    let scanner = scanner();
    let github = |(rule, _): &(String, String)| rule.starts_with("github.") && rule.ends_with("-token");
    let tokens: Vec<(String, String)> = tokens(8).into_iter().filter(github).collect();
    assert!(!tokens.is_empty());
    for (rule, token) in &tokens {
        for (name, carrier) in UNUSUAL {
            for count in [2, 3] {
                let answer = judge(&scanner, &carrier(&recut(token, count)));
                assert_eq!(answer.verdict, Verdict::Block, "{rule} in {count} pieces as {name}");
            }
        }
    }
}

#[test]
fn a_method_of_ones_own_is_a_piece_like_any_other() {
    let scanner = scanner();
    let (_, token) =
        tokens(9).into_iter().find(|(rule, _)| rule == "github.personal-access-token").expect("one");
    let url = format!("https://sink.example/{}", &token[20..]);
    let mut message = post(&url, &[], b"");
    let Content::Request(request) = &mut message.content else { unreachable!("it is a request") };
    request.method = token.as_bytes()[..20].into();
    assert_eq!(scan(&scanner, &message).verdict, Verdict::Block);
}

#[test]
fn ordinary_names_are_silent() {
    let scanner = scanner();
    let names: Vec<String> =
        (0..200).map(|n| format!("X-Amz-Meta-{n}=1&sk_{n}=live&ghp[{n}]=1&_ga_{n}=2&AKIA{n}=3")).collect();
    let form = typed("application/x-www-form-urlencoded", names.join("&"));
    let headers = in_headers(
        [
            ("accept", "*/*"),
            ("accept-language", "en-US"),
            ("x-request-id", "6f2c1b9e-3f8d-4c53-9a67-0d0b7a54c1de"),
            ("sec-ch-ua-platform", "Linux"),
            ("user-agent", "node18"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    for carried in [form, headers, in_url("x?v4&nocache&1700000000#top")] {
        let answer = judge(&scanner, &carried);
        assert!(
            answer.findings.is_empty(),
            "{:?}",
            answer.findings.iter().map(|f| &f.rule).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_token_is_found_letter_by_letter() {
    let scanner = scanner();
    for (rule, token) in tokens(6).iter().filter(|(rule, _)| {
        rule.starts_with("github.") && rule.ends_with("-token") && !rule.ends_with("unchecked-token")
    }) {
        let letters: Vec<String> = token.chars().map(String::from).collect();
        let answer = judge(&scanner, &json(format!("[{}]", quoted(&letters).join(","))));
        assert_eq!(answer.verdict, Verdict::Block, "{rule}");
    }
}

#[test]
fn every_piece_is_cut_out() {
    let scanner = scanner_with("[actions]\nsecret = \"redact\"\npii = \"redact\"\nexfiltration = \"flag\"\n");
    for (rule, token) in tokens(7) {
        if judge(&scanner, &json(format!("[\"{}\"]", recut(&token, 3)[0]))).verdict != Verdict::Allow {
            // The first piece is a token of its own.
            continue;
        }
        for (name, carrier) in CARRIERS {
            let carried = carrier(&recut(&token, 3));
            let headers: Vec<(&str, &str)> =
                carried.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let message = message(&carried, &headers);
            let answer = scan(&scanner, &message);
            if answer.verdict != Verdict::Redact {
                continue;
            }
            let edits = answer.edits.expect("it can be cut");
            let edited = apply(&message, &edits, scanner.policy().limits()).expect("edits apply");
            let body =
                edited.body.map_or(carried.body.clone(), |body| String::from_utf8(body).expect("text"));
            let url = edited.url.map_or(carried.url.clone(), |url| String::from_utf8(url).expect("text"));
            let headers: Vec<(String, String)> = edited.headers.map_or(carried.headers.clone(), |fields| {
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
                fields.into_iter().map(|(name, value)| (text(name), text(value))).collect()
            });
            let was_json = serde_json::from_str::<serde_json::Value>(&carried.body).is_ok();
            assert_eq!(
                was_json,
                serde_json::from_str::<serde_json::Value>(&body).is_ok(),
                "{rule} as {name}"
            );
            let left = Carried { url, headers, body };
            let again = judge(&scanner, &left);
            let rules: Vec<_> =
                again.findings.iter().map(|finding| (&finding.rule, finding.start, finding.end)).collect();
            assert_eq!(again.verdict, Verdict::Allow, "{rule} as {name}: {rules:?}, edits {edits:?}");
            let all = format!("{} {:?} {}", left.url, left.headers, left.body);
            assert!(
                recut(&token, 3).iter().skip(1).all(|piece| !all.contains(piece.as_str())),
                "{rule} as {name}"
            );
        }
    }
}

#[test]
fn what_the_operator_named_is_found_in_pieces() {
    let scanner = scanner_with("[[known]]\nname = \"canary-1\"\nvalue = \"lima-kilo-94-oscar\"\n");
    let answer = judge(&scanner, &in_url("x?a=lima-kil&b=o-94-oscar"));
    assert_eq!(answer.reason_code, Some("known_outbound"));
    assert_eq!(answer.findings[0].decoded_by, ["pieces"]);
}

#[test]
fn a_finding_in_pieces_says_where_it_begins() {
    let scanner = scanner();
    let (_, token) =
        tokens(8).into_iter().find(|(rule, _)| rule.starts_with("github.personal")).expect("there is one");
    let pieces = recut(&token, 2);
    let body = format!("{{\"a\": \"{}\", \"b\": \"{}\"}}", pieces[0], pieces[1]);
    let answer = judge(&scanner, &json(body));
    assert_eq!(answer.findings.len(), 1);
    let finding = &answer.findings[0];
    assert_eq!(
        (finding.pointer.as_deref(), finding.start, finding.end),
        (Some("/a"), 7, 7 + pieces[0].len())
    );
    let cuts: Vec<(usize, &str)> = answer
        .edits
        .as_ref()
        .expect("it can be cut")
        .iter()
        .map(|edit| (edit.start, edit.replacement.as_str()))
        .collect();
    assert_eq!(cuts, [(7, "[redacted:github.personal-access-token]"), (7 + pieces[0].len() + 9, "")]);
}

#[test]
fn a_host_in_pieces_cannot_be_edited() {
    let scanner = scanner_with("[actions]\nsecret = \"redact\"\n");
    let (_, token) =
        tokens(9).into_iter().find(|(rule, _)| rule.starts_with("github.personal")).expect("there is one");
    let labels = recut(&HEXLOWER.encode(token.as_bytes()), 2);
    let carried = Carried { url: format!("https://{}.{}.sink.example/", labels[0], labels[1]), ..in_url("") };
    let answer = judge(&scanner, &carried);
    assert_eq!((answer.verdict, answer.edits), (Verdict::Block, None));
}

#[test]
fn a_text_that_breaks_off_is_not_ended_by_what_stands_before_it() {
    let scanner = scanner();
    let id = ("x-request-id".to_owned(), "6f2c1b9e-3f8d-4c53-9a67-0d0b7a54c1de".to_owned());
    for (rule, token) in tokens(10) {
        let (begun, rest) = token.split_at(token.len() - 4);
        let carried = Carried { headers: vec![id.clone()], ..typed("text/plain", begun.to_owned()) };
        let answer = judge(&scanner, &carried);
        let in_pieces = answer.findings.iter().any(|finding| finding.decoded_by.contains(&"pieces"));
        assert!(!in_pieces, "{rule} without its last {}", rest.len());
    }
}

#[test]
fn lists_of_ordinary_values_are_silent() {
    let scanner = scanner();
    let mut state = 7_u64;
    let mut random = |alphabet: &[u8], length: usize| -> String {
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(alphabet[usize::try_from(state >> 33).unwrap_or(0) % alphabet.len()])
            })
            .collect()
    };
    let alphabets: [(&str, &[u8]); 3] = [
        ("hex", b"0123456789abcdef"),
        ("base62", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        ("base64url", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"),
    ];
    for (name, alphabet) in alphabets {
        for length in [1, 2, 4, 8, 11, 22, 40] {
            let ids: Vec<String> = (0..20_000).map(|_| random(alphabet, length)).collect();
            let answer = judge(&scanner, &json(format!("[{}]", quoted(&ids).join(","))));
            let rules: Vec<_> = answer.findings.iter().map(|finding| finding.rule.to_string()).collect();
            assert!(rules.is_empty(), "{name} of {length}: {rules:?}");
            assert!(answer.coverage.complete, "{name} of {length}");
        }
    }
}

#[test]
fn lists_of_addresses_and_codes_are_looked_at_whole_and_are_no_secret() {
    let address = |n: usize| {
        format!(
            "{{\"id\":\"n{n}\",\"url\":\"https://host{n}.example/api\",\"kind\":\"GET\",\"path\":\"/v{n}\"}}"
        )
    };
    let code =
        |n: usize| format!("{{\"code\":\"{}\",\"number\":\"{n}\"}}", ["ATB", "BQAQ", "BYAA", "CSK"][n % 4]);
    let lists: [Vec<String>; 2] = [(0..60).map(address).collect(), (0..60).map(code).collect()];
    for list in lists {
        let body = format!("[{}]", list.join(","));
        let headers = [("content-type", "application/json")];
        let answer = scan(&scanner(), &post("https://api.example/import", &headers, body.as_bytes()));
        assert_eq!((answer.verdict, answer.coverage.complete), (Verdict::Allow, true), "{body}");
    }
}
