//! The service as a process, ended with the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::Value;

use crate::client::{Reply, send};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const JSON: &str = "application/json";
pub(crate) const RAW: &str = "message/http";

/// A running service.
pub(crate) struct Server {
    process: Child,
    log: Receiver<Value>,
    pub(crate) address: String,
}

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_scan-service"))
}

impl Server {
    /// Starts on a free port of the loopback.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(options: &[&str]) -> Self {
        Self::at("127.0.0.1:0", options)
    }

    pub(crate) fn at(listen: &str, options: &[&str]) -> Self {
        let mut process = command()
            .args(["--log", "json", "--listen", listen])
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (sender, log) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap_or(Value::from(line)));
            }
        });
        let mut server = Self { process, log, address: String::new() };
        let line = server.logged("listening");
        line["address"].as_str().unwrap().clone_into(&mut server.address);
        server.logged("ready");
        server
    }

    /// Waits for a log line whose message holds `words`.
    pub(crate) fn logged(&self, words: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left).expect("the line is logged in time");
            if line["message"].as_str().is_some_and(|message| message.contains(words)) {
                return line;
            }
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path), "").await
    }

    pub(crate) async fn post(&self, path: &str, media_type: &str, body: impl Into<Bytes>) -> Reply {
        self.send(Request::post(path).header("content-type", media_type), body).await
    }

    /// Posts one JSON message to `/scan`.
    pub(crate) async fn scan(&self, message: impl Into<Bytes>) -> Reply {
        self.post("/scan", JSON, message).await
    }

    pub(crate) async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Reply {
        let request = request.header("host", "scangate").body(Full::new(body.into())).unwrap();
        send(&self.address, request).await
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits until the process has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the service did not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
