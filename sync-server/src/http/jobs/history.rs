//! The history of a job: who changed what, when, on which device.

use axum::extract::State;
use domain::DocId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::side_name;
use super::instants::EventInstantsBody;
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::office::{HistoryEntry, job_history};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// One change.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct HistoryEntryBody {
    /// Its position in the log.
    position: i64,
    /// Its hash.
    hash: String,
    /// When the server received it.
    received_at: Rfc3339,
    /// When it was made, by the author's device.
    made_at: Rfc3339,
    /// Who; nobody if it was the server.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// On which device.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// `office`, `technician` or `server`.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    /// Whose offered edit it carried out.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    for_user: Option<String>,
    /// Whether the assignment had been withdrawn when it came.
    late: bool,
    /// What it did; `what` says which kind each is.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
    /// When the events happened that it brought.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<EventInstantsBody>,
}

/// A job's changes.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct HistoryBody {
    /// Oldest first; the first thousand.
    entries: Vec<HistoryEntryBody>,
}

impl From<HistoryEntry> for HistoryEntryBody {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            position: entry.position,
            hash: entry.hash.to_string(),
            received_at: Rfc3339(entry.received_at),
            made_at: Rfc3339(entry.made_at),
            user: entry.user.map(|user| user.to_string()),
            device: entry.device.map(|device| device.to_string()),
            side: entry.side.map(side_name),
            for_user: entry.for_user.map(|user| user.to_string()),
            late: entry.late,
            events: entry.instants.into_iter().map(EventInstantsBody::from).collect(),
            items: entry.items.iter().map(|item| serde_json::to_value(item).unwrap_or_default()).collect(),
        }
    }
}

/// Shows who changed what in a job, when, and on which device.
#[utoipa::path(get, path = "/v1/jobs/{id}/history", tag = "Jobs",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Its changes.", body = HistoryBody)))]
pub(in crate::http) async fn show_job_history(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
) -> Result<Json<HistoryBody>, Problem> {
    let entries = job_history(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(Json(HistoryBody { entries: entries.into_iter().map(HistoryEntryBody::from).collect() }))
}
