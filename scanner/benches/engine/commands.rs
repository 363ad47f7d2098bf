//! What the bench is asked for, line by line.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use scanner::{Answer, FingerprintKey, Message, NoFiles, Policy, RuleSet, Scanner, Verdict};
use serde_json::{Value, json};

use crate::bodies::{Corpus, post, post_gzip, response};
use crate::{allocations, dense, doubled, floor, measure, recall};

/// No single scan may take longer, also while the machine does other work; one that would is told as not linear. The
/// scanner asks the clock of its doors, for that of the processor takes a microsecond to read.
const PATIENCE: Duration = Duration::from_secs(30);
/// Calls that make one round of a latency.
const CALLS: usize = 8_000;

/// Scanners and bodies.
pub(crate) struct Bench {
    corpus: Corpus,
    scanner: Scanner,
    doubled: Scanner,
}

/// Rules and policy compiled in a process that did nothing else.
pub(crate) fn start() -> Value {
    let start = Instant::now();
    let cpu = measure::processor_time();
    let rules = RuleSet::builtin().expect("the rules that ship are good");
    let scanner = scanner_of(rules);
    let took = start.elapsed().as_secs_f64();
    let took_cpu = measure::processor_time().saturating_sub(cpu).as_secs_f64();
    let count = scanner.rules().summaries().count();
    json!({"clock_ms": took * 1e3, "cpu_ms": took_cpu * 1e3, "rules": count, "rss_mb": measure::memory("VmRSS")})
}

fn scanner_of(rules: RuleSet) -> Scanner {
    let policy = Policy::parse("policy.toml", "", &NoFiles).expect("no file at all is a good policy");
    Scanner::new(rules, policy, FingerprintKey::new([7; 32]))
}

impl Bench {
    /// Reads the corpus.
    pub(crate) fn new(corpus: &Path) -> Self {
        let rules = RuleSet::builtin().expect("the rules that ship are good");
        Self {
            corpus: Corpus::read(corpus),
            scanner: scanner_of(rules),
            doubled: scanner_of(doubled::doubled()),
        }
    }

    /// What can be asked for.
    pub(crate) fn describe(&self) -> Value {
        let dense: Vec<&str> = dense::DENSE.iter().map(|(name, _)| *name).collect();
        let counts = [&self.scanner, &self.doubled].map(|scanner| scanner.rules().summaries().count());
        json!({"kinds": self.corpus.kinds(), "dense": dense, "rules": counts[0], "rules_doubled": counts[1]})
    }

    /// Answers one line.
    pub(crate) fn answer(&self, words: &[&str]) -> Value {
        match words {
            ["scan", kind] => self.throughput(&self.scanner, kind),
            ["scan-doubled", kind] => self.throughput(&self.doubled, kind),
            ["findings"] => self.findings(),
            ["recall"] => recall::recall(&self.scanner),
            ["floor"] => self.floor(),
            ["request"] => self.latency("request-2k", post),
            ["response"] => self.latency("response-10k", response),
            ["dense", mebibytes, name @ ..] => self.dense(&name.join(" "), mebibytes_of(mebibytes)),
            ["linear", mebibytes] => self.linear(mebibytes_of(mebibytes)),
            ["allocations"] => self.allocations(),
            ["memory"] => json!({"rss_mb": measure::memory("VmRSS"), "peak_mb": measure::memory("VmHWM")}),
            _ => json!({"error": "no such command"}),
        }
    }

    fn throughput(&self, scanner: &Scanner, kind: &str) -> Value {
        let messages: Vec<Message<'_>> =
            self.corpus.bodies(kind).map(|(media_type, body)| post(media_type, body)).collect();
        let bytes: usize = self.corpus.bodies(kind).map(|(_, body)| body.len()).sum();
        let seconds = measure::seconds(|| {
            for message in &messages {
                std::hint::black_box(scan(scanner, message));
            }
        });
        json!({"bytes": bytes, "bodies": messages.len(), "seconds": seconds})
    }

