//! Which hosts a bottle may reach: the `[egress]` table of the policy, or `--host`.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::error::{Doing, Error};
use crate::host::Host;
use crate::read;

/// The hosts a bottle may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    /// Hosts that may be reached; empty means any public host.
    pub allow: Vec<Host>,
    /// Private addresses that may be reached beside those.
    pub private: Vec<Host>,
    /// Hosts whose TLS is never opened, so that no certificate is needed for them.
    pub passthrough: Vec<Host>,
}

/// The policy as far as certificates need it; its other tables are the scanner's.
#[derive(Deserialize, Default)]
struct Policy {
    #[serde(default)]
    egress: Table,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Table {
    allow: Vec<Spanned<String>>,
    private: Vec<Spanned<String>>,
    passthrough: Vec<Spanned<String>>,
}

impl Egress {
    /// Reads `[egress]` of a policy file.
    ///
    /// # Errors
    ///
    /// Names file and line, and never repeats a line of the file: other tables may hold secrets.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read::text(path).doing("read", path)?;
        Self::parse(&text, &path.display().to_string())
    }

    fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let policy: Policy = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            Error::Usage(format!("{file}:{}: {}", line(text, at), error.message()))
        })?;
        let read = |entries: &[Spanned<String>], how: fn(&str) -> Result<Host, String>| {
            let mut hosts = Vec::with_capacity(entries.len());
            for entry in entries {
                let at = line(text, entry.span().start);
                let host = how(entry.get_ref()).map_err(|why| {
                    Error::Usage(format!("{file}:{at}: [egress] `{}`: {why}", entry.get_ref()))
                })?;
                hosts.push(host);
            }
            Ok::<_, Error>(unique(hosts))
        };
        Ok(Self {
            allow: read(&policy.egress.allow, Host::pattern)?,
            private: read(&policy.egress.private, Host::private)?,
            passthrough: read(&policy.egress.passthrough, Host::pattern)?,
        })
    }

    /// The hosts given by `--host`.
    pub fn of_hosts<S: AsRef<str>>(hosts: &[S]) -> Result<Self, Error> {
        let allow = hosts
            .iter()
            .map(|host| {
                Host::pattern(host.as_ref())
                    .map_err(|why| Error::Usage(format!("--host `{}`: {why}", host.as_ref())))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { allow: unique(allow), ..Self::default() })
    }

    /// Whether there is an allow list, so that the authority can be held to it.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        !self.allow.is_empty()
    }

    /// The hosts whose TLS is opened: all that may be reached, but for what passes unopened.
    #[must_use]
    pub fn opened(&self) -> Vec<Host> {
        let opened = self.allow.iter().chain(&self.private).filter(|host| !self.passes(host));
        unique(opened.cloned().collect())
    }

    /// Whether a leaf may be made for this single name or address.
    #[must_use]
    pub fn opens(&self, host: &Host) -> bool {
        let named = self.allow.iter().chain(&self.private).any(|pattern| pattern.covers(host));
        (named || !self.is_limited()) && !self.passes(host)
    }

    fn passes(&self, host: &Host) -> bool {
        self.passthrough.iter().any(|pattern| pattern.covers(host))
    }
}

/// Sorted, without repeats, so that the same policy gives the same certificate.
fn unique(mut hosts: Vec<Host>) -> Vec<Host> {
    hosts.sort();
    hosts.dedup();
    hosts
}

/// The line, from 1, of a byte.
fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [egress]
        allow = ["b.example", "*.a.example", "b.example", "pinned.a.example"]
        private = ["10.0.0.0/8", "127.0.0.1:3000"]
        passthrough = ["pinned.a.example"]
        [actions]
        secret = "block"
        [[known]]
        name = "canary"
        value = "not-for-you"
    "#;

    #[test]
    fn other_tables_are_somebody_elses() {
        let egress = Egress::parse(POLICY, "policy.toml").unwrap();
        let text = |hosts: &[Host]| hosts.iter().map(Host::text).collect::<Vec<_>>();
        assert_eq!(text(&egress.allow), ["b.example", "pinned.a.example", "*.a.example"]);
        assert_eq!(text(&egress.opened()), ["b.example", "*.a.example", "127.0.0.1", "10.0.0.0/8"]);
    }

    #[test]
    fn what_passes_unopened_gets_no_leaf() {
        let egress = Egress::parse(POLICY, "policy.toml").unwrap();
        let opens = |name: &str| egress.opens(&Host::pattern(name).unwrap());
        assert!(opens("x.a.example") && opens("b.example") && opens("10.9.9.9"));
        assert!(
            !opens("pinned.a.example")
                && !opens("a.example")
                && !opens("other.example")
                && !opens("11.0.0.1")
        );
    }

    #[test]
    fn without_an_allow_list_any_host_may_be_opened() {
        let egress = Egress::parse("", "policy.toml").unwrap();
        assert!(!egress.is_limited() && egress.opens(&Host::pattern("any.example").unwrap()));
    }

    #[test]
    fn a_mistake_names_file_and_line() {
        for (text, place) in [
            ("[egress]\nalow = []", "policy.toml:2:"),
            ("[egress]\nallow = [\n  \"a.example\",\n  \"a.example:443\"]", "policy.toml:4:"),
            ("[egress]\n\nallow = \"a.example\"", "policy.toml:3:"),
            ("[egress\n", "policy.toml:1:"),
        ] {
            let error = Egress::parse(text, "policy.toml").unwrap_err();
            assert!(error.to_string().starts_with(place), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_broken_file_is_not_echoed() {
        let text = format!("[[known]]\nvalue = \"{}\nname = \"canary\"", "hush");
        let error = Egress::parse(&text, "policy.toml").unwrap_err().to_string();
        assert!(!error.contains("hush"), "{error}");
    }
}
