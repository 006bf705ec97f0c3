//! Travel costs: claims and decisions on them; what they are priced by is in
//! [`rules`], what was settled in [`statements`].

pub(super) mod body;
pub(super) mod rules;
pub(super) mod statements;

use axum::extract::State;
use domain::{AgencyId, DocId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::body::{ClaimBody, ClaimDetailBody};
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::session::DeviceSession;
use crate::travel::{self, ClaimDecision, ClaimFilter, PriorDecision};

/// Which claims, how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ClaimsQuery {
    /// Of this agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of this technician.
    #[param(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
    /// Of this month of the organisation's calendar, such as `1405-08`.
    month: Option<String>,
    /// How far they are.
    #[param(inline)]
    state: Option<ClaimStateName>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Rows on the page; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// How far a claim is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClaimStateName {
    /// The trip is under way.
    Draft,
    /// A person has to look at it.
    NeedsReview,
    /// The rules found nothing to look at.
    AutoApproved,
    Approved,
    /// Another amount is paid.
    Adjusted,
    Rejected,
    /// A statement pays it.
    Settled,
    /// The trip is void.
    Void,
}

impl ClaimStateName {
    const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::NeedsReview => "needs_review",
            Self::AutoApproved => "auto_approved",
            Self::Approved => "approved",
            Self::Adjusted => "adjusted",
            Self::Rejected => "rejected",
            Self::Settled => "settled",
            Self::Void => "void",
        }
    }
}

/// A page of claims.
#[derive(Serialize, ToSchema)]
pub(super) struct ClaimsBody {
    /// The newest trips first.
    claims: Vec<ClaimBody>,
    /// Goes into `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What is decided on a claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideClaimRequest {
    /// What.
    decision: ClaimDecisionName,
    /// The amount in rial, of an adjustment.
    #[schema(minimum = 0)]
    amount: Option<i64>,
    /// Why, of an adjustment or a rejection.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// The amount that the decider was shown; if it is another by now, nothing is
    /// decided.
    seen: Option<i64>,
}

/// What is decided on a claim.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClaimDecisionName {
    /// It is paid as it stands.
    Approved,
    /// Another amount is paid.
    Adjusted,
    /// Nothing is paid.
    Rejected,
}

/// What is answered to a request for approval before a trip.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecidePriorApprovalRequest {
    /// What.
    decision: PriorDecisionName,
    /// Why; a refusal needs it.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What is answered.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PriorDecisionName {
    /// The trip may be made.
    Granted,
    /// It may not.
    Refused,
}

/// Lists travel claims: a technician's own, a representative's agency's, or all.
#[utoipa::path(get, path = "/v1/travel/claims", tag = "Travel", params(ClaimsQuery),
    responses((status = 200, description = "A page.", body = ClaimsBody)))]
pub(super) async fn list_travel_claims(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<ClaimsQuery>,
) -> Result<Json<ClaimsBody>, Problem> {
    let filter = ClaimFilter {
        agency: query.agency,
        technician: query.technician,
        month: query.month,
        state: query.state.map(|state| state.word().to_owned()),
        cursor: query.cursor,
        limit: query.limit.unwrap_or_default(),
    };
    let page = travel::list_claims(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(ClaimsBody { claims: page.claims.into_iter().map(ClaimBody::from).collect(), next: page.next }))
}

/// Shows a claim with its whole computation.
#[utoipa::path(get, path = "/v1/travel/claims/{trip}", tag = "Travel",
    params(("trip" = String, Path, format = "uuid")),
    responses((status = 200, description = "The claim.", body = ClaimDetailBody)))]
pub(super) async fn show_travel_claim(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(trip): Path<DocId>,
) -> Result<Json<ClaimDetailBody>, Problem> {
    Ok(Json(travel::show_claim(&app.core, &DeviceSession::from(caller), trip).await?.into()))
}

/// Decides on a claim that needs review.
#[utoipa::path(post, path = "/v1/travel/claims/{trip}/decision", tag = "Travel",
    params(("trip" = String, Path, format = "uuid")), request_body = DecideClaimRequest,
    responses((status = 200, description = "Decided.", body = ClaimDetailBody)))]
pub(super) async fn decide_travel_claim(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(trip): Path<DocId>,
    Json(asked): Json<DecideClaimRequest>,
) -> Result<Json<ClaimDetailBody>, Problem> {
    let reason = asked.reason.unwrap_or_default();
    let decision = match (asked.decision, asked.amount) {
        (ClaimDecisionName::Approved, _) => ClaimDecision::Approved,
        (ClaimDecisionName::Rejected, _) => ClaimDecision::Rejected { reason },
        (ClaimDecisionName::Adjusted, Some(amount)) => ClaimDecision::Adjusted { amount, reason },
        (ClaimDecisionName::Adjusted, None) => return Err(Problem::invalid("amount", "how much is paid?")),
    };
    let session = DeviceSession::from(caller);
    Ok(Json(travel::decide_claim(&app.core, &session, trip, decision, asked.seen).await?.into()))
}

/// Answers a request for approval before a trip.
#[utoipa::path(post, path = "/v1/travel/approvals/{trip}", tag = "Travel",
    params(("trip" = String, Path, format = "uuid")), request_body = DecidePriorApprovalRequest,
    responses((status = 200, description = "Answered.", body = ClaimDetailBody)))]
pub(super) async fn decide_travel_approval(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(trip): Path<DocId>,
    Json(asked): Json<DecidePriorApprovalRequest>,
) -> Result<Json<ClaimDetailBody>, Problem> {
    let decision = match asked.decision {
        PriorDecisionName::Granted => PriorDecision::Granted { reason: asked.reason },
        PriorDecisionName::Refused => PriorDecision::Refused { reason: asked.reason.unwrap_or_default() },
    };
    let session = DeviceSession::from(caller);
    Ok(Json(travel::decide_prior_approval(&app.core, &session, trip, decision).await?.into()))
}
