//! Jobs: lists, search, one job, creating, editing fields, history. What moves a
//! job along is in [`actions`].

pub(super) mod actions;
pub(super) mod body;
pub(super) mod fields;
pub(super) mod history;
mod instants;
pub(super) mod list;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Assignment, DocId, EditCommand, JobCommand, JobKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::ErrorCode;

use self::actions::AssignmentInput;
use self::body::JobBody;
use self::fields::FieldsInput;
use super::desk::request_bodies::WarningBody;
use super::extract::{Body, Json, Path, is_media_type, parse_json};
use super::guard::SignedIn;
use super::preconditions::{etag_header, expected_state, idempotency_key, must_expect_state};
use super::{AppState, Problem};
use crate::auth::Caller;
use crate::desk::planning_warnings;
use crate::office::{self, CreatedJob, Edited, NewJob};
use crate::session::DeviceSession;

/// A job to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewJobRequest {
    /// Visit or bench work.
    kind: KindName,
    /// What is known, outside the assignment.
    #[serde(default)]
    fields: FieldsInput,
    /// To whom it is given at once.
    assignment: Option<AssignmentInput>,
}

/// Where a job is done.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindName {
    /// At the customer's.
    Visit,
    /// At the workshop.
    Bench,
}

/// Fields to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditJobRequest {
    /// The fields; `null` clears one.
    fields: FieldsInput,
}

/// A job just registered.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedJobBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DocId,
    /// The number that people use.
    number: String,
    /// Its state; goes into `If-Match`.
    etag: String,
    /// What speaks against the technician: leave, area, skill.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningBody>,
}

/// A job after an edit.
#[derive(Serialize, ToSchema)]
pub(super) struct EditedJobBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DocId,
    /// Its state now; goes into `If-Match`.
    etag: String,
    /// Where it stands now.
    status: &'static str,
    /// The position that the edit took in the log; none if it changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// What speaks against the technician: leave, area, skill.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningBody>,
}

/// An edit's answer: the new state, in the body and as `ETag`.
pub(super) fn edited(edited: Edited) -> (HeaderMap, Json<EditedJobBody>) {
    answered(edited, Vec::new())
}

/// The answer to an assignment: the same with what speaks against the technician.
pub(super) async fn planned(
    app: &AppState,
    edited: Edited,
) -> Result<(HeaderMap, Json<EditedJobBody>), Problem> {
    let warnings = warnings(app, edited.doc).await?;
    Ok(answered(edited, warnings))
}

async fn warnings(app: &AppState, job: DocId) -> Result<Vec<WarningBody>, Problem> {
    let now = app.clock.now();
    let found = app.store.read(move |connection| planning_warnings(connection, job, now)).await?;
    Ok(found.into_iter().map(WarningBody::from).collect())
}

fn answered(edited: Edited, warnings: Vec<WarningBody>) -> (HeaderMap, Json<EditedJobBody>) {
    let status = match &edited.view {
        domain::DocView::Job(view) => view.status.name(),
        domain::DocView::Trip(_) => "",
    };
    let etag = edited.etag.to_string();
    let headers = etag_header(&etag);
    (headers, Json(EditedJobBody { id: edited.doc, etag, status, position: edited.position, warnings }))
}

/// Registers a job, and gives it to a technician if that is said.
///
/// The same `Idempotency-Key` gives the same answer for seven days, and creates
/// nothing more.
#[utoipa::path(post, path = "/v1/jobs", tag = "Jobs", request_body = NewJobRequest,
    params(("Idempotency-Key" = String, Header, description = "Drawn anew for each creation.")),
    responses((status = 201, description = "Registered.", body = CreatedJobBody,
        headers(("Location"), ("ETag")))))]
pub(super) async fn create_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<Response, Problem> {
    if !is_media_type(&headers, "application/json") {
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail("send application/json"));
    }
    let key = idempotency_key(&headers, &bytes)?;
    let job = new_job(&app, parse_json(&bytes)?).await?;
    let created = office::create_job_once(&app.core, &DeviceSession::from(caller), key, job).await?;
    let warnings = warnings(&app, created.id).await?;
    Ok(created_response(created, warnings))
}

async fn new_job(app: &AppState, asked: NewJobRequest) -> Result<NewJob, Problem> {
    let assignment: Option<Assignment> = match asked.assignment {
        Some(assignment) => Some(assignment.checked(app).await?),
        None => None,
    };
    let kind = match asked.kind {
        KindName::Visit => JobKind::Visit,
        KindName::Bench => JobKind::Bench,
    };
    Ok(NewJob { id: None, kind, fields: asked.fields.into_edits()?, assignment })
}

fn created_response(created: CreatedJob, warnings: Vec<WarningBody>) -> Response {
    let CreatedJob { id, number, etag } = created;
    let mut headers = etag_header(&etag);
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/jobs/{id}")) {
        headers.insert(header::LOCATION, location);
    }
    (StatusCode::CREATED, headers, Json(CreatedJobBody { id, number, etag, warnings })).into_response()
}

/// Shows a job.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "Jobs", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The job.", body = JobBody, headers(("ETag"))),
        (status = 304, description = "As `If-None-Match` says.")))]
pub(super) async fn show_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shown = office::show_job(&app.core, &DeviceSession::from(caller), id).await?;
    let etag = etag_header(&shown.etag.to_string());
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some() && known == etag.get(header::ETAG) {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    Ok((etag, Json(JobBody::from(shown))).into_response())
}

/// Sets and clears fields of a job, if it is still as `If-Match` says.
#[utoipa::path(patch, path = "/v1/jobs/{id}", tag = "Jobs", request_body = EditJobRequest,
    params(("id" = String, Path, format = "uuid"),
        ("If-Match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "Edited.", body = EditedJobBody, headers(("ETag")))))]
pub(super) async fn edit_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
    Json(asked): Json<EditJobRequest>,
) -> Result<impl IntoResponse, Problem> {
    let expected = must_expect_state(&headers)?;
    let edits = asked.fields.into_edits()?;
    if edits.is_empty() {
        return Err(Problem::invalid("fields", "name at least one field"));
    }
    let command = EditCommand::Job(JobCommand::SetFields { edits });
    let done = office::edit_document(&app.core, &DeviceSession::from(caller), id, command, expected).await?;
    Ok(edited(done))
}

/// The session behind a caller and the state that the request expects.
pub(super) fn asked_for(
    caller: Caller,
    headers: &HeaderMap,
) -> Result<(DeviceSession, Option<office::Etag>), Problem> {
    Ok((DeviceSession::from(caller), expected_state(headers)?))
}
