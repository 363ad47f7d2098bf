//! Writing all files of a bottle at once, or none.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use rustix::fs::{FlockOperation, flock};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::{Doing, Error};
use crate::place::Place;

/// A file or folder that a command writes.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    /// Where, below the folder of the bottle.
    pub path: PathBuf,
    /// Its permissions.
    pub(crate) mode: Mode,
    /// Its content; nothing for a folder.
    #[serde(skip)]
    bytes: Option<Zeroizing<Vec<u8>>>,
}

impl Planned {
    /// A folder.
    pub(crate) fn folder(path: &str, mode: u32) -> Self {
        Self { path: path.into(), mode: Mode(mode), bytes: None }
    }

    /// A file that only its owner may read.
    pub(crate) fn secret(path: &str, text: &str) -> Self {
        Self::file(path, 0o600, text)
    }

    /// A file that all may read.
    pub(crate) fn public(path: &str, text: &str) -> Self {
        Self::file(path, 0o644, text)
    }

    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.bytes.is_none()
    }

    fn file(path: &str, mode: u32, text: &str) -> Self {
        Self { path: path.into(), mode: Mode(mode), bytes: Some(Zeroizing::new(text.as_bytes().to_vec())) }
    }
}

/// Permissions, shown in octal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode(u32);

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

/// Writes a new bottle: all of it appears at once, or nothing does.
///
/// The files are made in a sibling folder (0700) that is then renamed. Whatever ends the process before that
/// leaves the place untouched, and the sibling is swept away by the next run.
pub(crate) fn write(place: &Place, files: &[Planned]) -> Result<(), Error> {
    place.must_be_free()?;
    sweep(place);
    let mut stage = Stage::begin(place)?;
    for file in files {
        stage.write(file)?;
    }
    stage.commit(place)
}

/// Replaces one file by a new one: readers see the old or the new, never a part.
pub(crate) fn replace(folder: &Path, file: &Planned) -> Result<(), Error> {
    let temporary = folder.join(format!(".{}.new", random_word()?));
    create(&temporary, file)?;
    let target = folder.join(&file.path);
    fs::rename(&temporary, &target).doing("replace", &target).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Takes away what interrupted runs left beside the place; what a living run holds is locked and stays.
pub(crate) fn sweep(place: &Place) {
    let (parent, prefix) = neighbourhood(place);
    let Ok(entries) = fs::read_dir(parent) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ours =
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&prefix));
        if ours && File::open(&path).is_ok_and(|folder| lock(&folder).is_ok()) {
            // Nothing depends on it: a leftover that cannot go is in nobody's way.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// The folder above the place, and how the names of its stages begin.
fn neighbourhood(place: &Place) -> (&Path, String) {
    let name = place.root().file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    (place.root().parent().unwrap_or(place.root()), format!(".{name}.ca-prep-"))
}

/// A folder in the making; dropped before its commit, it is removed.
struct Stage {
    path: PathBuf,
    /// Tells other runs that this one lives.
    _lock: File,
    committed: bool,
}

impl Stage {
    fn begin(place: &Place) -> Result<Self, Error> {
        let (parent, prefix) = neighbourhood(place);
        fs::create_dir_all(parent).doing("make the folder", parent)?;
        loop {
            let path = parent.join(format!("{prefix}{}", random_word()?));
            DirBuilder::new().mode(0o700).create(&path).doing("make the folder", &path)?;
            // A umask may have taken the owner's own rights.
            let opened = set_mode(&path, 0o700).and_then(|()| File::open(&path).doing("open", &path));
            match opened {
                Ok(folder) if lock(&folder).is_ok() && is_still(&folder, &path) => {
                    return Ok(Self { path, _lock: folder, committed: false });
                }
                // Another run swept it away before it was locked: make another.
                _ if !path.exists() => {}
                Ok(_) => return Err(Error::Failed(format!("{} is in use", path.display()))),
                Err(error) => return Err(error),
            }
        }
    }

    fn write(&mut self, planned: &Planned) -> Result<(), Error> {
        let path = self.path.join(&planned.path);
        if planned.bytes.is_some() {
            return create(&path, planned);
        }
        DirBuilder::new().mode(0o700).create(&path).doing("make the folder", &path)?;
        set_mode(&path, planned.mode.0)
    }

    fn commit(mut self, place: &Place) -> Result<(), Error> {
        set_mode(&self.path, 0o755)?;
        match fs::rename(&self.path, place.root()) {
            Ok(()) => {
                self.committed = true;
                Ok(())
            }
            Err(error) if is_taken(&error) => Err(Error::Exists(place.root().to_owned())),
            Err(error) => Err(error).doing("put everything in place at", place.root()),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a new file that nobody else can read at any moment, then gives it its mode.
fn create(path: &Path, planned: &Planned) -> Result<(), Error> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).doing("create", path)?;
    file.write_all(planned.bytes.as_deref().map_or(&[], Vec::as_slice)).doing("write", path)?;
    file.set_permissions(Permissions::from_mode(planned.mode.0)).doing("set the mode of", path)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode)).doing("set the mode of", path)
}

fn lock(folder: &File) -> rustix::io::Result<()> {
    flock(folder, FlockOperation::NonBlockingLockExclusive)
}

fn is_still(folder: &File, path: &Path) -> bool {
    let identity = |found: io::Result<fs::Metadata>| found.map(|it| (it.dev(), it.ino())).ok();
    identity(folder.metadata()).is_some_and(|own| identity(fs::symlink_metadata(path)) == Some(own))
}

/// Whether a rename failed because another run came first.
fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty | NotADirectory)
}

fn random_word() -> Result<String, Error> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(HEXLOWER.encode(&bytes))
}
