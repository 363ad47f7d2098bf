//! The files that a policy names, relative to the folder it lies in.

use std::path::Path;
use std::{fs, io};

use scanner::Files;

/// Files, by their path from a folder.
pub(crate) struct Beside<'a>(pub(crate) &'a Path);

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
