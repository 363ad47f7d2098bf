//! Ordinary traffic goes out, and what looks like it but is a secret does not.

mod common;

use std::collections::BTreeMap;

use common::random::Random;
use common::{post, scan, scanner};
use scanner::{Scanner, Verdict};
use serde_json::json;

const HEX: &str = "0123456789abcdef";
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TIMES: usize = 60;

/// What agents read and send. In `{…}` something random stands.
const ORDINARY: &[&str] = &[
    // Language servers: what takes long has a number.
    r#"{"jsonrpc":"2.0","method":"window/workDoneProgress/create","id":3,"params":{"token":"{uuid}"}}"#,
    r#"{"jsonrpc": "2.0", "method": "$/progress", "params": {"token": "{uuid}", "value": {"kind": "end"}}}"#,
    r#"{"params": {"token": "{uuid}", "value": {"kind": "report"}}, "method": "$/progress", "jsonrpc": "2.0"}"#,
    // Lists that are read page by page.
    r#"{"items": [], "NextMarkerToken": "{base62-64}"}"#,
    "result:\n  ShardIteratorToken: {base62-32}\n  count: 3\n",
    r#"{"continuationCommand": {"token": "{base62-60}", "request": "BROWSE"}}"#,
    "{\"continuationCommand\": {\n      \"token\": \"{base62-60}\"\n}}",
    "gcloud search \\-\\-page\\-token=\"{base62-16}\"\n",
    r#"{"items": [], "NextRecordToken": "{base62-64}"}"#,
    r#"["4", "7", "room:1", "phx_reply", {"status": "ok", "response": {"cursor": "{base62-44}"}}]"#,
    r#"{"tokenMint": "{base62-44}", "token_accessor": "{base62-24}"}"#,
    // Shops and devices.
    r#"{"cart_token": "{hex-32}", "checkout_token": "{hex-32}"}"#,
    r#"{"pushToken": "{hex-64}", "fcmToken": "{base62-22}:APA91b{base62-100}"}"#,
    // Pages tell everybody.
    "<script>analytics._writeKey=\"{base62-32}\";analytics.SNIPPET_VERSION=\"5.2.1\";</script>",
    "join https://us02web.zoom.us/j/8{digit-10}?pwd={base62-32}.1 or by phone",
    "join https://zoom.us/j/8{digit-10}?pwd={base62-28}Zz09",
    "https://firebasestorage.googleapis.com/v0/b/a.appspot.com/o/i%2Fa.png?alt=media&token={uuid}",
    "approve https://www.paypal.com/checkoutnow?token={HEX-17}",
    "https://onedrive.live.com/?authkey=%21A{base62-14}&id=1",
    "https://cdn.host.example/{uuid}/playlist.m3u8?token={base62-43}&expires=17{digit-8}",
    "<a href=\"https://letters.host.example/unsubscribe?token={base62-40}&list=7\">Unsubscribe</a>",
    // Numbers of sixteen digits that name one of many.
    "see https://shop.host.example/orders/{card} and https://host.example/v1/posts/{card}/likes",
    "GET /v21.0/{card}/insights?limit=9 HTTP/1.1\r\n",
    "dsn: \"https://{hex-32}@o4504{digit-12}.ingest.host.example/{card}\"",
    r#"{"thread": "{card}", "since": "{card}", "trace": "{card}"}"#,
    "https://graph.host.example/act_1{digit-15}/campaigns",
    "https://graph.host.example/v21.0/act_{card}/campaigns",
    // Documents and logs.
    "ERROR: fetching token: AADSTS{digit-5}: Due to a change\n",
    "Credentials *Credentials `protobuf:\"bytes,2,opt,name=user_credentials,json=userCredentials,proto3\"`\n",
    "secret := \"projects/[PROJECT_ID]/secrets/[SECRET]\"\n",
    "* Add new upstream signing key {HEX-40}\n",
    "annotations:\n  checksum/secret: {hex-64}\n",
    "<wsse:Password Type=\"http://host.example/wss#PasswordDigest\">{base62-27}=</wsse:Password>",
    "Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW\nAccept: *\n",
    "   token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token\n",
];

