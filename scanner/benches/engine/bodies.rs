//! The corpus that `tests/bench/corpus.py` wrote, and messages that carry its bodies.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use scanner::{Body, Content, Header, Message, Request, RequestLine, Response};

/// What a client of a model API sends along.
const REQUEST_HEADERS: [(&str, &str); 15] = [
    ("host", "api.example.com"),
    ("user-agent", "OpenAI/Python 2.9.0"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-US,en;q=0.9"),
    ("connection", "keep-alive"),
    ("content-type", "application/json"),
    ("cache-control", "no-cache"),
    ("x-stainless-arch", "x64"),
    ("x-stainless-async", "false"),
    ("x-stainless-lang", "python"),
    ("x-stainless-os", "Linux"),
    ("x-stainless-runtime-version", "3.12.7"),
    ("x-request-id", "6f2c1b9e-3f8d-4c53-9a67-0d0b7a54c1de"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
];

/// What a server sends along.
const RESPONSE_HEADERS: [(&str, &str); 12] = [
    ("date", "Sat, 22 Nov 2025 08:00:00 GMT"),
    ("server", "nginx"),
    ("connection", "keep-alive"),
    ("cache-control", "max-age=0, private, must-revalidate"),
    ("etag", "W/\"5f3a0c2b9d7e41f8a6b3c0d2e4f60718\""),
    ("vary", "Accept-Encoding, Accept, X-Requested-With"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "deny"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-request-id", "6f2c1b9e-3f8d-4c53-9a67-0d0b7a54c1de"),
    ("content-language", "en"),
];

/// All bodies, one after the other.
pub(crate) struct Corpus {
    bytes: Vec<u8>,
    index: Vec<Entry>,
}

struct Entry {
    kind: String,
    media_type: String,
    range: Range<usize>,
}

impl Corpus {
    /// Reads `bodies.bin` and its index.
    pub(crate) fn read(folder: &Path) -> Self {
        let bytes = std::fs::read(folder.join("bodies.bin")).expect("the corpus was built");
        let text = std::fs::read_to_string(folder.join("bodies.tsv")).expect("the corpus has an index");
        let mut start = 0;
        let index: Vec<Entry> = text
            .lines()
            .map(|line| {
                let [kind, media_type, length] = line.split('\t').collect::<Vec<_>>()[..] else {
                    panic!("an index line has three columns")
                };
                let range = start..start + length.parse::<usize>().expect("a length");
                start = range.end;
                Entry { kind: kind.to_owned(), media_type: media_type.to_owned(), range }
            })
            .collect();
        assert!(start == bytes.len() && start > 36 << 20, "the corpus is whole");
        Self { bytes, index }
    }

    /// Kinds of the mixed bodies; those of one size, with a dash in their names, are for latencies.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> =
            self.index.iter().map(|entry| &*entry.kind).filter(|kind| !kind.contains('-')).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Media type and bytes of the bodies of one kind, or of all mixed ones.
    pub(crate) fn bodies<'c>(&'c self, kind: &'c str) -> impl Iterator<Item = (&'c str, &'c [u8])> {
        let fits = move |entry: &&Entry| {
            if kind == "mixed" { !entry.kind.contains('-') } else { entry.kind == kind }
        };
        self.index.iter().filter(fits).map(|entry| (&*entry.media_type, &self.bytes[entry.range.clone()]))
    }

    /// So many bytes of one kind as one body, repeated where there are not enough.
    pub(crate) fn one_body(&self, kind: &str, bytes: usize) -> Vec<u8> {
        let bodies: Vec<&[u8]> = self.bodies(kind).map(|(_, body)| body).collect();
        let mut made = Vec::with_capacity(bytes);
        for more in bodies.into_iter().cycle() {
            let room = bytes - made.len();
            made.extend_from_slice(&more[..room.min(more.len())]);
            if made.len() == bytes {
                break;
            }
        }
        made
    }
}

/// A POST of `body`.
pub(crate) fn post<'b>(media_type: &'b str, body: &'b [u8]) -> Message<'b> {
    message(Content::Request(Request {
        method: Cow::Borrowed(b"POST"),
        url: Cow::Borrowed(b"https://api.example.com/v1/items?page=2&order=asc"),
        version: Some(Cow::Borrowed("HTTP/2")),
        headers: headers(&REQUEST_HEADERS, media_type),
        body: Body::Bytes(Cow::Borrowed(body)),
        trailers: Vec::new(),
    }))
}

/// A response of `body`.
pub(crate) fn response<'b>(media_type: &'b str, body: &'b [u8]) -> Message<'b> {
    message(Content::Response(Response {
        status: 200,
        reason: None,
        request: RequestLine {
            method: Cow::Borrowed(b"GET"),
            url: Cow::Borrowed(b"https://api.example.com/v1/items?page=2&order=asc"),
        },
        version: Some(Cow::Borrowed("HTTP/2")),
        headers: headers(&RESPONSE_HEADERS, media_type),
        body: Body::Bytes(Cow::Borrowed(body)),
        trailers: Vec::new(),
    }))
}

/// A POST whose body is compressed.
pub(crate) fn post_gzip(body: &[u8]) -> Message<'_> {
    let mut message = post("text/plain", body);
    let coding = Header { name: Cow::Borrowed(b"content-encoding"), value: Cow::Borrowed(b"gzip") };
    if let Content::Request(request) = &mut message.content {
        request.headers.push(coding);
    }
    message
}

fn headers<'b>(usual: &[(&'b str, &'b str)], media_type: &'b str) -> Vec<Header<'b>> {
    usual
        .iter()
        .filter(|(name, _)| *name != "content-type")
        .chain([&("content-type", media_type)])
        .map(|(name, value)| Header {
            name: Cow::Borrowed(name.as_bytes()),
            value: Cow::Borrowed(value.as_bytes()),
        })
        .collect()
}

fn message(content: Content<'_>) -> Message<'_> {
    Message { id: None, session: None, flow: None, connect: None, content }
}
