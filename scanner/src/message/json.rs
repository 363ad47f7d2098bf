//! The JSON form of a message: one flat object, tagged by `type`, unknown fields refused.
//!
//! Flat, so that serde borrows the strings and names line and column of whatever is wrong; which fields a
//! type needs and allows is checked by [`RawMessage::into_message`].

mod checked;

use std::borrow::Cow;

use serde::Deserialize;

use super::{Direction, Opcode};

pub use checked::MessageError;

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
