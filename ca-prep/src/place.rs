//! Where the files of a bottle lie.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::error::{Doing, Error};

/// The folder of one bottle: absolute, and fit to be written into a file of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// Makes `--out` absolute. Neither it nor its parents need to exist.
    ///
    /// # Errors
    ///
    /// A path over a link that another user put into an open folder, and one that is not UTF-8 or holds a control
    /// character: mitmproxy and env files could not be told of it.
    pub(crate) fn resolve(out: &Path) -> Result<Self, Error> {
        if out.as_os_str().is_empty() {
            return Err(Error::Usage("--out is empty".into()));
        }
        let absolute = std::path::absolute(out).doing("find", out)?;
        absolute.ancestors().try_for_each(refuse_planted)?;
        let real = canonical(&absolute).doing("find", &absolute)?;
        match real.to_str() {
            Some(text) if !text.contains(char::is_control) => Ok(Self(real)),
            _ => Err(Error::Usage("--out must be UTF-8 without control characters".into())),
        }
    }

    /// The folder itself.
    #[must_use]
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// The folder above.
    #[must_use]
    pub(crate) fn parent(&self) -> &Path {
        self.0.parent().unwrap_or(&self.0)
    }

    /// Its own name in there.
    #[must_use]
    pub(crate) fn name(&self) -> String {
        self.0.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// What only the proxy may read.
    #[must_use]
    pub(crate) fn proxy(&self) -> PathBuf {
        self.0.join("proxy")
    }

    /// What the bottle gets.
    #[must_use]
    pub(crate) fn trust(&self) -> PathBuf {
        self.0.join("trust")
    }

    /// What tells that the folder is ours, and of which kind.
    #[must_use]
    pub(crate) fn manifest(&self) -> PathBuf {
        self.0.join(MANIFEST)
    }

    /// What is to be said of a folder above that lets anybody put another in the place of this one.
    #[must_use]
    pub(crate) fn warning(&self) -> Option<String> {
        let anybody = |path: &&Path| {
            fs::metadata(path).is_ok_and(|found| found.mode() & WRITABLE_BY_ALL_BUT_STICKY == WRITABLE_BY_ALL)
        };
        let open = self.0.ancestors().skip(1).find(anybody)?;
        Some(format!(
            "any user can swap what is in {}: choose a folder that is not open to all",
            open.display()
        ))
    }

    /// Refuses a place where there is something already; an empty folder is nothing.
    pub(crate) fn must_be_free(&self) -> Result<(), Error> {
        match fs::read_dir(&self.0).map(Iterator::count) {
            Ok(0) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotADirectory => {
                Err(error).doing("look into", &self.0)
            }
            _ => Err(Error::Exists(self.0.clone())),
        }
    }
}

/// The permission of all others to write, alone and with the bit that keeps them from files that are not theirs.
const WRITABLE_BY_ALL: u32 = 0o0002;
const WRITABLE_BY_ALL_BUT_STICKY: u32 = 0o1002;

/// File name of the manifest.
pub(crate) const MANIFEST: &str = "ca-prep.json";

/// Refuses what the kernel refuses too where it is told to (`fs.protected_symlinks`): whoever put a link into `/tmp`
/// would choose where the files go, and could swap them there.
fn refuse_planted(path: &Path) -> Result<(), Error> {
    let (Ok(link), Some(Ok(folder))) = (fs::symlink_metadata(path), path.parent().map(fs::metadata)) else {
        return Ok(());
    };
    let trusted = [0, geteuid().as_raw(), folder.uid()];
    if link.is_symlink() && folder.mode() & WRITABLE_BY_ALL != 0 && !trusted.contains(&link.uid()) {
        let path = path.display();
        return Err(Error::Usage(format!("{path} is a link that another user put into an open folder")));
    }
    Ok(())
}

/// The path with links resolved as far as it exists, also one that leads to nothing yet.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), ..) => Ok(real),
        (Err(error), Some(parent), _) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            canonical(&parent.join(fs::read_link(path)?))
        }
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(canonical(parent)?.join(name))
        }
        (Err(error), ..) => Err(error),
    }
}
