//! The dispatcher's board: a span of time at once, single jobs of it again, and who could
//! go to a job.

use axum::extract::State;
use domain::{DocId, Instant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Query};
use super::guard::SignedIn;
use super::jobs::list::these_ids;
use super::{AppState, Problem};
use crate::office::{self, Board, BoardJob, BoardTechnician, Breach, Candidate, Reason};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// The longest span of a board.
const SPAN_DAYS_MAX: i64 = 31;

/// Which span.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BoardQuery {
    /// From this instant.
    from: Rfc3339,
    /// Until this one; at most 31 days later.
    to: Rfc3339,
}

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BoardJobsQuery {
    /// Ids with commas between; at most 100.
    id: String,
}

/// For which job, when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CandidatesQuery {
    /// The job.
    #[param(value_type = String, format = "uuid")]
    job: DocId,
    /// When the visit would begin; the job's window when left out.
    at: Option<Rfc3339>,
}

/// A job as the board draws it.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardJobBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DocId,
    /// The number that people use.
    number: Option<String>,
    /// `visit` or `bench`.
    kind: String,
    /// Where it stands.
    status: String,
    /// What it is about.
    subject: String,
    /// How soon.
    priority: Option<String>,
    /// The customer's or the contact's name.
    customer: Option<String>,
    /// The city.
    city: Option<String>,
    /// The zone.
    zone: Option<String>,
    /// The model.
    model: Option<String>,
    /// Who goes.
    #[schema(format = "uuid")]
    technician: Option<String>,
    /// For which agency.
    #[schema(format = "uuid")]
    agency: Option<String>,
    /// The promised window's start.
    window_start: Option<Rfc3339>,
    /// The promised window's end.
    window_end: Option<Rfc3339>,
    /// How long it is thought to take.
    estimated_minutes: Option<i64>,
    /// The earliest deadline that runs.
    due_at: Option<Rfc3339>,
    /// A deadline was missed: `pending` while a phone may yet bring evidence that it was
    /// not, then `certain`.
    breach: Option<&'static str>,
    /// When the server first received it.
    received_at: Rfc3339,
    /// The position of the last change.
    position: i64,
}

/// A technician as the board shows him.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardTechnicianBody {
    /// The id.
    id: String,
    /// The name that people see.
    name: String,
    /// The agency.
    #[schema(format = "uuid")]
    agency: Option<String>,
    /// When a phone of his last exchanged, as far as it is known.
    synced_at: Option<Rfc3339>,
    /// What he knows.
    skills: Vec<BoardSkillBody>,
    /// Days on which he is away.
    leave: Vec<BoardLeaveBody>,
    /// Where he works; anywhere when empty.
    areas: Vec<BoardAreaBody>,
}

/// A skill.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardSkillBody {
    /// The beginning of a model.
    product: String,
    /// 1 begins, 2 works alone, 3 teaches others.
    level: u8,
}

/// Leave.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardLeaveBody {
    /// The first day.
    from: String,
    /// The last day.
    to: String,
}

/// Where somebody works.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardAreaBody {
    /// The city.
    city: String,
    /// A zone of it; empty for all.
    zone: String,
}

/// The board of a span.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardBody {
    /// By name.
    technicians: Vec<BoardTechnicianBody>,
    /// What is planned in the span.
    visits: Vec<BoardJobBody>,
    /// What has no technician or no time yet, the oldest first; at most 500.
    unplanned: Vec<BoardJobBody>,
}

/// Jobs of the board.
#[derive(Serialize, ToSchema)]
pub(super) struct BoardJobsBody {
    /// Those that the caller may see.
    jobs: Vec<BoardJobBody>,
}

/// Who could go.
#[derive(Serialize, ToSchema)]
pub(super) struct CandidatesBody {
    /// The best first, at most 20.
    candidates: Vec<CandidateBody>,
}

/// Somebody who could go.
#[derive(Serialize, ToSchema)]
pub(super) struct CandidateBody {
    /// Who.
    #[schema(format = "uuid")]
    technician: String,
    /// The name that people see.
    name: String,
    /// The sum of the reasons' points.
    points: i64,
    /// Why.
    reasons: Vec<ReasonBody>,
}

/// Why somebody is a good or a bad choice.
#[derive(Serialize, ToSchema)]
pub(super) struct ReasonBody {
    /// `skill`, `no_skill`, `area`, `other_area`, `agency`, `other_agency`, `on_leave`,
    /// `busy`, `load` or `distance`.
    reason: &'static str,
    /// The level, the visits of that day, the metres in a straight line.
    value: Option<i64>,
    /// What it adds to the rank.
    points: i64,
}

