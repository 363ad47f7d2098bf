//! Accepts connections until told to stop, then lets what is under way end.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::{Listener as Accept, ListenerExt};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::listen::Listener;
use crate::start_error::StartError;
use crate::state::App;

/// More connections wait in the system's queue. Under the 1,024 open files that a process usually may have.
const MAX_CONNECTIONS: usize = 960;

/// How long a connection may be idle, or take to send its head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// Answers on `listener` with `router` until `stop` is over; then waits at most `drain` for what is under way.
pub async fn serve(
    listener: Listener,
    router: axum::Router,
    drain: Duration,
    stop: impl Future<Output = Result<(), StartError>>,
) -> Result<(), StartError> {
    match listener {
        Listener::Tcp(tcp) => {
            // A stream that refuses is as good as closed, and says so when it is read.
            let tcp = tcp.tap_io(|stream| drop(stream.set_nodelay(true)));
            accept(tcp, router, drain, stop).await
        }
        Listener::Unix(unix, file) => {
            let stopped = accept(unix, router, drain, stop).await;
            drop(file);
            stopped
        }
    }
}

async fn accept<L: Accept>(
    mut listener: L,
    router: axum::Router,
    drain: Duration,
    stop: impl Future<Output = Result<(), StartError>>,
) -> Result<(), StartError> {
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::pin!(stop);
    let stopped = loop {
        let next = async {
            let place = connections.clone().acquire_owned().await.expect("the semaphore is never closed");
            (listener.accept().await.0, place)
        };
        tokio::select! {
            stopped = &mut stop => break stopped,
            (stream, place) = next => {
                let service = TowerToHyperService::new(router.clone());
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT)
                    .serve_connection(TokioIo::new(stream), service);
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    // A connection that breaks is the peer's affair: whoever waits for a verdict has none.
                    let _ = connection.await;
                    drop(place);
                });
            }
        }
    };
    drop(listener);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(drain_ms = drain.as_millis(), "stopped while requests were under way");
    }
    stopped
}

/// Loads the engine, reads the policy again on SIGHUP, and ends on SIGTERM or SIGINT.
pub async fn until_told_to_stop(app: Arc<App>) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    on_a_thread(&app, App::load).await?;
    tracing::info!("ready");
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hang_up.recv() => reload(&app).await,
        }
    }
    tracing::info!("told to stop; requests under way may end");
    Ok(())
}

async fn reload(app: &Arc<App>) {
    match on_a_thread(app, App::reload).await {
        Ok(()) => {
            app.metrics.reloaded("ok");
            tracing::info!("the policy was read again and holds from now on");
        }
        Err(error) => {
            app.metrics.reloaded("refused");
            tracing::error!(%error, "the policy in force stays");
        }
    }
}

async fn on_a_thread(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<(), StartError> + Send + 'static,
) -> Result<(), StartError> {
    let app = app.clone();
    spawn_blocking(move || work(&app)).await.map_err(std::io::Error::from)?
}
