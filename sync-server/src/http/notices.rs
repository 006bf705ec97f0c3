//! What the signed-in person is told.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::deadlines::page_limit;
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::inbox::with_instants;
use super::{AppState, Problem};
use crate::notices::{self, Notice, NoticeFilter, Unread};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A notice.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeBody {
    /// Its number.
    id: i64,
    /// When it was written.
    at: Rfc3339,
    /// What it is about, such as `deadline_breached`.
    kind: String,
    /// The job or trip.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// More about it, by its kind.
    #[schema(value_type = Object)]
    detail: Value,
    /// When the caller has read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<Rfc3339>,
}

/// A page of notices.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeListBody {
    /// The newest first.
    notices: Vec<NoticeBody>,
    /// How many are not read, on all pages.
    unread: u64,
    /// Goes into `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which notices, how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticesQuery {
    /// Only what the caller has not read.
    unread: Option<bool>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Notices on the page; 50 when left out, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl From<Notice> for NoticeBody {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id,
            at: Rfc3339(notice.at),
            kind: notice.kind,
            document: notice.doc.map(|doc| doc.to_string()),
            detail: with_instants(notice.detail, &[]),
            read_at: notice.read_at.map(Rfc3339),
        }
    }
}

/// Lists what the caller is told: by role, by agency, by name.
#[utoipa::path(get, path = "/v1/notices", tag = "Notices", params(NoticesQuery),
    responses((status = 200, description = "A page.", body = NoticeListBody)))]
pub(super) async fn list_notices(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<NoticesQuery>,
) -> Result<Json<NoticeListBody>, Problem> {
    let only = (query.unread == Some(true)).then_some(Unread);
    let filter = NoticeFilter { only, cursor: query.cursor, limit: page_limit(query.limit)? };
    let page = notices::list_notices(&app.core, &DeviceSession::from(caller), filter).await?;
    let found = page.notices.into_iter().map(NoticeBody::from).collect();
    Ok(Json(NoticeListBody { notices: found, unread: page.unread, next: page.next }))
}

/// Marks a notice as read by the caller.
#[utoipa::path(post, path = "/v1/notices/{id}/read", tag = "Notices", params(("id" = i64, Path)),
    responses((status = 204, description = "Marked.")))]
pub(super) async fn read_notice(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    notices::read_notice(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
