//! A small HTTP client over TCP and Unix sockets.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a problem, whole and consistent, and gives its detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> String {
        let problem = self.json();
        assert_eq!((self.status.as_u16(), &problem["code"]), (status, &Value::from(code)), "{problem}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(
            (&problem["type"], &problem["status"]),
            (&Value::from("about:blank"), &Value::from(status))
        );
        assert_eq!(problem["title"], self.status.canonical_reason().unwrap());
        assert_eq!(problem["retryable"], status == 503);
        assert!(self.headers.get("scan-verdict").is_none());
        problem["detail"].as_str().unwrap().to_owned()
    }
}

/// Sends one request to `address`, which is `HOST:PORT` or `unix:PATH`.
pub(crate) async fn send(address: &str, request: Request<Full<Bytes>>) -> Reply {
    match address.strip_prefix("unix:") {
        Some(path) => send_over(UnixStream::connect(path).await.unwrap(), request).await,
        None => send_over(TcpStream::connect(address).await.unwrap(), request).await,
    }
}

async fn send_over<S>(stream: S, request: Request<Full<Bytes>>) -> Reply
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    drop(sender);
    let _ = connection.await;
    Reply { status: head.status, headers: head.headers, body }
}
