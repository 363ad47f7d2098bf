//! `ca-prep remove`: takes away all that was written, here and in trust stores.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Doing, Error};
use crate::install::Store;
use crate::manifest::{Installed, Manifest};
use crate::place::Place;
use crate::stage;

pub(crate) fn run(out: &Path, dry_run: bool) -> Result<Removed, Error> {
    let place = Place::resolve(out)?;
    let manifest = Manifest::read(&place)?;
    let found = manifest.is_some();
    let installed = manifest.map(|manifest| manifest.installed).unwrap_or_default();
    let mut left = false;
    if !dry_run {
        stage::sweep(&place);
        // The key first: whatever stops the rest, it is gone.
        clear(&place.proxy())?;
        installed.iter().try_for_each(uninstall)?;
        if found {
            for path in [place.trust(), place.root().join("mitmdump.args"), place.manifest()] {
                clear(&path)?;
            }
        }
        left = found && fs::remove_dir(place.root()).is_err();
    }
    Ok(Removed {
        command: "remove",
        dry_run,
        out: place.root().to_owned(),
        found,
        installed,
        folder_left: left,
    })
}

fn uninstall(entry: &Installed) -> Result<(), Error> {
    // An image that is gone has taken its trust store along.
    if entry.root.exists() { Store::find(&entry.root)?.uninstall(entry) } else { Ok(()) }
}

/// Removes a file or a folder, if it is there; links are not followed.
fn clear(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", path),
        _ => Ok(()),
    }
}

/// What was taken away.
#[derive(Debug, Serialize)]
pub(crate) struct Removed {
    command: &'static str,
    dry_run: bool,
    out: PathBuf,
    /// Whether there was anything.
    found: bool,
    installed: Vec<Installed>,
    /// Whether the folder itself stayed, because it holds something else or may not be removed.
    folder_left: bool,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let out = self.out.display();
        if !self.found {
            return writeln!(f, "nothing in {out}");
        }
        let verb = if self.dry_run { "would remove" } else { "removed" };
        writeln!(f, "{verb} {out}")?;
        for entry in &self.installed {
            writeln!(f, "{verb} {} and update the trust store", entry.file.display())?;
        }
        if self.folder_left {
            writeln!(f, "{out} itself was left: it holds something else, or is not ours to remove")?;
        }
        Ok(())
    }
}
