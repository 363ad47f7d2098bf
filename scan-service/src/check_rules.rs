//! `check-rules`: whoever writes a rule sees what is wrong with it before anything starts.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use scanner::{Example, ExampleKind, FingerprintKey, Policy, RuleError, RuleSet, Scanner};

use crate::self_test::scan;
use crate::start_error::StartError;
use crate::state::read;

/// Fresh examples of each row.
const SEEDS: u64 = 3;

/// What `check-rules` takes.
#[derive(Args, Clone, Debug)]
pub struct CheckRules {
    /// Take the place of built-in rules with the same ids, in place of refusing a second one.
    #[arg(long)]
    replace: bool,
    /// Rule files, or folders with `.toml` files.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Tries the rules of these files beside the built-in ones, and prints a line for each: OK, or file, id and reason.
pub fn check_rules(given: &CheckRules) -> Result<ExitCode, StartError> {
    let mut out = io::stdout().lock();
    let (good, mut wrong) = well_formed(files(&given.paths)?);
    if !good.is_empty() {
        match together(&good, given.replace) {
            Ok(rules) => wrong.extend(tried(rules, &good, &mut out)?),
            Err(error) => wrong.push(error),
        }
    }
    for error in &wrong {
        writeln!(out, "{error}")?;
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The rule files at these paths, by name and text.
fn files(paths: &[PathBuf]) -> Result<Vec<(String, String)>, StartError> {
    let mut files = Vec::new();
    for path in paths {
        let found = if path.is_dir() { toml_files(path)? } else { vec![path.clone()] };
        for path in found {
            files.push((path.display().to_string(), read(&path, "the rules")?));
        }
    }
    Ok(files)
}

fn toml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    Ok(paths)
}

type Files = Vec<(String, String)>;

/// Files whose every rule can be read and compiled, and why the others cannot.
fn well_formed(files: Files) -> (Files, Vec<RuleError>) {
    let mut wrong = Vec::new();
    let (mut good, alone) =
        (Vec::new(), |file: &(String, String)| RuleSet::default().with_files([(&file.0, &file.1)]).err());
    for file in files {
        match alone(&file) {
            Some(error) => wrong.push(error),
            None => good.push(file),
        }
    }
    (good, wrong)
}

fn together(files: &Files, replace: bool) -> Result<RuleSet, RuleError> {
    let files = files.iter().map(|(name, text)| (name, text));
    let builtin = RuleSet::builtin()?;
    if replace { builtin.with_replacements(files) } else { builtin.with_files(files) }
}

/// Scans the examples of these files. Prints the rules that are right, returns the others.
fn tried(rules: RuleSet, files: &Files, out: &mut impl Write) -> io::Result<Vec<RuleError>> {
    let scanner = Scanner::new(rules, Policy::default(), FingerprintKey::new([0; 32]));
    let ids: HashSet<&str> = files.iter().flat_map(|(file, _)| scanner.rules().ids_in(file)).collect();
    let mut reasons: HashMap<String, String> = HashMap::new();
    for seed in 0..SEEDS {
        let examples = scanner.rules().examples(seed).filter(|example| ids.contains(&*example.rule));
        for (row, example) in rows(examples) {
            if let Some(reason) = reason(&scanner, &row, &example) {
                reasons.entry(example.rule.to_string()).or_insert(reason);
            }
        }
    }
    let mut wrong = Vec::new();
    for (file, _) in files {
        for id in scanner.rules().ids_in(file) {
            match reasons.remove(id) {
                Some(reason) => wrong.push(RuleError { file: file.clone(), rule: id.to_owned(), reason }),
                None => writeln!(out, "{file}: {id}: OK")?,
            }
        }
    }
    Ok(wrong)
}

/// Numbers the examples as they stand in their rule: `hit 1`, `miss 2`.
fn rows(examples: impl Iterator<Item = Example>) -> impl Iterator<Item = (String, Example)> {
    let mut counts: HashMap<(String, ExampleKind), usize> = HashMap::new();
    examples.filter(|example| example.kind != ExampleKind::Token).map(move |example| {
        let count = counts.entry((example.rule.to_string(), example.kind)).or_default();
        *count += 1;
        let kind = if example.kind == ExampleKind::Hit { "hit" } else { "miss" };
        (format!("{kind} {count}"), example)
    })
}

/// Why an example is not what its rule says.
fn reason(scanner: &Scanner, row: &str, example: &Example) -> Option<String> {
    let answer = match scan(scanner, &example.text) {
        Ok(answer) => answer,
        Err(error) => return Some(format!("{row}: {error}")),
    };
    let found: Vec<String> = answer.findings.iter().map(|finding| finding.rule.to_string()).collect();
    match (example.kind == ExampleKind::Hit, found.contains(&example.rule.to_string())) {
        (true, false) if found.is_empty() => Some(format!("{row}: nothing is found")),
        (true, false) => Some(format!("{row}: another rule finds it: {}", found.join(", "))),
        (false, true) => Some(format!("{row}: is found, and should not be")),
        _ => None,
    }
}
