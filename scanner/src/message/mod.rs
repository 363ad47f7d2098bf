//! The first station: what was said, by whom, to whom.
//!
//! [`Message`] is what the engine reads; [`json`] is how it looks on the wire of `POST /scan`.

mod json;
mod limits;
#[cfg(feature = "openapi")]
mod schema;

use std::borrow::Cow;

pub use json::{MessageError, RawBody, RawConnect, RawMessage, RawRequestLine, RawText};
pub use limits::Limits;
pub(crate) use limits::admit;

/// Bytes that are borrowed wherever the caller has them already.
pub type Bytes<'a> = Cow<'a, [u8]>;

/// One HTTP request or response, WebSocket message, CONNECT attempt or bare text.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// Echoed in the answer.
    pub id: Option<Cow<'a, str>>,
    /// The bottle; what is remembered is remembered under this name.
    pub session: Option<Cow<'a, str>>,
    /// The flow that a request and its response share.
    pub flow: Option<Cow<'a, str>>,
    /// The tunnel or connection this message travels in, as far as the proxy knows it.
    pub connect: Option<Connect<'a>>,
    /// What was said.
    pub content: Content<'a>,
}

/// What a message carries, by kind.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// From the agent to a server.
    Request(Request<'a>),
    /// From a server to the agent.
    Response(Response<'a>),
    /// One complete WebSocket message.
    WebSocket(WebSocket<'a>),
    /// An attempt to open a tunnel: hosts are judged before anything else is sent.
    Connect(Connect<'a>),
    /// Text without a protocol around it.
    Text(Text<'a>),
}

/// Who the connection goes to, each name as its own source claims it.
#[derive(Clone, Debug, Default)]
pub struct Connect<'a> {
    /// Target of the CONNECT, or of the plain connection: what is really dialled.
    pub host: Option<Cow<'a, str>>,
    /// Port of the target.
    pub port: Option<u16>,
    /// Server name of the TLS client hello.
    pub sni: Option<Cow<'a, str>>,
    /// Address the proxy is really connected to.
    pub peer: Option<Cow<'a, str>>,
}

/// One header or trailer, as sent.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// Name in the sender's spelling.
    pub name: Bytes<'a>,
    /// Value without surrounding white space.
    pub value: Bytes<'a>,
}

/// A body that is not there, one that is (maybe empty), and one that was too long to send.
#[derive(Clone, Debug, Default)]
pub enum Body<'a> {
    /// The message has no body.
    #[default]
    Absent,
    /// The bytes as on the wire, Content-Encoding still applied.
    Bytes(Bytes<'a>),
    /// So many bytes were over the caller's limit and were not sent.
    Omitted(u64),
}

/// An HTTP request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Method as sent.
    pub method: Bytes<'a>,
    /// Absolute URL, or the request target as sent.
    pub url: Bytes<'a>,
    /// `HTTP/1.1`, `HTTP/2` …
    pub version: Option<Cow<'a, str>>,
    /// In order, repeats kept.
    pub headers: Vec<Header<'a>>,
    /// The body.
    pub body: Body<'a>,
    /// Fields after a chunked body.
    pub trailers: Vec<Header<'a>>,
}

/// An HTTP response.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// Status code.
    pub status: u16,
    /// Reason phrase of HTTP/1.
    pub reason: Option<Bytes<'a>>,
    /// Method and URL that were asked.
    pub request: RequestLine<'a>,
    /// `HTTP/1.1`, `HTTP/2` …
    pub version: Option<Cow<'a, str>>,
    /// In order, repeats kept.
    pub headers: Vec<Header<'a>>,
    /// The body.
    pub body: Body<'a>,
    /// Fields after a chunked body.
    pub trailers: Vec<Header<'a>>,
}

/// What a response answers.
#[derive(Clone, Debug)]
pub struct RequestLine<'a> {
    /// Method of the request.
    pub method: Bytes<'a>,
    /// URL of the request.
    pub url: Bytes<'a>,
}

/// One complete WebSocket message, fragments joined and compression undone.
#[derive(Clone, Debug)]
pub struct WebSocket<'a> {
    /// URL of the handshake.
    pub url: Bytes<'a>,
    /// True from the agent, false from the server.
    pub from_client: bool,
    /// Text or binary.
    pub opcode: Opcode,
    /// The payload.
    pub body: Body<'a>,
}

/// Kind of a WebSocket message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Opcode {
    /// UTF-8 text.
    Text,
    /// Any bytes.
    Binary,
}

/// Text without a protocol around it.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: Bytes<'a>,
    /// Where it is going.
    pub direction: Direction,
    /// Media type, so that JSON gets pointers.
    pub content_type: Option<Cow<'a, str>>,
}

/// Which way a message travels, seen from the agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Direction {
    /// From the agent to the world.
    #[default]
    Outbound,
    /// From the world to the agent.
    Inbound,
}

impl Message<'_> {
    /// Which way the message travels.
    #[must_use]
    pub fn direction(&self) -> Direction {
        match &self.content {
            Content::Request(_) | Content::Connect(_) => Direction::Outbound,
            Content::WebSocket(message) if message.from_client => Direction::Outbound,
            Content::Response(_) | Content::WebSocket(_) => Direction::Inbound,
            Content::Text(text) => text.direction,
        }
    }
}
