//! `ca-prep verify`: shakes hands as the bottle would, and says what it sees.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::CertificateError;
use serde::Serialize;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::cli::Verify;
use crate::error::Error;
use crate::handshake::{Judgement, Seen, Trust, handshake};
use crate::manifest::Manifest;
use crate::pem;
use crate::place::Place;
use crate::tunnel::{Endpoint, connect};

const NOT_INSTALLED: &str = "in order, but this system does not trust it although it was installed: \
                             run `ca-prep trust --install` again";

pub(crate) fn run(arguments: &Verify, dry_run: bool) -> Result<Verified, Error> {
    let place = Place::resolve(&arguments.out)?;
    let (manifest, _) = Manifest::in_force(&place)?;
    let is_installed = manifest.installed.iter().any(|entry| entry.root == Path::new("/"));
    let trust = Trust::read(&place.trust(), is_installed)?;
    let targets = if dry_run { &[] } else { arguments.hosts.as_slice() };
    let hosts = targets.iter().map(|target| look(target, arguments.proxy.as_ref(), &trust)).collect();
    Ok(Verified {
        command: "verify",
        dry_run,
        out: place.root().to_owned(),
        not_after: manifest.not_after,
        hosts,
    })
}

fn look(target: &Endpoint, proxy: Option<&Endpoint>, trust: &Trust) -> Looked {
    let seen = connect(target, proxy).and_then(|stream| handshake(stream, &target.host, trust));
    match seen {
        Ok(seen) => Looked::of(target, &seen),
        Err(why) => Looked { outcome: Outcome::Unreachable, why: Some(why), ..Looked::nothing(target) },
    }
}

/// How a host is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// The proxy opens the connection, and the client accepts its certificate.
    Opened,
    /// The client speaks with the host itself.
    PassedThrough,
    /// The client does not accept the certificate.
    Refused,
    /// There was no certificate to judge.
    Unreachable,
}

/// One host.
#[derive(Debug, Serialize)]
struct Looked {
    host: String,
    outcome: Outcome,
    issuer: Option<String>,
    names: Vec<String>,
    not_after: Option<String>,
    fingerprint_sha256: Option<String>,
    why: Option<String>,
}

impl Looked {
    fn nothing(target: &Endpoint) -> Self {
        Self {
            host: target.to_string(),
            outcome: Outcome::Unreachable,
            issuer: None,
            names: Vec::new(),
            not_after: None,
            fingerprint_sha256: None,
            why: None,
        }
    }

    fn of(target: &Endpoint, seen: &Seen) -> Self {
        let mut looked = Self::nothing(target);
        looked.fingerprint_sha256 = Some(pem::fingerprint_of(&seen.leaf));
        if let Ok((_, leaf)) = X509Certificate::from_der(&seen.leaf) {
            looked.issuer = Some(leaf.issuer().to_string());
            looked.names = names(&leaf);
            looked.not_after = Some(leaf.validity().not_after.to_string());
        }
        looked.outcome = match &seen.judgement {
            Judgement::Own => Outcome::Opened,
            Judgement::Public => Outcome::PassedThrough,
            Judgement::NotInstalled | Judgement::Refused(_) => Outcome::Refused,
        };
        looked.why = match &seen.judgement {
            Judgement::Refused(why) => Some(reason(why)),
            Judgement::NotInstalled => Some(NOT_INSTALLED.into()),
            Judgement::Own | Judgement::Public => None,
        };
        looked
    }
}

fn names(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = leaf.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(octets) => address(octets),
        other => other.to_string(),
    };
    alternatives.value.general_names.iter().map(text).collect()
}

fn address(octets: &[u8]) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return std::net::IpAddr::from(octets).to_string();
    }
    <[u8; 16]>::try_from(octets)
        .map_or_else(|_| "?".into(), |octets| std::net::IpAddr::from(octets).to_string())
}

/// What is probably wrong, and what to do about it.
fn reason(why: &CertificateError) -> String {
    let text = match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "signed by an authority that the bottle does not trust: the proxy runs without DIR/mitmdump.args, \
             or with those of another bottle; or the host is not sealed; or the signer is gone"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "made for another host: mitmproxy must run with upstream_cert=false, as in DIR/mitmdump.args"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "over: the authority has outlived its lifetime; make a new one"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "not valid yet: this machine's clock is more than an hour behind"
        }
        CertificateError::Other(_) => {
            "outside what the authority may vouch for: the host is not on the allow list"
        }
        other => return other.to_string(),
    };
    text.to_owned()
}

/// What a client in the bottle sees.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    command: &'static str,
    dry_run: bool,
    out: PathBuf,
    not_after: String,
    hosts: Vec<Looked>,
}

impl Verified {
    /// Whether a client would reach every host.
    pub(crate) fn is_good(&self) -> bool {
        self.hosts.iter().all(|host| matches!(host.outcome, Outcome::Opened | Outcome::PassedThrough))
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: trusted certificate in order, valid until {}", self.out.display(), self.not_after)?;
        for host in &self.hosts {
            let word = match host.outcome {
                Outcome::Opened => "opened",
                Outcome::PassedThrough => "passed through unopened",
                Outcome::Refused => "REFUSED",
                Outcome::Unreachable => "UNREACHABLE",
            };
            writeln!(f, "{}: {word}", host.host)?;
            if let Some(issuer) = &host.issuer {
                writeln!(f, "  issuer {issuer}, for {}", host.names.join(", "))?;
            }
            if let Some(why) = &host.why {
                writeln!(f, "  {why}")?;
            }
        }
        Ok(())
    }
}
