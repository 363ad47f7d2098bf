//! A message as `message/http`: a raw HTTP/1.x request or response, exactly as on the wire.
//!
//! Every byte ends up in the message or is refused: what another parser could read differently (two lengths, mixed
//! line ends, folded headers, chunk extensions, bytes after the end) gets no verdict.

mod chunked;
mod framing;
mod head;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use scanner::{Connect, Content, Limits, Message, Request, RequestLine, Response};
use serde::Deserialize;

use crate::problem::{Code, Problem};
use framing::Framing;
use head::{Head, StartLine};

/// What a raw message cannot say about itself.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// `https` (the default) or `http`; gives the port where none is given.
    pub(crate) scheme: Option<Scheme>,
    /// target of the CONNECT, or of the plain connection.
    pub(crate) host: Option<String>,
    /// port of the target.
    pub(crate) port: Option<u16>,
    /// server name of the TLS client hello.
    pub(crate) sni: Option<String>,
    /// the bottle that the message belongs to.
    pub(crate) session: Option<String>,
    /// the flow that a request and its response share.
    pub(crate) flow: Option<String>,
    /// echoed in the answer.
    pub(crate) id: Option<String>,
    /// Of a response: method of the request that it answers.
    pub(crate) request_method: Option<String>,
    /// Of a response: URL of the request that it answers.
    pub(crate) request_url: Option<String>,
}

/// How the message travelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scheme {
    /// Inside TLS.
    #[default]
    Https,
    /// In the clear.
    Http,
}

impl Context {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { scheme, host, port, sni, session, flow, id, request_method, request_url } = self;
        let texts = [host, sni, session, flow, id, request_method, request_url];
        scheme.is_none() && port.is_none() && texts.iter().all(|text| text.is_none())
    }

    fn connect(&self) -> Option<Connect<'_>> {
        if self.host.is_none() && self.port.is_none() && self.sni.is_none() {
            return None;
        }
        let default_port = match self.scheme.unwrap_or_default() {
            Scheme::Https => 443,
            Scheme::Http => 80,
        };
        let port = self.port.or(self.host.is_some().then_some(default_port));
        Some(Connect { host: borrow(self.host.as_ref()), port, sni: borrow(self.sni.as_ref()), peer: None })
    }

    /// What a response answers.
    fn request_line(&self) -> Result<RequestLine<'_>, Problem> {
        Ok(RequestLine {
            method: needed(self.request_method.as_ref(), "request_method")?,
            url: needed(self.request_url.as_ref(), "request_url")?,
        })
    }

    fn refuse_request_line(&self) -> Result<(), Problem> {
        if self.request_method.is_some() || self.request_url.is_some() {
            let detail = "query: request_method and request_url belong to responses, and this is a request";
            return Err(Problem::new(Code::UnknownField, detail));
        }
        Ok(())
    }
}

fn borrow(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

fn needed<'a>(value: Option<&'a String>, name: &str) -> Result<scanner::Bytes<'a>, Problem> {
    let missing = || Problem::new(Code::UnknownField, format!("a response needs the query parameter {name}"));
    value.map(|text| text.as_bytes().into()).ok_or_else(missing)
}

/// Reads one message from `wire`, borrowing wherever nothing has to be undone.
pub(crate) fn parse<'a>(
    wire: &'a [u8],
    context: &'a Context,
    limits: &Limits,
) -> Result<Message<'a>, Problem> {
    let (head, rest) = head::parse(wire, limits)?;
    Ok(Message {
        id: borrow(context.id.as_ref()),
        session: borrow(context.session.as_ref()),
        flow: borrow(context.flow.as_ref()),
        connect: context.connect(),
        content: content(head, rest, context, limits)?,
    })
}

fn content<'a>(
    head: Head<'a>,
    rest: &'a [u8],
    context: &'a Context,
    limits: &Limits,
) -> Result<Content<'a>, Problem> {
    match head.start {
        StartLine::Request { method, url } => {
            context.refuse_request_line()?;
            let framing = Framing::of_request(&head.fields, head.minor_version)?;
            let payload = framing.payload(rest, head.line_end, limits)?;
            Ok(Content::Request(Request {
                method: method.into(),
                url: url.into(),
                version: Some(head.version().into()),
                headers: head.fields,
                body: payload.body,
                trailers: payload.trailers,
            }))
        }
        StartLine::Response { status, reason } => {
            let request = context.request_line()?;
            let framing = Framing::of_response(status, &request.method, &head.fields, head.minor_version)?;
            let payload = framing.payload(rest, head.line_end, limits)?;
            Ok(Content::Response(Response {
                status,
                reason: (!reason.is_empty()).then_some(reason.into()),
                request,
                version: Some(head.version().into()),
                headers: head.fields,
                body: payload.body,
                trailers: payload.trailers,
            }))
        }
    }
}
