//! `ca-prep seal`: every leaf is made beforehand, and the key is forgotten.

use crate::cli::Making;
use crate::commands::made::{Bottle, Made};
use crate::error::Error;
use crate::host::Host;
use crate::key::KeyKind;
use crate::manifest::Way;
use crate::planned::Planned;

pub(crate) fn run(making: &Making, dry_run: bool) -> Result<Made, Error> {
    let mut bottle = Bottle::new(Way::Seal, making, KeyKind::EcdsaP256)?;
    if !bottle.egress.is_limited() {
        return Err(Error::Usage(
            "seal needs the hosts beforehand: give --host, or a policy whose [egress] allow is not empty"
                .into(),
        ));
    }
    for (index, host) in bottle.egress.opened().iter().enumerate() {
        add_leaf(&mut bottle, host, index + 1)?;
    }
    bottle.write(dry_run)
}

/// One leaf a host, each with its own key: no list of names can grow too long, and no key speaks for two hosts.
fn add_leaf(bottle: &mut Bottle, host: &Host, number: usize) -> Result<(), Error> {
    if let Host::Network(network) = host {
        bottle
            .warnings
            .push(format!("{network}: a network has no certificate; name the addresses that speak TLS"));
        return Ok(());
    }
    // Numbered, because the longest host names are longer than a file name may be.
    let name = format!("leaf-{number}.pem");
    let leaf = bottle.authority.mint(host)?;
    let file = bottle.place.proxy().join(&name);
    bottle
        .extra
        .push(Planned::secret(&format!("proxy/{name}"), &leaf.to_pem(&bottle.authority.intermediate_pem())));
    bottle.options.leaves.push((host.text(), file.display().to_string()));
    Ok(())
}
