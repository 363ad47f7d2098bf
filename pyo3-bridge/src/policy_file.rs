//! Reads a policy: the engine opens no file.

use std::fs;
use std::io;
use std::path::Path;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use scanner::{Files, Policy, PolicyError};

use crate::error::bad_policy;

/// The policy in the file `path`. Files that it names are relative to the folder it is in.
pub(crate) fn load(path: &Path) -> PyResult<Policy> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let file = path.display().to_string();
    let text = std::str::from_utf8(&bytes).map_err(|error| bad_policy(not_utf8(&file, &bytes, error)))?;
    parse(&file, text, path.parent().unwrap_or(Path::new("")))
}

/// A policy given as text. Files that it names are relative to `folder`.
pub(crate) fn parse(file: &str, text: &str, folder: &Path) -> PyResult<Policy> {
    Policy::parse(file, text, &Beside(folder)).map_err(bad_policy)
}

/// Files, by their path from a folder.
struct Beside<'a>(&'a Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        // The empty path is no folder to the system.
        let entries = fs::read_dir(Path::new(".").join(self.0).join(folder))?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
}

/// `OSError(errno, text, file)`, of which Python makes `FileNotFoundError` and the like.
fn unreadable(path: &Path, error: &io::Error) -> PyErr {
    PyOSError::new_err((error.raw_os_error(), error.to_string(), path.as_os_str().to_owned()))
}

fn not_utf8(file: &str, bytes: &[u8], error: std::str::Utf8Error) -> PolicyError {
    let line = 1 + bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').skip(1).count();
    PolicyError { file: file.to_owned(), line, reason: "the file is not UTF-8".to_owned() }
}
