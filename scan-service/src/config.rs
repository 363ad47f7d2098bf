//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::check_rules::CheckRules;
pub use crate::listen::ListenAt;

/// The longest deadline that can be asked for.
pub(crate) const MAX_DEADLINE_MS: u64 = 600_000;

/// Gives a verdict over HTTP on what an agent sends and receives.
#[derive(Debug, Parser)]
#[command(name = "scan-service", version, args_conflicts_with_subcommands = true)]
pub struct Config {
    /// Where to listen: ADDRESS:PORT or unix:PATH.
    #[arg(long, value_name = "AT", default_value = "127.0.0.1:9470")]
    pub listen: ListenAt,
    /// The policy; without one the defaults hold. Read again on SIGHUP.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How log lines look; they go to standard error.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// File with a token that callers must send as `Authorization: Bearer`.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// How long a request may take from its head to its answer, unless it says otherwise.
    #[arg(long, value_name = "MS", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=MAX_DEADLINE_MS))]
    pub deadline_ms: u64,
    /// How many requests may be in the house at once; more are answered 503.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub max_in_flight: u32,
    /// How many MiB of request bodies may be held at once; more are answered 503.
    #[arg(long, value_name = "MIB", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub max_buffered_mib: u32,
    /// How long requests under way may take to end after SIGTERM.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    pub drain_ms: u64,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the OpenAPI document and exit.
    Openapi,
    /// Try rule files: are they well formed, is every hit found and no miss?
    CheckRules(CheckRules),
}

/// How log lines look.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Config {
    /// How long requests under way may take to end.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}
