//! What JSON says, checked: the fields fit the type, and base64 is decoded.

use std::borrow::Cow;

use data_encoding::BASE64;
use thiserror::Error;

use super::{Kind, RawBody, RawConnect, RawMessage, RawText};
use crate::message::{
    Body, Bytes, Connect, Content, Header, Message, Request, RequestLine, Response, Text, WebSocket,
};

/// A well-formed JSON message that says something impossible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// A field that this type of message needs is not there.
    #[error("a message of type {kind:?} needs the field {field:?}")]
    MissingField {
        /// The message's type.
        kind: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field that this type of message does not have is there.
    #[error("a message of type {kind:?} has no field {field:?}")]
    ForeignField {
        /// The message's type.
        kind: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A `base64` value that is not base64.
    #[error("the base64 of {field} is wrong at character {position}: standard alphabet, padded, is expected")]
    Base64 {
        /// The field.
        field: &'static str,
        /// Offset of the first wrong character.
        position: usize,
    },
}

impl<'a> RawMessage<'a> {
    /// Checks that the fields fit the type, and decodes base64.
    pub fn into_message(mut self) -> Result<Message<'a>, MessageError> {
        let content = match self.kind {
            Kind::Request => Content::Request(self.request()?),
            Kind::Response => Content::Response(self.response()?),
            Kind::WebSocket => Content::WebSocket(self.websocket()?),
            Kind::Connect => Content::Connect(self.tunnel()?),
            Kind::Text => Content::Text(self.bare_text()?),
        };
        self.refuse_foreign_fields()?;
        Ok(Message {
            id: self.id,
            session: self.session,
            flow: self.flow,
            connect: self.connect.map(RawConnect::into_connect),
            content,
        })
    }

    fn request(&mut self) -> Result<Request<'a>, MessageError> {
        Ok(Request {
            method: self.needed("method", |raw| raw.method.take())?.into_bytes("method")?,
            url: self.needed("url", |raw| raw.url.take())?.into_bytes("url")?,
            version: self.version.take(),
            headers: fields(self.headers.take(), "headers")?,
            body: body(self.body.take())?,
            trailers: fields(self.trailers.take(), "trailers")?,
        })
    }

    fn response(&mut self) -> Result<Response<'a>, MessageError> {
        let request = self.needed("request", |raw| raw.request.take())?;
        Ok(Response {
            status: self.needed("status", |raw| raw.status.take())?,
            reason: self.reason.take().map(|reason| reason.into_bytes("reason")).transpose()?,
            request: RequestLine {
                method: request.method.into_bytes("request.method")?,
                url: request.url.into_bytes("request.url")?,
            },
            version: self.version.take(),
            headers: fields(self.headers.take(), "headers")?,
            body: body(self.body.take())?,
            trailers: fields(self.trailers.take(), "trailers")?,
        })
    }

    fn websocket(&mut self) -> Result<WebSocket<'a>, MessageError> {
        Ok(WebSocket {
            url: self.needed("url", |raw| raw.url.take())?.into_bytes("url")?,
            from_client: self.needed("from_client", |raw| raw.from_client.take())?,
            opcode: self.needed("opcode", |raw| raw.opcode.take())?,
            body: body(self.body.take())?,
        })
    }

    fn tunnel(&mut self) -> Result<Connect<'a>, MessageError> {
        Ok(Connect {
            host: Some(self.needed("host", |raw| raw.host.take())?),
            port: Some(self.needed("port", |raw| raw.port.take())?),
            sni: self.sni.take(),
            peer: self.peer.take(),
        })
    }

    fn bare_text(&mut self) -> Result<Text<'a>, MessageError> {
        let text = match self.needed("text", |raw| raw.text.take())? {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Ok(Text {
            text,
            direction: self.direction.take().unwrap_or_default(),
            content_type: self.content_type.take(),
        })
    }

    fn needed<T>(
        &mut self,
        field: &'static str,
        take: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, MessageError> {
        take(self).ok_or(MessageError::MissingField { kind: self.kind.name(), field })
    }

    /// Whatever a type needs or allows was taken before; what is left does not belong to it.
    fn refuse_foreign_fields(&self) -> Result<(), MessageError> {
        let tunnel_has_connect = matches!(self.kind, Kind::Connect) && self.connect.is_some();
        let left = [
            ("connect", tunnel_has_connect),
            ("method", self.method.is_some()),
            ("url", self.url.is_some()),
            ("version", self.version.is_some()),
            ("status", self.status.is_some()),
            ("reason", self.reason.is_some()),
            ("request", self.request.is_some()),
            ("headers", self.headers.is_some()),
            ("body", self.body.is_some()),
            ("trailers", self.trailers.is_some()),
            ("from_client", self.from_client.is_some()),
            ("opcode", self.opcode.is_some()),
            ("text", self.text.is_some()),
            ("direction", self.direction.is_some()),
            ("content_type", self.content_type.is_some()),
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("sni", self.sni.is_some()),
            ("peer", self.peer.is_some()),
        ];
        match left.iter().find(|(_, present)| *present) {
            Some((field, _)) => Err(MessageError::ForeignField { kind: self.kind.name(), field }),
            None => Ok(()),
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "http.request",
            Self::Response => "http.response",
            Self::WebSocket => "websocket.message",
            Self::Connect => "connect",
            Self::Text => "text",
        }
    }
}

impl<'a> RawConnect<'a> {
    fn into_connect(self) -> Connect<'a> {
        Connect { host: self.host, port: self.port, sni: self.sni, peer: self.peer }
    }
}

impl<'a> RawText<'a> {
    fn into_bytes(self, field: &'static str) -> Result<Bytes<'a>, MessageError> {
        match self {
            Self::Plain(Cow::Borrowed(text)) => Ok(Cow::Borrowed(text.as_bytes())),
            Self::Plain(Cow::Owned(text)) => Ok(Cow::Owned(text.into_bytes())),
            Self::Base64(text) => decode(&text, field),
        }
    }
}

fn fields<'a>(
    pairs: Option<Vec<(RawText<'a>, RawText<'a>)>>,
    field: &'static str,
) -> Result<Vec<Header<'a>>, MessageError> {
    pairs
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| Ok(Header { name: name.into_bytes(field)?, value: value.into_bytes(field)? }))
        .collect()
}

fn body(raw: Option<RawBody<'_>>) -> Result<Body<'_>, MessageError> {
    Ok(match raw {
        None => Body::Absent,
        Some(RawBody::Text(Cow::Borrowed(text))) => Body::Bytes(Cow::Borrowed(text.as_bytes())),
        Some(RawBody::Text(Cow::Owned(text))) => Body::Bytes(Cow::Owned(text.into_bytes())),
        Some(RawBody::Base64(text)) => Body::Bytes(decode(&text, "body")?),
        Some(RawBody::Omitted(bytes)) => Body::Omitted(bytes),
    })
}

fn decode(text: &str, field: &'static str) -> Result<Bytes<'static>, MessageError> {
    BASE64
        .decode(text.as_bytes())
        .map(Cow::Owned)
        .map_err(|error| MessageError::Base64 { field, position: error.position })
}
