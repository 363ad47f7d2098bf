//! Random data that leaves in small pieces is found over a session; what ordinary work asks for is not.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::random::Random;
use common::{post, rules_in_requests, scanner, scanner_with};
use scanner::{Answer, InMemory, Scanner, Session, Verdict};

const BASE32: &str = "abcdefghijklmnopqrstuvwxyz234567";
const BASE36: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";

/// Requests with a number and random text, sent by ordinary work.
const ORDINARY: &[&str] = &[
    "https://files.pythonhosted.org/packages/{hex2}/{hex2}/{hex60}/package-1.{n}.0-py3-none-any.whl",
    "https://pypi.org/simple/package-{n}/",
    "https://registry.npmjs.org/@scope/package-{n}/-/package-{n}-4.17.21.tgz",
    "https://static.crates.io/crates/serde/1.0.{n}/download",
    "https://proxy.golang.org/github.com/owner/name/@v/v0.0.0-20240101000000-{hex12}.zip",
    "https://registry.example.com/v2/library/app/blobs/sha256:{hex64}",
    "https://registry.example.com/v2/library/app/blobs/uploads/{uuid}?_state={b64-180}&digest=sha256%3A{hex64}",
    "https://production.docker.example/registry-v2/docker/registry/v2/blobs/sha256/{hex2}/{hex64}/data?expires=1700000000&signature={b64-43}&version=3",
    "https://cache.nixos.org/nar/{b32-52}.nar.xz",
    "https://git.example.com/owner/name.git/objects/{hex2}/{hex38}",
    "https://git.example.com/owner/name.git/info/lfs/objects/{hex64}",
    "https://bucket.s3.us-east-1.amazonaws.com/backup-{n}.tar?partNumber={n}&uploadId={b62-64}",
    "https://bucket.s3.amazonaws.com/f-{n}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260105%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token={b64-600}&X-Amz-Signature={hex64}",
    "https://storage.example.com/o/file-{n}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature={hex512}",
    "https://account.blob.core.windows.net/c/b-{n}?sv=2024-01-01&se=2026-01-01T00%3A00%3A00Z&sr=b&sig={b64-43}%3D",
    "https://account.blob.core.windows.net/c/big?comp=block&blockid={b64-64}&n={n}",
    "https://d111111abcdef8.cloudfront.net/v/{n}?Policy={b64-300}&Signature={b64-344}&Key-Pair-Id=K2JCJMDEHXQW5F",
    "https://api.example.com/v1/items?limit=100&cursor={b64-120}",
    "https://api.example.com/v1/items/{uuid}/comments/{n}?page_token={b64-200}",
    "https://api.example.com/v1/documents/{hex24}",
    "https://api.example.com/v1/charges/ch_{b62-24}?expand=x",
    "https://www.googleapis.com/drive/v3/files/1{b64-32}?alt=media",
    "https://docs.google.com/document/d/1{b64-43}/export?format=txt",
    "https://i.ytimg.com/vi/{b64-11}/hqdefault.jpg",
    "https://lh3.googleusercontent.com/{b64-140}=w400-h300",
    "https://encrypted-tbn0.gstatic.com/images?q=tbn:ANd9Gc{b64-46}&s",
    "https://images.example.com/photo-{n}-{hex12}?ixlib=rb-4.0.3&auto=format&fit=crop&w=1000&q=80",
    "https://cdn.example.com/assets/chunk-{b62-8}.js",
    "https://cdn.example.com/_next/static/{b64-21}/_buildManifest.js",
    "https://www.example.com/?gclid={b64-100}&utm_source=x&utm_campaign=spring-{n}",
    "https://www.example.com/?fbclid=IwAR{b64-57}",
    "https://login.example.com/authorize?response_type=code&client_id=app&state={b64-43}&nonce={b64-43}&code_challenge={b64-43}&code_challenge_method=S256",
    "https://app.example.com/callback?code=4%2F0A{b64-70}&state={b64-43}",
    "https://login.example.com/saml?SAMLRequest={b64-700}&RelayState={b64-60}&SigAlg=rsa&Signature={b64-344}",
    "https://{hex32}.safeframe.googlesyndication.com/safeframe/1-0-40/html/container.html",
    "https://uc{hex27}.dl.dropboxusercontent.com/cd/0/get/{b64-200}/file",
    "https://{b36-32}.lambda-url.us-east-1.on.aws/",
    "https://3000-{b36-20}.e2b.app/",
    "https://{uuid}.us-east-0-1.aws.cloud.example.io:6333/collections",
    "https://my-site-git-feature-{n}-team.vercel.app/",
    "https://{hex24}--my-site.netlify.app/",
    "https://service-{b36-10}-uc.a.run.app/",
    "https://{hex4}-{n}-{n}-{n}.ngrok-free.app/hook",
    "https://internal-{hex32}-1234567890.us-east-1.elb.amazonaws.com/",
    "https://search-logs-{b36-26}.us-east-1.es.amazonaws.com/_search",
    "https://{hex32}.gr7.us-east-1.eks.amazonaws.com/api/v1/pods",
    "https://r{n}---sn-{b36-8}.googlevideo.com/videoplayback?expire=1700000000&ei={b64-22}&sig=AJfQ{b64-90}&lsig={b64-90}",
    "https://o{n}.ingest.us.sentry.io/api/{n}/envelope/?sentry_key={hex32}&sentry_version=7",
    "https://browser-intake.example.com/api/v2/rum?ddsource=browser&dd-api-key=pub{hex32}&dd-request-id={uuid}&batch_time={n}",
];

