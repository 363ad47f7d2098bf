//! The engine: one message in, one verdict out.
//!
//! A message passes the stations of the folder tree, `message → parts → views → candidates → confirm →
//! policy → verdict`, strung together in `scan.rs`. No I/O, no async, no clock that was not given.

mod candidates;
mod checks;
mod confirm;
mod exfiltration;
mod hosts;
mod look;
mod message;
mod parts;
mod pieces;
mod policy;
mod rules;
mod scan;
mod session;
mod sight;
mod stream;
mod verdict;
mod views;

pub use message::{
    Body, Bytes, Connect, Content, Direction, Header, Limits, Message, MessageError, Opcode, RawBody,
    RawConnect, RawMessage, RawRequestLine, RawText, Request, RequestLine, Response, Text, WebSocket,
};
pub use policy::{
    AddonPolicy, EgressView, FailureActions, FailureView, Files, LimitsView, NoFiles, OnFailure, Policy,
    PolicyError,
};
pub use rules::{Example, ExampleKind, RuleError, RuleSet, RuleSummary};
pub use scan::Scanner;
pub use session::{InMemory, Memory, Remembered, Session};
pub use stream::Stream;
pub use verdict::{
    Action, Answer, Category, Confidence, Coverage, Edit, Edited, Field, Finding, FingerprintKey, Report,
    RulesetId, ScanError, Severity, Skipped, Verdict, apply,
};
