//! The words that signer and proxy speak; docs/tls.md describes them.

use std::io::{self, BufRead, Read, Write};

use crate::host::Host;

/// The longest question, in bytes.
const QUESTION_BYTES: u64 = 255;

/// Why there is no leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not a host.
    Malformed,
    /// Outside the policy, or not to be opened.
    NotAllowed,
    /// Too many new leaves.
    RateLimited,
    /// It could not be made.
    Failed,
}

impl Refusal {
    /// The stable word for it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAllowed => "not_allowed",
            Self::RateLimited => "rate_limited",
            Self::Failed => "failed",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Malformed => "not a host name or address",
            Self::NotAllowed => "the policy does not let this host be opened",
            Self::RateLimited => "too many new hosts, ask again later",
            Self::Failed => "the certificate could not be made",
        }
    }
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A line, without its end.
    Line(Vec<u8>),
    /// More bytes than a question has; where the next one begins is unknown.
    TooLong,
    /// No more questions.
    End,
}

/// Reads the next question.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Question> {
    let mut line = Vec::new();
    from.take(QUESTION_BYTES + 1).read_until(b'\n', &mut line)?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Question::Line(line));
    }
    // What ends without the end of a line was cut off: it is no question.
    Ok(if line.len() as u64 > QUESTION_BYTES { Question::TooLong } else { Question::End })
}

/// The single name or address that a question is about.
pub(super) fn host(question: &[u8]) -> Result<Host, Refusal> {
    let text = std::str::from_utf8(question).map_err(|_| Refusal::Malformed)?;
    match Host::pattern(text) {
        Ok(host @ (Host::Name(_) | Host::Address(_))) => Ok(host),
        _ => Err(Refusal::Malformed),
    }
}

/// Writes an answer.
pub(super) fn answer(to: &mut impl Write, answer: &Result<super::LeafText, Refusal>) -> io::Result<()> {
    match answer {
        Ok(pem) => {
            writeln!(to, "ok {}", pem.len())?;
            to.write_all(pem.as_bytes())?;
        }
        Err(refusal) => writeln!(to, "error {} {}", refusal.code(), refusal.text())?,
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_whole_lines_of_bounded_length() {
        let long = vec![b'a'; 255];
        let mut input = [b"a.example\n\n".as_slice(), &long, b"\n", &long, b"aa\nb.example\n"].concat();
        let mut from = input.as_slice();
        assert_eq!(read(&mut from).unwrap(), Question::Line(b"a.example".to_vec()));
        assert_eq!(read(&mut from).unwrap(), Question::Line(Vec::new()));
        assert_eq!(read(&mut from).unwrap(), Question::Line(long.clone()));
        assert_eq!(read(&mut from).unwrap(), Question::TooLong);
        input.clear();
        assert_eq!(read(&mut input.as_slice()).unwrap(), Question::End);
        assert_eq!(read(&mut b"cut.exam".as_slice()).unwrap(), Question::End);
    }
}
