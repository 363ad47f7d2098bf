//! Log lines: on standard error, readable alone, never with a byte of what was scanned.

use tracing_subscriber::filter::LevelFilter;

use crate::config::LogFormat;

/// Sends log lines to standard error.
pub fn start_logging(format: LogFormat) {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::INFO);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).with_target(false).init(),
        LogFormat::Text => lines.with_ansi(false).with_target(false).init(),
    }
}

/// Logs where a panic happened and not what it said: a message can quote the bytes that were looked at.
pub fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic ended this request; please report it with its place");
    }));
}
