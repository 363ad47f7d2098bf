//! How a policy comes by the files that it names: the engine opens none.

use std::io;

/// The files that a policy names. Paths are given as they are written there.
pub trait Files {
    /// What is in a file.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// The names of what lies in a folder; `""` is the folder that paths are relative to.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
}

/// For policies that name no file.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn list(&self, _: &str) -> io::Result<Vec<String>> {
        Err(io::ErrorKind::NotFound.into())
    }
}
