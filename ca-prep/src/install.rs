//! Trust stores of systems.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Doing, Error};
use crate::manifest::{Installed, Manifest};
use crate::planned::Planned;
use crate::stage;
use crate::trust::SYSTEM_BUNDLES;

/// How a family of systems takes a certificate in.
struct Family {
    /// Where local certificates lie; that it exists tells the family.
    folder: &'static str,
    /// How their names must end.
    ending: &'static str,
    /// What makes the system's bundle anew.
    update: &'static [&'static str],
    /// What is added to that when a certificate is gone, so that links to it go too.
    cleaning: &'static [&'static str],
}

const FAMILIES: [Family; 4] = [
    // Red Hat, Fedora, Amazon
    Family {
        folder: "etc/pki/ca-trust/source/anchors",
        ending: "pem",
        update: &["update-ca-trust", "extract"],
        cleaning: &[],
    },
    // SUSE
    Family {
        folder: "etc/pki/trust/anchors",
        ending: "pem",
        update: &["update-ca-certificates"],
        cleaning: &["--fresh"],
    },
    // Arch
    Family {
        folder: "etc/ca-certificates/trust-source/anchors",
        ending: "crt",
        update: &["trust", "extract-compat"],
        cleaning: &[],
    },
    // Debian, Ubuntu, Alpine
    Family {
        folder: "usr/local/share/ca-certificates",
        ending: "crt",
        update: &["update-ca-certificates"],
        cleaning: &["--fresh"],
    },
];

/// A system into whose trust store the certificate can be put.
pub(crate) struct Store {
    root: PathBuf,
    family: &'static Family,
}

impl Store {
    /// Finds the trust store of the system at `root`, which is `/` or the folder of an image.
    pub(crate) fn find(root: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().doing("find", root)?;
        let known = FAMILIES.iter().find(|family| root.join(family.folder).is_dir());
        let family = known.ok_or_else(|| {
            Error::Failed(format!(
                "no trust store known here was found in {}: install the package `ca-certificates`, \
                 or see docs/tls.md for what to do by hand",
                root.display()
            ))
        })?;
        let folder = root.join(family.folder);
        // A link in an image means a place in the image; followed from here it would be one of this system.
        if !folder.canonicalize().doing("find", &folder)?.starts_with(&root) {
            let folder = folder.display();
            return Err(Error::Failed(format!(
                "{folder} is a link out of the image; run ca-prep inside of it"
            )));
        }
        Ok(Self { root, family })
    }

    /// The store that an entry of a manifest belongs to; an image that is gone has taken its store along.
    ///
    /// # Errors
    ///
    /// If the entry is not one that `trust --install` writes, or is not to be trusted.
    pub(crate) fn of(entry: &Installed, manifest: &Manifest) -> Result<Option<Self>, Error> {
        let refused = |why: &str| {
            let file = entry.file.display();
            Err(Error::Failed(format!("{file} is left where it is: {why}")))
        };
        if !manifest.is_trustworthy() {
            return refused("another user wrote it down; run `ca-prep remove` as that user");
        }
        if !entry.root.exists() {
            return Ok(None);
        }
        let store = Self::find(&entry.root)?;
        if store.entry(&manifest.fingerprint_sha256) != *entry {
            return refused("it is not what `ca-prep trust --install` puts there");
        }
        Ok(Some(store))
    }

    /// Where the certificate with this fingerprint goes.
    pub(crate) fn entry(&self, fingerprint: &str) -> Installed {
        let short = fingerprint.get(..16).unwrap_or(fingerprint);
        let name = format!("scangate-{short}.{}", self.family.ending);
        Installed { root: self.root.clone(), file: self.root.join(self.family.folder).join(name) }
    }

    /// The command that makes the bundle anew.
    pub(crate) fn update_command(&self) -> Vec<String> {
        let inside = ["chroot".to_owned(), self.root.display().to_string()];
        let enter = inside.into_iter().filter(|_| self.root != Path::new("/"));
        enter.chain(self.family.update.iter().map(ToString::to_string)).collect()
    }

    /// Puts the certificate in, and looks whether it is in the system's bundle then.
    pub(crate) fn install(&self, entry: &Installed, pem: &str) -> Result<(), Error> {
        let name = entry.file.file_name().unwrap_or_default().to_string_lossy();
        stage::replace(&self.root.join(self.family.folder), &Planned::public(&name, pem))?;
        self.update(&[])?;
        let seen = SYSTEM_BUNDLES
            .iter()
            .filter_map(|path| fs::read_to_string(self.root.join(path.trim_start_matches('/'))).ok())
            .any(|bundle| bundle.contains(pem.trim()));
        if seen { Ok(()) } else { Err(self.without_effect()) }
    }

    /// Takes the certificate out; it is no error if it is gone already.
    pub(crate) fn uninstall(&self, entry: &Installed) -> Result<(), Error> {
        let folder = self.root.join(self.family.folder);
        stage::sweep(&folder, &entry.file.file_name().unwrap_or_default().to_string_lossy());
        match fs::remove_file(&entry.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).doing("remove", &entry.file);
            }
            _ => {}
        }
        self.update(self.family.cleaning)
    }

    fn update(&self, more: &[&str]) -> Result<(), Error> {
        let mut words = self.update_command();
        words.extend(more.iter().map(ToString::to_string));
        let (program, arguments) = words.split_first().expect("every family has a command");
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .doing("run", Path::new(program))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::Failed(format!("`{}` failed ({}): {}", words.join(" "), output.status, said.trim())))
    }

    fn without_effect(&self) -> Error {
        let command = self.update_command().join(" ");
        Error::Failed(format!("`{command}` ran, but the system's bundle does not hold the certificate"))
    }
}
