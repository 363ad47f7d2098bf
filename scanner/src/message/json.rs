//! The JSON form of a message: one flat object, tagged by `type`, unknown fields refused.
//!
//! Flat, so that serde borrows the strings and names line and column of whatever is wrong; which fields a
//! type needs and allows is checked by [`RawMessage::into_message`].

use std::borrow::Cow;

use data_encoding::BASE64;
use serde::Deserialize;
use thiserror::Error;

use super::{
    Body, Bytes, Connect, Content, Direction, Header, Message, Opcode, Request, RequestLine, Response, Text,
    WebSocket,
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

/// The message as JSON says it. Every field of every type; `into_message` sorts them out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = Message, description = "One message. Which fields it needs and allows depends on `type`.")
)]
pub struct RawMessage<'a> {
    /// Kind of message; decides which other fields are needed.
    #[serde(rename = "type")]
    kind: Kind,
    /// Echoed in the answer.
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    /// The bottle that the message belongs to.
    #[serde(borrow, default)]
    session: Option<Cow<'a, str>>,
    /// The flow that a request and its response share.
    #[serde(borrow, default)]
    flow: Option<Cow<'a, str>>,
    /// The connection that the message travels in (all types but `connect`).
    #[serde(borrow, default)]
    connect: Option<RawConnect<'a>>,
    /// `http.request`: the method.
    #[serde(borrow, default)]
    method: Option<RawText<'a>>,
    /// `http.request`, `websocket.message`: the absolute URL.
    #[serde(borrow, default)]
    url: Option<RawText<'a>>,
    /// `HTTP/1.1`, `HTTP/2` …
    #[serde(borrow, default)]
    version: Option<Cow<'a, str>>,
    /// `http.response`: the status code.
    #[serde(default)]
    status: Option<u16>,
    /// `http.response`: the reason phrase.
    #[serde(borrow, default)]
    reason: Option<RawText<'a>>,
    /// `http.response`: what was asked.
    #[serde(borrow, default)]
    request: Option<RawRequestLine<'a>>,
    /// `[name, value]` pairs in order, repeats kept.
    #[serde(borrow, default)]
    headers: Option<Vec<(RawText<'a>, RawText<'a>)>>,
    /// The body; absent, empty and omitted are three different things.
    #[serde(borrow, default)]
    body: Option<RawBody<'a>>,
    /// Fields after a chunked body.
    #[serde(borrow, default)]
    trailers: Option<Vec<(RawText<'a>, RawText<'a>)>>,
    /// `websocket.message`: true from the agent, false from the server.
    #[serde(default)]
    from_client: Option<bool>,
    /// `websocket.message`: text or binary.
    #[serde(default)]
    opcode: Option<Opcode>,
    /// `text`: the text.
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    /// `text`: where it is going; outbound when not said.
    #[serde(default)]
    direction: Option<Direction>,
    /// `text`: its media type.
    #[serde(borrow, default)]
    content_type: Option<Cow<'a, str>>,
    /// `connect`: the target.
    #[serde(borrow, default)]
    host: Option<Cow<'a, str>>,
    /// `connect`: the port.
    #[serde(default)]
    port: Option<u16>,
    /// `connect`: server name of the TLS client hello.
    #[serde(borrow, default)]
    sni: Option<Cow<'a, str>>,
    /// `connect`: the address really connected to.
    #[serde(borrow, default)]
    peer: Option<Cow<'a, str>>,
}

/// The types of a message.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageType))]
enum Kind {
    #[serde(rename = "http.request")]
    Request,
    #[serde(rename = "http.response")]
    Response,
    #[serde(rename = "websocket.message")]
    WebSocket,
    #[serde(rename = "connect")]
    Connect,
    #[serde(rename = "text")]
    Text,
}

/// A string, or bytes that are none as `{"base64": …}`.
#[derive(Debug)]
pub enum RawText<'a> {
    /// A JSON string.
    Plain(Cow<'a, str>),
    /// Standard, padded base64.
    Base64(Cow<'a, str>),
}

/// A body: text, bytes, or the size of what was not sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Body))]
pub enum RawBody<'a> {
    /// The body as text.
    Text(#[serde(borrow)] Cow<'a, str>),
    /// The body as standard, padded base64; Content-Encoding still applied.
    Base64(#[serde(borrow)] Cow<'a, str>),
    /// So many bytes were over the caller's limit and were not sent; answered with 413.
    Omitted(u64),
}

/// What a response answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RequestLine))]
pub struct RawRequestLine<'a> {
    /// Method of the request.
    #[serde(borrow)]
    method: RawText<'a>,
    /// URL of the request.
    #[serde(borrow)]
    url: RawText<'a>,
}

/// Who the connection goes to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Connect))]
pub struct RawConnect<'a> {
    /// Target of the CONNECT, or of the plain connection.
    #[serde(borrow, default)]
    host: Option<Cow<'a, str>>,
    /// Port of the target.
    #[serde(default)]
    port: Option<u16>,
    /// Server name of the TLS client hello.
    #[serde(borrow, default)]
    sni: Option<Cow<'a, str>>,
    /// The address really connected to.
    #[serde(borrow, default)]
    peer: Option<Cow<'a, str>>,
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

impl<'de: 'a, 'a> Deserialize<'de> for RawText<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawTextVisitor)
    }
}

struct RawTextVisitor;

impl<'de> serde::de::Visitor<'de> for RawTextVisitor {
    type Value = RawText<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a string or {\"base64\": string}")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(RawText::Plain(Cow::Borrowed(text)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(RawText::Plain(Cow::Owned(text.to_owned())))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        use serde::de::Error;
        match map.next_key::<Cow<'de, str>>()? {
            Some(key) if key == "base64" => {
                let text = map.next_value::<Cow<'de, str>>()?;
                match map.next_key::<Cow<'de, str>>()? {
                    None => Ok(RawText::Base64(text)),
                    Some(_) => Err(A::Error::custom("only the key `base64` is expected here")),
                }
            }
            Some(_) => Err(A::Error::custom("only the key `base64` is expected here")),
            None => Err(A::Error::missing_field("base64")),
        }
    }
}
