//! How many fresh secrets of the rules' own formats are stopped, plain and disguised, and how many look-alikes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use scanner::{Category, Confidence, ExampleKind, Scanner, Verdict};
use serde_json::{Value, json};

use crate::bodies::post;

/// Seeds that no test uses.
const SEEDS: std::ops::Range<u64> = 9_000..9_010;

type Disguise = fn(&[u8]) -> Vec<u8>;

const DISGUISES: [(&str, Disguise); 5] = [
    ("plain", <[u8]>::to_vec),
    ("base64", |text| BASE64.encode(text).into_bytes()),
    ("hex", |text| HEXLOWER.encode(text).into_bytes()),
    ("percent", |text| text.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
    ("escapes", |text| text.iter().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect()),
];

/// Rules whose secrets are to be stopped in a body: what says little is worth a flag, and what is hidden in host names
/// and URLs stands in no body.
fn to_be_stopped(scanner: &Scanner) -> BTreeSet<Arc<str>> {
    let is_stopped = |rule: &scanner::RuleSummary| {
        rule.confidence != Confidence::Low && rule.category != Category::Exfiltration
    };
    scanner.rules().summaries().filter(is_stopped).map(|rule| rule.id).collect()
}

/// Counts by disguise: how many were sent, and how many did not go out as they were.
pub(crate) fn recall(scanner: &Scanner) -> Value {
    let stopped = |body: &[u8]| {
        let message = post("text/plain", body);
        scanner.scan(&message, &|| false).is_ok_and(|answer| answer.verdict != Verdict::Allow)
    };
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut count = |name, is_stopped| {
        let (sent, found) = counts.entry(name).or_default();
        *sent += 1;
        *found += usize::from(is_stopped);
    };
    let to_be_stopped = to_be_stopped(scanner);
    for example in SEEDS.flat_map(|seed| scanner.rules().examples(seed)) {
        match example.kind {
            ExampleKind::Hit if !to_be_stopped.contains(&example.rule) => {}
            ExampleKind::Hit => {
                for (name, disguise) in DISGUISES {
                    count(name, stopped(&disguise(&example.text)));
                }
            }
            ExampleKind::Miss => count("look-alike", stopped(&example.text)),
            ExampleKind::Token => {}
        }
    }
    let counts: BTreeMap<_, _> = counts
        .iter()
        .map(|(name, (sent, stopped))| (name, json!({"sent": sent, "stopped": stopped})))
        .collect();
    json!(counts)
}
