//! `ca-prep sign`: the key stays in this process, which makes leaves for the proxy.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use crate::cli::Sign;
use crate::commands::made::{Bottle, Made};
use crate::error::Error;
use crate::key::KeyKind;
use crate::manifest::{Manifest, Way};
use crate::place::Place;
use crate::signer::{Audit, Server, Signer, ready};
use crate::stage::{self, Planned};

/// Makes the bottle, says so, and answers until it is told to stop.
pub(crate) fn run(
    arguments: &Sign,
    dry_run: bool,
    say: impl FnOnce(&Made) -> Result<(), Error>,
) -> Result<(), Error> {
    let socket = absolute(&arguments.socket)?;
    let mut bottle = bottle(arguments)?;
    bottle.options.signer = Some(socket.display().to_string());
    bottle.extra = vec![Planned::public("proxy/chain.pem", &bottle.authority.intermediate_pem())];
    let files = bottle.files();
    if dry_run {
        return say(&bottle.made(files, dry_run));
    }
    let server = Server::bind(socket, arguments.client_uid)?;
    write(&bottle.place, &files, arguments.renew)?;
    say(&bottle.made(files, dry_run))?;
    ready();
    let lifetime = bottle.authority.validity().until - OffsetDateTime::now_utc();
    let lifetime = Duration::try_from(lifetime).unwrap_or_default();
    let signer = Arc::new(Signer::new(bottle.authority, bottle.egress, arguments.leaves_per_second));
    Audit::ended(server.run(&signer, lifetime)?);
    Ok(())
}

fn bottle(arguments: &Sign) -> Result<Bottle, Error> {
    let place = Place::resolve(&arguments.making.out)?;
    if !arguments.renew || place.must_be_free().is_ok() {
        return Bottle::new(Way::Sign, &arguments.making, KeyKind::EcdsaP256);
    }
    let before = Manifest::require(&place)?;
    if before.way != Way::Sign {
        return Err(Error::Exists(place.root().to_owned()));
    }
    if !before.installed.is_empty() {
        let out = place.root().display();
        return Err(Error::Failed(format!(
            "the old certificate is in a trust store; run `ca-prep remove --out {out}` before a new one is made"
        )));
    }
    Bottle::replacing(Way::Sign, &arguments.making, KeyKind::EcdsaP256, place)
}

/// A renewed bottle keeps its folders, so that whoever has `trust/` mounted sees the new files.
fn write(place: &Place, files: &[Planned], renew: bool) -> Result<(), Error> {
    if !renew || place.must_be_free().is_ok() {
        return stage::write(place, files);
    }
    files.iter().filter(|file| !file.is_folder()).try_for_each(|file| stage::replace(place.root(), file))
}

/// The path as the proxy is told it, which may run elsewhere.
fn absolute(socket: &Path) -> Result<PathBuf, Error> {
    let path = std::path::absolute(socket).map_err(|error| Error::Usage(format!("--socket: {error}")))?;
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => Ok(path),
        _ => Err(Error::Usage("--socket must be UTF-8 without control characters".into())),
    }
}
