//! What mitmproxy is told, and where it finds it.

use std::fmt::Write;

use serde::Serialize;

use crate::place::Place;
use crate::planned::Planned;

/// Fixed public parameters (RFC 7919, ffdhe2048). mitmproxy wants the file, and would write its own.
const DH_PARAMETERS: &str = include_str!("ffdhe2048.pem");

/// How many bytes of arguments may name leaves: `xargs` splits what is longer than 128 KiB into two commands.
const LONGEST_LEAVES_BYTES: usize = 64 << 10;

/// The options of mitmproxy that fit the certificates.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProxyOptions {
    /// Whether mitmproxy must not copy names from the upstream certificate.
    ///
    /// Copied names fall outside the constraints, or choose another host's leaf.
    pub own_names_only: bool,
    /// Pairs of host pattern and absolute file.
    pub leaves: Vec<(String, String)>,
    /// The socket of the signer.
    pub signer: Option<String>,
}

impl ProxyOptions {
    /// The command line, one argument an entry.
    ///
    /// Leaves that are too many for it are in `config.yaml` alone.
    #[must_use]
    pub(crate) fn arguments(&self, place: &Place) -> Vec<String> {
        let mut arguments = vec!["--set".into(), format!("confdir={}", place.proxy().display())];
        if self.own_names_only {
            arguments.extend(["--set".into(), "upstream_cert=false".into()]);
        }
        if let Some(socket) = &self.signer {
            arguments.extend(["--set".into(), format!("scangate_signer={socket}")]);
        }
        let leaves = self.leaves.iter().map(|(host, file)| format!("{host}={file}"));
        if leaves.clone().map(|leaf| leaf.len() + "--certs ".len()).sum::<usize>() <= LONGEST_LEAVES_BYTES {
            arguments.extend(leaves.flat_map(|leaf| ["--certs".into(), leaf]));
        }
        arguments
    }

    /// The same as `config.yaml`, so that `confdir` alone is enough. JSON strings are YAML strings.
    fn config(&self) -> String {
        let mut text = String::from(
            "# Written by ca-prep; the same as mitmdump.args, for a proxy that is given only confdir.\n",
        );
        if self.own_names_only {
            text.push_str("upstream_cert: false\n");
        }
        if let Some(socket) = &self.signer {
            let _ = writeln!(text, "scangate_signer: {}", quoted(socket));
        }
        if !self.leaves.is_empty() {
            text.push_str("certs:\n");
        }
        for (host, file) in &self.leaves {
            let _ = writeln!(text, "  - {}", quoted(&format!("{host}={file}")));
        }
        text
    }

    /// The files that are the same for every way into mitmproxy.
    pub(crate) fn files(&self, place: &Place) -> Vec<Planned> {
        vec![
            Planned::public("proxy/mitmproxy-dhparam.pem", DH_PARAMETERS),
            Planned::public("proxy/config.yaml", &self.config()),
            Planned::public("mitmdump.args", &format!("{}\n", self.arguments(place).join("\n"))),
        ]
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
