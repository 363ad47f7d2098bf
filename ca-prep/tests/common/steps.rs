//! Ending the program at a chosen step.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::text;

pub(crate) const NO_STRACE: &str = "skipped: strace is not there, or may not trace";

/// The calls that change what others see; not every machine has all of them.
pub(crate) const STEPS: [&str; 15] = [
    "mkdir",
    "mkdirat",
    "write",
    "chmod",
    "fchmod",
    "fchmodat",
    "rename",
    "renameat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "bind",
    "listen",
    "flock",
];

/// Runs a command that gets a signal before its call numbered `when` of one kind.
///
/// Tells whether there was no such call: then it came to its end, or said that it is made and was stopped. Nothing if
/// this machine cannot do it.
pub(crate) fn signalled_before(command: &Command, signal: &str, call: &str, when: u32) -> Option<bool> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-I", "2", "-o", "/dev/null", "-e", &format!("trace=?{call}")]);
    strace.args(["-e", &format!("inject=?{call}:signal={signal}:when={when}")]);
    strace.arg(command.get_program()).args(command.get_args());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut run = strace.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    BufReader::new(run.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    if line.starts_with("made ") {
        // It may have ended by itself.
        let _ = kill_process(Pid::from_child(&run), Signal::TERM);
    }
    let ended = run.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    (!said.contains("ptrace") && !said.contains("PTRACE")).then_some(!line.is_empty())
}

/// The same with the signal that nobody hears.
pub(crate) fn killed_before(command: &Command, call: &str, when: u32) -> Option<bool> {
    signalled_before(command, "KILL", call, when)
}

/// Runs a command whose call numbered `when` of one kind fails as on a full disk.
///
/// Tells whether there was such a call, and what came of it. Nothing if this machine cannot do it.
pub(crate) fn failing_at(command: &Command, call: &str, when: u32) -> Option<(bool, Output)> {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", text(trace.path()), "-e", &format!("trace=?{call}")]);
    strace.args(["-e", &format!("inject=?{call}:error=ENOSPC:when={when}")]);
    let ended = strace.arg(command.get_program()).args(command.get_args()).output().ok()?;
    if String::from_utf8_lossy(&ended.stderr).contains("ptrace") {
        return None;
    }
    let traced = fs::read_to_string(trace.path()).unwrap();
    Some((traced.contains("INJECTED"), ended))
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").args(["-a", text(from), text(to)]).status().unwrap();
    assert!(status.success());
}
