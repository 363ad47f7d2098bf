//! What a command is going to write.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

/// A file, a folder or a link that a command writes.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    /// Where, below the folder of the bottle.
    pub(crate) path: PathBuf,
    /// Its permissions; a link's are those of what it leads to.
    pub(crate) mode: Mode,
    /// What it is.
    #[serde(skip)]
    pub(crate) content: Content,
    /// Whom it is given to, if to another than who writes it.
    #[serde(skip)]
    pub(crate) owner: Option<u32>,
}

/// What lies at a place.
#[derive(Debug)]
pub(crate) enum Content {
    Folder,
    File(Zeroizing<Vec<u8>>),
    /// Where a symbolic link leads, seen from its own folder.
    Link(PathBuf),
}

impl Planned {
    /// A folder.
    pub(crate) fn folder(path: impl Into<PathBuf>, mode: u32) -> Self {
        Self::new(path.into(), mode, Content::Folder)
    }

    /// A file that only its owner may read.
    pub(crate) fn secret(path: &str, text: &str) -> Self {
        Self::file(path, 0o600, text)
    }

    /// A file that all may read.
    pub(crate) fn public(path: &str, text: &str) -> Self {
        Self::file(path, 0o644, text)
    }

    /// A link to what all may read.
    pub(crate) fn link(path: impl Into<PathBuf>, leads_to: impl Into<PathBuf>) -> Self {
        Self::new(path.into(), 0o644, Content::Link(leads_to.into()))
    }

    /// The same at another place.
    pub(crate) fn moved(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// The same for another user.
    pub(crate) fn given_to(self, owner: Option<u32>) -> Self {
        Self { owner, ..self }
    }

    /// The last part of its path.
    pub(crate) fn name(&self) -> &Path {
        self.path.file_name().map_or(Path::new(""), Path::new)
    }

    fn file(path: &str, mode: u32, text: &str) -> Self {
        Self::new(path.into(), mode, Content::File(Zeroizing::new(text.as_bytes().to_vec())))
    }

    fn new(path: PathBuf, mode: u32, content: Content) -> Self {
        Self { path, mode: Mode(mode), content, owner: None }
    }
}

/// Permissions, shown in octal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode(pub(crate) u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl Serialize for Mode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
