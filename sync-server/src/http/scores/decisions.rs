//! What the quality officer decides: complaints and serious violations.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{AgencyId, DocId, Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::devices::own_agency;
use crate::http::extract::Json;
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::scores::{self, NewQualityDecision, QualityDecision, Verdict};

/// A decision to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewDecision {
    /// The case, as the quality office numbers it. A later decision on it holds.
    #[schema(max_length = 100)]
    case: String,
    /// `complaint` or `violation`.
    what: String,
    /// Of a complaint `minor`, `major`, `critical` or `rejected`; of a violation how its
    /// objection stands: `open`, `closed` or `accepted`.
    decision: String,
    /// The job that it is about.
    #[schema(value_type = Option<String>, format = "uuid")]
    job: Option<DocId>,
    /// The agency, where no job tells it.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Why.
    #[schema(max_length = 2000)]
    note: String,
}

/// A decision.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DecisionBody {
    /// Its number.
    id: i64,
    /// The case.
    case: String,
    /// `complaint` or `violation`.
    what: String,
    /// The job.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<DocId>,
    /// The agency.
    #[schema(value_type = String, format = "uuid")]
    agency: AgencyId,
    /// What was decided.
    decision: String,
    /// The instant at which the case counts.
    counts_at: Rfc3339,
    /// Why.
    note: String,
    /// By whom.
    #[schema(value_type = String, format = "uuid")]
    by: UserId,
    /// When it was written down.
    made_at: Rfc3339,
}

/// Decisions.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DecisionList {
    /// The newest first; the last five hundred.
    decisions: Vec<DecisionBody>,
}

impl From<QualityDecision> for DecisionBody {
    fn from(decision: QualityDecision) -> Self {
        Self {
            id: decision.id,
            case: decision.case_id,
            what: decision.what,
            job: decision.job,
            agency: decision.agency,
            decision: decision.decision,
            counts_at: Rfc3339(decision.at),
            note: decision.note,
            by: decision.by,
            made_at: Rfc3339(decision.made_at),
        }
    }
}

/// Writes a decision on a complaint or a serious violation down. It counts in the
/// month of the first decision on its case.
#[utoipa::path(post, path = "/v1/quality-decisions", tag = "Scores", request_body = NewDecision,
    responses((status = 201, description = "Written down.", body = DecisionBody)))]
pub(in crate::http) async fn create_quality_decision(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<NewDecision>,
) -> Result<(StatusCode, Json<DecisionBody>), Problem> {
    let verdict = Verdict::of(&asked.what, &asked.decision).ok_or_else(|| {
        let expected = "complaint: minor, major, critical, rejected; violation: open, closed, accepted";
        Problem::invalid("decision", expected)
    })?;
    let new = NewQualityDecision {
        case_id: asked.case,
        verdict,
        job: asked.job,
        agency: asked.agency,
        note: asked.note,
        by: caller.user,
    };
    let now = app.clock.now();
    let decision = app.store.write(move |tx| scores::decide(tx, &new, now)).await?;
    Ok((StatusCode::CREATED, Json(decision.into())))
}

/// Lists decisions; a representative sees those on the own agency.
#[utoipa::path(get, path = "/v1/quality-decisions", tag = "Scores",
    responses((status = 200, description = "Decisions in the caller's scope.", body = DecisionList)))]
pub(in crate::http) async fn list_quality_decisions(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<DecisionList>, Problem> {
    let only = if caller.role == Role::Representative { Some(own_agency(&caller)?) } else { None };
    let list = app.store.read(move |connection| scores::decisions(connection, only)).await?;
    Ok(Json(DecisionList { decisions: list.into_iter().map(DecisionBody::from).collect() }))
}
