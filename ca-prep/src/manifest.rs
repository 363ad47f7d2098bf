//! `DIR/ca-prep.json`: tells later commands that a folder is ours, and what was made there.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Doing, Error};
use crate::place::{MANIFEST, Place};
use crate::stage::{self, Planned};

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
    /// The manifest of a folder, or nothing if there is no folder.
    ///
    /// # Errors
    ///
    /// If there is something at the place that ca-prep did not make.
    pub(crate) fn read(place: &Place) -> Result<Option<Self>, Error> {
        let path = place.manifest();
        match fs::read_to_string(&path) {
            Ok(text) => match serde_json::from_str(&text) {
                Ok(manifest) => Ok(Some(manifest)),
                Err(error) => Err(Error::Failed(format!("{} is damaged: {error}", path.display()))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && place.must_be_free().is_ok() => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let root = place.root().display();
                Err(Error::Failed(format!(
                    "{root} was not made by ca-prep (it has no {MANIFEST}); left alone"
                )))
            }
            Err(error) => Err(error).doing("read", &path),
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

    pub(crate) fn planned(&self) -> Planned {
        let text = serde_json::to_string_pretty(self).expect("strings and lists of strings are always JSON");
        Planned::public(MANIFEST, &format!("{text}\n"))
    }

    pub(crate) fn write(&self, place: &Place) -> Result<(), Error> {
        stage::replace(place.root(), &self.planned())
    }
}
