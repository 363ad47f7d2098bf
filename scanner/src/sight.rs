//! Where a hit stands: part, range, pointer, and whether it is at home there.

mod names;

use std::borrow::Cow;
use std::ops::Range;

use crate::hosts::{Place, Spot, at_home, host_in_url, is_in_open_query};
use crate::look::Hit;
use crate::message::{Content, Header, Message};
use crate::parts::{BodyMap, Located, PartId, Parts, Root, Scalar, UrlMap, content_type, locate, values};
use crate::policy::{Circumstances, Policy};
use crate::rules::{Rule, RuleSet, Trigger};
use crate::verdict::Action;
use crate::views::Replacement;

pub(crate) use names::{part_name, reason_code};

/// A hit in its place, and what it is worth there.
#[derive(Debug)]
pub(crate) struct Sighting {
    /// The hit.
    pub(crate) hit: Hit,
    /// The part.
    pub(crate) part: PartId,
    /// Bytes of the part.
    pub(crate) range: Range<usize>,
    /// JSON Pointer, inside JSON.
    pub(crate) pointer: Option<String>,
    /// How to cut it out; `None` where nothing can be cut.
    pub(crate) cut: Option<Replacement>,
    /// What else to cut, of a secret in pieces; `None` where one cannot be cut.
    pub(crate) also: Option<Vec<(PartId, Replacement)>>,
    /// What the policy makes of it.
    pub(crate) action: Action,
}

/// Places hits of one message, and asks the policy about each.
pub(crate) struct Sights<'s> {
    message: &'s Message<'s>,
    parts: &'s Parts<'s>,
    policy: &'s Policy,
    rules: &'s RuleSet,
    host: Option<Cow<'s, str>>,
    /// Whether this is a request to a model API.
    asks_a_model: bool,
    body: BodyMap<'s>,
    url: UrlMap<'s>,
}

impl<'s> Sights<'s> {
    /// Reads what is needed to place `hits`, which are sorted by root and start.
    pub(crate) fn new(
        message: &'s Message<'s>,
        parts: &'s Parts<'s>,
        policy: &'s Policy,
        rules: &'s RuleSet,
        hits: &[(Root, Hit)],
    ) -> Self {
        let offsets: Vec<usize> =
            hits.iter().filter(|(root, _)| *root == Root::Body).map(|(_, hit)| hit.range.start).collect();
        let url = match &message.content {
            Content::Request(request) => &*request.url,
            _ => b"",
        };
        let host = destination(message);
        let is_request = matches!(message.content, Content::Request(_));
        let mut named = host.as_deref().filter(|_| is_request && !hits.is_empty()).into_iter();
        Self {
            asks_a_model: named.any(|host| policy.is_model_api(host)),
            host,
            body: BodyMap::new(&parts.body, content_type(message), &offsets),
            url: UrlMap::new(url),
            message,
            parts,
            policy,
            rules,
        }
    }

    /// The hit in its place. `None` where the policy drops it.
    pub(crate) fn sight(&self, root: Root, hit: Hit) -> Option<Sighting> {
        match root {
            Root::Head => self.in_head(hit),
            Root::Body => self.in_body(hit),
            Root::BesideBody => {
                let action = self.action(&hit, PartId::Body, Spot::Anywhere)?;
                let range = 0..self.parts.body.len();
                let (part, cut, also) = (PartId::Body, None, None);
                Some(Sighting { part, range, pointer: None, cut, also, action, hit })
            }
        }
    }

    fn in_head(&self, hit: Hit) -> Option<Sighting> {
        let Located { part, range } = locate(self.message, &hit.range)?;
        let shift = hit.range.start - range.start;
        let spot = if part == PartId::Url { self.url.spot(&range) } else { Some(Spot::Anywhere) };
        let action = self.action(&hit, part, spot.unwrap_or(Spot::Anywhere))?;
        let cut = if hit.is_sealed { None } else { self.cut_in_head(part, hit.replacement.clone(), shift) };
        Some(Sighting { part, range, pointer: None, cut, also: self.rest(&hit), action, hit })
    }

    /// How to cut it out of this part, which begins `shift` bytes into the arena; `None` where that cannot be.
    fn cut_in_head(&self, part: PartId, mut cut: Replacement, shift: usize) -> Option<Replacement> {
        cut.range = cut.range.start.saturating_sub(shift)..cut.range.end.saturating_sub(shift);
        if part == PartId::Url {
            cut.bytes = url_safe(&cut.bytes);
        }
        self.is_editable(part, &cut.range).then_some(cut)
    }

    fn is_editable(&self, part: PartId, range: &Range<usize>) -> bool {
        match part {
            PartId::Url => !self.url.touches_authority(range),
            PartId::Header(_) | PartId::Trailer(_) | PartId::Reason | PartId::Body => true,
            PartId::Method | PartId::Connect | PartId::HeaderName(_) | PartId::TrailerName(_) => false,
        }
    }

    /// How to cut out the other pieces: nothing is left, but a dash of a path segment.
    fn rest(&self, hit: &Hit) -> Option<Vec<(PartId, Replacement)>> {
        hit.rest
            .iter()
            .map(|(root, range)| {
                let located = match root {
                    Root::Head => locate(self.message, range)?,
                    Root::Body => Located { part: PartId::Body, range: range.clone() },
                    Root::BesideBody => return None,
                };
                let Located { part, range } = located;
                let in_path = part == PartId::Url && self.url.spot(&range) == Some(Spot::Path);
                let bytes = if in_path { b"-".to_vec() } else { Vec::new() };
                self.is_editable(part, &range).then_some((part, Replacement { range, bytes }))
            })
            .collect()
    }

