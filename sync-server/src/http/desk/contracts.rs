//! Support contracts.

use axum::extract::State;
use axum::http::StatusCode;
use calendar::ClockPolicy;
use desk::Standing;
use domain::{UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::customers::EnteredBody;
use crate::desk::{self as heart, Contract, NewContract};
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A contract as it stands.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ContractBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// The number that people use.
    number: String,
    /// `support`, `temporary` or `installation`.
    kind: String,
    /// `hours`, `days`, `incidents` or `unlimited`.
    measure: &'static str,
    /// How much was agreed, in thousandths.
    thousandths: i64,
    /// How much is left, in thousandths, where it is covered by a measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<i64>,
    /// `covered`, `not_yet`, `expired` or `used_up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'static str>,
    /// Beginnings of the names of the products that it covers; none: all.
    products: Vec<String>,
    /// From when.
    starts_at: Rfc3339,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Rfc3339>,
    /// What was agreed besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<String>,
    /// Deadlines of its own.
    #[schema(value_type = Vec<Object>)]
    clocks: Vec<ClockPolicy>,
    /// Who entered it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<UserId>,
    /// When.
    made_at: Rfc3339,
    /// When it was ended before its term.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Rfc3339>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_why: Option<String>,
}

impl From<Contract> for ContractBody {
    fn from(contract: Contract) -> Self {
        let (ended_at, ended_why) =
            contract.ended.map_or((None, None), |(at, why)| (Some(Rfc3339(at)), Some(why)));
        let standing = contract.standing.map(|standing| match standing {
            Standing::Covered { .. } => "covered",
            Standing::NotYet => "not_yet",
            Standing::Expired => "expired",
            Standing::UsedUp => "used_up",
        });
        Self {
            id: contract.id,
            number: contract.number,
            kind: contract.kind,
            measure: contract.entitlement.measure.name(),
            thousandths: contract.entitlement.thousandths,
            left: match contract.standing {
                Some(Standing::Covered { left }) => left,
                _ => None,
            },
            standing,
            products: contract.products,
            starts_at: Rfc3339(contract.entitlement.starts_at),
            ends_at: contract.entitlement.ends_at.map(Rfc3339),
            terms: contract.terms,
            clocks: contract.clocks,
            made_by: contract.made_by,
            made_at: Rfc3339(contract.made_at),
            ended_at,
            ended_why,
        }
    }
}

/// Contracts of a customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ContractList {
    /// The last to begin first.
    contracts: Vec<ContractBody>,
}

/// Why a contract ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EndContractBody {
    /// In a sentence.
    #[schema(min_length = 1, max_length = 20_000)]
    reason: String,
}

/// Lists a customer's contracts and how they stand.
#[utoipa::path(get, path = "/v1/customers/{id}/contracts", tag = "Contracts",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Contracts.", body = ContractList)))]
pub(in crate::http) async fn list_contracts(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<ContractList>, Problem> {
    let contracts = heart::contracts_of(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(Json(ContractList { contracts: contracts.into_iter().map(ContractBody::from).collect() }))
}

/// Enters a contract.
#[utoipa::path(post, path = "/v1/contracts", tag = "Contracts", request_body = NewContract,
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_contract(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(new): Json<NewContract>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = heart::create_contract(&app.core, &DeviceSession::from(caller), new).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Ends a contract before its term.
#[utoipa::path(post, path = "/v1/contracts/{id}/end", tag = "Contracts", request_body = EndContractBody,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Ended.")))]
pub(in crate::http) async fn end_contract(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(asked): Json<EndContractBody>,
) -> Result<StatusCode, Problem> {
    heart::end_contract(&app.core, &DeviceSession::from(caller), id, asked.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
