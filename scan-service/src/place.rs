//! Says where serde stopped and what it wanted, and never what it saw: its own messages quote the input.

use serde_json::error::Category;

use crate::problem::{Code, Problem};

/// The problem with some JSON; `path` leads to the value in which reading stopped.
pub(crate) fn json_problem(error: &serde_json::Error, path: &str) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => misfit(error, path),
        Category::Eof => Problem::malformed(format!("{place}: the JSON ends too early")),
        Category::Syntax | Category::Io => Problem::malformed(format!("{place}: this is not JSON")),
    }
}

/// The problem with JSON that is well-formed and is not a message.
pub(crate) fn misfit(error: &serde_json::Error, path: &str) -> Problem {
    let (code, wanted) = wanted(&error.to_string());
    let field = if path.is_empty() { String::new() } else { format!(", field {path}") };
    Problem::new(code, format!("line {}, column {}{field}: {wanted}", error.line(), error.column()))
}

/// What would have been right. The head of serde's message is classified and dropped, because it quotes what was
/// sent; what follows the last `, expected ` is written by us.
pub(crate) fn wanted(message: &str) -> (Code, String) {
    let expected = message.rsplit_once(", expected ").map(|(_, wanted)| without_place(wanted));
    match (expected, message) {
        (Some(wanted), _) if message.starts_with("unknown field") => {
            (Code::UnknownField, format!("unknown field; expected {wanted}"))
        }
        (Some(wanted), _) => (Code::InvalidValue, format!("expected {wanted}")),
        (None, "invalid digit found in string") => (Code::InvalidValue, "expected a number".to_owned()),
        // Both name a field of ours.
        (None, _) if message.starts_with("missing field `") => {
            (Code::UnknownField, without_place(message).to_owned())
        }
        (None, _) if message.starts_with("duplicate field `") => {
            (Code::InvalidValue, without_place(message).to_owned())
        }
        (None, _) => (Code::InvalidValue, "the value is not of the form expected here".to_owned()),
    }
}

/// Cuts `serde_json`'s own ` at line 1 column 2`.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(head, _)| head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_repeated() {
        let secret = "hunter2, expected nothing";
        let error = serde_json::from_str::<u16>(&format!("{secret:?}")).unwrap_err();
        let problem = json_problem(&error, "");
        assert_eq!(problem.detail, "line 1, column 27: expected u16");
    }
}
