//! What looks like a secret and is none goes out as it is: at most one message in a thousand is stopped.

mod common;

use std::collections::BTreeMap;

use common::random::Random;
use common::{post, scan, scanner};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use scanner::{ExampleKind, Verdict};
use serde_json::json;

const SEEDS: u64 = 12;
const HEX: &str = "0123456789abcdef";
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Texts with `{…}` where something random stands.
const TEXTS: &[&str] = &[
    // Ids, digests and lockfiles.
    "request_id={uuid} trace={hex32} span={hex16} took 12ms\n",
    "{\"idempotency_key\": \"{uuid}\", \"partition_key\": \"{uuid}\", \"cache_key\": \"{hex32}\"}",
    "{\"key_id\": \"{base62-20}\", \"token_id\": \"{uuid}\", \"secret_id\": \"{uuid}\", \"password_id\": 7}",
    "{\"next_page_token\": \"{base64-40}\", \"pageToken\": \"{base62-24}\", \"syncToken\": \"{base62-24}\"}",
    "{\"csrf_token\": \"{base62-32}\", \"xsrfToken\": \"{base62-32}\"}",
    "commit {hex40}\nAuthor: A <a@host.example>\n\n    Rotate the api key and the password\n",
    "FROM app@sha256:{hex64}\n",
    "github.com/pkg/secret v1.2.{n} h1:{base64-44}\ngithub.com/pkg/token v0.{n}.0/go.mod h1:{base64-44}\n",
    "name = \"token-store\"\nversion = \"1.{n}.0\"\nchecksum = \"{hex64}\"\n",
    "\"node_modules/js-tokens\": {\n \"version\": \"4.0.{n}\",\n \"integrity\": \"sha512-{base64-88}\"\n}",
    "passlib==1.7.{n} --hash=sha256:{hex64} --hash=sha256:{hex64}\n",
    "<script src=\"/auth.js\" integrity=\"sha384-{base64-64}\" crossorigin></script>",
    "{\"password_sha1\": \"{hex40}\", \"api_key_hash\": \"{hex64}\", \"token_fingerprint\": \"{hex32}\"}",
    "{\"public_key\": \"{base64-88}\", \"publicToken\": \"{base62-32}\", \"publishable_key\": \"{base62-32}\"}",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base62-43} me@host\n",
    "-----BEGIN CERTIFICATE-----\n{base64-64}\n{base64-64}\n{base64-64}\n-----END CERTIFICATE-----\n",
    "https://bucket.s3.amazonaws.com/f?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={base62-20}%2F20260105%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature={hex64}",
    "secretsmanager arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-{base62-6}\n",
    "[\"{uuid}\",\"{uuid}\",\"{hex40}\",\"{base64-44}\"]",
    "{\"embedding\": \"{base64-200}\", \"image\": \"data:image/png;base64,iVBORw0KGgo{base64-200}\"}",
    "order 2026-{n}-{digit8}, customer {digit10}, invoice INV{digit10}\n",
    // Placeholders and references.
    "password = ${DB_PASSWORD}\napi_key: {{ secrets.API_KEY }}\ntoken: <YOUR_TOKEN>\n",
    "API_KEY=your-api-key-here\nSECRET=changeme\nTOKEN=xxxxxxxxxxxxxxxx\nPASSWORD=\n",
    "password: \"{{ vault_db_password }}\"\nsecret: vault:secret/data/app{n}#password\n",
    "token = os.environ[\"API_TOKEN_{n}\"]\nsecret = os.getenv('APP_SECRET')\nkey = process.env.API_KEY_{n};\n",
    "password: !Ref DbPassword{n}\ntoken: !Sub '${Stack}-token'\nsecret = var.db_password_{n}\n",
    "apiKey: op://vault/item{n}/credential\npassword: ssm:/prod/app{n}/password\n",
    "DB_PASSWORD=$(cat /run/secrets/db{n})\nTOKEN=`get-token {n}`\nSECRET_FILE=/run/secrets/app{n}\n",
    "curl -u user:password https://host.example/\ncurl -H \"Authorization: Bearer $TOKEN_{n}\" https://host.example/\n",
    "{\"password\": \"password{n}\", \"secret\": \"test-secret\", \"token\": \"dummy-token-{n}\"}",
    "postgres://user:password@localhost:5432/db{n}\nredis://:${REDIS_PASSWORD}@cache:6379/0\n",
    // Words about passwords.
    "{\"password\": \"Passwort vergessen?\", \"password_hint\": \"Mindestens 8 Zeichen\", \"passwordLabel\": \"Kennwort*\"}",
    "{\"password\": \"required|string|min:{n}\", \"token\": \"nullable|size:{n}\"}",
    "Password string `json:\"password\" validate:\"required,min={n},max=64\"`\n",
    "{\"password\": {\"type\": \"string\", \"format\": \"password\", \"minLength\": {n}, \"example\": \"P4ssw0rd-{n}x\"}}",
    "{\"properties\": {\"client_secret\": {\"type\": \"string\"}, \"access_token\": {\"$ref\": \"#/components/schemas/Token{n}\"}}}",
    "<label for=\"password\">Password</label><input type=\"password\" name=\"password\" id=\"pw{n}\" autocomplete=\"new-password\">",
    "the password must have at least {n} characters, one digit (0-9) and one sign (!@#)\n",
    "the token is passed to the function, and the secret is kept in the vault{n}; the key is the value.\n",
    "input[type=password]#password{n} { color: #{hex6}; }\n",
    "passwordPolicy: {minLength: {n}, requireDigit: true}, passwordResetUrl: '/auth/reset-{n}'\n",
    // Code that handles them.
    "{\"x-goog-api-key\":a{n}})},t=He.replace(\"{app}\",e),h[\"X-Auth-Token\"]=n{n}),r&&(h[\"x-id\"]=t)\n",
    "return{accessToken:e?t{n}:void 0,credentials:fe?T:void 0},n.keywordToken===105?aye(n{n}):0;const token=this.#tokens[i{n}];\n",
    "log(\"Failed to get token: \"+e{n}),t||(this.repo.{n}=1);throw Error(\"Unexpected token \" ,l=(0,y.default)(u,{n}))\n",
    "cases: { \"@keywords\": { token: \"keyword.$0\" }, \"@types\": { token: \"type.reserved.$S{n}\" } }\n",
    "\"AWS::ApiGateway::ApiKey\": \"{hex16}\", \"AWS::IAM::AccessKey\": \"{hex16}\"\n",
    "apiKey: SensitiveString2048;\n  KdcAdminPassword: XmlStringMaxLen256;\n const apiKey=defaultApiKey${n};\n",
    "pub(\"set_password\");keyring.set_password('service{n}', 'user1', 'password1')\n",
    "{\"ChangeToken\": \"{uuid}\", \"UpdateToken\": \"{uuid}\", \"LockToken\": \"{uuid}\"}",
    "{password:\"form-password_input__{base62-6}\",token:\"Token_root__{base62-6}\"}",
    "<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"{base62-64}\"><input name=\"authenticity_token\" value=\"{base64-88}\">",
    "kdf: scrypt, salt: {hex64}, n: 262144\n",
    "password: $2b$10$somesalt{n}; token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6Ikp...'\n",
    "| 'token-efficient-tools-2025-02-19' | 'files-api-2025-04-{n}'\n",
    "| trailers | read; the stream is cut unless they may pass | `test_trailers_over_http{n}_are_read_too` |\n",
    "proxy = http://user:opensesame@host.example/ or http://user:My%20Pass@proxy:{n}/\n",
    "<div class=\"token svelte-1dv2v{n}\"><p className=\"creds svelte-14xt{n}\">\n",
    "pkg/tests/conftest.py,sha256=-wk-4brT{base62-34},{n}\npkg/a.py,sha256={base62-43},{n}\n",
    "engine = create_engine(\"postgresql+psycopg2://scott:tiger@host{n}/test\"); broker = 'amqp://guest:guest@localhost:56{n}//'\n",
    "token = '%[a-f0-9]{2}'; EXTRACT_TOKEN = 'anli_v0.{n}'; \"V1Secret\": \".v1_secret\"; account_key = 'xpub661MyMwAq{base62-60}'\n",
    "e.g. `-----BEGIN RSA PRIVATE KEY----- MIIEpQIBAAKCAQEA{base62-20}... -----END RSA PRIVATE KEY-----` {n}\n",
    "Authorization: Basic dXNlcm5hbWU6cGFzc3dvcmQ=\nTOKEN{n}=\"Basic bWU6cGFzcw==\"\n",
    "t[e[0]=`DEFAULT`]=0,t[e[1]=`PASSWORD`]=1,t[e[{n}]=`EMAIL`]=2;a token is O(len**{n})\n",
    "{\"q\":\"{base64-60}\",\"cursor\":\"{base64-60}\"}",
    "const DEFAULT_SECRET: Aligned64<[u8; {n}]>; fn f(Token: PULONG64, n: u{n}); - Proxy-pass `#[allow]`\n",
    "Authorization: AWS4-ECDSA-P256-SHA256 Credential=x\nheaderAmzSessionToken = \"x-amz-s3session-token\" {n}\n",
    "token refreshed user={digit8} session={hex32} took={n}ms\n",
    "password = user.password{n}\nself.token = token{n}\nlet secret = load_secret(path{n})?;\n",
    "func auth(password string, token2 Token) error { return check(password, user.PasswordHash{n}) }\n",
    "const token = jwt.sign({ id: user{n}.id }, config.jwtSecret);\nconst apiKey = getApiKey('stripe-{n}');\n",
    "pub struct Login { pub password: String, pub token: Option<Token{n}>, api_key: [u8; 32] }\n",
    "assert_eq!(parse_token(\"({n}\"), Token::Open);\nlet token = lexer.next_token{n}();\n",
    "SELECT id, password_hash, token_{n} FROM users WHERE password = $1 AND api_key = ? LIMIT {n};\n",
    "max_tokens: {n}, stop_token=<|end|>, eos_token: </s>, tokenizer: cl100k_base, prompt_tokens={digit4}\n",
    "if (password !== confirmPassword{n}) throw new Error(`password ${n} mismatch`);\n",
    "export const PASSWORD_REGEX = /^(?=.*[a-z])(?=.*\\d)[A-Za-z\\d@$!%*?&]{8,{n}}$/;\n",
    "kubectl create secret generic db-pass-{n} --from-file=password=./pw{n}.txt\n",
    "=== RUN TestVet/{n}\n    --- PASS: TestVet/{n} (0.07s)\nPASS: x86-{n} ok\n",
    "GET /secret HTTP/1.1\r\nGET /etc/passwd HTTP/1.1\r\nPassword: \"\" id=\"{hex16}\"\r\n",
    "config.PrivateKey = testEd25519PrivateKey{n}\nsecret := dk.encryptionKey10{n}\n",
    "passwd 1:4.13+dfsg{n}-1\nlibsecret-1-{n} 0.20.5-3\npython3-keyring-pass 0.{n}\n",
    "def f(a, password, token=None, key=lambda x{n}: x): ...\nf(1,\n  password,\n  token2,\n  x{n})\n",
    "!function(e,t){var n=t.password||e.token,r=e[n+\"Key\"];return r.a{n}b(t)}(window,\"secret{n}\");\n",
    "2026-01-05T10:11:12Z INFO auth: token refreshed for user {digit8} (password login, key v{n})\n",
    "Set-Password wizard step {n}: enter password, press key F{n}, token ring 802.5\n",
    "{\"secretName\": \"app-tls-{n}\", \"tokenUrl\": \"https://host.example/oauth2/token{n}\", \"passwordField\": \"pw_{n}\"}",
    "var a{n}={token:1,secret:!0,password:null,apiKey:void 0};\n//# sourceMappingURL=a.js.map\n",
    "{\"version\":3,\"sources\":[\"auth.ts\"],\"names\":[\"password\",\"token{n}\"],\"mappings\":\"{vlq}\"}",
];

