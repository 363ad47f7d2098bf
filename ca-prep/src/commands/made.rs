//! What issue, seal and sign share: an authority is made, files are laid out, all is said.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::authority::{Authority, Terms};
use crate::cli::Making;
use crate::constraints::constraints;
use crate::egress::Egress;
use crate::error::Error;
use crate::host::Host;
use crate::interrupt::PutOff;
use crate::key::KeyKind;
use crate::manifest::{Manifest, Way};
use crate::place::Place;
use crate::planned::Planned;
use crate::proxy::ProxyOptions;
use crate::trust::{self, SystemRoots, shell_word};
use crate::{generation, stage};

/// The longest intermediate certificate, in bytes: rustls and Go take 64 KiB of certificates, others more.
const LONGEST_BYTES: usize = 60_000;
/// The longest that Java takes by default (`jdk.tls.maxHandshakeMessageSize`, 32 KiB), with room for the rest.
const LONG_BYTES: usize = 30_000;

/// How many hosts people are shown; `--json` has all.
const SHOWN_HOSTS: usize = 20;

/// A bottle's authority and files while they are put together.
pub(crate) struct Bottle {
    pub(crate) place: Place,
    pub(crate) egress: Egress,
    pub(crate) authority: Authority,
    pub(crate) options: ProxyOptions,
    /// What this way adds to the files that all ways have.
    pub(crate) extra: Vec<Planned>,
    pub(crate) warnings: Vec<String>,
    /// The user that the proxy runs as, if another.
    pub(crate) proxy_user: Option<u32>,
    way: Way,
    key: KeyKind,
    roots: SystemRoots,
    seen_at: PathBuf,
}

impl Bottle {
    /// Checks the place and the hosts, then makes the authority in memory.
    pub(crate) fn new(way: Way, making: &Making, key: KeyKind) -> Result<Self, Error> {
        let place = Place::resolve(&making.out)?;
        place.must_be_free()?;
        Self::replacing(way, making, key, place)
    }

    /// The same for a place where something may be.
    pub(crate) fn replacing(way: Way, making: &Making, key: KeyKind, place: Place) -> Result<Self, Error> {
        let egress = making.hosts.egress()?;
        let roots = SystemRoots::read(making.system_roots.as_deref())?;
        let terms = Terms {
            org: making.org.clone(),
            key,
            lifetime: making.lifetime,
            constraints: constraints(&egress),
            under_a_root: way != Way::Issue || egress.is_limited(),
        };
        let authority = Authority::new(&terms, OffsetDateTime::now_utc())?;
        let own_names_only = way != Way::Issue || egress.is_limited();
        Ok(Self {
            seen_at: making.mounted_at.clone().unwrap_or_else(|| place.trust()),
            options: ProxyOptions { own_names_only, ..ProxyOptions::default() },
            warnings: warnings(&place, &roots, &egress, &authority)?,
            extra: Vec::new(),
            proxy_user: None,
            place,
            egress,
            authority,
            way,
            key,
            roots,
        })
    }

    /// Writes all files, unless it is only to be said what would be done.
    pub(crate) fn write(mut self, dry_run: bool) -> Result<Made, Error> {
        let files = self.files()?;
        if !dry_run {
            let _put_off = PutOff::begin()?;
            stage::write(&self.place, &files)?;
        }
        Ok(self.made(files, dry_run))
    }

    /// Every file of the bottle.
    pub(crate) fn files(&mut self) -> Result<Vec<Planned>, Error> {
        let mut files = vec![Planned::folder("proxy", 0o700).given_to(self.proxy_user)];
        files.extend(self.proxy_files());
        files.append(&mut self.extra);
        files.push(Planned::folder("trust", 0o755));
        match self.way {
            // A signer comes back with a new authority.
            Way::Sign => files.extend(generation::first(self.trust_files())?),
            Way::Issue | Way::Seal => files.extend(self.trust_files()),
        }
        files.push(self.manifest().planned());
        Ok(files)
    }

    /// Puts this bottle into the place of one that holds until then.
    ///
    /// Who reads in between, or after a kill at any step, finds `trust/` as it was or as it will be, and a manifest
    /// that knows both.
    pub(crate) fn renew(&self, before: Manifest) -> Result<(), Error> {
        let place = &self.place;
        self.proxy_files().try_for_each(|file| stage::replace(place.root(), &file))?;
        let manifest = self.manifest();
        Manifest { before: Some(Box::new(before)), ..manifest.clone() }.write(place)?;
        generation::turn(place, self.trust_files())?;
        manifest.write(place)
    }

