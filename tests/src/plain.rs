//! Reports without what is different in every scan.

use std::collections::HashMap;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use serde_json::Value;

/// `report` without its id and duration. Fingerprints are keyed by process, so that only which are equal is kept.
#[must_use]
pub fn plain(mut report: Value) -> Value {
    if let Some(fields) = report.as_object_mut() {
        fields.remove("scan_id");
        fields.remove("duration_us");
    }
    let mut seen = HashMap::new();
    for finding in report["findings"].as_array_mut().into_iter().flatten() {
        let fingerprint = finding["fingerprint"].take().to_string();
        let next = seen.len();
        finding["fingerprint"] = Value::from(*seen.entry(fingerprint).or_insert(next));
    }
    report
}

/// Ids of the rules that fired, each once, in the order of the findings.
#[must_use]
pub fn rule_ids(report: &Value) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for finding in report["findings"].as_array().into_iter().flatten() {
        let id = finding["rule"].as_str().unwrap_or_default();
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

/// What to search answers for: the secret, as JSON has it, and in the disguises that a careless program would use.
pub(crate) fn needles(secret: &str) -> [String; 4] {
    let quoted = Value::from(secret).to_string();
    let bytes = secret.as_bytes();
    // The last characters of base64 depend on what follows.
    let base64 = BASE64_NOPAD.encode(&bytes[..bytes.len() / 3 * 3]);
    [secret.to_owned(), quoted[1..quoted.len() - 1].to_owned(), base64, HEXLOWER.encode(bytes)]
}