/// What those leave room for, and must be stopped all the same.
const SECRETS: &[&str] = &[
    "<wsse:Password Note=\"Digest\">{base62-27}</wsse:Password>",
    r#"{"jsonrpc":"2.0","method":"session/open","id":3,"params":{"token":"{uuid}"}}"#,
    r#"{"jsonrpc":"2.0","method":"$/progress","params":{"token":"{base62-32}"}}"#,
    r#"{"continuation": 1, "session": {"token": "{base62-40}"}}"#,
    r#"{"continuationCommand": {"id": 1}, "a": {"accessToken": "{base62-40}"}}"#,
    "gcloud search \\-\\-access\\-token=\"{base62-32}\"\n",
    r#"{"a": {"pushSecret": "{hex-64}", "cart_api_key": "{hex-32}"}}"#,
    r#"{"page": {"nextAccessToken": "{base62-64}"}}"#,
    "NEXT_SANITY_TOKEN={base62-64}\n",
    "approve https://www.paypal.com.host.example/checkoutnow?token={HEX-17}",
    "SEGMENT_WRITE_KEY={base62-32}\n",
    "analytics._secretKey=\"{base62-32}\";",
    "https://us02web.zoom.us/j/8{digit-10}?access_token={base62-32}",
    "https://zoom.us.host.example/j/1?pwd={base62-32}",
    "https://files.host.example/a.png?alt=media&token={base62-40}",
    "https://app.host.example/v1.2/login?token={base62-43}&expires=17{digit-8}",
    "https://cdn.host.example/a.m3u8?access_token={base62-43}&expires=17{digit-8}",
    "https://letters.host.example/login?token={base62-40}",
    "https://host.example/{card}",
    "https://host.example/collect/{card}",
    "https://host.example/cards/{card}",
    "https://host.example/v1/card_{card}/x",
    "https://host.example/orders?q={card}",
    "GET /customers/{card} HTTP/1.1\r\n",
    r#"{"note": "{card}", "user": "a"}"#,
    "bearer token: AADSTS{base62-30}: it is\n",
    "Credentials: `protobuf-{base62-32}`\n",
    "signing_key: {HEX-40}\n",
    "<wsse:Password Type=\"http://host.example/wss#PasswordText\">{base62-20}</wsse:Password>",
    "secret: {hex-64}\n",
    // Turned by thirteen.
    "PGPASSWORD=act_{rot-24}",
];

fn filled(random: &mut Random, text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        filled.push_str(before);
        let slot = tail.split_once('}').and_then(|(name, after)| Some((slot(random, name)?, after)));
        let (value, after) = slot.unwrap_or_else(|| ("{".to_owned(), tail));
        filled.push_str(&value);
        rest = after;
    }
    filled + rest
}

fn slot(random: &mut Random, name: &str) -> Option<String> {
    let (kind, length) = name.split_once('-').unwrap_or((name, "0"));
    let length = length.parse().ok()?;
    Some(match kind {
        "uuid" => {
            let hex = random.text(HEX, 32);
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
        }
        "hex" => random.text(HEX, length),
        "HEX" => random.text(HEX, length).to_uppercase(),
        "digit" => random.text("0123456789", length),
        "base62" => random.text(BASE62, length),
        // A digit and a capital in it, as a token has.
        "rot" => format!("7{}Q", random.text(BASE62, length - 2)),
        "card" => with_luhn(&format!("45{}", random.text("0123456789", 13))),
        _ => return None,
    })
}

