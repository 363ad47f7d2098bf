//! The text of a stream, its Content-Encoding undone: looked at, judged, edited, released.

mod release;

use std::ops::Range;
use std::sync::Arc;

use super::beginning::Beginning;
use super::calls::Calls;
use super::edits::{Cuts, Quotes};
use super::events::Events;
use super::evidence::seed_since;
use super::found::Found;
use super::framing::Framing;
use super::lane::{Lane, News};
use super::packed::{Packed, is_packed_run};
use super::weigh::Weigher;
use crate::look::Hit;
use crate::message::Message;
use crate::parts::content_type;
use crate::scan::Scanner;
use crate::session::Session;
use crate::sight::{reason_code, url_safe};
use crate::verdict::{Action, Answer, Coverage, ScanError, Skipped, Verdict};

#[derive(Debug)]
pub(super) struct Text {
    scanner: Arc<Scanner>,
    weigher: Weigher,
    mode: Mode,
    body: Lane,
    events: Option<Events>,
    calls: Option<Calls>,
    /// Followed where what was not looked at may not pass.
    packed: Option<Packed>,
    cuts: Cuts,
    /// Followed where numbers of JSON may be cut out.
    quotes: Option<Quotes>,
    is_form: bool,
    /// Everything before has gone on.
    released: usize,
    /// Nothing from here on goes on.
    block_at: Option<usize>,
    /// The strictest of what happened to it.
    verdict: Verdict,
    is_incomplete: bool,
    skipped_bytes: usize,
    /// Its values were joined to those of its session.
    in_session: bool,
    found: Found,
}

/// What can happen to the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Nothing: findings are flags.
    Pass,
    /// They go on as they are, or not.
    Hold,
    /// Something may be cut out.
    Rewrite,
}

impl Text {
    pub(super) fn new(
        scanner: Arc<Scanner>,
        weigher: Weigher,
        head: &Message<'_>,
        is_coded: bool,
    ) -> Result<Self, ScanError> {
        let strictness = weigher.strictness(&scanner);
        let holds = strictness.cuts || strictness.blocks || weigher.blocks_incomplete(&scanner);
        let mode = match () {
            () if !holds => Mode::Pass,
            () if weigher.is_sealed && is_coded => {
                return Err(ScanError::Undecodable {
                    coding: "one that can be undone under a seal".to_owned(),
                });
            }
            () if is_coded || strictness.cuts && !weigher.is_sealed => Mode::Rewrite,
            () => Mode::Hold,
        };
        let kind = content_type(head).to_ascii_lowercase();
        let framing = Framing::of(&kind);
        let has_json = framing.is_some() || memchr::memmem::find(&kind, b"json").is_some();
        let packed = weigher.blocks_incomplete(&scanner).then(|| Packed::new(head));
        Ok(Self {
            scanner,
            weigher,
            mode,
            body: Lane::new(holds),
            events: framing.map(|framing| Events::new(framing, holds)),
            calls: Calls::of(&kind),
            packed,
            cuts: Cuts::default(),
            quotes: (has_json && mode == Mode::Rewrite).then(Quotes::default),
            is_form: kind.starts_with(b"application/x-www-form-urlencoded"),
            released: 0,
            block_at: None,
            verdict: Verdict::Allow,
            is_incomplete: false,
            skipped_bytes: 0,
            in_session: false,
            found: Found::default(),
        })
    }

    pub(super) fn rewrites(&self) -> bool {
        self.mode == Mode::Rewrite
    }

