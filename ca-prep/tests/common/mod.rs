//! Running the program and looking at what it left.
#![allow(dead_code, reason = "every test file uses its own part of this")]

pub(crate) mod judges;
pub(crate) mod signer;
pub(crate) mod steps;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder that goes away with the test.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("tests may write to the temporary folder")
}

/// The program, ready to run.
pub(crate) fn ca_prep(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ca-prep"));
    command.args(arguments);
    command
}

/// Runs a command to its end and returns exit code, standard output and standard error.
pub(crate) fn finish(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program can be started");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// Runs the program, which must succeed, and returns what it says in JSON.
pub(crate) fn made(arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = finish(ca_prep(arguments).arg("--json"));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    serde_json::from_str(&stdout).expect("--json prints JSON")
}

/// The text of a path; test folders have UTF-8 names.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("test folders have UTF-8 names")
}

/// Every path below a folder, sorted.
pub(crate) fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

/// Runs openssl, which must succeed, and returns its output.
pub(crate) fn openssl(arguments: &[&str]) -> String {
    let (ok, output) = openssl_says(arguments);
    assert!(ok, "openssl {arguments:?}: {output}");
    output
}

/// Runs openssl and returns whether it succeeded, and all it printed.
pub(crate) fn openssl_says(arguments: &[&str]) -> (bool, String) {
    let (code, stdout, stderr) = finish(Command::new("openssl").args(arguments));
    (code == Some(0), stdout + &stderr)
}
