//! `GET /v1/live`: a WebSocket that says only that there is something new.

pub(super) mod events;

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};
use wire::ErrorCode;

use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::auth::Caller;
use crate::live::newest_position;
use crate::session::DeviceSession;

/// The subprotocol that the server answers with.
const SUBPROTOCOL: &str = "hamgam.live";
/// A phone sends next to nothing.
const MESSAGE_BYTES_MAX: usize = 4096;
/// What is read at once; 128 KiB for each phone else.
const READ_BYTES: usize = 4096;
/// After a hint or a look for one: a burst of commits is one hint.
const PAUSE: Duration = Duration::from_millis(200);
/// Between two looks at whether the session still stands; also pings.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// The session ended: sign in or refresh, then connect again.
const CLOSE_SESSION: u16 = 4401;

/// Tells over a WebSocket that there is something new: text frames
/// `{"position": N}`. A page that cannot set headers sends its token as the
/// subprotocol `access_token.<token>` beside `hamgam.live`.
#[utoipa::path(get, path = "/v1/live", tag = "Phones",
    responses((status = 101, description = "The WebSocket is open.")))]
pub(super) async fn follow_changes(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = std::future::ready(upgrade).await.map_err(|rejection| {
        Problem::new(ErrorCode::BadRequest).with_detail(format!("this address is a WebSocket: {rejection}"))
    })?;
    let open = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0);
    Ok(open.on_upgrade(move |socket| follow(app, caller, socket)).into_response())
}

async fn follow(app: AppState, caller: Caller, mut socket: WebSocket) {
    app.metrics.live_connections.inc();
    let end = tell_until_end(&app, &caller, &mut socket).await;
    app.metrics.live_connections.dec();
    let (code, reason) = match end {
        End::Gone => return,
        End::Stopping => (close_code::AWAY, "the server is stopping"),
        End::Session => (CLOSE_SESSION, "the session has ended"),
        End::Failed => (close_code::ERROR, "something went wrong in the server"),
    };
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    if socket.send(close).await.is_err() {
        tracing::debug!("a live signal was gone before it was closed");
    }
}

/// Why a signal ends.
enum End {
    Gone,
    Stopping,
    Session,
    Failed,
}

async fn tell_until_end(app: &AppState, caller: &Caller, socket: &mut WebSocket) -> End {
    let mut newest = app.core.subscribe();
    let mut stopping = app.stopping.clone();
    let mut check = every(CHECK_EVERY);
    let mut told = 0;
    loop {
        match tell(app, caller, socket, &mut told).await {
            Ok(()) => sleep(PAUSE).await,
            Err(end) => return end,
        }
        // Waits for a commit, meanwhile minding the rest.
        loop {
            tokio::select! {
                changed = newest.changed() => match changed {
                    Ok(()) => break,
                    Err(_dropped) => return End::Stopping,
                },
                received = socket.recv() => match received {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    Some(Ok(_)) => {}
                },
                _ = check.tick() => if let Err(end) = mind(app, caller, socket).await {
                    return end;
                },
                () = asked(&mut stopping) => return End::Stopping,
            }
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

fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Sends a hint if there is something newer than was told.
async fn tell(app: &AppState, caller: &Caller, socket: &mut WebSocket, told: &mut i64) -> Result<(), End> {
    let session = DeviceSession::from(*caller);
    let position = newest_position(&app.core, &session).await.map_err(|error| {
        tracing::warn!(%error, "a live signal could not be answered");
        End::Failed
    })?;
    if position > *told {
        let hint = serde_json::json!({ "position": position }).to_string();
        socket.send(Message::Text(hint.into())).await.map_err(|_gone| End::Gone)?;
        *told = position;
    }
    Ok(())
}

/// Checks that the session stands, and that somebody is there.
async fn mind(app: &AppState, caller: &Caller, socket: &mut WebSocket) -> Result<(), End> {
    if app.clock.now() >= caller.expires_at || app.auth.still_stands(caller).await.is_err() {
        return Err(End::Session);
    }
    socket.send(Message::Ping(Vec::new().into())).await.map_err(|_gone| End::Gone)
}