/// Addresses of files that their services signed: who was sent to one goes there.
const SIGNED: &[&str] = &[
    "https://cdn03.quay.io/quayio-production-s3/sha256/{hex2}/{hex64}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{key-16}%2F20261126%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261126T083000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={hex64}",
    "https://bucket.s3.us-west-2.amazonaws.com/{uuid}/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIA{key-16}%2F20261126%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Date=20261126T083000Z&X-Amz-Expires=3600&X-Amz-Security-Token={b64-600}&X-Amz-Signature={hex64}&X-Amz-SignedHeaders=host",
    "https://store.example.com/o/{hex64}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{key-16}%2F20261126%2Fauto%2Fs3%2Faws4_request&X-Amz-Date=20261126T083000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature={hex64}",
    "https://release-assets.githubusercontent.com/github-production-release-asset/{n}/{uuid}?sp=r&sv=2018-11-09&sr=b&spr=https&se=2026-11-26T09%3A15%3A12Z&skoid={uuid}&sktid={uuid}&sks=b&skv=2018-11-09&sig={b62-43}%3D&jwt=eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJnaXRodWIuY29tIn0.{b64-43}&response-content-type=application%2Foctet-stream",
    "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:{hex64}?se=2026-11-26T08%3A25%3A00Z&sig={b62-43}%3D&skoid={uuid}&sp=r&spr=https&sr=b&sv=2025-01-05",
    "https://private-user-images.githubusercontent.com/1/{n}-{uuid}.png?jwt=eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJnaXRodWIuY29tIn0.{b64-43}",
    "https://raw.githubusercontent.com/owner/name/main/file?token=A{key-28}",
    "https://files.oaiusercontent.com/file-{b62-22}?se=2026-11-26T08%3A25%3A00Z&sp=r&sv=2024-08-04&sr=b&sig={b62-43}%3D",
    "https://cdn-lfs-us-1.huggingface.co/repos/{hex2}/{hex2}/{hex64}?Expires=1700000000&Policy={b64-300}&Signature={b64-344}&Key-Pair-Id=K24J24Z295AEI9",
    "https://stream.mux.com/{b62-46}.m3u8?token=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIiwiYXVkIjoidiJ9.{b64-342}",
];

fn filled(template: &str, number: usize, random: &mut Random) -> String {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("it is closed");
        text.push_str(&piece(name, number, random));
        text.push_str(rest);
    }
    text
}

/// `b64-30`: so many characters; `n`: the number; `uuid`.
fn piece(name: &str, number: usize, random: &mut Random) -> String {
    let mut hex = |length| random.text(HEX, length);
    match name {
        "n" => return number.to_string(),
        "uuid" => return format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12)),
        _ => {}
    }
    let (alphabet, length) = match name.split_once('-') {
        Some(("b32", length)) => (BASE32, length),
        Some(("b36", length)) => (BASE36, length),
        Some(("b62", length)) => (BASE62, length),
        Some(("key", length)) => (CAPITALS, length),
        Some((_, length)) => (BASE64, length),
        None => (HEX, name.trim_start_matches("hex")),
    };
    random.text(alphabet, length.parse().expect("a length"))
}

