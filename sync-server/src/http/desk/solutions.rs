//! The knowledge base over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{DocId, UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::desk::{self as heart, RequestId, Solution, SolutionDraft, SolutionFilter};
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::words::one_of;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A solution.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SolutionBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// `offered`, `approved` or `withdrawn`.
    state: String,
    /// What it solves.
    title: String,
    /// For which product.
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    /// For which fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// What to do.
    text: String,
    /// The request that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    request: Option<String>,
    /// The job that it comes from.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<DocId>,
    /// Who offered it.
    #[schema(value_type = String, format = "uuid")]
    offered_by: UserId,
    /// When.
    offered_at: Rfc3339,
    /// Who approved or withdrew it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<UserId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Rfc3339>,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Counts its wordings.
    version: i64,
}

impl From<Solution> for SolutionBody {
    fn from(solution: Solution) -> Self {
        Self {
            id: solution.id,
            state: solution.state,
            title: solution.draft.title,
            product: solution.draft.product,
            fault: solution.draft.fault,
            text: solution.draft.text,
            request: solution.request.map(|request| request.to_string()),
            job: solution.job,
            offered_by: solution.offered_by,
            offered_at: Rfc3339(solution.offered_at),
            decided_by: solution.decided_by,
            decided_at: solution.decided_at.map(Rfc3339),
            reason: solution.reason,
            version: solution.version,
        }
    }
}

/// Which solutions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct SolutionsQuery {
    /// With these words.
    text: Option<String>,
    /// That may help on this request.
    #[param(value_type = Option<String>, format = "uuid")]
    request: Option<Uuid>,
    /// `offered`, `approved` (what is listed otherwise) or `withdrawn`.
    state: Option<String>,
}

/// Solutions.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SolutionList {
    /// The best first; without words the newest.
    solutions: Vec<SolutionBody>,
}

/// A solution that is offered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewSolution {
    /// What it solves, in a line.
    title: String,
    /// For which product.
    product: Option<String>,
    /// For which fault.
    fault: Option<String>,
    /// What to do.
    text: String,
    /// The request that it comes from.
    #[schema(value_type = Option<String>, format = "uuid")]
    request: Option<Uuid>,
    /// The job that it comes from.
    #[schema(value_type = Option<String>, format = "uuid")]
    job: Option<DocId>,
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SolutionMade {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
}

/// Approved, or withdrawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SolutionDecision {
    /// Why it is withdrawn; none approves it.
    withdrawn: Option<String>,
}

/// Finds solutions.
#[utoipa::path(get, path = "/v1/solutions", tag = "Solutions", params(SolutionsQuery),
    responses((status = 200, description = "Solutions.", body = SolutionList)))]
pub(in crate::http) async fn find_solutions(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<SolutionsQuery>,
) -> Result<Json<SolutionList>, Problem> {
    let request = query.request.map(RequestId::from_uuid);
    let state = one_of("state", query.state, &Solution::STATES)?;
    let filter = SolutionFilter { text: query.text, request, state };
    let found = heart::find_solutions(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(SolutionList { solutions: found.into_iter().map(SolutionBody::from).collect() }))
}

/// Offers a solution.
#[utoipa::path(post, path = "/v1/solutions", tag = "Solutions", request_body = NewSolution,
    responses((status = 201, description = "Offered.", body = SolutionMade)))]
pub(in crate::http) async fn create_solution(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(new): Json<NewSolution>,
) -> Result<(StatusCode, Json<SolutionMade>), Problem> {
    let draft = SolutionDraft { title: new.title, product: new.product, fault: new.fault, text: new.text };
    let from = (new.request.map(RequestId::from_uuid), new.job);
    let session = DeviceSession::from(caller);
    let id = heart::offer_solution(&app.core, &session, (draft, from.0, from.1)).await?;
    Ok((StatusCode::CREATED, Json(SolutionMade { id })))
}

/// Words a solution anew; it is to be approved again.
#[utoipa::path(put, path = "/v1/solutions/{id}", tag = "Solutions", request_body = SolutionDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Worded anew.")))]
pub(in crate::http) async fn edit_solution(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<SolutionDraft>,
) -> Result<StatusCode, Problem> {
    heart::reword_solution(&app.core, &DeviceSession::from(caller), id, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approves a solution, or withdraws it.
#[utoipa::path(post, path = "/v1/solutions/{id}/decision", tag = "Solutions", request_body = SolutionDecision,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Decided.")))]
pub(in crate::http) async fn decide_solution(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(decision): Json<SolutionDecision>,
) -> Result<StatusCode, Problem> {
    heart::decide_solution(&app.core, &DeviceSession::from(caller), id, decision.withdrawn).await?;
    Ok(StatusCode::NO_CONTENT)
}
