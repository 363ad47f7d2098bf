//! The engine's figures: throughput, latency, worst cases, memory, start-up, and the floor beside them.
//!
//! `make bench` starts this as a process that answers one command a line, so that its rounds alternate with those of
//! the peer on the same bodies, and makes the table; see `tests/bench/run.py`. Throughput is told in processor time, so
//! that a busy machine does not decide.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod allocations;
mod bodies;
mod commands;
mod dense;
mod doubled;
mod floor;
mod measure;
mod recall;
mod rule_files;

use std::io::BufRead;
use std::path::Path;

use commands::Bench;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["start"] => println!("{}", commands::start()),
        ["serve", corpus] => serve(Path::new(corpus)),
        _ => eprintln!("engine: `make bench` runs this with its corpus and the peer beside it"),
    }
}

/// Answers each line of standard input with a line of JSON.
fn serve(corpus: &Path) {
    let bench = Bench::new(corpus);
    println!("{}", bench.describe());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        println!("{}", bench.answer(&line.split(' ').collect::<Vec<_>>()));
    }
}
