//! `ca-prep sign`: the key stays in this process, which makes leaves for the proxy.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::geteuid;
use time::OffsetDateTime;

use crate::cli::Sign;
use crate::commands::made::{Bottle, Made};
use crate::error::Error;
use crate::key::KeyKind;
use crate::manifest::{Manifest, Way};
use crate::place::Place;
use crate::signer::{Audit, Server, Signer, is_answered, ready};
use crate::stage;
use crate::turn::Turn;

/// Makes the bottle, says so, and answers until it is told to stop.
pub(crate) fn run(
    arguments: &Sign,
    dry_run: bool,
    say: impl FnOnce(&Made) -> Result<(), Error>,
) -> Result<(), Error> {
    let socket = absolute(&arguments.socket)?;
    let place = Place::resolve(&arguments.making.out)?;
    if is_below(&socket, &place) {
        return Err(Error::Usage("--socket must not be below --out, which is made in one piece".into()));
    }
    let turn = if arguments.renew && !dry_run { Turn::of(&place)? } else { None };
    let before = if arguments.renew { before(&place)? } else { None };
    let mut bottle = bottle(arguments, place, before.is_some())?;
    bottle.options.signer = Some(socket.display().to_string());
    bottle.proxy_user = arguments.client_uid.filter(|uid| *uid != geteuid().as_raw());
    let files = bottle.files()?;
    if dry_run {
        return say(&bottle.made(files, dry_run));
    }
    let server = Server::bind(socket, arguments.client_uid)?;
    match before {
        Some(before) => bottle.renew(before)?,
        None => stage::write(&bottle.place, &files)?,
    }
    drop(turn);
    say(&bottle.made(files, dry_run))?;
    ready();
    let lifetime = bottle.authority.validity().until - OffsetDateTime::now_utc();
    let lifetime = Duration::try_from(lifetime).unwrap_or_default();
    let signer = Arc::new(Signer::new(bottle.authority, bottle.egress, arguments.leaves_per_second));
    Audit::ended(server.run(&signer, lifetime)?);
    Ok(())
}

fn bottle(arguments: &Sign, place: Place, renewed: bool) -> Result<Bottle, Error> {
    if renewed {
        return Bottle::replacing(Way::Sign, &arguments.making, KeyKind::EcdsaP256, place);
    }
    Bottle::new(Way::Sign, &arguments.making, KeyKind::EcdsaP256)
}

/// What an earlier signer left at the place, if it may be renewed.
fn before(place: &Place) -> Result<Option<Manifest>, Error> {
    if place.must_be_free().is_ok() {
        return Ok(None);
    }
    let found = Manifest::require(place)?;
    if found.way != Way::Sign {
        return Err(Error::Exists(place.root().to_owned()));
    }
    // Where the certificate is damaged, a new one is what is needed.
    let before = Manifest::in_force(place).map_or(found, |(manifest, _)| manifest);
    if let Some(path) = before.socket.clone().filter(|socket| is_answered(socket)) {
        return Err(Error::Taken { path, what: "is answered by the signer of this bottle; stop it first" });
    }
    if !before.installed.is_empty() {
        let out = place.root().display();
        return Err(Error::Failed(format!(
            "the old certificate is in a trust store; run `ca-prep remove --out {out}` before a new one is made"
        )));
    }
    Ok(Some(Manifest { before: None, ..before }))
}

/// Whether a path, with its links resolved, leads into the folder of the bottle.
fn is_below(path: &Path, place: &Place) -> bool {
    let resolved = path.parent().and_then(|folder| folder.canonicalize().ok());
    resolved.as_deref().unwrap_or(path).starts_with(place.root())
}

/// The path as the proxy is told it, which may run elsewhere.
fn absolute(socket: &Path) -> Result<PathBuf, Error> {
    let path = std::path::absolute(socket).map_err(|error| Error::Usage(format!("--socket: {error}")))?;
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => Ok(path),
        _ => Err(Error::Usage("--socket must be UTF-8 without control characters".into())),
    }
}
