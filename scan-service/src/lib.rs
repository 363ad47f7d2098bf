//! The engine's HTTP door: bytes in, answer out, and no opinion about content.
//!
//! `main.rs` tells the story, `app.rs` has every route in one list, `problem.rs` everything that is no verdict.

mod answer;
mod app;
mod auth;
mod beside;
mod check_rules;
mod config;
mod intake;
mod listen;
mod logging;
mod message_http;
mod message_json;
mod metrics;
mod openapi;
mod place;
mod problem;
mod query;
mod routes;
mod self_test;
mod serve;
mod start_error;
mod state;

pub use app::router;
pub use check_rules::{CheckRules, check_rules};
pub use config::{Command, Config, ListenAt, LogFormat};
pub use listen::Listener;
pub use logging::{hide_panic_messages, start_logging};
pub use openapi::print_openapi;
pub use serve::{serve, until_told_to_stop};
pub use start_error::StartError;
pub use state::App;
