//! `ca-prep issue`: mitmproxy gets the key and signs what it needs.

use crate::cli::Making;
use crate::commands::made::{Bottle, Made};
use crate::error::Error;
use crate::host::Host;
use crate::key::KeyKind;
use crate::manifest::Way;
use crate::planned::Planned;

const NUMERIC: &str = "mitmproxy writes addresses into the common name, and OpenSSL refuses that under an allow list: \
                       for TLS to addresses use seal or sign";

pub(crate) fn run(making: &Making, key: KeyKind, dry_run: bool) -> Result<Made, Error> {
    let mut bottle = Bottle::new(Way::Issue, making, key)?;
    bottle.extra = vec![Planned::secret("proxy/mitmproxy-ca.pem", &bottle.authority.to_pem())];
    if bottle.egress.is_limited() && bottle.egress.opened().iter().any(Host::is_numeric) {
        bottle.warnings.push(NUMERIC.into());
    }
    bottle.write(dry_run)
}