    fn proxy_files(&self) -> impl Iterator<Item = Planned> {
        self.options.files(&self.place).into_iter().map(|file| {
            let is_the_proxys = file.path.starts_with("proxy");
            file.given_to(self.proxy_user.filter(|_| is_the_proxys))
        })
    }

    fn trust_files(&self) -> Vec<Planned> {
        trust::files(&self.authority.trusted_pem(), &self.roots, &self.seen_at)
    }

    /// What there is to say once the files are written.
    pub(crate) fn made(&self, files: Vec<Planned>, dry_run: bool) -> Made {
        Made {
            command: self.way,
            dry_run,
            out: self.place.root().to_owned(),
            key: self.key,
            fingerprint_sha256: self.authority.fingerprint(),
            not_before: rfc3339(self.authority.validity().from),
            not_after: rfc3339(self.authority.validity().until),
            constrained: self.egress.is_limited(),
            hosts: if self.egress.is_limited() { self.egress.opened() } else { Vec::new() },
            passthrough: self.egress.passthrough.clone(),
            files,
            mitmdump_args: self.options.arguments(&self.place),
            env: trust::variables(&self.seen_at),
            warnings: self.warnings.clone(),
        }
    }

    fn manifest(&self) -> Manifest {
        let not_after = rfc3339(self.authority.validity().until);
        let manifest = Manifest::new(self.way, self.authority.fingerprint(), not_after, self.seen_at.clone());
        Manifest { socket: self.options.signer.clone().map(PathBuf::from), ..manifest }
    }
}

/// What works otherwise than may be expected.
///
/// # Errors
///
/// If no client could take the certificate.
fn warnings(
    place: &Place,
    roots: &SystemRoots,
    egress: &Egress,
    authority: &Authority,
) -> Result<Vec<String>, Error> {
    let bytes = authority.intermediate_pem().len() * 3 / 4;
    if bytes > LONGEST_BYTES {
        return Err(Error::Usage(format!(
            "the allow list makes a certificate of {bytes} bytes, and clients take at most {LONGEST_BYTES}: \
             name parents (a constraint permits all below a name), or make it without the list"
        )));
    }
    let nothing = (egress.is_limited() && egress.opened().is_empty())
        .then(|| "every allowed host is passed through unopened: there is nothing to vouch for".to_owned());
    let long = (bytes > LONG_BYTES).then(|| {
        format!("the allow list makes a certificate of {bytes} bytes; Java takes at most {LONG_BYTES}")
    });
    Ok([roots.warning.clone(), place.warning(), nothing, long].into_iter().flatten().collect())
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Made {
    command: Way,
    dry_run: bool,
    out: PathBuf,
    key: KeyKind,
    fingerprint_sha256: String,
    not_before: String,
    not_after: String,
    /// Whether the authority can vouch for `hosts` alone; else for any name.
    constrained: bool,
    hosts: Vec<Host>,
    passthrough: Vec<Host>,
    files: Vec<Planned>,
    mitmdump_args: Vec<String>,
    env: BTreeMap<String, PathBuf>,
    warnings: Vec<String>,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.dry_run { "would make" } else { "made" };
        writeln!(f, "{verb} {} (valid until {})", self.out.display(), self.not_after)?;
        writeln!(f, "  {:<12} {}", "vouches for", self.vouches_for())?;
        writeln!(f, "  {:<12} sha256 {}", "certificate", self.fingerprint_sha256)?;
        for file in self.files.iter().filter(|_| self.dry_run) {
            writeln!(f, "  {}         {}", file.mode, self.out.join(&file.path).display())?;
        }
        let path = |name: &str| shell_word(&self.out.join(name).to_string_lossy());
        writeln!(f, "  {:<12} xargs -d '\\n' -a {} mitmdump -s addon.py", "proxy", path("mitmdump.args"))?;
        writeln!(f, "  {:<12} set -a; . {}; set +a", "bottle", path("trust/env"))?;
        self.warnings.iter().try_for_each(|warning| writeln!(f, "  {:<12} {warning}", "warning"))
    }
}

impl Made {
    fn vouches_for(&self) -> String {
        if !self.constrained {
            return "any host (no allow list)".into();
        }
        if self.hosts.is_empty() {
            return "nothing".into();
        }
        let names: Vec<_> = self.hosts.iter().take(SHOWN_HOSTS).map(Host::text).collect();
        let more = match self.hosts.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let below = if self.hosts.iter().all(Host::is_numeric) { "" } else { "names below these, " };
        format!("{}{more}, {below}nothing else", names.join(", "))
    }
}

pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).expect("years of certificates have four digits")
}
