//! Accepting connections: so many at once, none that dawdles over its headers,
//! those that wait giving way to new ones, and an orderly end.

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

use super::idle::{Idle, Seat};
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
        let idle = Arc::new(Idle::default());
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = asked(&mut stopping) => break,
                accepted = accept(&listener, &idle) => accepted,
                Some(_) = open.join_next(), if !open.is_empty() => continue,
            };
            let Some((stream, peer)) = accepted else { continue };
            let place = tokio::select! {
                () = asked(&mut stopping) => break,
                place = place(&places, &idle, &mut open) => place,
            };
            let (router, stopping, seat) = (router.clone(), stopping.clone(), idle.seat());
            let connection = Connection { stream, peer, router, stopping, seat };
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

async fn accept(listener: &TcpListener, idle: &Idle) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Too many files are open: one fewer makes room.
            idle.free_one();
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// A place for a connection; when all are taken, the one that has waited longest for
/// a request gives its place up.
async fn place(places: &Arc<Semaphore>, idle: &Idle, open: &mut JoinSet<()>) -> OwnedSemaphorePermit {
    loop {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return place;
        }
        idle.free_one();
        if open.join_next().await.is_none() {
            tokio::task::yield_now().await;
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
    seat: Arc<Seat>,
}

impl Connection {
    async fn serve(self) {
        let Self { stream, peer, router, mut stopping, seat } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "answers may be delayed");
        }
        let sitting = Arc::clone(&seat);
        let answer = service_fn(move |request: Request<Incoming>| {
            let (router, at_work) = (router.clone(), sitting.at_work());
            async move {
                let response = answer(router, request, peer).await;
                Ok::<Response, Infallible>(response.map(|body| at_work.until_sent(body)))
            }
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
            () = seat.asked_to_leave() => {
                tracing::debug!("a connection that waited gave way to another");
                return;
            }
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
