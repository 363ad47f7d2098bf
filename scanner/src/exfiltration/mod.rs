//! Data that leaves without being a secret of a known form: in host names, and in the values of a URL or a header.
//!
//! Rules with the shape `host` or `value` are held against the whole of each; what they look for is in the rule files.

use std::borrow::Cow;
use std::ops::Range;

use crate::look::{Finder, Hit};
use crate::message::{Direction, Message};
use crate::parts::{PartId, Root, UrlMap, placed};
use crate::rules::{Rule, Trigger};
use crate::verdict::Confidence;
use crate::views::{Replacement, View};

/// Shorter values carry nothing.
const MIN_VALUE: usize = 20;
/// Header names whose values are data of a known kind.
const OF_KNOWN_KIND: [&[u8]; 6] =
    [b"authorization", b"proxy-authorization", b"cookie", b"if-none-match", b"user-agent", b"referer"];

/// Everything that the rules find in the head of a message that the agent sends, where nothing else was found.
pub(crate) fn find(finder: &Finder, message: &Message<'_>, hits: &[(Root, Hit)]) -> Vec<(Root, Hit)> {
    if message.direction() == Direction::Inbound || finder.places.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut is_known_kind = false;
    for (part, start, bytes) in placed(message) {
        let mut place = Place { finder, bytes, start, hits, found: &mut found };
        match part {
            PartId::Connect => {
                place.value(0..bytes.len(), true);
                place.lost_case(0..bytes.len());
            }
            PartId::Url => url(&mut place),
            PartId::HeaderName(_) => {
                is_known_kind = OF_KNOWN_KIND.iter().any(|name| bytes.eq_ignore_ascii_case(name));
                place.lost_case(0..bytes.len());
            }
            PartId::Header(_) if !is_known_kind => place.value(0..bytes.len(), false),
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
    found: &'p mut Vec<(Root, Hit)>,
}

fn url(place: &mut Place<'_>) {
    let map = UrlMap::new(place.bytes);
    place.value(map.host(), true);
    place.lost_case(map.host());
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
            self.value(from + begin..from + length, false);
            from += length + 1;
        }
    }

    /// Whether something was found there before.
    fn is_told(&self, range: &Range<usize>) -> bool {
        let place = self.start + range.start..self.start + range.end;
        let overlaps = |(root, hit): &(Root, Hit)| {
            *root == Root::Head && hit.range.start < place.end && place.start < hit.range.end
        };
        self.hits.iter().chain(&*self.found).any(overlaps)
    }

    /// Host names, and names of headers in HTTP/2, lose their capitals on the way. What has capitals and digits alone
    /// can be read again.
    fn lost_case(&mut self, range: Range<usize>) {
        let raw = &self.bytes[range.clone()];
        let is_long = |label: &[u8]| label.len() >= MIN_VALUE && label.iter().any(u8::is_ascii_digit);
        let mut labels = raw.split(|byte| !byte.is_ascii_alphanumeric());
        if raw.len() < MIN_VALUE || !labels.any(is_long) || self.is_told(&range) {
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
                self.found.push((Root::Head, hit));
            }
        }
    }

    /// Holds every rule of the kind against one value.
    fn value(&mut self, range: Range<usize>, is_host: bool) {
        let raw = &self.bytes[range.clone()];
        if raw.len() < MIN_VALUE || raw.contains(&b' ') || self.is_told(&range) {
            return;
        }
        let place = self.start + range.start..self.start + range.end;
        let text = unescaped(raw);
        let rules = &self.finder.rules.rules;
        let rule = self.finder.places.iter().find(|rule| finds(&rules[**rule], is_host, &text));
        let Some(&rule) = rule else { return };
        let mark = format!("[redacted:{}]", rules[rule].id);
        let replacement = Replacement { range: place.clone(), bytes: mark.into_bytes() };
        let (secret, decoded_by, rest) = (text.into_owned(), Vec::new(), Vec::new());
        let range = place;
        self.found
            .push((Root::Head, Hit { rule, secret, range, replacement, is_sealed: false, decoded_by, rest }));
    }
}

fn finds(rule: &Rule, is_host: bool, text: &[u8]) -> bool {
    matches!(rule.trigger, Trigger::Host) == is_host && rule.pattern.is_match(text) && rule.confirms(text)
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
