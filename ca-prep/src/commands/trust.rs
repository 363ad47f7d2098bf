//! `ca-prep trust`: writes what the bottle needs anew, and puts the certificate into a trust store.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Trust;
use crate::error::Error;
use crate::install::Store;
use crate::manifest::{Installed, Manifest};
use crate::place::Place;
use crate::planned::Planned;
use crate::trust::{self, SystemRoots, shell_word};
use crate::turn::Turn;
use crate::{generation, stage};

pub(crate) fn run(arguments: &Trust, dry_run: bool) -> Result<Trusted, Error> {
    let place = Place::resolve(&arguments.out)?;
    let _turn = if dry_run { None } else { Turn::of(&place)? };
    let (mut manifest, pem) = Manifest::in_force(&place)?;
    if let Some(path) = &arguments.mounted_at {
        manifest.trust_seen_at.clone_from(path);
    }
    let roots = SystemRoots::read(arguments.system_roots.as_deref())?;
    let files = trust::files(&pem, &roots, &manifest.trust_seen_at);
    if !dry_run {
        manifest.write(&place)?;
        rewrite(&place, files)?;
    }
    let installed = match &arguments.install {
        true => Some(install(&place, &mut manifest, &arguments.root, &pem, dry_run)?),
        false => None,
    };
    Ok(Trusted {
        command: "trust",
        dry_run,
        env: trust::variables(&manifest.trust_seen_at),
        by_hand: by_hand(&manifest),
        out: place.root().to_owned(),
        installed,
        warnings: roots.warning.into_iter().collect(),
    })
}

fn rewrite(place: &Place, files: Vec<Planned>) -> Result<(), Error> {
    if generation::are_in(place) {
        return generation::turn(place, files);
    }
    files.iter().try_for_each(|file| stage::replace(place.root(), file))
}

/// Notes the store down first, so that `remove` finds it whatever happens next.
fn install(
    place: &Place,
    manifest: &mut Manifest,
    root: &Path,
    pem: &str,
    dry_run: bool,
) -> Result<Install, Error> {
    let store = Store::find(root)?;
    let entry = store.entry(&manifest.fingerprint_sha256);
    if !dry_run {
        if !manifest.installed.contains(&entry) {
            manifest.installed.push(entry.clone());
            manifest.write(place)?;
        }
        store.install(&entry, pem)?;
    }
    Ok(Install { entry, command: store.update_command() })
}

/// Commands for trust stores that this program leaves to their owners.
fn by_hand(manifest: &Manifest) -> BTreeMap<&'static str, String> {
    let ca = shell_word(&manifest.trust_seen_at.join("ca.pem").to_string_lossy());
    let alias = format!("scangate-{}", manifest.fingerprint_sha256.get(..16).unwrap_or_default());
    BTreeMap::from([
        (
            "macos",
            format!(
                "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {ca}"
            ),
        ),
        ("windows", format!("certutil -addstore -f Root {ca}")),
        (
            "java",
            format!("keytool -importcert -noprompt -cacerts -storepass changeit -alias {alias} -file {ca}"),
        ),
        ("nss", format!("certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n {alias} -i {ca}")),
    ])
}

/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Trusted {
    command: &'static str,
    dry_run: bool,
    out: PathBuf,
    installed: Option<Install>,
    env: BTreeMap<String, PathBuf>,
    by_hand: BTreeMap<&'static str, String>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Install {
    #[serde(flatten)]
    entry: Installed,
    command: Vec<String>,
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.dry_run { "would have " } else { "" };
        writeln!(f, "{would}written {}", self.out.join("trust").display())?;
        if let Some(install) = &self.installed {
            let (file, command) = (install.entry.file.display(), install.command.join(" "));
            writeln!(f, "{would}installed {file} and run `{command}`")?;
        }
        for (system, command) in &self.by_hand {
            writeln!(f, "  {system:<8} {command}")?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "  warning  {warning}"))
    }
}
