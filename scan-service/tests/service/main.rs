//! A real server in a process of its own, asked over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod batch;
mod bounds;
mod client;
mod contract;
mod lifecycle;
mod listening;
mod own_rules;
mod problems;
mod raw_http;
mod scans;
mod server;
