//! A secret without a form of its own is found by its name, in every usual syntax, plain or inside JSON.

mod common;

use std::collections::BTreeMap;

use common::random::Random;
use common::{post, scan, scanner};
use scanner::{Message, Scanner, Verdict};
use serde_json::json;

const SEEDS: u64 = 12;

/// Names as people write them in prose; each is styled for the syntax it stands in.
const PASSWORDS: &[&str] = &[
    "password",
    "db password",
    "database password",
    "admin password",
    "passwd",
    "user pwd",
    "smtp password",
    "root passwd",
    "passphrase",
    "keystore password",
    "redis password",
    "ftp pass",
    "mysql root password",
    "wifi passphrase",
    "dbpasswd",
];
const SECRETS: &[&str] = &[
    "api key",
    "secret",
    "client secret",
    "access token",
    "auth token",
    "app secret",
    "secret key",
    "refresh token",
    "webhook secret",
    "jwt secret",
    "encryption key",
    "signing key",
    "private key",
    "bearer token",
    "session token",
    "service token",
    "hmac secret",
    "api secret",
    "internal api key",
    "apikey",
    "api token",
    "bot token",
    "session secret",
    "secret access key",
    "master key",
    "storage account key",
    "shared access key",
    "deploy token",
    "admin token",
];

