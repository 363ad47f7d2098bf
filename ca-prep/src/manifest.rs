//! `DIR/ca-prep.json`: tells later commands that a folder is ours, and what was made there.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};

use crate::error::{Doing, Error};
use crate::pem;
use crate::place::{MANIFEST, Place};
use crate::planned::Planned;
use crate::{read, stage};

/// The way into mitmproxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    /// mitmproxy holds the key and signs what it needs.
    Issue,
    /// All leaves are made beforehand, the key is gone.
    Seal,
    /// A signer holds the key.
    Sign,
}

/// What a later command needs to know of an earlier one. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Which command made the folder.
    pub(crate) way: Way,
    /// SHA-256 of the trusted certificate, in hexadecimal.
    pub(crate) fingerprint_sha256: String,
    /// When it all ends (RFC 3339).
    pub(crate) not_after: String,
    /// Where the bottle sees `trust/`.
    pub(crate) trust_seen_at: PathBuf,
    /// Where the certificate was put into trust stores.
    pub(crate) installed: Vec<Installed>,
    /// Where a signer answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) socket: Option<PathBuf>,
    /// What held before a renewal, and still does where that was cut short before `trust/` was turned to the new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Box<Self>>,
    /// The user who wrote the file.
    #[serde(skip)]
    pub(crate) written_by: Option<u32>,
}

/// One trust store that knows the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Installed {
    /// The root of the system that the store belongs to.
    pub(crate) root: PathBuf,
    /// The file that was put there.
    pub(crate) file: PathBuf,
}

impl Manifest {
    /// That of a bottle that was just made.
    pub(crate) fn new(
        way: Way,
        fingerprint_sha256: String,
        not_after: String,
        trust_seen_at: PathBuf,
    ) -> Self {
        Self {
            way,
            fingerprint_sha256,
            not_after,
            trust_seen_at,
            installed: Vec::new(),
            socket: None,
            before: None,
            written_by: None,
        }
    }

    /// That of a bottle of which nothing is known any more.
    fn lost(owner: u32) -> Self {
        let unknown = String::new;
        Self { written_by: Some(owner), ..Self::new(Way::Issue, unknown(), unknown(), PathBuf::new()) }
    }

    /// The manifest of a folder, or nothing if there is no folder.
    ///
    /// # Errors
    ///
    /// If there is something at the place that ca-prep did not make.
    pub(crate) fn read(place: &Place) -> Result<Option<Self>, Error> {
        let path = place.manifest();
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error).doing("read", &path),
            Err(_) if place.must_be_free().is_ok() => return Ok(None),
            Err(_) => {
                let root = place.root().display();
                return Err(Error::Failed(format!(
                    "{root} was not made by ca-prep (it has no {MANIFEST}); left alone"
                )));
            }
        };
        let owner = file.metadata().doing("look at", &path)?.uid();
        let text = read::text_of(&mut file).doing("read", &path)?;
        match serde_json::from_str(&text) {
            Ok(manifest) => Ok(Some(Self { written_by: Some(owner), ..manifest })),
            // A power failure may leave files without their content: what it was is lost, that it was ours is not.
            Err(_) if text.trim_matches('\0').is_empty() => Ok(Some(Self::lost(owner))),
            Err(error) => Err(Error::Failed(format!("{} is damaged: {error}", path.display()))),
        }
    }

    /// The manifest of a folder that must be there.
    pub(crate) fn require(place: &Place) -> Result<Self, Error> {
        let missing = || {
            Error::Failed(format!(
                "there is nothing in {}; begin with issue, seal or sign",
                place.root().display()
            ))
        };
        Self::read(place)?.ok_or_else(missing)
    }

    /// The manifest and the certificate that clients are given now.
    ///
    /// # Errors
    ///
    /// If another certificate was put into the place of the one that was made here.
    pub(crate) fn in_force(place: &Place) -> Result<(Self, String), Error> {
        let path = place.trust().join("ca.pem");
        let both = || {
            let manifest = Self::require(place)?;
            let text = read::text(&path).doing("read", &path)?;
            Ok::<_, Error>(
                pem::fingerprint(&text)
                    .and_then(|found| manifest.of(&found))
                    .map(|manifest| (manifest, text)),
            )
        };
        // A renewal that ends between the two reads makes them differ once.
        match both()?.map_or_else(both, |found| Ok(Some(found)))? {
            Some(found) => Ok(found),
            None => {
                Err(Error::Failed(format!("{} is not the certificate that was made here", path.display())))
            }
        }
    }

    /// The manifest that belongs to a certificate.
    fn of(mut self, fingerprint: &str) -> Option<Self> {
        let before = self.before.take();
        if self.fingerprint_sha256 == fingerprint {
            return Some(self);
        }
        let written_by = self.written_by;
        before
            .filter(|before| before.fingerprint_sha256 == fingerprint)
            .map(|before| Self { written_by, ..*before })
    }

    /// Whether what it says may be acted on outside its folder: it was written by this user, or by root.
    ///
    /// Else whoever can make a folder could have root remove files and run programs of theirs.
    pub(crate) fn is_trustworthy(&self) -> bool {
        self.written_by.is_none_or(|owner| owner == 0 || owner == geteuid().as_raw())
    }

    pub(crate) fn planned(&self) -> Planned {
        let text = serde_json::to_string_pretty(self).expect("strings and lists of strings are always JSON");
        Planned::public(MANIFEST, &format!("{text}\n"))
    }

    pub(crate) fn write(&self, place: &Place) -> Result<(), Error> {
        stage::replace(place.root(), &self.planned())
    }
}
