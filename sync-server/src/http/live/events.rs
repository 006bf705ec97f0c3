//! `GET /v1/live/events`: server-sent events that name the jobs that changed, so that a
//! page reads one job anew and not a whole list. A stream that broke off is taken up at
//! `Last-Event-ID`.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::DocId;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Interval, sleep};

use super::{CHECK_EVERY, PAUSE, asked, every};
use crate::auth::Caller;
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::live::{ChangedJobs, changed_jobs};
use crate::session::DeviceSession;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps proxies from collecting events before they pass them on.
const NO_BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
/// A page takes a line that is silent for longer than twice this for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What an event says.
#[derive(Serialize)]
struct Told {
    jobs: Vec<DocId>,
    /// So many have changed, or the server is of an earlier state: read the list.
    all: bool,
    position: i64,
}

/// Tells which jobs in the caller's scope change, as server-sent events. `hello` comes
/// first, then `changed` with `{"jobs": [id], "all": false, "position": N}`; where `all`
/// is true, too much has changed to name it. `Last-Event-ID` goes on where a stream broke
/// off.
#[utoipa::path(get, path = "/v1/live/events", tag = "Jobs",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that arrived.")),
    responses((status = 200, description = "The stream.", content_type = "text/event-stream", body = String)))]
pub(in crate::http) async fn follow_jobs(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let since = last_event_id(&headers)?;
    let told = since.unwrap_or_else(|| *app.core.subscribe().borrow());
    let follower = Follower::new(app, caller, told);
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([NO_BUFFERING], sse).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| Problem::invalid("Last-Event-ID", "the id of an event"))
}

/// One page that listens.
struct Follower {
    app: AppState,
    caller: Caller,
    newest: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
    check: Interval,
    told: i64,
    greeted: bool,
    /// Something may have happened since `told`.
    behind: bool,
}

impl Follower {
    fn new(app: AppState, caller: Caller, told: i64) -> Self {
        app.metrics.live_connections.inc();
        let (newest, stopping) = (app.core.subscribe(), app.stopping.clone());
        Self { newest, stopping, check: every(CHECK_EVERY), told, greeted: false, behind: true, app, caller }
    }

    /// The next event; none when the session or the server ends.
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return event("hello", Told { jobs: Vec::new(), all: false, position: self.told });
        }
        // After an event, so that the first change is told at once and a burst is one more.
        sleep(PAUSE).await;
        loop {
            if std::mem::take(&mut self.behind)
                && let Some(event) = self.news().await?
            {
                return Some(event);
            }
            self.wait().await?;
            self.behind = true;
        }
    }

    /// What has changed since the last event, if the caller may see any of it.
    async fn news(&mut self) -> Option<Option<Event>> {
        let session = DeviceSession::from(self.caller);
        let found = changed_jobs(&self.app.core, &session, self.told).await;
        let ChangedJobs { jobs, all, position } =
            found.inspect_err(|error| tracing::warn!(%error, "a page could not be told of changes")).ok()?;
        self.told = position;
        if jobs.is_empty() && !all {
            return Some(None);
        }
        event("changed", Told { jobs, all, position }).map(Some)
    }

    /// Waits for a commit, meanwhile minding the session.
    async fn wait(&mut self) -> Option<()> {
        loop {
            tokio::select! {
                changed = self.newest.changed() => return changed.ok(),
                _ = self.check.tick() => self.still_stands().await?,
                () = asked(&mut self.stopping) => return None,
            }
        }
    }

    async fn still_stands(&self) -> Option<()> {
        let in_time = self.app.clock.now() < self.caller.expires_at;
        (in_time && self.app.auth.still_stands(&self.caller).await.is_ok()).then_some(())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.app.metrics.live_connections.dec();
    }
}

fn event(name: &str, told: Told) -> Option<Event> {
    Event::default().event(name).id(told.position.to_string()).json_data(told).ok()
}
