//! What moves a job along: assigning, cancelling, closing, reopening, notes. Each
//! may carry `If-Match`; each is an event, so that two at once are both kept.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use domain::limits::{LONG_TEXT_CHARS_MAX, MEDIUM_TEXT_CHARS_MAX};
use domain::{AgencyId, Assignment, DocId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{EditedJobBody, asked_for, edited, planned};
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::office::{self, Handover};
use crate::people::{self, PeopleError};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// The whole assignment as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AssignmentInput {
    /// Who goes.
    #[schema(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
    /// For which agency; the technician's own when left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    representative: Option<AgencyId>,
    /// The promised window's start.
    window_start: Option<Rfc3339>,
    /// The promised window's end.
    window_end: Option<Rfc3339>,
    /// What the technician should know.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// An assignment, and why.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct AssignRequest {
    /// The whole assignment as it shall be.
    #[serde(flatten)]
    assignment: AssignmentInput,
    /// Why, for the technician who loses the job.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Another technician, or nobody; the window and the note stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReassignRequest {
    /// Who goes; nobody when left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
    /// Why, for the technician who loses the job.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReasonRequest {
    /// In a sentence.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NoteRequest {
    /// The words.
    #[schema(min_length = 1, max_length = 20_000)]
    text: String,
}

impl AssignmentInput {
    /// The assignment, its technician and agency known to exist.
    pub(in crate::http) async fn checked(self, app: &AppState) -> Result<Assignment, Problem> {
        let own = match self.technician {
            Some(technician) => office::find_technician(&app.core, technician).await?.agency,
            None => None,
        };
        let representative = self.representative.or(own);
        if let Some(agency) = representative {
            check_agency(app, agency).await?;
        }
        let (start, end) = (self.window_start.map(|at| at.0), self.window_end.map(|at| at.0));
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            return Err(Problem::invalid("window_end", "the window ends before it starts"));
        }
        check_length("note", self.note.as_deref(), MEDIUM_TEXT_CHARS_MAX)?;
        Ok(Assignment {
            technician: self.technician,
            representative,
            window_start: start,
            window_end: end,
            note: self.note,
        })
    }
}

async fn check_agency(app: &AppState, id: AgencyId) -> Result<(), Problem> {
    match app.store.read(move |connection| people::find_agency(connection, id)).await {
        Ok(_) => Ok(()),
        Err(PeopleError::NotFound(_)) => Err(Problem::invalid("representative", "there is no such agency")),
        Err(error) => Err(error.into()),
    }
}

fn check_length(path: &str, text: Option<&str>, most: usize) -> Result<(), Problem> {
    match text {
        Some(text) if text.chars().nth(most).is_some() => {
            Err(Problem::invalid(path, format!("at most {most} characters")))
        }
        _ => Ok(()),
    }
}

fn check_words(path: &str, text: &str, most: usize) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::invalid(path, "say it in words"));
    }
    check_length(path, Some(text), most)
}

/// Gives a job to a technician, and sets the window, the agency and the note.
#[utoipa::path(post, path = "/v1/jobs/{id}/assign", tag = "Jobs", request_body = AssignRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Assigned.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn assign_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
    Json(asked): Json<AssignRequest>,
) -> Result<impl IntoResponse, Problem> {
    let (session, expected) = asked_for(caller, &headers)?;
    check_length("reason", asked.reason.as_deref(), MEDIUM_TEXT_CHARS_MAX)?;
    let assignment = asked.assignment.checked(&app).await?;
    let done = office::assign_job(&app.core, &session, id, (assignment, asked.reason), expected).await?;
    planned(&app, done).await
}

/// Gives a job to another technician, or takes it back; window and note stay.
#[utoipa::path(post, path = "/v1/jobs/{id}/reassign", tag = "Jobs", request_body = ReassignRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Reassigned.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn reassign_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
    Json(asked): Json<ReassignRequest>,
) -> Result<impl IntoResponse, Problem> {
    let (session, expected) = asked_for(caller, &headers)?;
    check_length("reason", asked.reason.as_deref(), MEDIUM_TEXT_CHARS_MAX)?;
    let handover = Handover { technician: asked.technician, reason: asked.reason };
    let done = office::reassign_job(&app.core, &session, id, handover, expected).await?;
    planned(&app, done).await
}

/// Calls a job off.
#[utoipa::path(post, path = "/v1/jobs/{id}/cancel", tag = "Jobs", request_body = ReasonRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Cancelled.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn cancel_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
    Json(asked): Json<ReasonRequest>,
) -> Result<impl IntoResponse, Problem> {
    let (session, expected) = asked_for(caller, &headers)?;
    check_words("reason", &asked.reason, MEDIUM_TEXT_CHARS_MAX)?;
    Ok(edited(office::cancel_job(&app.core, &session, id, asked.reason, expected).await?))
}

/// Closes a job that is done.
#[utoipa::path(post, path = "/v1/jobs/{id}/close", tag = "Jobs",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Closed.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn close_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let (session, expected) = asked_for(caller, &headers)?;
    Ok(edited(office::close_job(&app.core, &session, id, expected).await?))
}

/// Opens a job again that was over.
#[utoipa::path(post, path = "/v1/jobs/{id}/reopen", tag = "Jobs", request_body = ReasonRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Open again.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn reopen_job(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    headers: HeaderMap,
    Json(asked): Json<ReasonRequest>,
) -> Result<impl IntoResponse, Problem> {
    let (session, expected) = asked_for(caller, &headers)?;
    check_words("reason", &asked.reason, MEDIUM_TEXT_CHARS_MAX)?;
    Ok(edited(office::reopen_job(&app.core, &session, id, asked.reason, expected).await?))
}

/// Adds a note to a job.
#[utoipa::path(post, path = "/v1/jobs/{id}/notes", tag = "Jobs", request_body = NoteRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Added.", body = EditedJobBody, headers(("ETag")))))]
pub(in crate::http) async fn create_job_note(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
    Json(asked): Json<NoteRequest>,
) -> Result<impl IntoResponse, Problem> {
    check_words("text", &asked.text, LONG_TEXT_CHARS_MAX)?;
    Ok(edited(office::add_note(&app.core, &DeviceSession::from(caller), id, asked.text).await?))
}