    /// Which rules fire on ordinary traffic, and how many messages that disturbs.
    fn findings(&self) -> Value {
        let mut fired: BTreeMap<String, usize> = BTreeMap::new();
        let (mut bodies, mut disturbed) = (0, 0);
        for (media_type, body) in self.corpus.bodies("mixed") {
            let answer = scan(&self.scanner, &post(media_type, body)).expect("the body is within the limits");
            bodies += 1;
            disturbed += usize::from(answer.verdict != Verdict::Allow);
            for finding in answer.findings {
                *fired.entry(format!("{} {}", finding.rule, finding.decoded_by.join(">"))).or_default() += 1;
            }
        }
        json!({"bodies": bodies, "disturbed": disturbed, "fired": fired})
    }

    fn floor(&self) -> Value {
        let search = floor::rare_literals();
        let bodies: Vec<&[u8]> = self.corpus.bodies("mixed").map(|(_, body)| body).collect();
        let newlines = measure::seconds(|| {
            std::hint::black_box(bodies.iter().map(|body| floor::newlines(body)).sum::<usize>());
        });
        let literals = measure::seconds(|| {
            std::hint::black_box(bodies.iter().map(|body| search.find_iter(body).count()).sum::<usize>());
        });
        let bytes: usize = bodies.iter().map(|body| body.len()).sum();
        json!({"bytes": bytes, "newlines_seconds": newlines, "literals_seconds": literals})
    }

    fn latency(&self, kind: &str, wrap: for<'b> fn(&'b str, &'b [u8]) -> Message<'b>) -> Value {
        let clean =
            |message: &Message<'_>| scan(&self.scanner, message).is_some_and(|it| it.findings.is_empty());
        let messages: Vec<Message<'_>> =
            self.corpus.bodies(kind).map(|(media_type, body)| wrap(media_type, body)).filter(clean).collect();
        assert!(messages.len() > 32, "most of the ordinary messages are clean");
        let took = measure::percentiles(CALLS, |index| {
            std::hint::black_box(scan(&self.scanner, &messages[index % messages.len()]));
        });
        json!({"p50_us": took.p50, "p99_us": took.p99, "bodies": messages.len()})
    }

    fn dense(&self, name: &str, size: usize) -> Value {
        let Some((_, make)) = dense::DENSE.iter().find(|(known, _)| *known == name) else {
            return json!({"error": "no such body"});
        };
        let body = make(&self.corpus, self.scanner.rules(), size);
        if name == "gzip" {
            return self.one(&post_gzip(&dense::gzip(&body)), size);
        }
        let media_type = if name == "deep nesting" { "application/json" } else { "text/plain" };
        self.one(&post(media_type, &body), size)
    }

    fn linear(&self, size: usize) -> Value {
        let body = self.corpus.one_body("mixed", size);
        self.one(&post("text/plain", &body), size)
    }

    /// One scan of one message.
    fn one(&self, message: &Message<'_>, bytes: usize) -> Value {
        let mut answer = None;
        let seconds = measure::seconds(|| answer = scan(&self.scanner, message));
        let verdict = answer.as_ref().map(|answer| format!("{:?}", answer.verdict));
        let complete = answer.as_ref().is_some_and(|answer| answer.coverage.complete);
        json!({"bytes": bytes, "seconds": seconds, "verdict": verdict, "complete": complete,
            "findings": answer.map_or(0, |answer| answer.findings.len() + answer.findings_omitted)})
    }

    fn allocations(&self) -> Value {
        let (media_type, body) = self
            .corpus
            .bodies("request-2k")
            .find(|(media_type, body)| {
                scan(&self.scanner, &post(media_type, body)).is_some_and(|answer| answer.findings.is_empty())
            })
            .expect("one of the ordinary messages is clean");
        let message = post(media_type, body);
        let (_, calls, bytes) = allocations::during(|| scan(&self.scanner, &message));
        json!({"calls": calls, "bytes": bytes})
    }
}

/// `None` when the scan was out of time.
fn scan(scanner: &Scanner, message: &Message<'_>) -> Option<Answer> {
    let start = Instant::now();
    scanner.scan(message, &|| start.elapsed() > PATIENCE).ok()
}

fn mebibytes_of(word: &str) -> usize {
    word.parse::<usize>().expect("a number of mebibytes") << 20
}