    fn in_body(&self, hit: Hit) -> Option<Sighting> {
        let start = hit.range.start;
        let field = self.body.field(start);
        let member = self.body.member(start).map_or(Spot::Anywhere, Spot::Member);
        let spot = field.as_deref().map_or(member, Spot::Field);
        let action = self.action(&hit, PartId::Body, spot)?;
        let scalar = self.body.scalar(start);
        if is_in_open_query(&self.rules.rules[hit.rule].home, &self.parts.body[..start]) {
            return None;
        }
        let cut = (!hit.is_sealed).then(|| self.cut_in_body(scalar, &hit));
        let pointer = scalar.map(|scalar| scalar.pointer.clone());
        let (part, also) = (PartId::Body, self.rest(&hit));
        Some(Sighting { part, range: hit.range.clone(), pointer, cut, also, action, hit })
    }

    /// A number becomes a string, but a list of numbers remains one.
    fn cut_in_body(&self, scalar: Option<&Scalar>, hit: &Hit) -> Replacement {
        let mut cut = hit.replacement.clone();
        let number = scalar.filter(|scalar| !scalar.is_string && scalar.range.end >= cut.range.end);
        if let Some(number) = number {
            cut.range = number.range.clone();
            cut.bytes = [b"\"", &*cut.bytes, b"\""].concat();
        }
        if number.is_none() && scalar.is_some() && has_signs_as_digits(hit) {
            cut.bytes = json_safe(&cut.bytes);
        }
        if self.body.is_form() {
            cut.bytes = url_safe(&cut.bytes);
        }
        cut
    }

    /// Whether the field of the body in which the hit stands holds nothing else: no text, no file.
    fn fills_its_field(&self, hit: &Hit) -> bool {
        let range = &hit.range;
        let (before, after) = (&self.parts.body[..range.start], &self.parts.body[range.end..]);
        let is_whole = self.body.scalar(range.start).map_or_else(
            || {
                if self.body.is_form() {
                    return before.ends_with(b"=")
                        && after.first().is_none_or(|byte| b"&\r\n".contains(byte));
                }
                // A part of a form: lines of a file that it holds are no fields of it.
                let begins = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
                begins && (after.is_empty() || after.starts_with(b"\r\n--") || after.starts_with(b"\n--"))
            },
            |scalar| range.len() + 2 >= scalar.range.len(),
        );
        // What a form or JSON must write so is written by everybody who logs in.
        let own = if self.body.is_form() { "percent" } else { "escape" };
        is_whole && (hit.decoded_by.is_empty() || hit.decoded_by == [own])
    }

    fn action(&self, hit: &Hit, part: PartId, spot: Spot<'_>) -> Option<Action> {
        let rule = &self.rules.rules[hit.rule];
        let name = part_name(self.message, part).0;
        let host = self.host.as_deref();
        let at_home =
            at_home(&rule.home, self.policy.home_hosts(&rule.id), host, &Place { part: &name, spot });
        let is_request = matches!(self.message.content, Content::Request(_));
        let circumstances = Circumstances {
            direction: self.message.direction(),
            host,
            part: &name,
            at_home,
            model_api_body: self.asks_a_model && part == PartId::Body,
        };
        let action = self.policy.action(&rule.id, rule.category, rule.confidence, &circumstances)?;
        let is_login =
            is_request && is_generic(rule) && matches!(spot, Spot::Field(_)) && self.fills_its_field(hit);
        Some(if is_login { action.min(Action::Flag) } else { action })
    }
}

/// Where a message goes or comes from: the connection's target, else what the URL or the Host header says.
pub(crate) fn destination<'m>(message: &'m Message<'_>) -> Option<Cow<'m, str>> {
    if let Some(host) = message.connect.as_ref().and_then(|connect| connect.host.as_deref()) {
        return Some(Cow::Borrowed(host));
    }
    let (url, headers): (&[u8], &[Header<'_>]) = match &message.content {
        Content::Request(request) => (&request.url, &request.headers),
        Content::Response(response) => (&response.request.url, &[]),
        Content::WebSocket(message) => (&message.url, &[]),
        Content::Connect(connect) => return connect.host.as_deref().map(Cow::Borrowed),
        Content::Text(_) => return None,
    };
    let named = host_in_url(url).map(|range| &url[range]);
    let host = named.or_else(|| values(headers, b"host").next())?;
    Some(String::from_utf8_lossy(host))
}

/// A named value of no vendor. As a top-level field of a request it is how people log in.
fn is_generic(rule: &Rule) -> bool {
    matches!(&rule.trigger, Trigger::Name { words, .. } if words.is_empty())
}

/// Brackets and what else may not stand in a URL becomes `%XX`; escapes that are there stay.
pub(crate) fn url_safe(bytes: &[u8]) -> Vec<u8> {
    let mut safe = Vec::with_capacity(bytes.len() + 8);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~%+/=:@!$'()*,;".contains(&byte) {
            safe.push(byte);
        } else {
            safe.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    safe
}

/// Whether it is written in an encoding that has quotes and backslashes as digits. What stands between numbers and
/// pieces was copied, with its escapes.
fn has_signs_as_digits(hit: &Hit) -> bool {
    let outermost = hit.decoded_by.iter().find(|name| !matches!(**name, "escape" | "lines"));
    outermost == Some(&"base85")
}

/// Quotes and backslashes as a JSON string has them.
fn json_safe(bytes: &[u8]) -> Vec<u8> {
    let escape = |&byte: &u8| matches!(byte, b'"' | b'\\').then_some(b'\\').into_iter().chain([byte]);
    bytes.iter().flat_map(escape).collect()
}
