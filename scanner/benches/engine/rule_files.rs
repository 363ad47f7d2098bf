//! The rules that ship, as they are written.

use std::path::Path;

use toml::{Table, Value};

/// Name and content of each file, sorted.
pub(crate) fn rule_files() -> impl Iterator<Item = (String, Table)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the rules are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    files.into_iter().map(|path| {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a rule file can be read");
        (name, text.parse().expect("the rules that ship are TOML"))
    })
}

/// The rules of a file.
pub(crate) fn rules_of(mut file: Table) -> Vec<Table> {
    match file.remove("rule") {
        Some(Value::Array(rules)) => {
            rules.into_iter().map(|rule| rule.try_into().expect("a rule is a table")).collect()
        }
        _ => Vec::new(),
    }
}

/// A field that is a list of texts.
pub(crate) fn strings(rule: &Table, key: &str) -> Option<Vec<String>> {
    let values = rule.get(key)?.as_array().expect("a list");
    Some(values.iter().map(|value| value.as_str().expect("a list of texts").to_owned()).collect())
}
