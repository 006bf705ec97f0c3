//! Accepting connections: so many at once, none that dawdles over its headers,
//! and an orderly end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::http::Metrics;

/// From the opening of a connection, or the end of a request, to the end of the
/// next request's headers. An idle connection is closed by it too.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(60);
/// Of one request's headers, and of what is read ahead.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// After an error of the listener (too many open files), before trying again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The accepting end of a server.
pub(super) struct Accept {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) connections_max: usize,
    pub(super) drain: Duration,
    /// Closes when nothing that outlives its request is left.
    pub(super) all_done: mpsc::Receiver<Infallible>,
}

impl Accept {
    /// Accepts until the server is asked to stop, then lets requests finish.
    pub(super) async fn until_stopped(self) {
        let Self { listener, router, metrics, mut stopping, connections_max, drain, mut all_done } = self;
        let places = Arc::new(Semaphore::new(connections_max));
        let mut open = JoinSet::new();
        loop {
            let next = accept(&listener, &places);
            let (stream, peer, place) = tokio::select! {
                () = asked(&mut stopping) => break,
                next = next => match next {
                    Some(next) => next,
                    None => continue,
                },
                Some(_) = open.join_next(), if !open.is_empty() => continue,
            };
            let connection = Connection { stream, peer, router: router.clone(), stopping: stopping.clone() };
            let metrics = Arc::clone(&metrics);
            open.spawn(async move {
                metrics.connections.inc();
                connection.serve().await;
                metrics.connections.dec();
                drop(place);
            });
        }
        drop((listener, router));
        let finish = async {
            while open.join_next().await.is_some() {}
            // Live signals outlive their requests.
            all_done.recv().await
        };
        if tokio::time::timeout(drain, finish).await.is_err() {
            tracing::warn!(connections = open.len(), "cut off what did not finish in time");
        }
        open.shutdown().await;
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Returns once the server is asked to stop.
async fn asked(stopping: &mut watch::Receiver<bool>) {
    // An error says that the server itself is gone.
    if stopping.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("the server was dropped");
    }
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stopping: watch::Receiver<bool>,
}

impl Connection {
    async fn serve(self) {
        let Self { stream, peer, router, mut stopping } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "answers may be delayed");
        }
        let answer = service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            async move { Ok::<Response, Infallible>(answer(router, request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_TIMEOUT)
            .max_buf_size(BUFFER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), answer)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = asked(&mut stopping) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}

async fn answer(router: Router, request: Request<Incoming>, peer: SocketAddr) -> Response {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