/// `text` with something fresh in every slot.
fn filled(random: &mut Random, text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        filled.push_str(before);
        let slot = tail.split_once('}').and_then(|(name, after)| Some((slot(random, name)?, after)));
        if let Some((value, after)) = slot {
            filled.push_str(&value);
            rest = after;
        } else {
            filled.push('{');
            rest = tail;
        }
    }
    filled + rest
}

fn slot(random: &mut Random, name: &str) -> Option<String> {
    let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    Some(match name {
        "n" => (1 + random.below(40)).to_string(),
        "uuid" => {
            let hex = random.text(HEX, 32);
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
        }
        "vlq" => random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,;", 300),
        _ if name.starts_with("hex") => random.text(HEX, digits.parse().ok()?),
        _ if name.starts_with("digit") => random.text("0123456789", digits.parse().ok()?),
        _ if name.starts_with("base62-") => random.text(BASE62, name.strip_prefix("base62-")?.parse().ok()?),
        _ if name.starts_with("base64-") => {
            let length: usize = name.strip_prefix("base64-")?.parse().ok()?;
            BASE64.encode(&random.bytes(length * 3 / 4))
        }
        _ => return None,
    })
}

#[test]
fn look_alikes_go_out() {
    let scanner = scanner();
    let mut stopped: BTreeMap<String, usize> = BTreeMap::new();
    let mut sent = 0;
    for seed in 0..SEEDS {
        let mut random = Random::new(5000 + seed);
        for template in TEXTS {
            let text = filled(&mut random, template);
            let in_base64 = BASE64URL_NOPAD.encode(text.as_bytes());
            let bodies = [
                text.clone(),
                json!({"model": "m", "messages": [{"role": "user", "content": text}]}).to_string(),
                json!({"arguments": json!({"file": {"text": text}}).to_string()}).to_string(),
                json!({"blob": {"data": in_base64}}).to_string(),
            ];
            for body in bodies {
                sent += 1;
                let answer = scan(&scanner, &post("https://sink.example/x", &[], body.as_bytes()));
                if answer.verdict != Verdict::Allow {
                    let rules: Vec<_> = answer.findings.iter().map(|finding| &*finding.rule).collect();
                    *stopped.entry(format!("{template:?} by {rules:?}")).or_default() += 1;
                }
            }
        }
    }
    let count: usize = stopped.values().sum();
    assert!(sent > 2000 && count * 1000 <= sent, "{count} of {sent} stopped: {stopped:#?}");
}

