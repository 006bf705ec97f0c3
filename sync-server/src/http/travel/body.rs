//! Claims as JSON. All amounts are whole rials.

use scoring::{PayerShare, TravelFlag};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::rfc3339::Rfc3339;
use crate::travel::{Act, ClaimRow, ClaimShow};

/// An amount and who pays it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PayerBody {
    /// `maker`, `representative` (who gets nothing back), `customer` or `seller`.
    #[schema(value_type = String)]
    payer: scoring::Payer,
    /// How much.
    amount: i64,
}

impl From<PayerShare> for PayerBody {
    fn from(share: PayerShare) -> Self {
        Self { payer: share.payer, amount: share.amount }
    }
}

/// A claim.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ClaimBody {
    /// The trip.
    #[schema(format = "uuid")]
    trip: String,
    /// The agency; none for the organisation's own technicians.
    #[schema(format = "uuid")]
    agency: Option<String>,
    /// The technician.
    #[schema(format = "uuid")]
    technician: String,
    /// When the trip began, bounded by when the server heard of it.
    started_at: Rfc3339,
    /// Its day in the organisation's time zone.
    #[schema(format = "date")]
    day: String,
    /// The month in which it is settled, such as `1405-08`.
    month: String,
    /// How far it is.
    state: String,
    /// The amount that stands.
    amount: i64,
    /// The price by the tariff.
    price: i64,
    /// What the caps leave of it.
    capped: i64,
    /// What the phone showed to the customer.
    estimate: Option<i64>,
    /// By which version of the tariff.
    estimate_tariff: Option<String>,
    /// The amount less the estimate.
    difference: Option<i64>,
    /// What had been decided before the price changed.
    before: Option<i64>,
    /// What statements paid so far.
    settled: i64,
    /// Who pays how much of the amount.
    payers: Vec<PayerBody>,
    /// `in_city` or `out_of_city`.
    kind: String,
    /// The version of the tariff.
    tariff: String,
    /// Chargeable metres, both ways.
    chargeable_m: i64,
    /// What is remarkable.
    flags: Vec<&'static str>,
    /// Why a person has to look at it.
    reasons: Vec<&'static str>,
    /// Whether it counts as a violation in the scores.
    violation: bool,
    /// `not_requested`, `requested`, `granted` or `refused`.
    prior_approval: String,
    /// When it was decided.
    decided_at: Option<Rfc3339>,
    /// By whom; nobody where the rules did.
    #[schema(format = "uuid")]
    decided_by: Option<String>,
    /// Why.
    decision_reason: Option<String>,
}

fn words(flags: &[TravelFlag]) -> Vec<&'static str> {
    flags.iter().map(|flag| flag.name()).collect()
}

impl From<ClaimRow> for ClaimBody {
    fn from(row: ClaimRow) -> Self {
        Self {
            trip: row.trip.to_string(),
            agency: row.agency.map(|agency| agency.to_string()),
            technician: row.technician.to_string(),
            started_at: Rfc3339(row.started_at),
            difference: row.estimate.map(|estimate| row.amount.saturating_sub(estimate)),
            payers: row.payers.into_iter().map(PayerBody::from).collect(),
            flags: words(&row.flags),
            reasons: words(&row.reasons),
            decided_at: row.decided_at.map(Rfc3339),
            decided_by: row.decided_by.map(|by| by.to_string()),
            day: row.day,
            month: row.month,
            state: row.state,
            amount: row.amount,
            price: row.price,
            capped: row.capped,
            estimate: row.estimate,
            estimate_tariff: row.estimate_tariff,
            before: row.before,
            settled: row.settled,
            kind: row.kind,
            tariff: row.tariff,
            chargeable_m: row.chargeable_m,
            violation: row.violation,
            prior_approval: row.prior_approval,
            decision_reason: row.decision_reason,
        }
    }
}

/// Something that a person decided.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActBody {
    /// What.
    decision: String,
    /// The amount, of a claim's decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    /// Why.
    reason: Option<String>,
    /// Who.
    #[schema(format = "uuid")]
    by: String,
    /// When.
    at: Rfc3339,
}

impl From<Act> for ActBody {
    fn from(act: Act) -> Self {
        let Act { decision, amount, reason, by, at } = act;
        Self { decision, amount, reason, by: by.to_string(), at: Rfc3339(at) }
    }
}

/// A job's share.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ShareBody {
    /// The job.
    #[schema(format = "uuid")]
    job: String,
    /// How much.
    amount: i64,
}

/// A claim, explained.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ClaimDetailBody {
    /// The claim.
    claim: ClaimBody,
    /// The amount's shares among the jobs; they sum exactly.
    shares: Vec<ShareBody>,
    /// How the price came about: what was claimed (`claim`), the parts of the
    /// price (`priced`), each job's way, coverage and reason (`jobs`), and the
    /// part that a trip inside the city would have cost (`in_city_part`).
    #[schema(value_type = Object)]
    computation: Value,
    /// The rates by which it was priced.
    #[schema(value_type = Object)]
    tariff: Value,
    /// The receipts that are not void, as they count.
    #[schema(value_type = Object)]
    receipts: Value,
    /// In which words approval before the trip was asked for.
    approval_request: Option<String>,
    /// Every answer to that, the oldest first.
    approvals: Vec<ActBody>,
    /// Every decision on the claim, the oldest first.
    decisions: Vec<ActBody>,
}

impl From<ClaimShow> for ClaimDetailBody {
    fn from(show: ClaimShow) -> Self {
        let share = |share: scoring::JobShare| ShareBody { job: share.job.to_string(), amount: share.minor };
        Self {
            claim: show.row.into(),
            shares: show.shares.into_iter().map(share).collect(),
            computation: json!(show.price),
            tariff: json!(*show.tariff),
            receipts: json!(show.trip.receipts),
            approval_request: show.trip.approval_request,
            approvals: show.approvals.into_iter().map(ActBody::from).collect(),
            decisions: show.decisions.into_iter().map(ActBody::from).collect(),
        }
    }
}
