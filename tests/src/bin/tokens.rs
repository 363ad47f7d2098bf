//! Prints fresh tokens as NDJSON, one for each rule whose form tells them from chance, for tests that are not written
//! in Rust.

use std::io::{self, BufWriter, Write};

use scanner::{ExampleKind, RuleSet};
use serde_json::json;

fn main() -> io::Result<()> {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or_default();
    let rules = RuleSet::builtin().map_err(io::Error::other)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let tokens = rules.examples(seed).filter(|example| example.kind == ExampleKind::Token);
    for token in tokens.filter(|token| rules.is_strong(&token.rule)) {
        if let Ok(text) = std::str::from_utf8(&token.text) {
            writeln!(out, "{}", json!({"rule": token.rule, "text": text}))?;
        }
    }
    out.flush()
}