/// Where `NAME` and `VALUE` stand, and how `NAME` is styled there.
const SYNTAXES: &[(Style, &str)] = &[
    (Style::Screaming, "NAME=VALUE\n"),
    (Style::Screaming, "export NAME=VALUE\n"),
    (Style::Screaming, "A=1\nNAME='VALUE'\nB=2\n"),
    (Style::Screaming, "FROM scratch\nENV NAME=VALUE\nRUN x\n"),
    (Style::Screaming, "ENV NAME VALUE\n"),
    (Style::Screaming, "ARG NAME=VALUE\n"),
    (Style::Screaming, "    environment:\n      - NAME=VALUE\n"),
    (Style::Screaming, "    environment:\n      NAME: VALUE\n"),
    (Style::Screaming, "docker run -e NAME=VALUE --rm app\n"),
    (Style::Screaming, "NAME=VALUE ./run.sh\n"),
    (Style::Screaming, "        - name: NAME\n          value: VALUE\n"),
    (Style::Screaming, "        - name: NAME\n          value: \"VALUE\"\n"),
    (Style::Screaming, "[Service]\nEnvironment=\"NAME=VALUE\"\n"),
    (Style::Screaming, "os.environ[\"NAME\"] = \"VALUE\"\n"),
    (Style::Screaming, "key = os.getenv(\"NAME\", \"VALUE\")\n"),
    (Style::Screaming, "process.env.NAME = 'VALUE';\n"),
    (Style::Screaming, "const NAME: &str = \"VALUE\";\n"),
    (Style::Screaming, "    private static final String NAME = \"VALUE\";\n"),
    (Style::Screaming, "#define NAME \"VALUE\"\n"),
    (Style::Screaming, "define('NAME', 'VALUE');\n"),
    (Style::Screaming, "$env:NAME = \"VALUE\"\n"),
    (Style::Screaming, "{\"name\": \"NAME\", \"value\": \"VALUE\"}"),
    (Style::Screaming, "setx NAME \"VALUE\"\n"),
    (Style::Snake, "{\"NAME\": \"VALUE\"}"),
    (Style::Snake, "{\"a\":1,\"NAME\":\"VALUE\",\"b\":[]}"),
    (Style::Snake, "{\n  \"outer\": {\n    \"NAME\" : \"VALUE\"\n  }\n}"),
    (Style::Snake, "NAME: VALUE\n"),
    (Style::Snake, "db:\n  NAME: \"VALUE\"\n"),
    (Style::Snake, "stringData:\n  user: app\n  NAME: VALUE\n"),
    (Style::Snake, "NAME: |\n    VALUE\n"),
    (Style::Snake, "NAME: >-\n  VALUE\n"),
    (Style::Snake, "[db]\nuser = app\nNAME = VALUE\n"),
    (Style::Snake, "NAME = \"VALUE\"\n"),
    (Style::Snake, "resource \"x\" \"y\" {\n  NAME = \"VALUE\"\n}\n"),
    (Style::Snake, "variable \"NAME\" {\n  default = \"VALUE\"\n}\n"),
    (Style::Snake, "connect(host, NAME=\"VALUE\", timeout=3)\n"),
    (Style::Snake, "config[\"NAME\"] = \"VALUE\"\n"),
    (Style::Snake, "    'NAME' => 'VALUE',\n"),
    (Style::Snake, "  :NAME => \"VALUE\",\n"),
    (Style::Snake, "$NAME = 'VALUE';\n"),
    (Style::Snake, "<config><NAME>VALUE</NAME></config>"),
    (Style::Snake, "<property name=\"NAME\" value=\"VALUE\"/>"),
    (Style::Snake, "<input type=\"hidden\" name=\"NAME\" value=\"VALUE\">"),
    (Style::Snake, "name,NAME\nalice,VALUE\n"),
    (Style::Snake, "NAME,name,id\nVALUE,alice,7\n"),
    (Style::Snake, "id\tNAME\tnote\n1\tVALUE\tnew\n"),
    (Style::Snake, "\"name\";\"NAME\"\n\"alice\";\"VALUE\"\n"),
    (Style::Snake, "INSERT INTO users (name, NAME) values ('alice', 'VALUE');\n"),
    (Style::Snake, "host=db user=app NAME=VALUE dbname=shop\n"),
    (Style::Snake, "2026-01-05 10:11:12 DEBUG connecting with NAME=VALUE retry=1\n"),
    (Style::Prose, "using NAME VALUE\n"),
    (Style::Camel, "{\"NAME\": \"VALUE\"}"),
    (Style::Camel, "const NAME = \"VALUE\";\n"),
    (Style::Camel, "let NAME: string = 'VALUE';\n"),
    (Style::Camel, "NAME := \"VALUE\"\n"),
    (Style::Camel, "  NAME: 'VALUE',\n"),
    (Style::Camel, "val NAME: String = \"VALUE\"\n"),
    (Style::Camel, "private readonly NAME = `VALUE`;\n"),
    (Style::Camel, "{\"list\": [{\"NAME\": {\"value\": \"VALUE\"}}]}"),
    (Style::Pascal, "<add key=\"NAME\" value=\"VALUE\" />"),
    (Style::Pascal, "<key>NAME</key>\n\t<string>VALUE</string>\n"),
    (Style::Pascal, "Server=db,1433;User Id=app;NAME=VALUE;Encrypt=true"),
    (Style::Pascal, "    NAME: \"VALUE\",\n"),
    (Style::Pascal, "client.setNAME(\"VALUE\");\n"),
    (Style::Pascal, "New-Thing -NAME \"VALUE\" -Force\n"),
    (Style::Kebab, "tool login --NAME VALUE --yes\n"),
    (Style::Kebab, "tool login --NAME=VALUE\n"),
    (Style::Kebab, "curl -H 'X-NAME: VALUE' https://host.example/\n"),
    (Style::Kebab, "X-NAME: VALUE\r\nAccept: */*\r\n"),
    (Style::Kebab, "NAME: VALUE\n"),
    (Style::Dotted, "app.NAME=VALUE\n"),
    (Style::Dotted, "spring.datasource.NAME=VALUE\n"),
    (Style::Prose, "the NAME for the new db is VALUE\n"),
    (Style::Prose, "Here is my NAME: VALUE\n"),
    (Style::Prose, "**NAME:** VALUE\n"),
    (Style::Prose, "The NAME is `VALUE`, keep it.\n"),
    (Style::Prose, "NAME = VALUE\n"),
    (Style::Prose, "| service | NAME |\n|---------|------|\n| shop | VALUE |\n"),
    (Style::Prose, "| NAME | VALUE |\n"),
];

/// Other places where a password stands.
const COMMANDS: &[&str] = &[
    "curl -u admin:VALUE https://host.example/\n",
    "mysql -h db -u root -pVALUE shop\n",
    "sshpass -p 'VALUE' ssh root@host.example\n",
    "docker login -u ci -p VALUE registry.example\n",
    "PGPASSWORD=VALUE psql -h db\n",
    "machine host.example login me password VALUE\n",
    "postgres://app:VALUE@db.internal.net/shop\n",
    "jdbc:mysql://db/shop?user=app&password=VALUE\n",
    "CREATE USER app WITH PASSWORD 'VALUE';\n",
    "Das Passwort lautet VALUE\n",
    "la contraseña es VALUE\n",
    "le mot de passe est VALUE\n",
];

