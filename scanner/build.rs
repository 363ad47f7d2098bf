//! Embeds every rule file under `rules/`: a new file needs no other edit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&required("CARGO_MANIFEST_DIR")).join("rules");
    println!("cargo::rerun-if-changed={}", folder.display());
    let list = Path::new(&required("OUT_DIR")).join("rule_files.rs");
    fs::write(list, embed(&rule_files(&folder)?))
}

/// A variable that Cargo sets for build scripts.
fn required(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("{name}, which Cargo sets for build scripts: {error}"))
}

/// The TOML files of a folder, sorted by name so that builds are the same everywhere.
fn rule_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}

/// The source of a slice of `(name, text)`.
fn embed(files: &[PathBuf]) -> String {
    let mut source = String::from("&[\n");
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.to_string_lossy();
        writeln!(source, "    ({name:?}, include_str!({path:?})),").expect("a String takes all writes");
    }
    source.push_str("]\n");
    source
}