impl From<BoardJob> for BoardJobBody {
    fn from(job: BoardJob) -> Self {
        Self {
            id: job.doc,
            number: job.number,
            kind: job.kind,
            status: job.status,
            subject: job.subject,
            priority: job.priority,
            customer: job.customer,
            city: job.city,
            zone: job.zone,
            model: job.model,
            technician: job.technician.map(|id| id.to_string()),
            agency: job.agency.map(|id| id.to_string()),
            window_start: job.window.0.map(Rfc3339),
            window_end: job.window.1.map(Rfc3339),
            estimated_minutes: job.estimated_minutes,
            due_at: job.due_at.map(Rfc3339),
            breach: job.breach.map(|breach| match breach {
                Breach::Pending => "pending",
                Breach::Certain => "certain",
            }),
            received_at: Rfc3339(job.received_at),
            position: job.position,
        }
    }
}

impl From<BoardTechnician> for BoardTechnicianBody {
    fn from(technician: BoardTechnician) -> Self {
        let BoardTechnician { id, name, agency, synced_at, skills, leave, areas } = technician;
        Self {
            id: id.to_string(),
            name,
            agency: agency.map(|id| id.to_string()),
            synced_at: synced_at.map(Rfc3339),
            skills: skills.into_iter().map(|(product, level)| BoardSkillBody { product, level }).collect(),
            leave: leave.into_iter().map(|(from, to)| BoardLeaveBody { from, to }).collect(),
            areas: areas.into_iter().map(|(city, zone)| BoardAreaBody { city, zone }).collect(),
        }
    }
}

impl From<Board> for BoardBody {
    fn from(board: Board) -> Self {
        let Board { technicians, visits, unplanned } = board;
        Self {
            technicians: technicians.into_iter().map(BoardTechnicianBody::from).collect(),
            visits: visits.into_iter().map(BoardJobBody::from).collect(),
            unplanned: unplanned.into_iter().map(BoardJobBody::from).collect(),
        }
    }
}

impl From<Candidate> for CandidateBody {
    fn from(candidate: Candidate) -> Self {
        let Candidate { technician, name, points, reasons } = candidate;
        let reasons = reasons.iter().map(ReasonBody::from).collect();
        Self { technician: technician.to_string(), name, points, reasons }
    }
}

impl From<&Reason> for ReasonBody {
    fn from(reason: &Reason) -> Self {
        let (name, value) = match reason {
            Reason::Skill(level) => ("skill", Some(i64::from(*level))),
            Reason::NoSkill => ("no_skill", None),
            Reason::Area => ("area", None),
            Reason::OtherArea => ("other_area", None),
            Reason::Agency => ("agency", None),
            Reason::OtherAgency => ("other_agency", None),
            Reason::OnLeave => ("on_leave", None),
            Reason::Busy => ("busy", None),
            Reason::Load(visits) => ("load", Some(*visits)),
            Reason::Distance(metres) => ("distance", Some(*metres)),
        };
        Self { reason: name, value, points: reason.points() }
    }
}

impl BoardQuery {
    fn span(&self) -> Result<(Instant, Instant), Problem> {
        let (from, to) = (self.from.0, self.to.0);
        if to <= from || from.plus_days(SPAN_DAYS_MAX) < to {
            return Err(Problem::invalid("to", format!("after from, and at most {SPAN_DAYS_MAX} days")));
        }
        Ok((from, to))
    }
}

/// Shows the board of a span: technicians, what is planned, what is not planned yet.
#[utoipa::path(get, path = "/v1/board", tag = "Board", params(BoardQuery),
    responses((status = 200, description = "The board.", body = BoardBody)))]
pub(super) async fn show_board(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<BoardQuery>,
) -> Result<Json<BoardBody>, Problem> {
    let span = query.span()?;
    let board = office::show_board(&app.core, &DeviceSession::from(caller), span).await?;
    Ok(Json(board.into()))
}

/// Shows jobs as the board draws them, such as those that have just changed.
#[utoipa::path(get, path = "/v1/board/jobs", tag = "Board", params(BoardJobsQuery),
    responses((status = 200, description = "The jobs.", body = BoardJobsBody)))]
pub(super) async fn list_board_jobs(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<BoardJobsQuery>,
) -> Result<Json<BoardJobsBody>, Problem> {
    let ids = these_ids(&query.id)?;
    let jobs = office::board_jobs(&app.core, &DeviceSession::from(caller), ids).await?;
    Ok(Json(BoardJobsBody { jobs: jobs.into_iter().map(BoardJobBody::from).collect() }))
}

/// Ranks technicians for a job, with the reasons.
#[utoipa::path(get, path = "/v1/board/candidates", tag = "Board", params(CandidatesQuery),
    responses((status = 200, description = "The best first.", body = CandidatesBody)))]
pub(super) async fn rank_candidates(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<CandidatesQuery>,
) -> Result<Json<CandidatesBody>, Problem> {
    let at = query.at.map(|at| at.0);
    let found = office::rank_candidates(&app.core, &DeviceSession::from(caller), query.job, at).await?;
    Ok(Json(CandidatesBody { candidates: found.into_iter().map(CandidateBody::from).collect() }))
}
