//! What is said to whoever asks for what cannot be.

mod common;

use std::fs;

use common::{ca_prep, finish, folder, text};
use serde_json::Value;

#[test]
fn usage_errors_say_what_is_wrong_and_exit_with_two() {
    let dir = folder();
    let out = dir.path().join("ca");
    let policy = dir.path().join("policy.toml");
    fs::write(&policy, "[egress]\nallow = [\"a.example:443\"]\n").unwrap();
    for (arguments, reason) in [
        (vec!["issue", "--out", text(&out), "--host", "a..b"], "empty labels"),
        (vec!["issue", "--out", text(&out), "--policy", text(&policy)], "policy.toml:2:"),
        (
            vec!["issue", "--out", text(&out), "--policy", text(&policy), "--host", "a.example"],
            "cannot be used with",
        ),
        (vec!["issue", "--out", text(&out), "--lifetime", "31d"], "at most 30d"),
        (vec!["seal", "--out", text(&out)], "hosts beforehand"),
        (vec!["issue"], "--out"),
    ] {
        let (code, _, stderr) = finish(&mut ca_prep(&arguments));
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(reason), "{arguments:?}: {stderr}");
    }
    assert!(!out.exists());
}

#[test]
fn with_json_every_error_has_the_same_shape() {
    let dir = folder();
    let out = dir.path().join("ca");
    let out = text(&out);
    for (arguments, code, word, reason) in [
        (vec!["--json"], 2, "usage", "requires a subcommand"),
        (vec!["--json", "frob"], 2, "usage", "unrecognized subcommand 'frob'"),
        (vec!["issue", "--json"], 2, "usage", "required arguments were not provided: --out <DIR>"),
        (vec!["issue", "--out", out, "--bogus", "--json"], 2, "usage", "unexpected argument '--bogus'"),
        (vec!["issue", "--json", "--out", out, "--lifetime", "31d"], 2, "usage", "at most 30d"),
        (vec!["issue", "--out", out, "--host", "a..b", "--json"], 2, "usage", "empty labels"),
        (vec!["seal", "--out", out, "--json"], 2, "usage", "hosts beforehand"),
        (vec!["issue", "--out", text(dir.path()), "--policy", "/nowhere", "--json"], 1, "failed", "/nowhere"),
        (vec!["issue", "--out", "/", "--json"], 3, "exists", "exists already"),
        (vec!["verify", "--out", out, "--json", "a.example"], 1, "failed", "begin with issue"),
    ] {
        let (got, stdout, stderr) = finish(&mut ca_prep(&arguments));
        assert_eq!(got, Some(code), "{arguments:?}: {stdout}{stderr}");
        assert_eq!(stderr, "", "{arguments:?}");
        let said: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(said["error"]["code"], word, "{arguments:?}");
        let message = said["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason) && !message.contains('\n'), "{arguments:?}: {message}");
        assert_eq!(said.as_object().unwrap().len(), 1);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [["--help", "--json"], ["--version", "--json"]] {
        let (code, stdout, stderr) = finish(&mut ca_prep(&arguments));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert!(stdout.contains("ca-prep"));
    }
}