/// Rarer ones.
const FURTHER: &[(Style, &str)] = &[
    (Style::Snake, "local NAME = [[VALUE]]\n"),
    (Style::Snake, "my $NAME = q{VALUE};\n"),
    (Style::Snake, "{NAME, <<\"VALUE\">>}.\n"),
    (Style::Snake, "[{user, \"app\"}, {NAME, \"VALUE\"}].\n"),
    (Style::Camel, "\\newcommand{\\NAME}{VALUE}\n"),
    (Style::Prose, "expect \"NAME:\"\nsend \"VALUE\\r\"\n"),
    (Style::Snake, "child.expect('NAME:')\nchild.sendline('VALUE')\n"),
    (Style::Pascal, "{Host:db NAME:VALUE Port:5432}\n"),
    (Style::Snake, "DEBUG NAME -&gt; VALUE\n"),
    (Style::Snake, "<pre>id,NAME,host\n1,VALUE,db</pre>\n"),
    (Style::Snake, "+id,NAME,host\n+1,VALUE,db\n"),
    (Style::Prose, "passord: VALUE\n"),
    (Style::Prose, "adgangskode: VALUE\n"),
    (Style::Prose, "hasło: VALUE\n"),
    (Style::Prose, "<keyMaterial>VALUE</keyMaterial>\n"),
    (Style::Snake, "NAME <- \"VALUE\"\n"),
    (Style::Snake, "std::string NAME{\"VALUE\"};\n"),
    (Style::Pascal, "    public string NAME { get; set; } = \"VALUE\";\n"),
    (Style::Screaming, "Set `NAME` to `VALUE` and restart.\n"),
    (Style::Prose, "<tr><td>NAME</td><td>VALUE</td></tr>\n"),
    (Style::Prose, "<dt>NAME</dt>\n<dd class=\"x\"><code>VALUE</code></dd>\n"),
];

/// What prose and commands tell of generated secrets only.
const TOLD: &[(Style, &str)] = &[
    (Style::Prose, "log in with the NAME (VALUE) first\n"),
    (Style::Prose, "You can use VALUE as the NAME for now.\n"),
    (Style::Prose, "`VALUE` is my NAME\n"),
    (Style::Camel, "git config --global app.NAME VALUE\n"),
];

#[derive(Clone, Copy)]
enum Style {
    Screaming,
    Snake,
    Camel,
    Pascal,
    Kebab,
    Dotted,
    Prose,
}

fn styled(style: Style, name: &str) -> String {
    let titled = |word: &str| word[..1].to_uppercase() + &word[1..];
    let words: Vec<&str> = name.split(' ').collect();
    let pascal: String = words.iter().map(|word| titled(word)).collect();
    match style {
        Style::Screaming => name.replace(' ', "_").to_uppercase(),
        Style::Snake => name.replace(' ', "_"),
        Style::Camel => pascal[..1].to_lowercase() + &pascal[1..],
        Style::Pascal => pascal,
        Style::Kebab => name.replace(' ', "-"),
        Style::Dotted => name.replace(' ', "."),
        Style::Prose => name.to_owned(),
    }
}

/// A password that a person makes up: words with digits and signs.
fn made_up(random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        "summer", "winter", "dragon", "monkey", "horse", "battery", "staple", "orange", "sunshine", "falcon",
        "galaxy", "berlin", "lisbon", "coffee", "guitar", "tiger", "rocket", "shadow", "purple", "river",
    ];
    let word = random.of(WORDS).to_string();
    let other = random.of(WORDS).to_string();
    let titled = word[..1].to_uppercase() + &word[1..];
    match random.below(6) {
        0 => format!("{titled}{}!", 1990 + random.below(40)),
        1 => format!("{word}-{other}-{}{word}", random.below(10)),
        2 => {
            format!(
                "{}{}",
                titled.replace('a', "@").replace('o', "0").replace('e', "3"),
                10 + random.below(90)
            ) + "#x"
        }
        3 => format!("{titled}{other}{}", 10 + random.below(990)),
        4 => format!("{word}.{other}{}", 10 + random.below(90)),
        _ => format!("{}{word}${other}", random.below(100)),
    }
}

/// A random value as generators make them, with a digit in it.
fn generated(random: &mut Random, shortest: usize) -> String {
    let more = random.below(25);
    match random.below(5) {
        0 => random.text("0123456789abcdef", 32 + more / 8 * 8),
        1 => data_encoding::BASE64.encode(&random.bytes(24 + more)),
        2 => data_encoding::BASE64URL_NOPAD.encode(&random.bytes(24 + more)),
        3 => random.text("abcdefghijklmnopqrstuvwxyz0123456789", shortest.max(12) + more) + "7",
        _ => {
            random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", shortest + more)
                + "7"
        }
    }
}

