//! Data that leaves without being a secret of a known form: in host names, and in the values of a URL or a header.
//!
//! Rules with the shape `host` or `value` are held against the whole of each, those with the shape `label` against the
//! labels below a registered domain; what they look for is in the rule files. What rules with a `volume` find is no
//! finding by itself: the session counts it.

use std::borrow::Cow;
use std::ops::Range;

use crate::hosts::labels_below_domain;
use crate::look::{Finder, Hit};
use crate::message::{Direction, Message};
use crate::parts::{PartId, Root, UrlMap, placed};
use crate::rules::{Rule, Trigger};
use crate::verdict::Confidence;
use crate::views::{Replacement, View};

/// Shorter values carry nothing.
const MIN_VALUE: usize = 20;
/// The same of a label.
const MIN_LABEL: usize = 16;
/// What is looked at of a value: data that is longer begins with data.
const MAX_VALUE: usize = 4096;
/// Header names whose values are data of a known kind.
const OF_KNOWN_KIND: [&[u8]; 6] =
    [b"authorization", b"proxy-authorization", b"cookie", b"if-none-match", b"user-agent", b"referer"];

/// What rules find.
#[derive(Default)]
pub(crate) struct Found {
    /// Findings.
    pub(crate) hits: Vec<(Root, Hit)>,
    /// What is one together with what else the session sends.
    pub(crate) counted: Vec<(Root, Hit)>,
}

/// Everything that the rules find in the head of a message that the agent sends, where nothing else was found.
pub(crate) fn find(finder: &Finder, message: &Message<'_>, hits: &[(Root, Hit)]) -> Found {
    let mut found = Found::default();
    if message.direction() == Direction::Inbound || finder.places.is_empty() {
        return found;
    }
    let mut is_known_kind = false;
    let mut name: &[u8] = b"";
    for (part, start, bytes) in placed(message) {
        let mut place = Place { finder, bytes, start, hits, found: &mut found };
        match part {
            PartId::Connect => place.host(0..bytes.len()),
            PartId::Url => url(&mut place),
            PartId::HeaderName(_) | PartId::TrailerName(_) => {
                is_known_kind = OF_KNOWN_KIND.iter().any(|name| bytes.eq_ignore_ascii_case(name));
                name = bytes;
                place.lost_case(0..bytes.len());
            }
            PartId::Header(_) | PartId::Trailer(_) if !is_known_kind => place.value(0..bytes.len(), name),
            _ => {}
        }
    }
    found
}

/// Bytes of the head, and what was found in it.
struct Place<'p> {
    finder: &'p Finder,
    bytes: &'p [u8],
    start: usize,
    hits: &'p [(Root, Hit)],
    found: &'p mut Found,
}

fn url(place: &mut Place<'_>) {
    let map = UrlMap::new(place.bytes);
    place.host(map.host());
    place.values(map.path(), b"/");
    place.values(map.query(), b"&;");
}

