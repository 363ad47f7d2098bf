//! Writing all files of a folder at once, or none.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;

use crate::error::{Doing, Error};
use crate::place::Place;
use crate::planned::{Content, Planned};
use crate::turn::Turn;

/// What stands in the name of everything unfinished, after `.NAME` and before random digits.
const UNFINISHED: &str = ".ca-prep-";
/// How many random digits.
const DIGITS: usize = 16;

/// Writes a new bottle: all of it appears at once, or nothing does.
///
/// The files are made in a sibling folder (0700) that is then renamed. Whatever ends the process before that
/// leaves the place untouched, and the sibling is swept away by the next run.
pub(crate) fn write(place: &Place, files: &[Planned]) -> Result<(), Error> {
    place.must_be_free()?;
    let parent = place.parent();
    DirBuilder::new().recursive(true).mode(0o755).create(parent).doing("make the folder", parent)?;
    sweep(parent, &place.name());
    fill(parent, place.root(), files)
}

/// Writes a new folder `target` and its files, by way of a folder in the making in `parent`.
pub(crate) fn fill(parent: &Path, target: &Path, files: &[Planned]) -> Result<(), Error> {
    let stage = Stage::begin(parent, &name_of(target))?;
    files.iter().try_for_each(|file| make(&stage.path.join(&file.path), file))?;
    // What is in a folder before the folder, which may not be entered afterwards.
    files.iter().rev().try_for_each(|file| give(&stage.path.join(&file.path), file))?;
    stage.commit(target)
}

/// Puts one file or link into the place of another: readers see the old or the new, never a part.
///
/// It is made in `folder`, and its path is seen from there.
pub(crate) fn replace(folder: &Path, file: &Planned) -> Result<(), Error> {
    let target = folder.join(&file.path);
    sweep(folder, &name_of(&target));
    let temporary = folder.join(unfinished(&name_of(&target))?);
    let made = make(&temporary, file).and_then(|()| give(&temporary, file));
    let put = made.and_then(|()| fs::rename(&temporary, &target).doing("replace", &target));
    put.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Takes away what interrupted runs left of `name` in a folder; what a living run holds is locked and stays.
pub(crate) fn sweep(folder: &Path, name: &str) {
    let start = format!(".{name}{UNFINISHED}");
    sweep_where(folder, |found| found.starts_with(&start));
}

/// The same for whatever was left.
pub(crate) fn sweep_all(folder: &Path) {
    sweep_where(folder, |_| true);
}

fn sweep_where(folder: &Path, wanted: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| is_unfinished(name) && wanted(name)) {
            discard(&entry.path());
        }
    }
}

/// Nothing depends on a leftover: one that cannot go is in nobody's way.
fn discard(path: &Path) {
    let _ = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => match Turn::take(path) {
            Ok(Some(_turn)) => fs::remove_dir_all(path),
            _ => return,
        },
        _ => fs::remove_file(path),
    };
}

fn is_unfinished(name: &str) -> bool {
    let digits = |text: &str| text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.starts_with('.') && name.rsplit_once(UNFINISHED).is_some_and(|(_, end)| digits(end))
}

fn unfinished(name: &str) -> Result<String, Error> {
    Ok(format!(".{name}{UNFINISHED}{}", random_word()?))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A folder in the making; dropped before its commit, it is removed.
struct Stage {
    path: PathBuf,
    /// Tells other runs that this one lives.
    _turn: Turn,
    committed: bool,
}

impl Stage {
    fn begin(parent: &Path, name: &str) -> Result<Self, Error> {
        loop {
            let path = parent.join(unfinished(name)?);
            DirBuilder::new().mode(0o700).create(&path).doing("make the folder", &path)?;
            // A umask may have taken the owner's own rights.
            let taken = set_mode(&path, 0o700).and_then(|()| Turn::take(&path).doing("open", &path));
            match taken {
                Ok(Some(turn)) => return Ok(Self { path, _turn: turn, committed: false }),
                // Another run swept it away before it was locked: make another.
                _ if !path.exists() => {}
                failed => {
                    let _ = fs::remove_dir(&path);
                    failed?;
                    return Err(Error::Failed(format!("{} is in use", path.display())));
                }
            }
        }
    }

    fn commit(mut self, target: &Path) -> Result<(), Error> {
        set_mode(&self.path, 0o755)?;
        match fs::rename(&self.path, target) {
            Ok(()) => {
                self.committed = true;
                Ok(())
            }
            Err(error) if is_taken(&error) => Err(Error::Exists(target.to_owned())),
            Err(error) if error.kind() == ErrorKind::ResourceBusy => Err(Error::Usage(format!(
                "{} is where a file system is mounted, and cannot be replaced: name a folder in it",
                target.display()
            ))),
            Err(error) => Err(error).doing("put everything in place at", target),
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

/// Makes what is planned at a path where nothing is.
fn make(path: &Path, planned: &Planned) -> Result<(), Error> {
    match &planned.content {
        Content::Folder => {
            DirBuilder::new().mode(0o700).create(path).doing("make the folder", path)?;
            set_mode(path, planned.mode.0)
        }
        Content::File(bytes) => create(path, bytes, planned.mode.0),
        Content::Link(leads_to) => symlink(leads_to, path).doing("make the link", path),
    }
}

/// Gives it to the user that it is for.
fn give(path: &Path, planned: &Planned) -> Result<(), Error> {
    planned.owner.map_or(Ok(()), |owner| lchown(path, Some(owner), None).doing("give away", path))
}

/// Makes a new file that nobody else can read at any moment, then gives it its mode.
fn create(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).doing("create", path)?;
    file.write_all(bytes).doing("write", path)?;
    file.set_permissions(Permissions::from_mode(mode)).doing("set the mode of", path)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode)).doing("set the mode of", path)
}

/// Whether a rename failed because another run came first.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory)
}

/// Sixteen random hexadecimal digits.
pub(crate) fn random_word() -> Result<String, Error> {
    let mut bytes = [0; DIGITS / 2];
    rand::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(HEXLOWER.encode(&bytes))
}
