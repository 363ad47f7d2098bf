//! Prints the corpus as NDJSON, each case with the library's answer, for doors that are not written in Rust.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use promises::{Library, cases};
use scanner::RuleSet;
use serde_json::json;

fn main() -> io::Result<()> {
    let rules = RuleSet::builtin().map_err(io::Error::other)?;
    let mut libraries: HashMap<String, Library> = HashMap::new();
    let mut out = BufWriter::new(io::stdout().lock());
    for case in cases(&rules) {
        let library = libraries.entry(case.policy.clone()).or_insert_with(|| Library::new(&case.policy));
        let answer = library.case(&case);
        writeln!(out, "{}", json!({ "case": case, "library": answer }))?;
    }
    out.flush()
}
