//! Lists of claims: a technician's own, a representative's agency's, or all.

use domain::{AgencyId, DocId, Instant, Role, UserId, Uuid};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use scoring::{PayerShare, TravelFlag};

use super::words::{invalid, read_json};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const COLUMNS: &str = "trip, agency, technician, started_at, day, month, state, total_minor, decided_at, \
     decided_by, decision_reason, violation, kind, tariff, chargeable_m, price_minor, capped_minor, \
     before_minor, estimate_minor, estimate_tariff, prior_approval, settled_minor, flags, reasons, payers";
/// Rows of a page, at most.
pub(super) const PAGE_ROWS_MAX: u32 = 500;
const PAGE_ROWS: u32 = 50;

/// Which claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimFilter {
    /// Of this agency.
    pub agency: Option<AgencyId>,
    /// Of this technician.
    pub technician: Option<UserId>,
    /// Of this month, such as `1405-08`.
    pub month: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Rows on the page; the usual number for 0.
    pub limit: u32,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// The trip.
    pub trip: DocId,
    /// The agency.
    pub agency: Option<AgencyId>,
    /// The technician.
    pub technician: UserId,
    /// When the trip began, bounded by when the server heard of it.
    pub started_at: Instant,
    /// The day.
    pub day: String,
    /// The month in which it is settled.
    pub month: String,
    /// How far it is.
    pub state: String,
    /// The amount that stands.
    pub amount: i64,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// By whom; nobody where the rules did.
    pub decided_by: Option<UserId>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Whether it counts as a violation.
    pub violation: bool,
    /// Inside the city or beyond it.
    pub kind: String,
    /// The version of the tariff.
    pub tariff: String,
    /// Chargeable metres, both ways.
    pub chargeable_m: i64,
    /// The price by the tariff.
    pub price: i64,
    /// What the caps leave of it.
    pub capped: i64,
    /// What had been decided before the price changed.
    pub before: Option<i64>,
    /// What the phone showed to the customer.
    pub estimate: Option<i64>,
    /// By which version of the tariff.
    pub estimate_tariff: Option<String>,
    /// Whether it was approved before.
    pub prior_approval: String,
    /// What statements paid so far.
    pub settled: i64,
    /// What is remarkable.
    pub flags: Vec<TravelFlag>,
    /// Why a person has to look at it.
    pub reasons: Vec<TravelFlag>,
    /// Who pays how much of the amount.
    pub payers: Vec<PayerShare>,
}

/// A page of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPage {
    /// The newest trips first.
    pub claims: Vec<ClaimRow>,
    /// The next page; none at the end.
    pub next: Option<String>,
}

/// Lists claims in the caller's scope.
///
/// # Errors
///
/// When the cursor is none, or the store fails.
pub async fn list_claims(
    core: &Core,
    session: &DeviceSession,
    filter: ClaimFilter,
) -> Result<ClaimPage, CoreError> {
    let session = *session;
    core.store().read(move |connection| list(connection, &session, &filter)).await
}

/// The condition that keeps claims to what a person may see, with its value.
pub(super) fn scope(session: &DeviceSession) -> Option<(&'static str, Value)> {
    match session.role {
        Role::Technician => Some(("technician = ?", Value::Blob(session.user.as_bytes().to_vec()))),
        // Without an agency it is the nil id, which no claim has.
        Role::Representative => {
            let agency = session.agency.map_or([0; 16], |agency| *agency.as_bytes());
            Some(("agency = ?", Value::Blob(agency.to_vec())))
        }
        _ => None,
    }
}