    pub(super) fn holds(&self) -> bool {
        self.mode != Mode::Pass
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(super) fn found(&self) -> &Found {
        &self.found
    }

    /// Judges what the values at the beginning are pieces of, before more goes on. `ends`: that was all.
    pub(super) fn meet_joined(
        &mut self,
        beginning: &mut Beginning,
        session: Option<Session<'_>>,
        ends: bool,
    ) -> Result<(), ScanError> {
        self.in_session = session.is_some() && beginning.has_session();
        let joined = beginning.join(&self.scanner, session, ends)?;
        self.skip(joined.skipped_bytes);
        for hit in joined.hits {
            let rest = hit.rest.iter().map(|(_, range)| range.clone());
            let parts: Vec<Range<usize>> =
                std::iter::once(hit.replacement.range.clone()).chain(rest).collect();
            self.meet(&hit, &parts);
            // What has gone cannot be cut out; without all of its pieces nobody has the secret.
            if self.verdict == Verdict::Redact && parts.iter().any(|part| part.start < self.released) {
                self.block(self.released);
            }
        }
        Ok(())
    }

    /// Takes text; puts what may go on into `released`.
    pub(super) fn push(&mut self, text: &[u8], released: &mut Vec<u8>) -> Result<(), ScanError> {
        if self.verdict == Verdict::Block {
            return Ok(());
        }
        let is_whole = self.take(text);
        self.go_on(is_whole, released)
    }

    /// Adds to the body. Whether somebody may wait for what is there, and would not send more before.
    fn take(&mut self, mut text: &[u8]) -> bool {
        let Some(calls) = &mut self.calls else {
            self.body.push(text);
            return false;
        };
        while !text.is_empty() {
            let (length, is_end) = calls.next(text);
            self.body.push(&text[..length]);
            text = &text[length..];
            if is_end {
                self.body.close();
            }
        }
        calls.is_whole()
    }

    /// Nothing follows.
    pub(super) fn finish(&mut self, released: &mut Vec<u8>) -> Result<(), ScanError> {
        if self.verdict < Verdict::Block { self.go_on(true, released) } else { Ok(()) }
    }

    fn go_on(&mut self, ends: bool, released: &mut Vec<u8>) -> Result<(), ScanError> {
        if let Some(unread) = self.unread(ends) {
            self.skip(unread);
            self.release(ends, released);
            return Ok(());
        }
        let mut open = self.body.open_since();
        if let Some(at) = self.packed.as_ref().and_then(Packed::open_since) {
            open = open.min(at);
        }
        // Events have phrases in pieces, and keys that are words.
        if self.holds() && self.events.is_none() {
            open = open.min(seed_since(&self.body, 1));
        }
        let News { hits, more, skipped_bytes } = self.body.settle(&self.scanner, open, ends)?;
        self.skip(skipped_bytes);
        for range in more {
            self.cuts.add(range, Vec::new());
        }
        for hit in hits {
            let parts = vec![hit.replacement.range.clone()];
            self.meet(&hit, &parts);
        }
        if let Some(events) = &mut self.events {
            for spread in events.read(&self.body, &self.scanner, ends)? {
                match spread.hit {
                    Some(hit) => self.meet(&hit, &spread.parts),
                    None => spread.parts.into_iter().for_each(|range| self.cuts.add(range, Vec::new())),
                }
            }
        }
        self.release(ends, released);
        Ok(())
    }

    /// Bytes that cannot be read while they flow, where they may not pass unread.
    fn unread(&mut self, ends: bool) -> Option<usize> {
        let packed = self.packed.as_mut()?;
        if self.calls.as_ref().is_some_and(Calls::says_nothing) {
            return Some(self.body.end() - self.body.settled());
        }
        let found = packed.read(&self.body, ends).map(|range| range.len());
        found.or_else(|| is_packed_run(&self.body).then(|| self.body.end() - self.body.settled()))
    }

    /// A part that was not looked at.
    fn skip(&mut self, bytes: usize) {
        self.skipped_bytes += bytes;
        if bytes > 0 && self.weigher.blocks_incomplete(&self.scanner) {
            self.is_incomplete = true;
            self.block(self.released);
        }
    }

    /// Does with a hit what the policy says; `parts` is where to cut.
    fn meet(&mut self, hit: &Hit, parts: &[Range<usize>]) {
        let Some(action) = self.weigher.action(&self.scanner, hit.rule) else { return };
        self.found.add(&self.scanner, hit, action);
        let category = self.scanner.rules().rules[hit.rule].category;
        let is_cut = action == Action::Redact && self.mode == Mode::Rewrite;
        let is_block = action == Action::Block
            || action == Action::Redact
                && !is_cut
                && self.weigher.blocks_unredactable(&self.scanner, category);
        if is_block {
            self.block(hit.range.start);
        } else if is_cut {
            self.verdict = self.verdict.max(Verdict::Redact);
            let text = &hit.replacement.bytes;
            let mut text = if self.is_form { url_safe(text) } else { text.clone() };
            for part in parts {
                self.cuts.add(part.clone(), std::mem::take(&mut text));
            }
        }
    }

    /// Lets nothing pass from `at` on.
    fn block(&mut self, at: usize) {
        self.verdict = Verdict::Block;
        self.block_at = Some(self.block_at.map_or(at, |earlier| earlier.min(at)));
    }

    pub(super) fn answer(&self) -> Answer {
        let (findings, findings_omitted) = self.found.list();
        let reason =
            self.found.strictest().map(|finding| reason_code(finding.category, self.weigher.direction));
        let skipped = match self.skipped_bytes {
            0 => Vec::new(),
            bytes => vec![Skipped { part: "body".to_owned(), reason: "budget", bytes }],
        };
        Answer {
            verdict: self.verdict,
            reason_code: if self.is_incomplete { Some("incomplete") } else { reason },
            findings: findings.to_vec(),
            findings_omitted,
            edits: Some(Vec::new()),
            coverage: Coverage {
                complete: skipped.is_empty(),
                scanned_bytes: self.body.settled(),
                skipped,
                session: self.in_session,
            },
        }
    }
}
