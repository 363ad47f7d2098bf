//! Edits applied: the message as it may go on.

use super::{Edit, ScanError};
use crate::message::{Content, Header, Limits, Message};
use crate::parts;

/// A header as name and value.
pub type Field = (Vec<u8>, Vec<u8>);

/// What changed; `None` stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// The URL.
    pub url: Option<Vec<u8>>,
    /// The reason phrase of a response.
    pub reason: Option<Vec<u8>>,
    /// All headers, in order.
    pub headers: Option<Vec<Field>>,
    /// The body, without Content-Encoding.
    pub body: Option<Vec<u8>>,
    /// All trailers, in order.
    pub trailers: Option<Vec<Field>>,
}

/// Applies the edits of an answer to the message it was given for.
///
/// An edited body is no longer content-encoded: the header goes, and Content-Length, where there is one, is
/// corrected. Costs one decoding of the body and one copy of each edited part.
pub fn apply(message: &Message<'_>, edits: &[Edit], limits: &Limits) -> Result<Edited, ScanError> {
    let mut edited = Edited::default();
    let (url, reason, headers, trailers): (&[u8], &[u8], &[Header<'_>], &[Header<'_>]) =
        match &message.content {
            Content::Request(request) => (&request.url, b"", &request.headers, &request.trailers),
            Content::Response(response) => {
                (b"", response.reason.as_deref().unwrap_or_default(), &response.headers, &response.trailers)
            }
            _ => (b"", b"", &[], &[]),
        };
    if edits.iter().any(|edit| edit.part == "body") {
        let body = parts::split(message, limits, &|| false)?.body;
        edited.body = Some(spliced(&body, edits.iter().filter(|edit| edit.part == "body")));
    }
    edited.url = part(url, edits, "url");
    edited.reason = part(reason, edits, "reason");
    edited.trailers = fields(trailers, edits, "trailer");
    edited.headers = fields(headers, edits, "header");
    if let Some(body) = &edited.body {
        let headers = edited.headers.take().unwrap_or_else(|| headers.iter().map(owned).collect());
        edited.headers = Some(fitting(headers, body.len()));
    }
    Ok(edited)
}

fn part(bytes: &[u8], edits: &[Edit], name: &str) -> Option<Vec<u8>> {
    let mut of_part = edits.iter().filter(|edit| edit.part == name).peekable();
    of_part.peek().is_some().then(|| spliced(bytes, of_part))
}

fn fields(fields: &[Header<'_>], edits: &[Edit], kind: &str) -> Option<Vec<Field>> {
    let is_of_kind = |edit: &Edit| edit.part.split_once(':').is_some_and(|(part, _)| part == kind);
    if !edits.iter().any(is_of_kind) {
        return None;
    }
    let mut seen: Vec<(String, usize)> = Vec::new();
    let edited = fields.iter().map(|field| {
        let name = format!("{kind}:{}", String::from_utf8_lossy(&field.name).to_ascii_lowercase());
        let index = seen.iter().filter(|(known, _)| *known == name).count();
        seen.push((name.clone(), index));
        let here = |edit: &&Edit| edit.part == name && edit.index.unwrap_or(0) == index;
        (field.name.to_vec(), spliced(&field.value, edits.iter().filter(here)))
    });
    Some(edited.collect())
}

fn owned(field: &Header<'_>) -> Field {
    (field.name.to_vec(), field.value.to_vec())
}

/// Headers that fit a body of `length` bytes without Content-Encoding.
fn fitting(headers: Vec<Field>, length: usize) -> Vec<Field> {
    headers
        .into_iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case(b"content-encoding"))
        .map(|(name, value)| {
            let is_length = name.eq_ignore_ascii_case(b"content-length");
            (name, if is_length { length.to_string().into_bytes() } else { value })
        })
        .collect()
}

/// `bytes` with sorted, disjoint edits applied.
fn spliced<'e>(bytes: &[u8], edits: impl Iterator<Item = &'e Edit>) -> Vec<u8> {
    let mut spliced = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in edits {
        let start = edit.start.clamp(at, bytes.len());
        spliced.extend_from_slice(&bytes[at..start]);
        spliced.extend_from_slice(edit.replacement.as_bytes());
        at = edit.end.clamp(start, bytes.len());
    }
    spliced.extend_from_slice(&bytes[at..]);
    spliced
}
