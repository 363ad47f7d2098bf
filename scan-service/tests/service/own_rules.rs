//! Rules of the operator's own: tried by `check-rules`, read with the policy.

use std::path::Path;
use std::process::Output;

use crate::server::{Server, command};

const ACME: &str = r#"
vendor = "Acme"
source = "https://docs.acme.example/keys"
[[rule]]
id = "acme.live-key"
finds = "an Acme live key"
keywords = ["acme_live_"]
pattern = 'acme_live_[0-9A-Za-z]{32}'
confirm = ["crc32-base62"]
token = "acme_live_{{crc32-base62 {{base62 26}}}}"
hits = ["ACME_KEY={{token}}", '{"key": "{{token}}"}']
misses = ["acme_live_{{spoil {{crc32-base62 {{base62 26}}}}}}"]
"#;

fn check(arguments: &[&str], path: &Path) -> (Option<i32>, String) {
    let Output { status, stdout, .. } =
        command().arg("check-rules").args(arguments).arg(path).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

#[test]
fn check_rules_says_for_each_rule_whether_it_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.toml");
    for (from, to, code, words) in [
        ("", "", 0, "acme.toml: acme.live-key: OK\n"),
        ("{32}", "+", 1, "acme.toml: acme.live-key: the regex has no upper bound"),
        ("[0-9A-Za-z]{32}", "[0-9a-z]{32}", 1, "acme.toml: acme.live-key: hit 1: nothing is found\n"),
        (
            "confirm = [\"crc32-base62\"]",
            "",
            1,
            "acme.toml: acme.live-key: miss 1: is found, and should not be\n",
        ),
        ("acme.live-key", "aws.access-key-id", 1, "aws.access-key-id: another rule has this id"),
        ("vendor", "vendro", 1, "acme.toml: line 2: unknown field `vendro`"),
    ] {
        std::fs::write(&file, ACME.replace(from, to)).unwrap();
        for path in [&*file, folder.path()] {
            let (status, said) = check(&[], path);
            assert!(said.contains(words), "{said}");
            assert_eq!(status, Some(code), "{said}");
        }
    }
}

#[test]
fn a_new_version_of_a_built_in_rule_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aws.toml");
    std::fs::write(&file, ACME.replace("acme.live-key", "aws.access-key-id")).unwrap();
    let (status, said) = check(&["--replace"], &file);
    assert!(said.contains("aws.toml: aws.access-key-id: OK\n"), "{said}");
    assert_eq!(status, Some(0));
}

#[test]
fn a_file_that_is_not_there_is_exit_code_2() {
    let (status, said) = check(&[], Path::new("/nowhere/acme.toml"));
    assert_eq!((status, &*said), (Some(2), ""));
}

#[tokio::test]
async fn rules_beside_the_policy_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules/acme.toml"), ACME.replace("confirm = [\"crc32-base62\"]", ""))
        .unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "[rules]\nfiles = [\"rules/*.toml\"]\n").unwrap();
    let server = Server::with(&["--policy", policy.to_str().unwrap()]);
    let message = format!(r#"{{"type":"text","text":"acme_live_{}"}}"#, "0aB1".repeat(8));
    let answer = server.scan(message).await.json();
    assert_eq!(answer["findings"][0]["rule"], "acme.live-key", "{answer}");
    let rules = server.get("/rules").await;
    assert!(rules.text().contains("acme.live-key"), "the rule is listed");
}
