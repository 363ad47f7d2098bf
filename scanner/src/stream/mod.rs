//! A body that is scanned while it flows: what cannot become a finding any more goes on at once.
//!
//! The same engine looks at a window of the text and judges by the same policy. Memory is bounded whatever flows: the
//! window and what is held (16 KiB of text, 64 KiB of one event, 256 KiB of events with pieces of one text), and what
//! a Content-Encoding needs (zstd 8 MiB, br 16 MiB, others 32 KiB).

mod beginning;
mod calls;
mod edits;
mod events;
mod evidence;
mod folded;
mod found;
mod framing;
mod lane;
mod open;
mod packed;
mod phrases;
mod text;
mod values;
mod weigh;

use std::borrow::Cow;
use std::sync::Arc;

use crate::message::{Content, Header, Message};
use crate::parts::{Flowing, needs_no_undoing, values as header_values};
use crate::scan::Scanner;
use crate::session::Session;
use crate::verdict::{Answer, Finding, ScanError, Verdict};

use beginning::Beginning;
pub(crate) use calls::is_calls;
pub(crate) use phrases::Phrases;
use text::Text;
use weigh::Weigher;

/// A body on its way. What [`Stream::push`] returns may go on, and nothing else.
#[derive(Debug)]
pub struct Stream {
    decoder: Flowing,
    text: Text,
    /// Until its values were joined.
    beginning: Option<Beginning>,
    end: Option<End>,
}

/// How a stream ended.
#[derive(Clone, Debug)]
enum End {
    /// All of it went on.
    Finished,
    /// By verdict.
    Blocked,
    /// Without one.
    Failed(ScanError),
}

impl Scanner {
    /// Judges the head of a request or response, and gets ready for its body, which `head` does not have yet.
    ///
    /// Fails where the body could not be scanned while it flows; it may still be scanned whole.
    pub fn stream(self: &Arc<Self>, head: &Message<'_>) -> Result<(Answer, Stream), ScanError> {
        self.open_stream(head, self.scan(head, &|| false)?)
    }

    /// The same for a message of a session: its head is scanned together with what was sent before, and so are the
    /// first 32 KiB of a request's body where [`Stream::push_in_session`] takes them.
    pub fn stream_in_session(
        self: &Arc<Self>,
        head: &Message<'_>,
        session: Session<'_>,
    ) -> Result<(Answer, Stream), ScanError> {
        self.open_stream(head, self.scan_in_session(head, session, &|| false)?)
    }

    fn open_stream(
        self: &Arc<Self>,
        head: &Message<'_>,
        answer: Answer,
    ) -> Result<(Answer, Stream), ScanError> {
        let headers: &[Header<'_>] = match &head.content {
            Content::Request(request) => &request.headers,
            Content::Response(response) => &response.headers,
            Content::WebSocket(_) | Content::Connect(_) | Content::Text(_) => &[],
        };
        needs_no_undoing(headers)?;
        let codings: Vec<&[u8]> = header_values(headers, b"content-encoding").collect();
        let decoder = Flowing::new(&codings, self.policy().limits())?;
        let weigher = Weigher::new(self, head);
        let text = Text::new(Arc::clone(self), weigher, head, decoder.is_coded())?;
        Ok((answer, Stream { decoder, text, beginning: Beginning::of(head), end: None }))
    }
}

impl Stream {
    /// Whether the body that goes on may differ from what was pushed: it has no Content-Encoding then, and its length
    /// is not known beforehand.
    #[must_use]
    pub fn rewrites(&self) -> bool {
        self.text.rewrites()
    }

    /// Whether bytes are ever held back. Not where the policy makes nothing more than a flag of a finding.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.text.holds()
    }

    /// Takes the next bytes of the body as they are on the wire; returns what may go on.
    ///
    /// After a block that is nothing. An error is final, and what was not returned must not go on.
    pub fn push<'r>(&mut self, raw: &'r [u8]) -> Result<Cow<'r, [u8]>, ScanError> {
        self.advance(raw, None)
    }

    /// The same for a message of a session, which remembers what the body begins with.
    pub fn push_in_session<'r>(
        &mut self,
        raw: &'r [u8],
        session: Session<'_>,
    ) -> Result<Cow<'r, [u8]>, ScanError> {
        self.advance(raw, Some(session))
    }

    fn advance<'r>(
        &mut self,
        raw: &'r [u8],
        session: Option<Session<'_>>,
    ) -> Result<Cow<'r, [u8]>, ScanError> {
        match &self.end {
            Some(End::Failed(error)) => return Err(error.clone()),
            Some(End::Blocked | End::Finished) => return Ok(Cow::Borrowed(b"")),
            None => {}
        }
        let mut released = Vec::new();
        let Self { decoder, text, beginning, .. } = self;
        let result = decoder.push(raw, &mut |decoded| {
            let mut rest = decoded;
            while let Some(left) = beginning.as_mut().and_then(|beginning| beginning.take(rest)) {
                if let Some(mut enough) = beginning.take() {
                    text.meet_joined(&mut enough, session, false)?;
                    *beginning = Some(enough).filter(Beginning::goes_on);
                }
                rest = left;
            }
            text.push(decoded, &mut released)
        });
        self.conclude(result)?;
        Ok(if self.text.holds() { Cow::Owned(released) } else { Cow::Borrowed(raw) })
    }

    /// The body is over; returns the rest of what may go on.
    pub fn finish(&mut self) -> Result<Vec<u8>, ScanError> {
        self.end(None)
    }

    /// The same for a message of a session.
    pub fn finish_in_session(&mut self, session: Session<'_>) -> Result<Vec<u8>, ScanError> {
        self.end(Some(session))
    }

    fn end(&mut self, session: Option<Session<'_>>) -> Result<Vec<u8>, ScanError> {
        match &self.end {
            Some(End::Failed(error)) => return Err(error.clone()),
            Some(End::Blocked | End::Finished) => return Ok(Vec::new()),
            None => {}
        }
        let mut released = Vec::new();
        let Self { decoder, text, beginning, .. } = self;
        let result = decoder.finish().and_then(|()| {
            if let Some(mut all) = beginning.take() {
                text.meet_joined(&mut all, session, true)?;
            }
            text.finish(&mut released)
        });
        self.conclude(result)?;
        self.end.get_or_insert(End::Finished);
        Ok(released)
    }

    fn conclude(&mut self, result: Result<(), ScanError>) -> Result<(), ScanError> {
        if let Err(error) = &result {
            self.end = Some(End::Failed(error.clone()));
        } else if self.text.verdict() == Verdict::Block {
            self.end = Some(End::Blocked);
        }
        result
    }

    /// What was found so far, in order: one per rule and secret, at most 1,000. Offsets are those of the body with its
    /// Content-Encoding undone.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.text.found().list().0
    }

    /// How many findings there are, those left out of the list included.
    #[must_use]
    pub fn finding_count(&self) -> usize {
        let (findings, omitted) = self.text.found().list();
        findings.len() + omitted
    }

    /// The verdict so far; after a block it stays.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.text.verdict()
    }

    /// Everything so far in the form of a scan. It has no edits: they are carried out.
    #[must_use]
    pub fn answer(&self) -> Answer {
        self.text.answer()
    }
}
