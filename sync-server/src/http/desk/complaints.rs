//! Complaint files.

use axum::extract::State;
use domain::{AgencyId, DocId, UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::desk::{self as heart, ComplaintAct, ComplaintFile, ComplaintFilter, Mine, RequestId};
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::words::one_of;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A complaint file.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ComplaintBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// The number that people use.
    number: String,
    /// The request by which the complaint came.
    #[schema(format = "uuid")]
    request: String,
    /// `open`, `admitted`, `dismissed`, `decided` or `settled`.
    state: String,
    /// `unanswered` or `serious_objection`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<String>,
    /// Who examined it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    examined_by: Option<UserId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    examined_at: Option<Rfc3339>,
    /// Who handles it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<UserId>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Rfc3339>,
    /// The agency that it is about.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// The job that it is about.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<DocId>,
    /// How it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// By whom.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<UserId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Rfc3339>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What is done so that it does not happen again.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// How often the complainant was spoken to.
    contacts: i64,
    /// When the complainant considered it settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Rfc3339>,
    /// At which contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at_contact: Option<i64>,
    /// When it was opened.
    opened_at: Rfc3339,
}

impl From<ComplaintFile> for ComplaintBody {
    fn from(file: ComplaintFile) -> Self {
        Self {
            id: file.id,
            number: file.number,
            request: file.request.to_string(),
            state: file.state,
            ground: file.ground,
            examined_by: file.examined_by,
            examined_at: file.examined_at.map(Rfc3339),
            handler: file.handler,
            due_at: file.due_at.map(Rfc3339),
            agency: file.agency,
            job: file.job,
            decision: file.decision,
            decided_by: file.decided_by,
            decided_at: file.decided_at.map(Rfc3339),
            reason: file.reason,
            action: file.action,
            contacts: file.contacts,
            settled_at: file.settled_at.map(Rfc3339),
            settled_at_contact: file.settled_at_contact,
            opened_at: Rfc3339(file.opened_at),
        }
    }
}

/// Which files.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ComplaintsQuery {
    /// `open`, `admitted`, `dismissed`, `decided` or `settled`.
    state: Option<String>,
    /// About an agency.
    #[param(value_type = Option<String>)]
    agency: Option<AgencyId>,
    /// `true`: only those that one handles.
    mine: Option<bool>,
    /// Files on the page: 50, at most 500.
    limit: Option<u32>,
}

/// Complaint files.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ComplaintList {
    /// The newest first.
    complaints: Vec<ComplaintBody>,
}

/// Lists complaint files that the caller may see.
#[utoipa::path(get, path = "/v1/complaints", tag = "Complaints", params(ComplaintsQuery),
    responses((status = 200, description = "Files.", body = ComplaintList)))]
pub(in crate::http) async fn list_complaints(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<ComplaintsQuery>,
) -> Result<Json<ComplaintList>, Problem> {
    let filter = ComplaintFilter {
        state: one_of("state", query.state, &ComplaintFile::STATES)?,
        agency: query.agency,
        mine: query.mine.filter(|mine| *mine).map(|_| Mine),
        limit: query.limit.unwrap_or(0),
    };
    let files = heart::list_complaints(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(ComplaintList { complaints: files.into_iter().map(ComplaintBody::from).collect() }))
}

/// Shows the complaint file of a request.
#[utoipa::path(get, path = "/v1/requests/{id}/complaint", tag = "Complaints",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The file.", body = ComplaintBody)))]
pub(in crate::http) async fn show_complaint(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<ComplaintBody>, Problem> {
    let id = RequestId::from_uuid(id);
    Ok(Json(heart::show_complaint(&app.core, &DeviceSession::from(caller), id).await?.into()))
}

/// Does something on the complaint file of a request.
#[utoipa::path(post, path = "/v1/requests/{id}/complaint", tag = "Complaints", request_body = ComplaintAct,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Done.", body = ComplaintBody)))]
pub(in crate::http) async fn act_on_complaint(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(act): Json<ComplaintAct>,
) -> Result<Json<ComplaintBody>, Problem> {
    let id = RequestId::from_uuid(id);
    Ok(Json(heart::act_on_complaint(&app.core, &DeviceSession::from(caller), id, act).await?.into()))
}
