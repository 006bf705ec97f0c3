//! Deadlines: those of a job, the worklist of a unit, and what the quality officer
//! does about them.

use axum::extract::State;
use axum::http::StatusCode;
use calendar::ClockKind;
use domain::{AgencyId, DocId, EventId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::words::one_of;
use super::{AppState, Problem};
use crate::deadlines::{self, Deadline, DeadlineFilter, DeadlineState, Escalated, OnWhat, TakeOver};
use crate::evidence::{self, InstantDecision};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// Deadlines of one page.
const PAGE_MAX: u32 = 500;

/// A run of a clock on a job or a request.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadlineBody {
    /// The job, if it runs on one.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    /// The request, if it runs on one.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// The number that people use.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Where the job stands.
    status: String,
    /// How soon it is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    /// Its agency.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<String>,
    /// Its team, or its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    /// Who has it.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    technician: Option<String>,
    /// `call_answer`, `first_contact`, `resolve_or_schedule`, `first_response`,
    /// `reply`, `close` or `repair`.
    clock: String,
    /// Which run of it, from 0.
    round: i64,
    /// The event that started it.
    source: String,
    /// When it started.
    started_at: Rfc3339,
    /// The last instant in time; none while it waits or is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Rfc3339>,
    /// `running`, `paused`, `met`, `breached` or `withdrawn`.
    state: String,
    /// What it waits for: `customer`, `headquarters_part`, `force_majeure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_for: Option<String>,
    /// Milliseconds of the target that it had used at its last fact.
    used_ms: i64,
    /// Milliseconds that it has.
    target_ms: i64,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Rfc3339>,
    /// When it was answered after all.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Rfc3339>,
    /// Of a breach: `pending` while a phone may yet bring evidence, then `complete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    /// What people were told of a breach.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalation: Option<EscalationBody>,
    /// The version of the rules by which it was chosen, or `built-in`.
    rules: String,
    /// The contract whose deadline it is, by its number; absent where it is the rules'.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<String>,
}

/// What people were told of a breach, and who took it over.
#[derive(Serialize, ToSchema)]
pub(super) struct EscalationBody {
    /// Its number.
    id: i64,
    /// `open` or `rescinded`.
    state: String,
    /// The quality officer in control.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_by: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<Rfc3339>,
    /// Why it came to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Deadline> for DeadlineBody {
    fn from(deadline: Deadline) -> Self {
        Self {
            job: (deadline.on == OnWhat::Job).then(|| deadline.doc.to_string()),
            request: (deadline.on == OnWhat::Request).then(|| deadline.doc.to_string()),
            number: deadline.number,
            status: deadline.status,
            priority: deadline.priority,
            agency: deadline.agency.map(|id| id.to_string()),
            team: deadline.team,
            technician: deadline.technician.map(|id| id.to_string()),
            clock: deadline.clock,
            round: deadline.round,
            source: deadline.source.to_string(),
            started_at: Rfc3339(deadline.started_at),
            due_at: deadline.due_at.map(Rfc3339),
            state: deadline.state,
            paused_for: deadline.paused_for,
            used_ms: deadline.used_ms,
            target_ms: deadline.target_ms,
            decided_at: deadline.decided_at.map(Rfc3339),
            answered_at: deadline.answered_at.map(Rfc3339),
            evidence: deadline.evidence,
            escalation: deadline.escalation.map(EscalationBody::from),
            rules: deadline.rules,
            contract: deadline.contract,
        }
    }
}

impl From<Escalated> for EscalationBody {
    fn from(told: Escalated) -> Self {
        let Escalated { id, state, taken_by, taken_at, reason } = told;
        let taken_by = taken_by.map(|id| id.to_string());
        Self { id, state, taken_by, taken_at: taken_at.map(Rfc3339), reason }
    }
}

/// The deadlines of a job.
#[derive(Serialize, ToSchema)]
pub(super) struct JobDeadlinesBody {
    /// By clock and run.
    deadlines: Vec<DeadlineBody>,
}

/// A page of the worklist.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadlineListBody {
    /// The earliest due first; what waits comes last.
    deadlines: Vec<DeadlineBody>,
    /// Goes into `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which deadlines, how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeadlinesQuery {
    /// How they stand; all that nobody has answered when left out.
    #[param(inline)]
    state: Option<DeadlineStateName>,
    /// For `due_soon`: within so many minutes; a day when left out.
    #[param(minimum = 0, maximum = 525_600)]
    within_minutes: Option<u32>,
    /// Of this agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of this team.
    team: Option<String>,
    /// Of this clock.
    clock: Option<String>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Deadlines on the page; 50 when left out, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// How deadlines stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeadlineStateName {
    /// Running, paused, or run out and not answered.
    Open,
    /// Running, and due soon.
    DueSoon,
    /// Run out, and nobody has taken it over.
    Breached,
    /// Run out, and a phone may yet bring evidence.
    EvidencePending,
    /// Run out, and taken over.
    TakenOver,
}