impl Place<'_> {
    /// What stands between separators, after an equals sign where there is one before the end.
    fn values(&mut self, range: Range<usize>, separators: &[u8]) {
        let mut from = range.start;
        while from < range.end {
            let rest = &self.bytes[from..range.end];
            let length = rest.iter().position(|byte| separators.contains(byte)).unwrap_or(rest.len());
            let name = memchr::memchr(b'=', &rest[..length]).map_or(0, |equals| equals + 1);
            let begin = if rest[name..length].iter().all(|byte| *byte == b'=') { 0 } else { name };
            self.value(from + begin..from + length, &rest[..begin]);
            from += length + 1;
        }
    }

    /// Whether something was found there before.
    fn is_told(&self, range: &Range<usize>) -> bool {
        let place = self.start + range.start..self.start + range.end;
        let overlaps = |(root, hit): &(Root, Hit)| {
            *root == Root::Head && hit.range.start < place.end && place.start < hit.range.end
        };
        self.hits.iter().chain(&self.found.hits).any(overlaps)
    }

    /// Host names, and names of headers and trailers in HTTP/2, lose their capitals on the way. What has no small
    /// letters can be read again.
    fn lost_case(&mut self, range: Range<usize>) {
        let raw = &self.bytes[range.clone()];
        let mut labels = raw.split(|byte| !byte.is_ascii_alphanumeric());
        if !labels.any(|label| label.len() >= MIN_VALUE) || self.is_told(&range) {
            return;
        }
        let (text, finder) = (raw.to_ascii_uppercase(), self.finder);
        let mut looking = finder.looking(text.len(), &|| false);
        if looking.look(&View::part(&text)).is_err() {
            return;
        }
        for mut hit in looking.hits {
            let rule = &finder.rules.rules[hit.rule];
            if matches!(rule.trigger, Trigger::Keywords { .. }) && rule.confidence == Confidence::High {
                hit.shift(self.start + range.start);
                hit.decoded_by.push("upper-case");
                self.found.hits.push((Root::Head, hit));
            }
        }
    }

    /// Holds the rules for host names against one, and those for labels against its labels.
    fn host(&mut self, range: Range<usize>) {
        let raw = &self.bytes[range.clone()];
        let has_capitals = raw.iter().any(u8::is_ascii_uppercase);
        let host = if has_capitals { Cow::Owned(raw.to_ascii_lowercase()) } else { Cow::Borrowed(raw) };
        if host.len() >= MIN_VALUE && !self.is_told(&range) {
            let is_for = |trigger: &Trigger| matches!(trigger, Trigger::Host);
            self.apply(&range, &host, b"", is_for);
        }
        if host.len() >= MIN_VALUE && !self.is_told(&range) {
            let labels = labels_below_domain(&host).filter(|label| label.len() >= MIN_LABEL);
            labels.for_each(|label| {
                self.apply(&range, label, b"", |trigger| matches!(trigger, Trigger::Label));
            });
        }
        self.lost_case(range);
    }

    /// Holds the rules for values against one, which has this name.
    fn value(&mut self, range: Range<usize>, name: &[u8]) {
        let raw = &self.bytes[range.clone()];
        if raw.len() < MIN_VALUE || raw.contains(&b' ') || self.is_told(&range) {
            return;
        }
        let text = unescaped(&raw[..raw.len().min(3 * MAX_VALUE)]);
        let text = &text[..text.len().min(MAX_VALUE)];
        self.apply(&range, text, name, |trigger| matches!(trigger, Trigger::Value));
    }

    /// The first of these rules that finds something in what stands at `range`, or counts it.
    fn apply(&mut self, range: &Range<usize>, text: &[u8], name: &[u8], is_for: fn(&Trigger) -> bool) {
        let rules = &self.finder.rules.rules;
        let fits = |rule: &Rule| is_for(&rule.trigger) && finds(rule, text) && !rule.is_named_so(name);
        let Some(&rule) = self.finder.places.iter().find(|rule| fits(&rules[**rule])) else { return };
        let range = self.start + range.start..self.start + range.end;
        let mark = format!("[redacted:{}]", rules[rule].id);
        let hit = Hit {
            rule,
            secret: text.to_vec(),
            replacement: Replacement { range: range.clone(), bytes: mark.into_bytes() },
            range,
            is_sealed: false,
            decoded_by: Vec::new(),
            rest: Vec::new(),
        };
        let found = if rules[rule].volume.is_some() { &mut self.found.counted } else { &mut self.found.hits };
        found.push((Root::Head, hit));
    }
}

/// The checks ask for less than the pattern does.
fn finds(rule: &Rule, text: &[u8]) -> bool {
    text.len() >= rule.min_bytes && rule.confirms(text) && rule.pattern.is_match(text)
}

/// Percent-encoding undone: `%3D` and `%2B` are of base64.
fn unescaped(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'%') {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let digits = raw.get(at + 1..at + 3).filter(|_| raw[at] == b'%');
        let byte = digits.and_then(|digits| data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok());
        text.push(byte.as_ref().map_or(raw[at], |byte| byte[0]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    Cow::Owned(text)
}
