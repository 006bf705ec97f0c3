//! How many of a month's jobs were surveyed.

use axum::extract::State;
use domain::{AgencyId, Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::span_of;
use crate::http::devices::own_agency;
use crate::http::extract::{Json, Query};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::surveys::{self, Coverage, CoverageFilter, Figures, TechnicianCoverage};

/// Of which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct CoverageQuery {
    /// Closed in this Jalali month, such as `1404-07`.
    month: String,
    /// Of one agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of one technician.
    #[param(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
}

/// What became of the surveys of closed jobs.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FiguresBody {
    /// Jobs that were closed, and requests that were closed without one.
    closed: u64,
    /// Answered.
    completed: u64,
    /// Answered, and in the scores; of requests, which are in none, answered and standing.
    counted: u64,
    /// Answered about a job, with too little to be scored.
    incomplete: u64,
    /// Answered, and taken out: annulled, a number of the staff, a void job.
    excluded: u64,
    /// Called in vain.
    unreachable: u64,
    /// Refused.
    refused: u64,
    /// Still to be asked.
    open: u64,
    /// The share that was answered, in whole percent; absent where nothing was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u64>,
    /// Whether it is below 20 %, too thin to say much.
    warning: bool,
}

/// A technician's part.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TechnicianCoverageBody {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    technician: UserId,
    /// Of the jobs that he completed, alone or with others.
    #[serde(flatten)]
    figures: FiguresBody,
}

/// The coverage of a month.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CoverageBody {
    /// The month.
    month: String,
    /// Of all jobs.
    #[serde(flatten)]
    figures: FiguresBody,
    /// By technician.
    technicians: Vec<TechnicianCoverageBody>,
    /// Recommendation: the share of 9 and 10 less that of 0 to 6, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    nps: Option<f64>,
    /// The mean of how easy it was, 1 to 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    ces: Option<f64>,
    /// The share of marks of 4 and 5 among all on the scale of 1 to 5, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfied_percent: Option<f64>,
}

impl From<Figures> for FiguresBody {
    fn from(figures: Figures) -> Self {
        let Figures { closed, completed, counted, incomplete, excluded, unreachable, refused, open } =
            figures;
        let (percent, warning) = (figures.percent(), figures.is_thin());
        Self {
            closed,
            completed,
            counted,
            incomplete,
            excluded,
            unreachable,
            refused,
            open,
            percent,
            warning,
        }
    }
}

impl From<TechnicianCoverage> for TechnicianCoverageBody {
    fn from(part: TechnicianCoverage) -> Self {
        Self { technician: part.technician, figures: part.figures.into() }
    }
}

/// Says how many of the jobs closed in a month were surveyed: of all, of a
/// representative's own agency, of a technician's own jobs.
#[utoipa::path(get, path = "/v1/surveys/coverage", tag = "Surveys", params(CoverageQuery),
    responses((status = 200, description = "The figures.", body = CoverageBody)))]
pub(in crate::http) async fn show_survey_coverage(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<CoverageQuery>,
) -> Result<Json<CoverageBody>, Problem> {
    let CoverageQuery { month, mut agency, mut technician } = query;
    match caller.role {
        Role::Representative => agency = Some(own_agency(&caller)?),
        Role::Technician => technician = Some(caller.user),
        Role::Dispatcher | Role::Administrator | Role::Quality | Role::CustomerRelations => {}
        Role::Desk => return Err(Problem::new(wire::ErrorCode::Forbidden)),
    }
    let filter = CoverageFilter { closed: span_of(&month)?, agency, technician };
    let found = app.store.read(move |connection| surveys::coverage(connection, &filter)).await?;
    let Coverage { figures, technicians, nps, ces, satisfied_percent } = found;
    let technicians = technicians.into_iter().map(TechnicianCoverageBody::from).collect();
    Ok(Json(CoverageBody { month, figures: figures.into(), technicians, nps, ces, satisfied_percent }))
}