/// Alone in a message, beside what every client sends along.
#[test]
fn look_alikes_of_the_rules_go_out() {
    let scanner = scanner();
    let headers = [
        ("content-type", "text/plain"),
        ("user-agent", "client/2.9.0"),
        ("x-request-id", "6f2c1b9e-3f8d-4c53-9a67-0d0b7a54c1de"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    let (mut sent, mut stopped) = (0, BTreeMap::<String, usize>::new());
    for example in (700..710).flat_map(|seed| scanner.rules().examples(seed)) {
        if example.kind != ExampleKind::Miss {
            continue;
        }
        sent += 1;
        let url = "https://sink.example/v1/items?page=2&order=asc";
        let answer = scan(&scanner, &post(url, &headers, &example.text));
        if answer.verdict != Verdict::Allow {
            let rules: Vec<_> = answer.findings.iter().map(|finding| &*finding.rule).collect();
            *stopped.entry(format!("{} by {rules:?}", example.rule)).or_default() += 1;
        }
    }
    let count: usize = stopped.values().sum();
    assert!(sent > 20_000 && count * 1000 <= sent, "{count} of {sent} stopped: {stopped:#?}");
}

/// What a client says of itself in one header does not make another a vendor's.
#[test]
fn a_header_says_nothing_about_the_next() {
    let scanner = scanner();
    let mut random = Random::new(41);
    let neighbours = [
        ("user-agent", "mistralai-client/1.9.1"),
        ("baggage", "sentry-environment=production,sentry-release=1.0"),
        ("referer", "https://docs.moralis.example/datadog"),
    ];
    for neighbour in neighbours {
        for (alphabet, length) in [(BASE62, 32), (HEX, 32), (HEX, 40), (BASE62, 64), (HEX, 64)] {
            let value = format!("Bearer {}", random.text(alphabet, length));
            let headers = [neighbour, ("authorization", value.as_str())];
            let answer = scan(&scanner, &post("https://sink.example/x", &headers, b""));
            assert_eq!(answer.verdict, Verdict::Allow, "{length} after {}", neighbour.0);
        }
    }
}

/// Two letters and a digit in random data before a field are no vendor.
#[test]
fn random_data_before_a_name_mentions_no_vendor() {
    let scanner = scanner();
    let mut random = Random::new(43);
    for vendor in ["s3", "AWS", "aws"] {
        let (left, right, token) =
            (random.text(BASE62, 20), random.text(BASE62, 20), random.text(BASE62, 40));
        let body = format!("state={left}{vendor}{right}&_token={token}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = scan(&scanner, &post("https://shop.example/checkout", &headers, body.as_bytes()));
        assert_eq!(answer.verdict, Verdict::Allow, "{body}");
    }
}
