//! The files of a signer's `trust/`, which all become new at one moment.
//!
//! `trust/ca.pem` and its siblings are links to `.now/ca.pem`, and `.now` is a link to the folder of one generation:
//! turning that one link is the whole change. `trust/` itself stays, so that whoever has it mounted sees the new files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::place::Place;
use crate::planned::{Content, Planned};
use crate::stage;

/// The link to the generation in force.
const NOW: &str = ".now";
/// How the folders of generations begin.
const FOLDER: &str = ".generation-";

/// Lays the files of `trust/` out as a first generation.
pub(crate) fn first(files: Vec<Planned>) -> Result<Vec<Planned>, Error> {
    let name = new_name()?;
    let trust = Path::new("trust");
    let mut all = vec![Planned::folder(trust.join(&name), 0o755), Planned::link(trust.join(NOW), &name)];
    all.extend(files.iter().map(link));
    all.extend(below(&trust.join(&name), files));
    Ok(all)
}

/// Whether the bottle's `trust/` is laid out in generations.
pub(crate) fn are_in(place: &Place) -> bool {
    fs::symlink_metadata(place.trust().join(NOW)).is_ok_and(|found| found.is_symlink())
}

/// Puts a new generation in force. Readers find all of the old one or all of the new one, whatever ends the process.
///
/// Nothing is ever written inside `trust/`, only moved there: a bottle that may write to it can lead no file astray.
pub(crate) fn turn(place: &Place, files: Vec<Planned>) -> Result<(), Error> {
    let name = new_name()?;
    let trust = place.trust();
    let before = fs::read_link(trust.join(NOW)).ok();
    let links: Vec<_> = files.iter().map(link).collect();
    stage::sweep_all(place.root());
    stage::fill(place.root(), &trust.join(&name), &below(Path::new(""), files))?;
    stage::replace(place.root(), &Planned::link(Path::new("trust").join(NOW), &name))?;
    links.iter().try_for_each(|link| mend(place, link))?;
    forget_all_but(&trust, &[Some(PathBuf::from(name)), before]);
    Ok(())
}

/// What stands at the file's own path and leads to the generation in force.
fn link(file: &Planned) -> Planned {
    Planned::link(&file.path, Path::new(NOW).join(file.name()))
}

/// Puts a link back where another hand has put something else.
fn mend(place: &Place, link: &Planned) -> Result<(), Error> {
    let found = fs::read_link(place.root().join(&link.path)).ok();
    match &link.content {
        Content::Link(leads_to) if found.as_ref() == Some(leads_to) => Ok(()),
        _ => stage::replace(place.root(), link),
    }
}

fn new_name() -> Result<String, Error> {
    Ok(format!("{FOLDER}{}", stage::random_word()?))
}

fn below(folder: &Path, files: Vec<Planned>) -> Vec<Planned> {
    let moved = |file: Planned| {
        let path = folder.join(file.name());
        file.moved(path)
    };
    files.into_iter().map(moved).collect()
}

/// The generation before stays for whoever is on the way to one of its files.
fn forget_all_but(trust: &Path, kept: &[Option<PathBuf>]) {
    let Ok(entries) = fs::read_dir(trust) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_generation = name.to_str().is_some_and(|name| name.starts_with(FOLDER));
        if is_generation && !kept.iter().flatten().any(|keep| keep.as_os_str() == name) {
            // One that cannot go is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
