//! What the HTTP door costs, as ratios in one run.
//!
//! A 2 KiB message over a kept-alive connection, against the same server code that parses the same message and
//! answers a constant; one core each for server and client. Rounds alternate, and the server thread's own CPU time is
//! compared beside the wall clock, so that a busy machine does not decide. Then the bound under which a message is
//! scanned on the async worker: what a scan takes by size, and what moving to the pool takes.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use clap::Parser;
use scan_service::{App, Config, ListenAt, router, serve};
use scanner::{FingerprintKey, Policy, RawMessage, RuleSet, Scanner};

const ROUNDS: usize = 12;
const ROUND: Duration = Duration::from_millis(300);
const CONNECTIONS: usize = 8;
const TARGET: f64 = 0.60;

fn main() {
    let message = message(2 << 10);
    let app = Arc::new(App::new(&Config::parse_from(["bench"])).expect("the defaults are good"));
    app.load().expect("the built-in rules are good");
    let constant = axum::Router::new().route("/scan", post(constant));
    let mut servers = [Peer::new("constant", constant), Peer::new("scan", router(app))];
    let request = request(&message);
    for round in 0..=ROUNDS {
        for server in &mut servers {
            server.run(&request, round > 0);
        }
    }
    println!("POST /scan, {} byte JSON message, keep-alive, {CONNECTIONS} connections", message.len());
    servers.iter().for_each(Peer::print);
    let [constant, scan] = &servers;
    let by_clock = scan.per_second() / constant.per_second();
    let by_cpu = scan.per_cpu_second() / constant.per_cpu_second();
    println!("ratio: {by_clock:.2} by the clock, {by_cpu:.2} by CPU time (target: at least {TARGET:.2})\n");
    print_inline_bound();
}

/// A server thread with one worker, and the client's connections to it.
struct Peer {
    name: &'static str,
    connections: Vec<TcpStream>,
    schedstat: String,
    requests: u32,
    wall: Duration,
    cpu: Duration,
}

impl Peer {
    fn new(name: &'static str, router: axum::Router) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let at = "127.0.0.1:0".parse::<ListenAt>().expect("an address");
                let listener = at.bind().await.expect("a free port");
                let task = std::fs::read_link("/proc/thread-self").expect("Linux has /proc");
                tell.send((listener.address(), format!("/proc/{}/schedstat", task.display())))
                    .expect("a listener");
                serve(listener, router, Duration::ZERO, std::future::pending()).await.expect("served");
            });
        });
        let (address, schedstat) = told.recv().expect("the server started");
        let connect = || {
            let stream = TcpStream::connect(&address).expect("the server listens");
            stream.set_nodelay(true).expect("a TCP stream");
            stream
        };
        let connections = std::iter::repeat_with(connect).take(CONNECTIONS).collect();
        Self { name, connections, schedstat, requests: 0, wall: Duration::ZERO, cpu: Duration::ZERO }
    }

    fn run(&mut self, request: &[u8], counts: bool) {
        let (start, cpu) = (Instant::now(), self.cpu_time());
        let mut requests = 0;
        while start.elapsed() < ROUND {
            for stream in &mut self.connections {
                stream.write_all(request).expect("the server reads");
            }
            self.connections.iter_mut().for_each(read_reply);
            requests += 1;
        }
        if counts {
            self.requests += requests * u32::try_from(CONNECTIONS).expect("a few");
            self.wall += start.elapsed();
            self.cpu += self.cpu_time().saturating_sub(cpu);
        }
    }

    /// CPU time of the server's thread so far.
    fn cpu_time(&self) -> Duration {
        let text = std::fs::read_to_string(&self.schedstat).expect("the thread runs");
        Duration::from_nanos(text.split(' ').next().and_then(|ns| ns.parse().ok()).expect("nanoseconds"))
    }

    fn per_second(&self) -> f64 {
        f64::from(self.requests) / self.wall.as_secs_f64()
    }

    fn per_cpu_second(&self) -> f64 {
        f64::from(self.requests) / self.cpu.as_secs_f64()
    }

    fn print(&self) {
        let (clock, cpu) = (self.per_second(), self.per_cpu_second());
        println!("{:>10}: {clock:>8.0} requests/s, {cpu:>8.0} requests per CPU second", self.name);
    }
}

fn read_reply(stream: &mut TcpStream) {
    let mut reply = [0; 4096];
    let mut bytes = 0;
    loop {
        bytes += stream.read(&mut reply[bytes..]).expect("the server answers");
        let text = std::str::from_utf8(&reply[..bytes]).expect("an answer in UTF-8");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200 "), "not answered with a verdict");
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        if length.and_then(|length| length.parse().ok()) == Some(body.len()) {
            return;
        }
    }
}

/// Parses the message and answers as many bytes as a report has.
async fn constant(body: Bytes) -> impl IntoResponse {
    let parsed = serde_json::from_slice::<RawMessage<'_>>(&body).map(RawMessage::into_message);
    let status = if matches!(parsed, Ok(Ok(_))) { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, [b'x'; 400])
}

/// A request to a model API, as agents send them.
fn message(bytes: usize) -> String {
    let line =
        "Please read the attached file and tell me what the function parse_header does with empty input. ";
    let content = line.repeat(bytes / line.len() + 1);
    let body = format!(
        r#"{{"model":"large-1","max_tokens":1024,"messages":[{{"role":"user","content":"{}"}}]}}"#,
        &content[..bytes - 400]
    );
    serde_json::json!({
        "type": "http.request", "session": "bottle-7", "flow": "f-1",
        "method": "POST", "url": "https://api.example.com/v1/messages", "version": "HTTP/2",
        "headers": [["content-type", "application/json"], ["accept", "application/json"], ["user-agent", "agent/1.0"]],
        "body": {"text": body}
    })
    .to_string()
}

fn request(message: &str) -> Vec<u8> {
    let length = message.len();
    format!("POST /scan HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{message}")
        .into_bytes()
}

fn print_inline_bound() {
    let rules = RuleSet::builtin().expect("the built-in rules are good");
    let scanner = Scanner::new(rules, Policy::default(), FingerprintKey::new([7; 32]));
    println!("a scan by size of the call (parsing included), median");
    for kib in [2, 8, 16, 32, 64, 128, 256] {
        let message = message(kib << 10);
        let scan = median(|| {
            let raw: RawMessage<'_> = serde_json::from_str(&message).expect("JSON");
            let message = raw.into_message().expect("a message");
            scanner.scan(&message, &|| false).expect("a verdict");
        });
        println!("{kib:>6} KiB: {:>7.1} us", micros(scan));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    let hop = median(|| {
        runtime
            .block_on(runtime.spawn(async { tokio::task::spawn_blocking(|| ()).await }))
            .expect("a task")
            .expect("a task");
    });
    let stay = median(|| runtime.block_on(runtime.spawn(async {})).expect("a task"));
    println!("to the pool and back: {:.1} us", micros(hop.saturating_sub(stay)));
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<_> = std::iter::repeat_with(|| {
        let start = Instant::now();
        work();
        start.elapsed()
    })
    .take(301)
    .collect();
    times.sort();
    times[150]
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
