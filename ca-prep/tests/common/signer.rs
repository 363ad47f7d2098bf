//! A signer and its client.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{ca_prep, folder, text};

/// A running signer, stopped when it is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) out: PathBuf,
    pub(crate) socket: PathBuf,
    /// Removed with the signer.
    pub(crate) dir: Option<TempDir>,
}

impl Running {
    pub(crate) fn start(more: &[&str]) -> Self {
        let dir = folder();
        let mut running = Self::start_in(dir.path(), more);
        running.dir = Some(dir);
        running
    }

    pub(crate) fn start_in(dir: &Path, more: &[&str]) -> Self {
        let (out, socket) = (dir.join("ca"), dir.join("signer.sock"));
        let mut command = ca_prep(&["sign", "--out", text(&out), "--socket", text(&socket)]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        // The first line is said when the socket answers.
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("made "), "{line}");
        Self { child, out, socket, dir: None }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Stops it and returns its exit code and audit lines.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        kill_process(self.pid(), Signal::TERM).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut audit = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut audit).unwrap();
        (code, audit)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection to a signer.
pub(crate) struct Client(pub(crate) BufReader<UnixStream>);

impl Client {
    pub(crate) fn of(running: &Running) -> Self {
        let stream = UnixStream::connect(&running.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn ask(&mut self, question: &[u8]) -> Result<String, String> {
        let question = [question, b"\n"].concat();
        self.0.get_mut().write_all(&question).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let Some(length) = line.strip_prefix("ok ") else { return Err(line) };
        let mut pem = vec![0; length.trim_end().parse().unwrap()];
        self.0.read_exact(&mut pem).unwrap();
        Ok(String::from_utf8(pem).unwrap())
    }
}
