//! Takes a request in: how many at once, how many bytes, how long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use scanner::Limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::config::MAX_DEADLINE_MS;
use crate::problem::{Code, Problem};
use crate::state::App;

/// Up to this size a message is scanned where it arrived; moving it to the pool would take longer than most scans.
/// An estimate: `cargo bench -p scan-service` prints what a scan takes by size, and what the move takes.
pub(crate) const INLINE_BYTES: usize = 64 << 10;

/// Memory is counted in blocks of this size.
const BLOCK_BYTES: usize = 64 << 10;

/// Says how many milliseconds the caller will wait, as a header.
const DEADLINE_HEADER: &str = "scan-deadline-ms";

/// What may be in the house at once.
#[derive(Debug)]
pub(crate) struct House {
    requests: Arc<Semaphore>,
    blocks: Arc<Semaphore>,
    scans: Arc<Semaphore>,
    max_requests: usize,
}

impl House {
    pub(crate) fn new(max_requests: u32, max_buffered_mib: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let max_requests = max_requests as usize;
        let blocks = (max_buffered_mib as usize).saturating_mul((1 << 20) / BLOCK_BYTES);
        Self {
            requests: Arc::new(Semaphore::new(max_requests)),
            blocks: Arc::new(Semaphore::new(blocks)),
            scans: Arc::new(Semaphore::new(cores)),
            max_requests,
        }
    }

    /// Requests under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.max_requests - self.requests.available_permits()
    }

    /// Runs `work` on `bytes` bytes: small ones here, large ones on the pool, as many at once as there are cores.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        if bytes <= INLINE_BYTES {
            return Ok(work());
        }
        let turn = timeout_at(deadline, self.scans.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Problem::deadline(0))?.expect("the semaphore is never closed");
        let scan = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        scan.await.map_err(|_| Problem::internal())
    }
}

/// A body that is here, and the room it takes for as long as it is needed.
pub(crate) struct Intake {
    pub(crate) body: Bytes,
    pub(crate) deadline: Instant,
    _request: OwnedSemaphorePermit,
    _blocks: Option<OwnedSemaphorePermit>,
}

/// Waits for the body of `request`, for as long as the caller or the service allows, counted from its head.
pub(crate) async fn take_in(
    app: &App,
    request: Request,
    deadline_ms: Option<u64>,
    limits: &Limits,
) -> Result<Intake, Problem> {
    let deadline = Instant::now() + allowed(request.headers(), deadline_ms)?.unwrap_or(app.deadline);
    let permit = app.house.requests.clone().try_acquire_owned();
    let permit = permit.map_err(|_| overloaded("requests: raise --max-in-flight, or ask less at once"))?;
    let reading = read(&app.house, request.into_body(), wire_limit(limits));
    let (body, blocks) = timeout_at(deadline, reading).await.map_err(|_| Problem::deadline(0))??;
    Ok(Intake { body, deadline, _request: permit, _blocks: blocks })
}

/// The shorter of what the header and the query say.
fn allowed(headers: &HeaderMap, query: Option<u64>) -> Result<Option<Duration>, Problem> {
    let header =
        headers.get(DEADLINE_HEADER).map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let asked: Vec<Option<u64>> = header.into_iter().chain(query.map(Some)).collect();
    if asked.iter().all(|ms| ms.is_some_and(|ms| (1..=MAX_DEADLINE_MS).contains(&ms))) {
        return Ok(asked.into_iter().flatten().min().map(Duration::from_millis));
    }
    Err(Problem::invalid(format!(
        "{DEADLINE_HEADER} (header) or deadline_ms (query): expected milliseconds from 1 to {MAX_DEADLINE_MS}"
    )))
}

/// A body under the policy's limit fits with base64 or escapes around it.
fn wire_limit(limits: &Limits) -> usize {
    let fields = limits.header_bytes.saturating_mul(2).saturating_add(limits.url_bytes);
    limits.body_bytes.saturating_add(fields).saturating_mul(2).saturating_add(64 << 10)
}

async fn read(
    house: &House,
    mut body: Body,
    limit: usize,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut room = Room { house, limit, blocks: None };
    room.make_for(announced)?;
    let mut parts = Parts::default();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Problem::malformed("the connection broke before the end of the body"))?;
        if let Ok(data) = frame.into_data() {
            room.make_for(parts.len().saturating_add(data.len()))?;
            parts.push(data, announced);
        }
    }
    Ok((parts.joined(), room.blocks))
}

/// Memory that was asked for.
struct Room<'a> {
    house: &'a House,
    limit: usize,
    blocks: Option<OwnedSemaphorePermit>,
}

impl Room<'_> {
    fn make_for(&mut self, bytes: usize) -> Result<(), Problem> {
        if bytes > self.limit {
            let detail = format!(
                "the request body is over {} bytes, twice what the policy's [limits] allow: send large bodies as \
                 base64 or message/http, or say how many bytes were left out with {{\"omitted\": N}}",
                self.limit
            );
            return Err(Problem::new(Code::OverLimit, detail));
        }
        let held = self.blocks.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(BLOCK_BYTES).saturating_sub(held);
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let more = self.house.blocks.clone().try_acquire_many_owned(missing);
        let more = more.map_err(|_| overloaded("bytes: raise --max-buffered-mib, or ask less at once"))?;
        match &mut self.blocks {
            Some(blocks) => blocks.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

/// A body as it comes: one piece is kept as it is, several are joined.
#[derive(Default)]
struct Parts {
    only: Bytes,
    joined: Vec<u8>,
}

impl Parts {
    fn len(&self) -> usize {
        self.only.len() + self.joined.len()
    }

    fn push(&mut self, data: Bytes, announced: usize) {
        if self.len() == 0 {
            self.only = data;
            return;
        }
        if self.joined.is_empty() {
            self.joined.reserve(announced.max(self.only.len() + data.len()));
            self.joined.extend_from_slice(&std::mem::take(&mut self.only));
        }
        self.joined.extend_from_slice(&data);
    }

    fn joined(self) -> Bytes {
        if self.joined.is_empty() { self.only } else { self.joined.into() }
    }
}

fn overloaded(detail: &str) -> Problem {
    Problem::new(Code::Overloaded, format!("the service is busy with as many {detail}"))
}
