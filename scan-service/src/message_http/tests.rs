//! Properties of the reader of raw messages.

use proptest::prelude::*;
use scanner::{Body, Content, Limits, Message};

use super::{Context, parse};

fn context() -> Context {
    let said = |text: &str| Some(text.to_owned());
    Context { request_method: said("GET"), request_url: said("https://example.com/"), ..Context::default() }
}

fn body<'a>(message: &'a Message<'_>) -> &'a [u8] {
    match &message.content {
        Content::Request(request) => match &request.body {
            Body::Bytes(bytes) => bytes,
            _ => panic!("the request has a body"),
        },
        _ => panic!("this is a request"),
    }
}

fn chunked(pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut wire = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in pieces {
        wire.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        wire.extend_from_slice(piece);
        wire.extend(b"\r\n");
    }
    wire.extend(b"0\r\n\r\n");
    wire
}

proptest! {
    #[test]
    fn no_bytes_end_in_a_panic(wire: Vec<u8>, rest in "[ -~\r\n]{0,80}") {
        let limits = Limits::default();
        let _ = parse(&wire, &context(), &limits);
        for start in ["GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"] {
            let _ = parse(&[start.as_bytes(), rest.as_bytes()].concat(), &context(), &limits);
            let _ = parse(&[start.as_bytes(), &wire].concat(), &context(), &limits);
        }
    }

    #[test]
    fn chunks_are_joined_and_no_byte_is_lost(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..8),
    ) {
        let wire = chunked(&pieces);
        let context = Context::default();
        let message = parse(&wire, &context, &Limits::default()).map_err(|problem| TestCaseError::fail(problem.detail))?;
        prop_assert_eq!(body(&message), pieces.concat());
    }

    #[test]
    fn a_message_with_a_byte_missing_or_added_gets_no_verdict(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 1..4),
        byte: u8,
    ) {
        let wire = chunked(&pieces);
        let (context, limits) = (Context::default(), Limits::default());
        prop_assert!(parse(&wire[..wire.len() - 1], &context, &limits).is_err());
        prop_assert!(parse(&[wire.as_slice(), &[byte]].concat(), &context, &limits).is_err());
    }
}

#[test]
fn every_byte_of_the_head_is_in_the_message() {
    let wire = b"HTTP/1.1 200 Gr\xfc\xdfe  !\r\nX-A: \xff b\r\nx-a:c\r\n\r\n";
    let context = context();
    let message = parse(wire, &context, &Limits::default()).map_err(|problem| problem.detail).unwrap();
    let Content::Response(response) = message.content else { panic!("this is a response") };
    assert_eq!(response.reason.as_deref(), Some(&b"Gr\xfc\xdfe  !"[..]));
    let headers: Vec<_> = response.headers.iter().map(|field| (&*field.name, &*field.value)).collect();
    assert_eq!(headers, [(&b"X-A"[..], &b"\xff b"[..]), (b"x-a", b"c")]);
    assert!(matches!(response.body, Body::Bytes(bytes) if bytes.is_empty()));
}
