//! What a bottle needs to trust its authority.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::error::{Doing, Error};
use crate::planned::Planned;
use crate::read;

/// Where systems keep their roots in one file: Debian and Alpine, Red Hat, SUSE, others.
pub(crate) const SYSTEM_BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Variables that replace a client's roots: they get the bundle.
const BUNDLE_VARIABLES: [&str; 12] = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "AWS_CA_BUNDLE",
    "PIP_CERT",
    "NIX_SSL_CERT_FILE",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "npm_config_cafile",
];

/// Variables that add to a client's roots: they get the one certificate.
const EXTRA_VARIABLES: [&str; 2] = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"];

/// The public roots that the bundle is joined with.
#[derive(Debug, Clone, Default)]
pub(crate) struct SystemRoots {
    pem: String,
    /// What the user should know about them.
    pub warning: Option<String>,
}

impl SystemRoots {
    /// Reads the given file, or the system's own.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Error> {
        if let Some(path) = file {
            let pem = read::text(path).doing("read", path)?;
            if !pem.contains("-----BEGIN CERTIFICATE-----") {
                return Err(Error::Usage(format!("{} holds no certificate in PEM", path.display())));
            }
            if pem.contains("PRIVATE KEY-----") {
                let path = path.display();
                return Err(Error::Usage(format!(
                    "{path} holds a private key, and the bundle is for all to read"
                )));
            }
            return Ok(Self { pem, warning: None });
        }
        let found = SYSTEM_BUNDLES.iter().find_map(|path| read::text(Path::new(path)).ok());
        let warning = found.is_none().then(|| {
            "no system roots found: the bundle holds the bottle's CA alone, and hosts passed through unopened \
             will not be trusted; name a file with --system-roots"
                .to_owned()
        });
        Ok(Self { pem: found.unwrap_or_default(), warning })
    }

    /// The roots and the bottle's own certificate in one file.
    fn joined(&self, own: &str) -> String {
        let mut bundle = String::with_capacity(self.pem.len() + own.len() + 1);
        bundle.push_str(own);
        bundle.push_str(&self.pem);
        if !bundle.ends_with('\n') {
            bundle.push('\n');
        }
        bundle
    }
}

/// The files that the bottle gets, which it will see at `seen_at`.
pub(crate) fn files(own: &str, roots: &SystemRoots, seen_at: &Path) -> Vec<Planned> {
    vec![
        Planned::public("trust/ca.pem", own),
        Planned::public("trust/bundle.pem", &roots.joined(own)),
        Planned::public("trust/env", &env_file(&variables(seen_at))),
    ]
}

/// The variables that make clients trust the bottle's authority.
#[must_use]
pub(crate) fn variables(seen_at: &Path) -> BTreeMap<String, PathBuf> {
    let bundle = BUNDLE_VARIABLES.map(|name| (name.to_owned(), seen_at.join("bundle.pem")));
    let extra = EXTRA_VARIABLES.map(|name| (name.to_owned(), seen_at.join("ca.pem")));
    let folder = [("SSL_CERT_DIR".to_owned(), seen_at.to_owned())];
    bundle.into_iter().chain(extra).chain(folder).collect()
}

/// Lines for a shell, systemd and (as long as no path needs quotes) Docker.
fn env_file(variables: &BTreeMap<String, PathBuf>) -> String {
    variables.iter().fold(String::new(), |mut text, (name, path)| {
        let _ = writeln!(text, "{name}={}", shell_word(&path.to_string_lossy()));
        text
    })
}

/// A word as a shell reads it back; quoted only where it must be.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:,@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_points_below_the_place_where_the_bottle_sees_it() {
        let variables = variables(Path::new("/run/trust"));
        assert_eq!(variables["NODE_EXTRA_CA_CERTS"], Path::new("/run/trust/ca.pem"));
        assert_eq!(variables["SSL_CERT_DIR"], Path::new("/run/trust"));
        assert!(variables.values().all(|path| path.starts_with("/run/trust")));
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("/run/a-b_c.d"), "/run/a-b_c.d");
        assert_eq!(shell_word("/a b/$c"), "'/a b/$c'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
