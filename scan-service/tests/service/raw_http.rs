//! `message/http`: what is on the wire, or no verdict.

use hyper::Request;

use crate::client::Reply;
use crate::server::{JSON, RAW, Server};

const ANSWERED: &str = "?request_method=GET&request_url=https://example.com/";

async fn raw(server: &Server, query: &str, wire: &[u8]) -> Reply {
    server.post(&format!("/scan{query}"), RAW, wire.to_vec()).await
}

#[tokio::test]
async fn requests_and_responses_as_on_the_wire_get_verdicts() {
    let server = Server::start();
    let requests: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET / HTTP/1.0\nHost: example.com\n\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\n\x00\xff\r\n\r",
        b"POST /a HTTP/1.1\nContent-Length: 0\n\n",
        b"POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhe\r\no\r\n00a\r\n0123456789\r\n0\r\n\r\n",
        b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nhello\n0\nChecksum: 1\nOther: 2\n\n",
    ];
    for wire in requests {
        let reply = raw(&server, "?id=7", wire).await;
        assert_eq!((reply.status.as_u16(), reply.header("scan-verdict")), (200, "allow"), "{}", reply.text());
        assert_eq!(reply.json()["id"], "7");
    }
    let responses: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end",
        b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 Gr\xc3\xbc\xc3\x9fe\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for wire in responses {
        let reply = raw(&server, ANSWERED, wire).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

#[tokio::test]
async fn what_two_parsers_could_read_differently_gets_no_verdict() {
    let server = Server::start();
    let cases: [(&[u8], u16, &str, &str); 22] = [
        (b"", 400, "malformed", "line 1"),
        (b"zebra", 400, "malformed", "line 1"),
        (b"GET / HTTP/2\r\n\r\n", 400, "malformed", "line 1"),
        (b"GET  / HTTP/1.1\r\n\r\n", 400, "malformed", "line 1"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", 400, "malformed", "empty line"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nzebra\r\n\r\n", 400, "malformed", "line 3"),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400, "malformed", "line 3"),
        (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400, "malformed", "line 2"),
        (b"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400, "malformed", "head line 2"),
        (b"GET / HTTP/1.1\nA: b\r\n\n", 400, "malformed", "head line 2"),
        (b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400, "malformed", "18 bytes after no body"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nab", 400, "malformed", "1 bytes after"),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", 400, "malformed", "2 of 3 bytes"),
        (b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 400, "malformed", "not a number"),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\na",
            400,
            "malformed",
            "more than once",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "malformed",
            "leave one out",
        ),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 422, "undecodable", "only chunked"),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "malformed", "HTTP/1.0"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n",
            422,
            "undecodable",
            "extension",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
            400,
            "malformed",
            "byte 6",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
            400,
            "malformed",
            "chunk size",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nzebra",
            400,
            "malformed",
            "5 bytes after",
        ),
    ];
    for (wire, status, code, place) in cases {
        let detail = raw(&server, "", wire).await.problem(status, code);
        assert!(detail.contains(place), "{detail:?} does not name {place:?}");
        assert!(!detail.contains("zebra"), "{detail:?} repeats what was sent");
    }
}

#[tokio::test]
async fn a_response_needs_to_know_its_request_and_a_request_has_none() {
    let server = Server::start();
    let detail = raw(&server, "", b"HTTP/1.1 200 OK\r\n\r\n").await.problem(422, "unknown_field");
    assert!(detail.contains("request_method"), "{detail}");
    raw(&server, ANSWERED, b"GET / HTTP/1.1\r\n\r\n").await.problem(422, "unknown_field");
    let head = "?request_method=HEAD&request_url=https://example.com/";
    let reply = raw(&server, head, b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn headers_are_counted_against_the_policys_limit() {
    let server = Server::start();
    let wire = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
    assert_eq!(raw(&server, "", wire(2_000).as_bytes()).await.status, 200);
    raw(&server, "", wire(2_001).as_bytes()).await.problem(413, "over_limit");
}

#[tokio::test]
async fn parameters_of_the_media_type_make_no_difference() {
    let server = Server::start();
    let request = Request::post("/scan").header("content-type", "Message/HTTP; msgtype=request; version=1.1");
    assert_eq!(server.send(request, "GET / HTTP/1.1\r\n\r\n").await.status, 200);
    let request = Request::post("/scan").header("content-type", format!("{JSON}; charset=utf-8"));
    assert_eq!(server.send(request, r#"{"type":"text","text":""}"#).await.status, 200);
}
