//! What is counted: numbers and names of ours, never content.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use scanner::{Action, Answer};

use crate::answer;
use crate::problem::Code;

/// Media type of what [`Metrics::render`] writes.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A name and a value.
type Label<V = &'static str> = (&'static str, V);

/// All counters of one service.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    scans: Family<[Label; 2], Counter>,
    findings: Family<FindingLabels, Counter>,
    durations: Family<[Label; 1], Histogram, fn() -> Histogram>,
    bytes: Counter,
    no_verdict: Family<[Label<String>; 1], Counter>,
    reloads: Family<[Label; 1], Counter>,
    in_flight: Gauge,
}

/// Which rule fired, and what the policy made of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FindingLabels {
    rule: Arc<str>,
    action: Action,
}

impl EncodeLabelSet for FindingLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        [("rule", &*self.rule), ("action", action_name(self.action))].encode(encoder)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("scangate"),
            scans: Family::default(),
            findings: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(exponential_buckets(10e-6, 4.0, 11))),
            bytes: Counter::default(),
            no_verdict: Family::default(),
            reloads: Family::default(),
            in_flight: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("scans", "Completed scans", self.scans.clone());
        registry.register("findings", "Secrets and tricks found, repeats included", self.findings.clone());
        registry.register_with_unit(
            "scan_duration",
            "Time in the engine",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register_with_unit("scanned", "Bytes looked at", Unit::Bytes, self.bytes.clone());
        registry.register("no_verdict", "Answers that are problems, by code", self.no_verdict.clone());
        registry.register("policy_reloads", "Times the policy was read again", self.reloads.clone());
        registry.register("in_flight", "Requests under way", self.in_flight.clone());
    }

    pub(crate) fn scanned(&self, kind: &'static str, answer: &Answer, duration: Duration) {
        self.scans.get_or_create(&[("type", kind), ("verdict", answer::name(answer.verdict))]).inc();
        self.durations.get_or_create(&[("type", kind)]).observe(duration.as_secs_f64());
        self.bytes.inc_by(answer.coverage.scanned_bytes as u64);
        for finding in &answer.findings {
            let labels = FindingLabels { rule: finding.rule.clone(), action: finding.action };
            self.findings.get_or_create(&labels).inc_by(finding.count as u64);
        }
    }

    pub(crate) fn no_verdict(&self, code: Code) {
        self.no_verdict.get_or_create(&[("code", code.name())]).inc();
    }

    pub(crate) fn reloaded(&self, result: &'static str) {
        self.reloads.get_or_create(&[("result", result)]).inc();
    }

    /// All figures in `OpenMetrics` text.
    pub(crate) fn render(&self, in_flight: usize) -> String {
        self.in_flight.set(i64::try_from(in_flight).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

fn action_name(action: Action) -> &'static str {
    match action {
        Action::Allow => "allow",
        Action::Flag => "flag",
        Action::Redact => "redact",
        Action::Block => "block",
    }
}
