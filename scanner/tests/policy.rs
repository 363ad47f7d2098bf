//! The policy file as its author meets it: what is taken, and how mistakes are refused.

mod common;

use std::io;

use scanner::{Files, FingerprintKey, OnFailure, Policy, PolicyError, RuleSet, Scanner};

const EXAMPLE: &str = include_str!("../../docs/policy.example.toml");
const DOCUMENT: &str = include_str!("../../docs/policy.md");

/// What lies beside the policy.
struct Beside;

impl Files for Beside {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        read(path)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        match folder {
            "rules" => Ok(["b.toml", "a.toml", "notes.txt"].map(String::from).to_vec()),
            "" => Ok(vec!["own.toml".to_owned()]),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// A rule file with one rule that finds `id` in capitals and 20 small letters.
fn rule_file(id: &str) -> String {
    let prefix = id.to_ascii_uppercase();
    format!(
        "vendor = \"{id}\"\nsource = \"a document\"\n[[rule]]\nid = \"{id}.key\"\nfinds = \"a key\"\n\
         keywords = [\"{prefix}_\"]\npattern = '{prefix}_[a-z]{{20}}'\nhits = [\"{prefix}_{{{{lower 20}}}}\"]\nmisses = [\"{prefix}_\"]\n"
    )
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    match path {
        "rules/a.toml" => Ok(rule_file("first").into_bytes()),
        "rules/b.toml" => Ok(rule_file("second").into_bytes()),
        "own.toml" => Ok(rule_file("third").into_bytes()),
        "short.toml" => {
            Ok(rule_file("third").replace("{20}", "{4}").replace("lower 20", "lower 4").into_bytes())
        }
        "endless.toml" => Ok(rule_file("third").replace("{20}", "+").into_bytes()),
        "taken.toml" => Ok(rule_file("third").replace("third.key", "aws.access-key-id").into_bytes()),
        "latin1.toml" => Ok(vec![0xe9]),
        ".env" => Ok(b"NODE_ENV=production\nSESSION_SECRET=not so secret\n".to_vec()),
        "settings.env" => Ok(b"NODE_ENV=production\n".to_vec()),
        "deploy.key" => Ok(b"not so secret\n".to_vec()),
        "empty" => Ok(b"\n".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn parse(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse("policy.toml", text, &Beside)
}

fn view(policy: &Policy) -> serde_json::Value {
    serde_json::to_value(policy.addon()).expect("plain data")
}

#[test]
fn the_example_is_a_policy() {
    let policy = parse(EXAMPLE).unwrap();
    let egress = &view(&policy)["egress"];
    assert_eq!(egress["passthrough"], serde_json::json!(["pinned.example.com"]));
    assert_eq!((&egress["allow_listed"], &egress["private_listed"]), (&true.into(), &true.into()));
}

#[test]
fn the_example_spells_out_the_defaults() {
    let (example, none) = (view(&parse(EXAMPLE).unwrap()), view(&Policy::default()));
    assert_eq!(example["failure"], none["failure"]);
    assert_eq!(example["limits"], none["limits"]);
}

#[test]
fn every_key_of_the_example_is_in_the_document() {
    let table: toml::Table = EXAMPLE.parse().unwrap();
    let mut keys: Vec<String> = table.keys().cloned().collect();
    for value in table.values() {
        let entries = match value {
            toml::Value::Array(entries) => entries.iter().filter_map(toml::Value::as_table).collect(),
            value => vec![value.as_table().unwrap()],
        };
        keys.extend(entries.into_iter().flat_map(toml::Table::keys).cloned());
    }
    for key in keys.iter().filter(|key| !key.ends_with(".*")) {
        let written = [format!("`{key}`"), format!("[{key}]"), format!(".{key}]")];
        assert!(written.iter().any(|form| DOCUMENT.contains(form)), "{key} is not explained");
    }
}

#[test]
fn no_file_an_empty_file_and_comments_are_the_same_policy() {
    let none = Policy::default();
    assert_eq!(view(&none), view(&parse("").unwrap()));
    assert_eq!(none.hash(), parse("").unwrap().hash());
    assert_eq!(view(&none)["failure"], view(&parse("# nothing").unwrap())["failure"]);
    let failure = none.addon().failure;
    assert_eq!(failure.outbound.incomplete, OnFailure::Block);
    assert_eq!(
        (failure.inbound.incomplete, failure.model_api.incomplete),
        (OnFailure::Flag, OnFailure::Flag)
    );
    assert_eq!(none.limits().body_bytes, 67_108_864);
}

#[test]
fn a_mistake_is_refused_with_its_line_and_what_would_be_right() {
    for (text, line, says) in [
        ("[egress]\nalow = []", 2, "expected one of `allow`, `private`, `passthrough`"),
        ("\n[egres]", 2, "expected one of `egress`, `actions`, `override`"),
        ("[actions]\nsecret = \"blok\"", 2, "expected one of `allow`, `flag`, `redact`, `block`"),
        ("[actions]\npii = \"flag\"\nsecret = \"allow\"", 3, "expected one of `flag`, `redact`, `block`"),
        ("[actions]\nhost = \"redact\"", 2, "expected one of `flag`, `block`"),
        ("[actions.inbound]\nsecrets = \"flag\"", 2, "expected one of `secret`, `known`, `pii`"),
        ("[actions.model_api]\nsecret = 1", 2, "expected"),
        ("[egress]\nallow = [\n  \"a.test\",\n  \"a.*.test\",\n]", 4, "`*` may only stand first"),
        ("[egress]\nallow = \"a.test\"", 2, "expected a sequence"),
        ("[egress]\nprivate = [\"10.0.0.1/8\"]", 2, "bits are set after the prefix"),
        ("[egress]\nprivate = [\"10.0.0.0/40\"]", 2, "expected a network"),
        ("[egress]\npassthrough = [\"http://a.test\"]", 2, "expected a host name"),
        ("[[override]]\naction = \"allow\"", 1, "at least one of `rule`"),
        ("[[override]]\nrule = \"stripe\"\naction = \"allow\"", 2, "`family.*`"),
        ("[[override]]\nrule = \"stripe.*\"", 1, "missing field `action`"),
        ("[[override]]\npart = \"head\"\naction = \"flag\"", 2, "`header:NAME`"),
        ("[[override]]\ndirection = \"out\"\naction = \"flag\"", 2, "expected `outbound` or `inbound`"),
        ("[[override]]\nseverity = \"high\"\naction = \"flag\"", 2, "unknown field `severity`"),
        ("[home]\n\"a.b\" = [\"git.test\"]\n\"gitlab\" = [\"git.test\"]", 3, "the id of a rule"),
        ("[home]\n\"gitlab.*\" = [\"git test\"]", 2, "expected a host name"),
        ("[failure]\nerror = \"allow\"", 2, "expected `block` or `flag`"),
        ("[failure.inbound]\nincomplet = \"flag\"", 2, "`incomplete`"),
        ("[limits]\nbody_bytes = 0", 2, "expected 1 to 4294967296"),
        ("[limits]\nbody_bytes = -1", 2, "expected"),
        ("[limits]\nbody_bytes = \"64 MiB\"", 2, "expected u64"),
        ("[limits]\nheader_count = 99999999", 2, "expected 1 to 1000000"),
        ("[limits]\nbody_mb = 64", 2, "`body_bytes`"),
        ("[model_api]\nhosts = [\"*\"]", 2, "`*` may only stand first"),
        ("[injection]\nblock_score = 50", 1, "unknown field `injection`"),
        ("[actions\n", 1, ""),
        ("[egress]\nallow = []\nallow = []", 3, "duplicate"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("policy.toml", line), "{text}\n{error}");
        assert!(error.reason.contains(says), "{text}\n{error}\nshould say {says}");
    }
}

#[test]
fn a_known_secret_that_is_none_is_refused() {
    for (entry, line, says) in [
        ("name = \"a\"", 1, "needs one of `value`, `env_file`, `file`"),
        ("name = \"a\"\nvalue = \"long enough\"\nfile = \"deploy.key\"", 1, "needs one of"),
        ("name = \"A b\"\nvalue = \"long enough\"", 2, "a-z, 0-9"),
        ("name = \"a\"\nvalue = \"short\"", 3, "5 bytes: expected 8 to 65536"),
        ("name = \"a\"\nfile = \"absent\"", 3, "cannot read `absent`"),
        ("name = \"a\"\nfile = \"empty\"", 3, "0 bytes"),
        ("name = \"a\"\nenv_file = \"settings.env\"", 3, "holds no secret"),
        ("name = \"a\"\nfile = \"deploy.key\"\n[[known]]\nname = \"a\"\nfile = \"deploy.key\"", 5, "another"),
        ("value = \"long enough\"", 1, "missing field `name`"),
    ] {
        let error = parse(&format!("[[known]]\n{entry}")).unwrap_err();
        assert_eq!(error.line, line, "{entry}\n{error}");
        assert!(error.reason.contains(says), "{entry}\n{error}");
    }
}

#[test]
fn no_error_and_no_debug_output_shows_a_known_secret() {
    let digits = "4815162342";
    for entry in
        [format!("value = {digits}"), format!("value = [\"{digits}\"]"), format!("value = \"{digits}\nx\"")]
    {
        let error = parse(&format!("[[known]]\nname = \"a\"\n{entry}")).unwrap_err();
        assert!(!error.to_string().contains(digits), "line {}", error.line);
    }
    let policy = parse(&format!("[[known]]\nname = \"a\"\nvalue = \"{digits}\"")).unwrap();
    let bytes = format!("{:?}", digits.as_bytes());
    let shown = format!("{policy:?}");
    assert!(!shown.contains(digits) && !shown.contains(bytes.trim_matches(['[', ']'])));
}

#[test]
fn the_hash_follows_the_text_and_not_the_secrets_in_it() {
    let of = |text: &str| parse(text).unwrap().hash().to_owned();
    let known =
        |value: &str| of(&format!("[[known]]\nname = \"a\"\nvalue = \"{value}\"\n[limits]\nurl_bytes = 9"));
    assert_eq!(known("one secret"), known("another secret"));
    assert_ne!(of("[limits]\nurl_bytes = 9"), of("[limits]\nurl_bytes = 8"));
    let hash = of("");
    let hex = hash.strip_prefix("sha256:").unwrap();
    assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

fn found_under(policy: &str) -> (Vec<String>, String) {
    let rules = RuleSet::builtin().expect("the rules are good");
    let scanner =
        Scanner::new(rules, parse(policy).expect("the policy is good"), FingerprintKey::new([7; 32]));
    let text = ["FIRST_", "SECOND_", "THIRD_"].map(|prefix| format!("{prefix}{}", "abcdefghij".repeat(2)));
    (common::rules_in(&scanner, text.join(" ").as_bytes()), scanner.rules().hash().to_owned())
}

#[test]
fn rules_of_the_operator_are_looked_for() {
    let (none, builtin) = found_under("");
    assert_eq!(none, [""; 0]);
    for (files, want) in [
        ("\"own.toml\"", vec!["third.key"]),
        ("\"*.toml\"", vec!["third.key"]),
        ("\"rules/*.toml\"", vec!["first.key", "second.key"]),
        ("\"rules/a*\", \"own.toml\"", vec!["first.key", "third.key"]),
    ] {
        let (found, hash) = found_under(&format!("[rules]\nfiles = [{files}]\n"));
        assert_eq!(found, want, "{files}");
        assert_ne!(hash, builtin, "the hash of the rules knows of {files}");
    }
}

#[test]
fn a_rule_of_the_operator_may_find_something_short() {
    let policy = parse("[rules]\nfiles = [\"short.toml\"]").expect("the policy is good");
    let rules = RuleSet::builtin().expect("the rules are good");
    let scanner = Scanner::new(rules, policy, FingerprintKey::new([7; 32]));
    assert_eq!(common::rules_in(&scanner, b"in THIRD_abcd alone"), ["third.key"]);
}

#[test]
fn a_rule_file_that_cannot_be_used_names_the_line_of_the_policy_and_itself() {
    for (file, words) in [
        ("missing.toml", "cannot read `missing.toml`: "),
        ("latin1.toml", "cannot read `latin1.toml`: the file is not UTF-8"),
        ("nowhere/*.toml", "cannot list `nowhere`: "),
        ("rules/*.json", "no file is named `rules/*.json`"),
        ("*/a.toml", "one `*` is possible, in the name of the file"),
        ("endless.toml", "endless.toml: third.key: the regex has no upper bound"),
        ("taken.toml", "taken.toml: aws.access-key-id: another rule has this id"),
    ] {
        let error = parse(&format!("[rules]\nfiles = [\n    \"{file}\",\n]\n")).unwrap_err();
        assert_eq!(error.line, 3, "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
}
