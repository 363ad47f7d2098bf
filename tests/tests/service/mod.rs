//! The second door: the service's own router, without a socket.

use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use scan_service::{App, Config, ListenAt, LogFormat, router};
use serde_json::Value;

pub(crate) const JSON: &str = "application/json";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const RAW: &str = "message/http";

/// The service under one policy.
pub(crate) struct Service {
    router: TowerToHyperService<axum::Router>,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) is_problem: bool,
    pub(crate) text: String,
}

impl Reply {
    /// One line of a batch.
    pub(crate) fn item(line: &str) -> Self {
        let is_problem =
            serde_json::from_str::<Value>(line).expect("a batch is answered with JSON").get("code").is_some();
        Self { is_problem, text: line.to_owned() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the service answers with JSON")
    }
}

impl Service {
    pub(crate) fn start(policy: &str) -> Self {
        let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
        file.write_all(policy.as_bytes()).expect("there is room for a policy");
        let config = Config {
            listen: ListenAt::Tcp(([127, 0, 0, 1], 0).into()),
            policy: Some(file.path().to_owned()),
            log: LogFormat::Text,
            token_file: None,
            deadline_ms: 60_000,
            max_in_flight: 8,
            max_buffered_mib: 64,
            drain_ms: 0,
            command: None,
        };
        let app = Arc::new(App::new(&config).expect("the policy of a case is good"));
        app.load().expect("the rules are good");
        Self { router: TowerToHyperService::new(router(app)) }
    }

    pub(crate) async fn post(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Reply {
        let request =
            Request::post(path).header("content-type", media_type).body(body.into()).expect("a good request");
        self.call(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Request::get(path).body(Body::empty()).expect("a good request")).await
    }

    async fn call(&self, request: Request<Body>) -> Reply {
        let response = self.router.call(request).await.expect("the router answers everything");
        let is_problem = response.headers()["content-type"] == "application/problem+json";
        let body = response.into_body().collect().await.expect("nothing breaks on the way").to_bytes();
        Reply { is_problem, text: String::from_utf8(body.to_vec()).expect("all answers are text") }
    }
}