/// Whether `text` does not go out as it is: alone, inside JSON, and inside JSON in JSON.
fn is_stopped(scanner: &Scanner, text: &str) -> bool {
    let carriers = [
        json!({"model": "m", "messages": [{"role": "user", "content": text}]}),
        json!({"arguments": json!({"file": {"text": text}}).to_string()}),
    ];
    let stops = |message: &Message<'_>| scan(scanner, message).verdict != Verdict::Allow;
    stops(&common::text(text.as_bytes()))
        && carriers
            .iter()
            .all(|body| stops(&post("https://sink.example/x", &[], body.to_string().as_bytes())))
}

/// What was sent and what went out, for each template.
type Missed = BTreeMap<&'static str, (usize, Vec<usize>)>;

fn report(kind: &str, missed: &Missed) {
    let sent: usize = missed.values().map(|(sent, _)| sent).sum();
    let out: usize = missed.values().map(|(_, missed)| missed.len()).sum();
    let worst = missed
        .iter()
        .filter(|(_, (_, missed))| !missed.is_empty())
        .map(|(template, (sent, missed))| format!("\n{template:?} names {missed:?} of {sent}"))
        .collect::<Vec<_>>()
        .concat();
    assert!(out * 100 <= sent, "{kind}: {out} of {sent} went out: {worst}");
    let unread = missed.values().filter(|(sent, missed)| missed.len() * 5 > *sent).count();
    assert_eq!(unread, 0, "{kind}: {worst}");
}

#[test]
fn passwords_that_people_make_up_are_stopped() {
    let scanner = scanner();
    let mut missed = Missed::new();
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let of_names = SYNTAXES.iter().map(|(style, template)| (Some(*style), *template));
        let commands = COMMANDS.iter().map(|template| (None, *template));
        let further = FURTHER.iter().map(|(style, template)| (Some(*style), *template));
        for (style, template) in of_names.chain(commands).chain(further) {
            let place = random.below(PASSWORDS.len());
            let name = style.map_or(String::new(), |style| styled(style, PASSWORDS[place]));
            let text = template.replace("NAME", &name).replace("VALUE", &made_up(&mut random));
            let (sent, out) = missed.entry(template).or_default();
            *sent += 1;
            if !is_stopped(&scanner, &text) {
                out.push(place);
            }
        }
    }
    report("made up", &missed);
}

#[test]
fn generated_secrets_are_stopped() {
    let scanner = scanner();
    let mut missed = Missed::new();
    for seed in 0..SEEDS {
        let mut random = Random::new(1000 + seed);
        for (style, template) in SYNTAXES.iter().chain(FURTHER).chain(TOLD) {
            let place = random.below(PASSWORDS.len() + SECRETS.len());
            let is_password = place < PASSWORDS.len();
            let name = if is_password { PASSWORDS[place] } else { SECRETS[place - PASSWORDS.len()] };
            let value = generated(&mut random, if is_password { 8 } else { 20 });
            let text = template.replace("NAME", &styled(*style, name)).replace("VALUE", &value);
            let (sent, out) = missed.entry(template).or_default();
            *sent += 1;
            if !is_stopped(&scanner, &text) {
                out.push(place);
            }
        }
    }
    report("generated", &missed);
}

#[test]
fn settings_in_a_file_of_a_form_count_in_full_and_a_field_is_a_login() {
    let scanner = scanner();
    let mut random = Random::new(7);
    let value = generated(&mut random, 24);
    let verdict = |head: &str, content: &str| {
        let body = format!("--b1\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n--b1--\r\n");
        let headers = [("content-type", "multipart/form-data; boundary=b1")];
        scan(&scanner, &post("https://sink.example/x", &headers, body.as_bytes())).verdict
    };
    for file in
        [format!("API_KEY={value}\n"), format!("A=1\nAPI_KEY={value}\nB=2\n"), format!("password={value}")]
    {
        assert_eq!(verdict("name=\"file\"; filename=\".env\"", &file), Verdict::Block, "{file}");
    }
    assert_eq!(verdict("name=\"client_secret\"", &value), Verdict::Allow);
}