fn list(
    connection: &Connection,
    session: &DeviceSession,
    filter: &ClaimFilter,
) -> Result<ClaimPage, CoreError> {
    let limit = if filter.limit == 0 { PAGE_ROWS } else { filter.limit.min(PAGE_ROWS_MAX) };
    let mut conditions: Vec<(&str, Value)> = scope(session).into_iter().collect();
    let blob = |bytes: &[u8; 16]| Value::Blob(bytes.to_vec());
    conditions.extend(filter.agency.map(|agency| ("agency = ?", blob(agency.as_bytes()))));
    conditions.extend(filter.technician.map(|person| ("technician = ?", blob(person.as_bytes()))));
    conditions.extend(filter.month.clone().map(|month| ("month = ?", Value::Text(month))));
    conditions.extend(filter.state.clone().map(|state| ("state = ?", Value::Text(state))));
    let mut words: Vec<&str> = conditions.iter().map(|(condition, _)| *condition).collect();
    let mut values: Vec<Value> = conditions.iter().map(|(_, value)| value.clone()).collect();
    if let Some(cursor) = &filter.cursor {
        let (started_at, trip) = parse_cursor(cursor)?;
        words.push("(started_at, trip) < (?, ?)");
        values.extend([Value::Integer(started_at), blob(trip.as_bytes())]);
    }
    words.push("1");
    values.push(Value::Integer(i64::from(limit) + 1));
    let sql = format!(
        "SELECT {COLUMNS} FROM travel_claims WHERE {} ORDER BY started_at DESC, trip DESC LIMIT ?",
        words.join(" AND ")
    );
    let mut claims = collect(connection, &sql, values)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = claims.len() > wanted;
    claims.truncate(wanted);
    let next = claims.last().filter(|_| more).map(cursor_of);
    Ok(ClaimPage { claims, next })
}

fn cursor_of(row: &ClaimRow) -> String {
    format!("{}.{}", row.started_at.millis(), row.trip)
}

fn parse_cursor(cursor: &str) -> Result<(i64, DocId), CoreError> {
    let parsed = || {
        let (started_at, trip) = cursor.split_once('.')?;
        Some((started_at.parse().ok()?, trip.parse().ok()?))
    };
    parsed().ok_or_else(|| invalid("cursor", "a cursor is what the page before named"))
}

fn collect(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<ClaimRow>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut claims = Vec::new();
    while let Some(row) = rows.next()? {
        claims.push(read(row)?);
    }
    Ok(claims)
}

/// One claim, if this person may see it.
pub(super) fn visible(
    connection: &Connection,
    session: &DeviceSession,
    trip: DocId,
) -> Result<ClaimRow, CoreError> {
    let (condition, value) = scope(session).unwrap_or(("? IS NULL", Value::Null));
    let sql = format!("SELECT {COLUMNS} FROM travel_claims WHERE trip = ? AND {condition}");
    let values = vec![Value::Blob(trip.as_bytes().to_vec()), value];
    collect(connection, &sql, values)?.pop().ok_or_else(CoreError::not_found)
}

fn read(row: &Row<'_>) -> Result<ClaimRow, CoreError> {
    Ok(ClaimRow {
        trip: column(row, 0)?,
        agency: column::<Option<Uuid>>(row, 1)?.map(AgencyId::from_uuid),
        technician: column(row, 2)?,
        started_at: column(row, 3)?,
        day: row.get(4)?,
        month: row.get(5)?,
        state: row.get(6)?,
        amount: row.get(7)?,
        decided_at: column(row, 8)?,
        decided_by: column(row, 9)?,
        decision_reason: row.get(10)?,
        violation: row.get(11)?,
        kind: row.get(12)?,
        tariff: row.get(13)?,
        chargeable_m: row.get(14)?,
        price: row.get(15)?,
        capped: row.get(16)?,
        before: row.get(17)?,
        estimate: row.get(18)?,
        estimate_tariff: row.get(19)?,
        prior_approval: row.get(20)?,
        settled: row.get(21)?,
        flags: read_json(&row.get::<_, String>(22)?)?,
        reasons: read_json(&row.get::<_, String>(23)?)?,
        payers: read_json(&row.get::<_, String>(24)?)?,
    })
}
