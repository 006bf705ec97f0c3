//! Statements: what was settled, for an agency and a month.

use axum::extract::State;
use axum::http::StatusCode;
use domain::AgencyId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::PayerBody;
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;
use crate::travel::{self, Statement, StatementFilter, StatementLine};

/// What is to be settled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewStatementRequest {
    /// The agency; left out for the organisation's own technicians.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// The month, such as `1405-08`.
    month: String,
}

/// Which statements.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct StatementsQuery {
    /// Of this agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of this month.
    month: Option<String>,
    /// Made before this one: the last id of the page before.
    cursor: Option<i64>,
    /// How many; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A line of a statement.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StatementLineBody {
    /// The trip.
    #[schema(format = "uuid")]
    trip: String,
    /// What its claim comes to, in rial.
    amount: i64,
    /// Less what earlier statements had paid.
    paid: i64,
    /// Who bears the amount.
    payers: Vec<PayerBody>,
}

/// A statement.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StatementBody {
    /// Its number among all.
    id: i64,
    /// The agency.
    #[schema(format = "uuid")]
    agency: Option<String>,
    /// The month.
    month: String,
    /// 1 for the first of the month, and more for what came late.
    number: i64,
    /// Who made it.
    #[schema(format = "uuid")]
    made_by: String,
    /// When.
    made_at: Rfc3339,
    /// What all lines come to, in rial.
    total: i64,
    /// How many lines there are.
    count: i64,
    /// The lines; left out in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<StatementLineBody>,
}

/// A page of statements.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StatementsBody {
    /// The newest first.
    statements: Vec<StatementBody>,
}

impl From<StatementLine> for StatementLineBody {
    fn from(line: StatementLine) -> Self {
        let payers = line.payers.into_iter().map(PayerBody::from).collect();
        Self { trip: line.trip.to_string(), amount: line.amount, paid: line.minor, payers }
    }
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        Self {
            id: statement.id,
            agency: statement.agency.map(|agency| agency.to_string()),
            month: statement.month,
            number: statement.number,
            made_by: statement.made_by.to_string(),
            made_at: Rfc3339(statement.made_at),
            total: statement.total,
            count: statement.count,
            lines: statement.lines.into_iter().map(StatementLineBody::from).collect(),
        }
    }
}

/// Settles an agency's month: every decided claim that is not paid yet.
#[utoipa::path(post, path = "/v1/travel/statements", tag = "Travel", request_body = NewStatementRequest,
    responses((status = 201, description = "Settled.", body = StatementBody)))]
pub(in crate::http) async fn create_travel_statement(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<NewStatementRequest>,
) -> Result<(StatusCode, Json<StatementBody>), Problem> {
    let session = DeviceSession::from(caller);
    let statement = travel::make_statement(&app.core, &session, asked.agency, &asked.month).await?;
    Ok((StatusCode::CREATED, Json(statement.into())))
}

/// Lists statements: a representative's agency's, or all.
#[utoipa::path(get, path = "/v1/travel/statements", tag = "Travel", params(StatementsQuery),
    responses((status = 200, description = "A page.", body = StatementsBody)))]
pub(in crate::http) async fn list_travel_statements(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<StatementsQuery>,
) -> Result<Json<StatementsBody>, Problem> {
    let filter = StatementFilter {
        agency: query.agency,
        month: query.month,
        before: query.cursor,
        limit: query.limit.unwrap_or_default(),
    };
    let found = travel::list_statements(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(StatementsBody { statements: found.into_iter().map(StatementBody::from).collect() }))
}

/// Shows a statement with its lines.
#[utoipa::path(get, path = "/v1/travel/statements/{id}", tag = "Travel", params(("id" = i64, Path)),
    responses((status = 200, description = "The statement.", body = StatementBody)))]
pub(in crate::http) async fn show_travel_statement(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<i64>,
) -> Result<Json<StatementBody>, Problem> {
    Ok(Json(travel::show_statement(&app.core, &DeviceSession::from(caller), id).await?.into()))
}
