//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use time::Duration;

use crate::commands::{issue, remove, seal, sign, trust, verify};
use crate::egress::Egress;
use crate::error::Error;
use crate::harden::harden;
use crate::key::KeyKind;
use crate::speech;
use crate::tunnel::Endpoint;

/// Makes the certificate authority that one bottle trusts, and takes it away again.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 3 exists already.
#[derive(Debug, Parser)]
#[command(name = "ca-prep", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Check everything and say what would be done, but change nothing
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an authority with which mitmproxy signs for any host, or for the allow list alone
    Issue(Issue),
    /// Make the leaves of the allow list beforehand and forget the key
    Seal(Making),
    /// Keep the key in this process and make leaves for the proxy, over a Unix socket
    Sign(Sign),
    /// Write certificate, bundle and env file anew, and put the certificate into a system's trust store
    Trust(Trust),
    /// Shake hands with hosts as the bottle would, and say what it sees and why it would refuse
    Verify(Verify),
    /// Take away all that was written, in trust stores too
    Remove {
        /// The folder that issue, seal or sign made
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Issue {
    #[command(flatten)]
    making: Making,
    /// The kind of key
    #[arg(long, value_enum, default_value = "ecdsa-p256")]
    key: KeyKind,
}

/// What `sign` is told.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) making: Making,
    /// Where the proxy asks for leaves
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: PathBuf,
    /// The user that the proxy runs as, if another: gets the socket and DIR/proxy (needs root)
    #[arg(long, value_name = "UID")]
    pub(crate) client_uid: Option<u32>,
    /// How many new leaves are made in a second
    #[arg(long, value_name = "N", default_value = "2000", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) leaves_per_second: u32,
    /// Put a new authority in the place of one that an earlier signer made
    #[arg(long)]
    pub(crate) renew: bool,
}

/// What `trust` is told.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// The folder that issue, seal or sign made
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Put the certificate into the trust store of the system (Debian, Red Hat, SUSE, Arch, Alpine)
    #[arg(long)]
    pub(crate) install: bool,
    /// The system to install into: the folder of an image
    #[arg(long, value_name = "DIR", default_value = "/", requires = "install")]
    pub(crate) root: PathBuf,
    /// Where the bottle will see DIR/trust, if elsewhere
    #[arg(long, value_name = "DIR", value_parser = seen_at)]
    pub(crate) mounted_at: Option<PathBuf>,
    /// The public roots for the bundle, instead of this system's
    #[arg(long, value_name = "FILE")]
    pub(crate) system_roots: Option<PathBuf>,
}

/// What `verify` is told.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The folder that issue, seal or sign made
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The proxy to go through; without it, hosts are connected to directly
    #[arg(long, value_name = "URL", value_parser = Endpoint::proxy)]
    pub(crate) proxy: Option<Endpoint>,
    /// The hosts to look at, with :PORT if it is not 443
    #[arg(value_name = "HOST", value_parser = Endpoint::parse)]
    pub(crate) hosts: Vec<Endpoint>,
}

/// What issue, seal and sign have in common.
#[derive(Debug, Args)]
pub(crate) struct Making {
    /// The folder to make; it must not exist, or be empty
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) hosts: Hosts,
    /// How long it lives: 90m, 12h, 2d
    #[arg(long, default_value = "12h", value_parser = lifetime)]
    pub(crate) lifetime: Duration,
    /// The organisation in the name of the authority
    #[arg(long, value_name = "NAME", default_value = "Scangate", value_parser = organisation)]
    pub(crate) org: String,
    /// Where the bottle will see DIR/trust, if elsewhere
    #[arg(long, value_name = "DIR", value_parser = seen_at)]
    pub(crate) mounted_at: Option<PathBuf>,
    /// The public roots for the bundle, instead of this system's
    #[arg(long, value_name = "FILE")]
    pub(crate) system_roots: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Hosts {
    /// Read the hosts from [egress] of this policy
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A host that may be vouched for: a name, *.name or an address (repeatable)
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
}

impl Hosts {
    /// The hosts the bottle may reach; without either option, any.
    pub(crate) fn egress(&self) -> Result<Egress, Error> {
        match &self.policy {
            Some(path) => Egress::read(path),
            None => Egress::of_hosts(&self.host),
        }
    }
}

/// Runs the command line and tells the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return speech::refuse(&error, arguments.iter().any(|word| word == "--json")),
    };
    let json = cli.json;
    match harden().and_then(|()| execute(cli)) {
        Ok(code) => code,
        Err(error) => {
            speech::complain(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(cli: Cli) -> Result<ExitCode, Error> {
    let (json, dry_run) = (cli.json, cli.dry_run);
    match cli.command {
        Command::Issue(it) => speech::say(&issue::run(&it.making, it.key, dry_run)?, json)?,
        Command::Seal(making) => speech::say(&seal::run(&making, dry_run)?, json)?,
        Command::Sign(it) => sign::run(&it, dry_run, |made| speech::say(made, json))?,
        Command::Trust(it) => speech::say(&trust::run(&it, dry_run)?, json)?,
        Command::Remove { out } => speech::say(&remove::run(&out, dry_run)?, json)?,
        Command::Verify(it) => {
            let verified = verify::run(&it, dry_run)?;
            speech::say(&verified, json)?;
            return Ok(ExitCode::from(u8::from(!verified.is_good())));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Minutes, hours or days; at least a minute, at most 30 days.
fn lifetime(text: &str) -> Result<Duration, String> {
    let unit = match text.chars().last() {
        Some('m') => Duration::MINUTE,
        Some('h') => Duration::HOUR,
        Some('d') => Duration::DAY,
        _ => return Err("a number and m, h or d, as in 12h".into()),
    };
    let count: i32 = text[..text.len() - 1].parse().map_err(|_| "a number and m, h or d, as in 12h")?;
    match unit.checked_mul(count) {
        Some(lifetime) if (Duration::MINUTE..=Duration::DAY * 30).contains(&lifetime) => Ok(lifetime),
        _ => Err("at least 1m, at most 30d: an authority is to die with its bottle".into()),
    }
}

/// X.520 allows 64 characters.
fn organisation(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=64 if !text.contains(char::is_control) => Ok(text.to_owned()),
        _ => Err("1 to 64 characters, none of them control characters".into()),
    }
}

fn seen_at(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_absolute() && !text.contains(char::is_control) {
        Ok(path)
    } else {
        Err("an absolute path without control characters".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn lifetimes_are_bounded() {
        assert_eq!(lifetime("90m"), Ok(Duration::minutes(90)));
        assert_eq!(lifetime("2d"), Ok(Duration::days(2)));
        for text in ["", "h", "12", "0h", "31d", "-1h", "1.5h", "99999999999h", "2147483647d", "12ü"] {
            assert!(lifetime(text).is_err(), "{text} was taken");
        }
    }
}
