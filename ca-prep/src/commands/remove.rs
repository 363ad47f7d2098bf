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
use crate::signer::{clear_stale, is_answered};
use crate::stage;
use crate::turn::Turn;

pub(crate) fn run(out: &Path, dry_run: bool) -> Result<Removed, Error> {
    let place = Place::resolve(out)?;
    let Some(manifest) = Manifest::read(&place)? else {
        if !dry_run {
            sweep(&place);
        }
        return Ok(Removed::nothing(&place, dry_run));
    };
    let mut removed = Removed::of(&place, &manifest, dry_run);
    if !dry_run {
        removed.folder_left = remove(&place, &manifest)?;
    }
    Ok(removed)
}

/// Tells whether the folder itself had to stay.
fn remove(place: &Place, manifest: &Manifest) -> Result<bool, Error> {
    // The key first: whatever stops or delays the rest, it is gone.
    empty(&place.proxy())?;
    let _turn = Turn::of(place)?;
    // What another run has noted down meanwhile counts too.
    let manifest = Manifest::read(place)?.unwrap_or_else(|| manifest.clone());
    for entry in &manifest.installed {
        Store::of(entry, &manifest)?.map_or(Ok(()), |store| store.uninstall(entry))?;
    }
    if let Some(socket) = manifest.socket.as_ref().filter(|_| manifest.is_trustworthy()) {
        // A dead signer left it; a living one takes its own along.
        let _ = clear_stale(socket);
    }
    sweep(place);
    for path in [place.trust(), place.root().join("mitmdump.args"), place.proxy(), place.manifest()] {
        clear(&path)?;
    }
    Ok(fs::remove_dir(place.root()).is_err())
}

/// What runs that were cut short left beside the folder and in it.
fn sweep(place: &Place) {
    stage::sweep(place.parent(), &place.name());
    stage::sweep_all(place.root());
}

/// Removes all that is in a folder, if there is one.
fn empty(folder: &Path) -> Result<(), Error> {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if !is_folder {
        return Ok(());
    }
    for entry in fs::read_dir(folder).doing("look into", folder)? {
        clear(&entry.doing("look into", folder)?.path())?;
    }
    Ok(())
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
    /// Where a signer still answers.
    still_answered: Option<PathBuf>,
    /// Whether the folder itself stayed, because it holds something else or may not be removed.
    folder_left: bool,
}

impl Removed {
    fn nothing(place: &Place, dry_run: bool) -> Self {
        Self {
            command: "remove",
            dry_run,
            out: place.root().to_owned(),
            found: false,
            installed: Vec::new(),
            still_answered: None,
            folder_left: false,
        }
    }

    fn of(place: &Place, manifest: &Manifest, dry_run: bool) -> Self {
        Self {
            found: true,
            installed: manifest.installed.clone(),
            still_answered: manifest.socket.clone().filter(|socket| is_answered(socket)),
            ..Self::nothing(place, dry_run)
        }
    }
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
        if let Some(socket) = &self.still_answered {
            writeln!(f, "the signer still answers at {}: stop it", socket.display())?;
        }
        if self.folder_left {
            writeln!(f, "{out} itself was left: it holds something else, or is not ours to remove")?;
        }
        Ok(())
    }
}