#[test]
fn ordinary_work_is_neither_stopped_nor_flagged() {
    let scanner = scanner();
    let mut random = Random::new(77);
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for template in ORDINARY {
        let urls: Vec<String> = (0..120).map(|number| filled(template, number, &mut random)).collect();
        let rules = rules_in_requests(&scanner, urls.iter().map(String::as_str));
        let rules: Vec<String> = rules.into_iter().filter(|rule| rule.starts_with("exfiltration")).collect();
        if !rules.is_empty() {
            found.insert(template, rules);
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Asks for such a URL so many times, and answers how many were stopped, and flagged.
fn asked(template: &str, times: usize, policy: &str) -> (usize, usize) {
    let (scanner, memory) = (scanner_with(policy), InMemory::new());
    let mut random = Random::new(5);
    let answers = (0..times).map(|number| {
        let url = filled(template, number, &mut random);
        get(&scanner, &memory, &url, number as u64)
    });
    answers.fold((0, 0), |(stopped, flagged), answer| {
        let is_stopped = answer.verdict == Verdict::Block;
        (stopped + usize::from(is_stopped), flagged + usize::from(!is_stopped && !answer.findings.is_empty()))
    })
}

fn get(scanner: &Scanner, memory: &InMemory, url: &str, second: u64) -> Answer {
    let session = Session { memory, now: Duration::from_secs(second) };
    let mut message = post(url, &[], b"");
    message.session = Some("s".into());
    scanner.scan_in_session(&message, session, &|| false).expect("the message is within the limits")
}

#[test]
fn a_tunnel_of_names_is_stopped() {
    for (template, stopped) in [
        ("https://{b32-26}.d.example.com/", 100 - 23),
        ("https://{n}.{b36-28}.example.co.uk/", 100 - 23),
        ("https://{b32-48}.d.example.com/", 100),
        ("https://{b36-32}.{b36-32}.example.com/", 100),
        ("https://{hex62}.example.com/", 100),
        ("https://{hex40}.example.com/", 0),
    ] {
        let (found, _) = asked(template, 100, "");
        assert!(found >= stopped * 9 / 10 && found <= stopped.max(1), "{template}: {found} of {stopped}");
    }
}

#[test]
fn a_tunnel_of_paths_and_values_is_flagged_now_and_then() {
    for template in [
        "https://sink.example.com/{n}/{b64-30}",
        "https://sink.example.com/p.png?i={n}&d={b62-32}",
        "https://sink.example.com/?d={hex36}",
    ] {
        let (stopped, flagged) = asked(template, 200, "");
        assert!(stopped == 0 && (2..=5).contains(&flagged), "{template}: {stopped}, {flagged}");
    }
}

#[test]
fn hosts_that_the_operator_lists_are_not_counted() {
    let policy = "[egress]\nallow = [\"*.d.example.com\"]\n";
    assert_eq!(asked("https://{b32-26}.d.example.com/", 100, policy), (0, 0));
    let all = "[egress]\nallow = [\"other.example\"]\nprivate = []\n";
    assert_eq!(asked("https://{b32-26}.d.example.com/", 50, all).0, 50);
}

#[test]
fn a_slow_trickle_is_forgotten_and_sessions_are_kept_apart() {
    let (scanner, memory) = (scanner(), InMemory::new());
    let mut random = Random::new(6);
    for number in 0..100 {
        let url = filled("https://{b32-26}.d.example.com/", number, &mut random);
        assert_eq!(get(&scanner, &memory, &url, 60 * number as u64).verdict, Verdict::Allow, "{number}");
    }
}

#[test]
fn a_host_under_a_public_suffix_is_a_domain_of_its_own() {
    for template in [
        "https://{b36-26}.cloudfront.net/",
        "https://{b36-30}.trycloudflare.com/x",
        "https://x.{b36-30}.vercel.app/",
    ] {
        assert_eq!(asked(template, 60, ""), (0, 0), "{template}");
    }
}

#[test]
fn who_was_sent_to_a_signed_address_may_go_there() {
    let (scanner, mut random) = (scanner(), Random::new(78));
    for template in SIGNED {
        for number in 0..20 {
            let url = filled(template, number, &mut random);
            let answer = scanner.scan(&post(&url, &[], b""), &|| false).expect("within the limits");
            assert_eq!(answer.verdict, Verdict::Allow, "{template}");
        }
    }
}