impl DeadlinesQuery {
    fn into_filter(self) -> Result<DeadlineFilter, Problem> {
        let state = match self.state.unwrap_or(DeadlineStateName::Open) {
            DeadlineStateName::Open => DeadlineState::Open,
            DeadlineStateName::DueSoon => DeadlineState::DueSoon,
            DeadlineStateName::Breached => DeadlineState::Breached,
            DeadlineStateName::EvidencePending => DeadlineState::EvidencePending,
            DeadlineStateName::TakenOver => DeadlineState::TakenOver,
        };
        if self.within_minutes.is_some_and(|minutes| minutes > 525_600) {
            return Err(Problem::invalid("within_minutes", "0 to 525600"));
        }
        let clocks = ClockKind::ALL.map(ClockKind::name);
        Ok(DeadlineFilter {
            state,
            within_ms: self.within_minutes.map(|minutes| i64::from(minutes) * 60_000),
            agency: self.agency,
            team: self.team,
            clock: one_of("clock", self.clock, &clocks)?,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

/// The rows on a page, 0 where nobody says.
pub(super) fn page_limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(0),
        Some(limit) if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::invalid("limit", format!("1 to {PAGE_MAX}"))),
    }
}

/// Shows the deadlines of a job.
#[utoipa::path(get, path = "/v1/jobs/{id}/deadlines", tag = "Deadlines",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Its clocks.", body = JobDeadlinesBody)))]
pub(super) async fn show_job_deadlines(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DocId>,
) -> Result<Json<JobDeadlinesBody>, Problem> {
    let found = deadlines::job_deadlines(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(Json(JobDeadlinesBody { deadlines: found.into_iter().map(DeadlineBody::from).collect() }))
}

/// Lists the deadlines of the jobs in the caller's scope, the earliest due first.
#[utoipa::path(get, path = "/v1/deadlines", tag = "Deadlines", params(DeadlinesQuery),
    responses((status = 200, description = "A page.", body = DeadlineListBody)))]
pub(super) async fn list_deadlines(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<DeadlinesQuery>,
) -> Result<Json<DeadlineListBody>, Problem> {
    let session = DeviceSession::from(caller);
    let page = deadlines::list_deadlines(&app.core, &session, query.into_filter()?).await?;
    let found = page.deadlines.into_iter().map(DeadlineBody::from).collect();
    Ok(Json(DeadlineListBody { deadlines: found, next: page.next }))
}

/// Why a breach is taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakeOverRequest {
    /// The cause that was found.
    #[schema(max_length = 1000)]
    reason: String,
}

/// Takes a breach over: keeps why it came to it, raises the job's priority and tells
/// the unit.
#[utoipa::path(post, path = "/v1/escalations/{id}/take-over", tag = "Deadlines",
    params(("id" = i64, Path)), request_body = TakeOverRequest,
    responses((status = 200, description = "The job's clocks now.", body = JobDeadlinesBody)))]
pub(super) async fn take_over_breach(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<i64>,
    Json(asked): Json<TakeOverRequest>,
) -> Result<Json<JobDeadlinesBody>, Problem> {
    let session = DeviceSession::from(caller);
    let taken = TakeOver { escalation: id, reason: asked.reason };
    let doc = deadlines::take_over_breach(&app.core, &session, taken).await?;
    let found = deadlines::job_deadlines(&app.core, &session, doc).await?;
    Ok(Json(JobDeadlinesBody { deadlines: found.into_iter().map(DeadlineBody::from).collect() }))
}

/// When a doubtful event happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InstantRequest {
    /// The instant by which it is judged from now on.
    effective_at: Rfc3339,
    /// How the person knows.
    #[schema(max_length = 1000)]
    reason: String,
}

/// Decides when an event happened whose instant is doubtful; deadlines follow.
#[utoipa::path(post, path = "/v1/jobs/{id}/events/{event}/instant", tag = "Deadlines",
    params(("id" = String, Path, format = "uuid"), ("event" = String, Path)), request_body = InstantRequest,
    responses((status = 204, description = "Decided.")))]
pub(super) async fn decide_event_instant(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((doc, event)): Path<(DocId, EventId)>,
    Json(asked): Json<InstantRequest>,
) -> Result<StatusCode, Problem> {
    let effective_at = asked.effective_at.0;
    let decision = InstantDecision { doc, event, effective_at, reason: asked.reason };
    evidence::decide_instant(&app.core, &DeviceSession::from(caller), decision).await?;
    Ok(StatusCode::NO_CONTENT)
}
