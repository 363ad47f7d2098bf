//! What the process says in the end, as text or as JSON.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::error::Error;

/// Prints what was done.
pub(crate) fn say(done: &(impl Serialize + fmt::Display), json: bool) -> Result<(), Error> {
    let text = if json { as_json(done) } else { done.to_string() };
    let failed = |error: io::Error| Error::Failed(format!("done, but cannot say so: {error}"));
    writeln!(io::stdout(), "{}", text.trim_end()).map_err(failed)
}

/// Prints why it was not done.
pub(crate) fn complain(error: &Error, json: bool) {
    let mut text = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        text = format!("{text}: {source}");
    }
    // Nobody is left to tell if printing fails.
    let _ = if json {
        let value = serde_json::json!({"error": {"code": error.code(), "message": text}});
        writeln!(io::stdout(), "{value:#}")
    } else {
        writeln!(io::stderr(), "ca-prep: {text}")
    };
}

/// Prints what is wrong with a command line, or the help that was asked for; returns the exit code.
pub(crate) fn refuse(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.exit_code() == 2 {
        let usage = Error::Usage(in_short(error));
        complain(&usage, json);
        return ExitCode::from(usage.exit_code());
    }
    // Nobody is left to tell if printing fails.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1))
}

/// The reason alone, without the usage and hints that follow it for people.
fn in_short(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let reason = text.split("\n\n").next().unwrap_or(&text);
    let lines: Vec<_> = reason.trim_start_matches("error: ").lines().map(str::trim).collect();
    lines.join(" ")
}

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("reports have string keys and UTF-8 paths only")
}