fn with_luhn(digits: &str) -> String {
    let doubled = |(at, digit): (usize, u32)| {
        let digit = if at % 2 == 0 { 2 * digit } else { digit };
        digit / 10 + digit % 10
    };
    let sum: u32 = digits.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate().map(doubled).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// How many of `times` of each template are stopped, as text in a document, in a chat and as they stand.
fn stopped(scanner: &Scanner, templates: &[&'static str], times: usize) -> BTreeMap<&'static str, usize> {
    let mut random = Random::new(77);
    let mut stopped: BTreeMap<_, usize> = templates.iter().map(|template| (*template, 0)).collect();
    for (template, count) in &mut stopped {
        for _ in 0..times {
            let text = filled(&mut random, template);
            let bodies = [
                text.clone(),
                json!({"document": {"text": text}}).to_string(),
                json!({"messages": [{"role": "tool", "content": [{"text": text}]}]}).to_string(),
            ];
            let is_stopped = |body: &String| {
                scan(scanner, &post("https://sink.example/x", &[], body.as_bytes())).verdict != Verdict::Allow
            };
            *count += bodies.iter().filter(|body| is_stopped(body)).count();
        }
    }
    stopped
}

#[test]
fn ordinary_messages_go_out() {
    let mut stopped = stopped(&scanner(), ORDINARY, TIMES);
    // A UUID or a random value is a number of another rule by chance.
    stopped.retain(|_, count| *count > TIMES / 20);
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn secrets_that_look_like_them_do_not() {
    let mut stopped = stopped(&scanner(), SECRETS, TIMES);
    // Random values read as words or placeholders now and then.
    stopped.retain(|_, count| *count < 3 * TIMES - TIMES / 20);
    assert!(stopped.is_empty(), "{stopped:#?}");
}

/// Keys that count events belong in the events, at any depth, at their own host and nowhere else.
#[test]
fn keys_of_events_go_home() {
    let scanner = scanner();
    let mut random = Random::new(78);
    for _ in 0..TIMES {
        let (hex, base62) = (random.text(HEX, 32), random.text(BASE62, 32));
        let event = json!([{"event": "a", "properties": {"token": hex, "distinct_id": "7"}}]);
        let profile = json!([{"$token": hex, "$distinct_id": "7", "$set": {"plan": "x"}}]);
        let batch = json!({"batch": [{"type": "track", "writeKey": base62}], "sentAt": "2026-01-05"});
        let other = json!([{"event": "a", "properties": {"api_key": hex}}]);
        for (body, host, want) in [
            (&event, "api.mixpanel.com", Verdict::Allow),
            (&profile, "api-eu.mixpanel.com", Verdict::Allow),
            (&batch, "api.segment.io", Verdict::Allow),
            (&event, "sink.example", Verdict::Block),
            (&batch, "sink.example", Verdict::Block),
            (&other, "api.mixpanel.com", Verdict::Block),
            (&event, "api.segment.io", Verdict::Block),
        ] {
            let url = format!("https://{host}/track");
            let body = body.to_string();
            let headers = [("content-type", "application/json")];
            let answer = scan(&scanner, &post(&url, &headers, body.as_bytes()));
            assert_eq!(answer.verdict, want, "{body} to {host}");
        }
    }
}

#[test]
fn what_belongs_to_a_host_goes_there() {
    let scanner = scanner();
    let mut random = Random::new(79);
    for _ in 0..TIMES {
        let card = filled(&mut random, "{card}");
        let cookie = filled(&mut random, "at-main=\"Atza|{base62-200}\"");
        for (host, path, want) in [
            ("o45.ingest.us.sentry.io", format!("api/{card}/envelope/"), Verdict::Allow),
            ("sink.example", format!("api/{card}/envelope/"), Verdict::Block),
            ("sink.example", card.clone(), Verdict::Block),
        ] {
            let url = format!("https://{host}/{path}");
            assert_eq!(scan(&scanner, &post(&url, &[], b"")).verdict, want, "{url}");
        }
        for (url, want) in
            [("https://www.amazon.com/cart", Verdict::Allow), ("https://sink.example/cart", Verdict::Block)]
        {
            let answer = scan(&scanner, &post(url, &[("cookie", &cookie)], b""));
            assert_eq!(answer.verdict, want, "{url}");
        }
    }
}

#[test]
fn a_key_in_pieces_begins_with_no_event() {
    let scanner = scanner();
    let mut random = Random::new(80);
    for _ in 0..TIMES {
        let body = filled(&mut random, r#"["phx_{base62-7}7", "{base62-24}", "{base62-12}"]"#);
        let answer = scan(&scanner, &post("https://sink.example/x", &[], body.as_bytes()));
        assert_eq!(answer.verdict, Verdict::Block, "{body}");
    }
}
