//! Reads the corpus and makes its cases concrete.

use std::path::{Path, PathBuf};

use scanner::RuleSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::encoding::encode;
use crate::placeholders::Expansion;

/// One file of the corpus.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    /// Lines of the policy that all its cases are judged by; the default policy when there are none.
    #[serde(default)]
    policy: Vec<String>,
    cases: Vec<Row>,
}

/// One case as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    /// The message; strings may hold placeholders, and a body may be `json`, `ndjson` or `lines`.
    #[serde(default)]
    message: Option<Value>,
    /// Messages of the same session that were sent before.
    #[serde(default)]
    before: Vec<Value>,
    /// Instead of a message, what is sent in its place, as it is.
    #[serde(default)]
    raw: Option<String>,
    /// Codings of the body, the first applied first.
    #[serde(default)]
    encode: Vec<String>,
    /// Only JSON text can say this, no mapping can.
    #[serde(default)]
    json_only: bool,
    expect: Expect,
}

/// A concrete case.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// `file/name`.
    pub name: String,
    /// The policy that it is judged by.
    pub policy: String,
    /// The message as `POST /scan` has it.
    pub json: String,
    /// Messages that are sent first.
    pub before: Vec<String>,
    /// Only JSON text can say this, no mapping can.
    pub json_only: bool,
    /// What must stand in no answer: the secrets of the case, plain and in common disguises.
    pub needles: Vec<String>,
    /// What every door says.
    pub expect: Expect,
}

/// What every door says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// There is a verdict.
    Report(ExpectedReport),
    /// There is none, and this is the code of the problem.
    Problem(String),
}

/// The heart of a report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedReport {
    /// `allow`, `redact` or `block`.
    pub verdict: String,
    /// Why; null on an allow without flags.
    pub reason_code: Option<String>,
    /// The rules that fire, each once, in the order of the findings.
    pub rules: Vec<String>,
}

/// All cases of `corpus/`, in the order of its files. The same in every process.
///
/// # Panics
///
/// When the corpus is written wrongly: it is part of the tests.
#[must_use]
pub fn cases(rules: &RuleSet) -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))
        .expect("the corpus lies beside the tests")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    let expansion = Expansion::new(rules);
    files.iter().flat_map(|file| of_file(file, &expansion)).collect()
}

fn of_file(file: &Path, expansion: &Expansion) -> Vec<Case> {
    let text = std::fs::read_to_string(file).expect("a file of the corpus can be read");
    let theme: Theme =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let stem = file.file_stem().expect("a file has a name").to_string_lossy();
    let mut secrets = Vec::new();
    let policy = expansion.text(&theme.policy.join("\n"), &mut secrets);
    theme.cases.into_iter().map(|row| concrete(&stem, &policy, &secrets, row, expansion)).collect()
}

fn concrete(stem: &str, policy: &str, known: &[String], row: Row, expansion: &Expansion) -> Case {
    let mut secrets = known.to_vec();
    let mut before = row.before;
    for message in &mut before {
        expansion.value(message, &mut secrets);
        fill_body(message, &[]);
    }
    let json = match (row.message, row.raw) {
        (Some(mut message), None) => {
            expansion.value(&mut message, &mut secrets);
            fill_body(&mut message, &row.encode);
            message.to_string()
        }
        (None, Some(raw)) => expansion.text(&raw, &mut secrets),
        _ => panic!("{stem}/{}: a case has either a message or raw text", row.name),
    };
    Case {
        name: format!("{stem}/{}", row.name),
        policy: policy.to_owned(),
        json,
        before: before.iter().map(Value::to_string).collect(),
        json_only: row.json_only,
        needles: secrets.iter().flat_map(|secret| crate::plain::needles(secret)).collect(),
        expect: row.expect,
    }
}

/// Turns what is convenient to write into what a message has.
fn fill_body(message: &mut Value, codings: &[String]) {
    let Some(body) = message.get_mut("body") else { return };
    if let Some(text) = written(body) {
        *body = json!({ "text": text });
    }
    if !codings.is_empty() {
        let text = body["text"].as_str().expect("only a text is encoded");
        *body = json!({ "base64": data_encoding::BASE64.encode(&encode(text.as_bytes(), codings)) });
    }
}

fn written(body: &Value) -> Option<String> {
    let of_lines = |key: &str, end: &str| {
        let lines = body.get(key)?.as_array()?;
        let texts = lines.iter().map(|line| line.as_str().map_or_else(|| line.to_string(), str::to_owned));
        Some(texts.collect::<Vec<_>>().join(end))
    };
    body.get("json")
        .map(Value::to_string)
        .or_else(|| of_lines("ndjson", "\n"))
        .or_else(|| of_lines("lines", "\r\n"))
}
