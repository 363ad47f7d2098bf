//! What answers call the parts of a message, and the reason of a verdict.

use crate::message::{Content, Direction, Header, Message};
use crate::parts::PartId;
use crate::verdict::Category;

/// The name of a part in answers, and which of several headers of that name it is.
pub(crate) fn part_name(message: &Message<'_>, part: PartId) -> (String, Option<usize>) {
    let (headers, trailers): (&[Header<'_>], &[Header<'_>]) = match &message.content {
        Content::Request(request) => (&request.headers, &request.trailers),
        Content::Response(response) => (&response.headers, &response.trailers),
        _ => (&[], &[]),
    };
    match part {
        PartId::Connect => ("connect".to_owned(), None),
        PartId::Method => ("method".to_owned(), None),
        PartId::Url => ("url".to_owned(), None),
        PartId::Reason => ("reason".to_owned(), None),
        PartId::Body => ("body".to_owned(), None),
        PartId::HeaderName(index) => (format!("header-name:{index}"), None),
        PartId::TrailerName(index) => (format!("trailer-name:{index}"), None),
        PartId::Header(index) => field_name("header", headers, index),
        PartId::Trailer(index) => field_name("trailer", trailers, index),
    }
}

fn field_name(kind: &str, fields: &[Header<'_>], index: usize) -> (String, Option<usize>) {
    let Some(field) = fields.get(index) else { return (kind.to_owned(), None) };
    let same = |other: &&Header<'_>| other.name.eq_ignore_ascii_case(&field.name);
    let before = fields[..index].iter().filter(same).count();
    let repeated = before > 0 || fields[index + 1..].iter().any(|other| same(&other));
    let name = String::from_utf8_lossy(&field.name).to_ascii_lowercase();
    (format!("{kind}:{name}"), repeated.then_some(before))
}

/// `<category>_outbound` or `<category>_inbound`.
pub(crate) fn reason_code(category: Category, direction: Direction) -> &'static str {
    use Category as C;
    match (category, direction) {
        (C::Secret, Direction::Outbound) => "secret_outbound",
        (C::Secret, Direction::Inbound) => "secret_inbound",
        (C::Known, Direction::Outbound) => "known_outbound",
        (C::Known, Direction::Inbound) => "known_inbound",
        (C::Pii, Direction::Outbound) => "pii_outbound",
        (C::Pii, Direction::Inbound) => "pii_inbound",
        (C::Exfiltration, Direction::Outbound) => "exfiltration_outbound",
        (C::Exfiltration, Direction::Inbound) => "exfiltration_inbound",
        (C::Injection, Direction::Outbound) => "injection_outbound",
        (C::Injection, Direction::Inbound) => "injection_inbound",
        (C::Mcp, Direction::Outbound) => "mcp_outbound",
        (C::Mcp, Direction::Inbound) => "mcp_inbound",
        (C::Host, _) => "host_not_allowed",
    }
}
