//! Requests as people ask for them: worklists, filters, search; a page at a time, the
//! newest first or the earliest promise first.

use desk::{Duty, RequestKind, RequestStatus, Sight};
use domain::{Instant, Role, UserId, Uuid, fold_search_text};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wire::ErrorCode;

use super::person::Person;
use super::row::{COLUMNS, RequestRow};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

/// Requests on a page.
const PAGE_MAX: u32 = 500;

/// A list of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Worklist {
    /// Whatever the person sees.
    #[default]
    All,
    /// For which the person is accountable.
    Mine,
    /// Of the person's units.
    Unit,
    /// Which nobody has touched (R124).
    Untouched,
    /// Whose promised time is today or was missed.
    PromisedToday,
    /// Which wait for the customer or for a solution.
    Waiting,
    /// Which the person registered and still controls (R169).
    Controlled,
    /// Which no unit has.
    NoUnit,
    /// Questions to the person's units that wait for an answer.
    Solutions,
}

/// Which requests, how many.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Of a worklist.
    pub list: Worklist,
    /// Of a status.
    pub status: Option<RequestStatus>,
    /// Only those that are not over.
    pub open: Option<StillOpen>,
    /// Of a type.
    pub kind: Option<RequestKind>,
    /// Of a unit.
    pub unit: Option<String>,
    /// Of an owner.
    pub owner: Option<UserId>,
    /// Of an account.
    pub account: Option<Uuid>,
    /// On a device.
    pub serial: Option<String>,
    /// With these words.
    pub text: Option<String>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Requests on the page; 50 if 0, at most 500.
    pub limit: u32,
}

/// Only what is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillOpen;

/// A page.
#[derive(Debug, Clone)]
pub struct RequestPage {
    /// The requests.
    pub requests: Vec<RequestRow>,
    /// The next page; none at the end.
    pub next: Option<String>,
    /// Whether the person sees customers' contact data.
    pub sees_contact: bool,
}

/// Lists requests within a person's sight.
///
/// # Errors
///
/// `invalid` when the cursor is none; or when the store fails.
pub async fn list_requests(
    core: &Core,
    session: &DeviceSession,
    filter: RequestFilter,
) -> Result<RequestPage, CoreError> {
    let (session, now) = (*session, core.now());
    let list = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        list(connection, &person, &filter, now)
    };
    core.store().read(list).await
}

/// The condition on `requests` for who sees those of the unit only.
pub(super) fn sight_condition(person: &Person) -> (String, Vec<Value>) {
    let user: Value = person.user().as_bytes().to_vec().into();
    let mut sql = String::from(
        "(requests.owner = ? OR requests.controller = ? OR requests.registered_by = ? \
         OR requests.id IN (SELECT request FROM complaint_files WHERE handler = ?)",
    );
    let mut values = vec![user.clone(), user.clone(), user.clone(), user];
    for unit in &person.units {
        sql.push_str(
            " OR requests.unit = ? OR requests.id IN (SELECT request FROM solution_requests WHERE unit = ?)",
        );
        values.extend([Value::from(unit.clone()), Value::from(unit.clone())]);
    }
    if let (Role::Representative, Some(agency)) = (person.session.role, person.session.agency) {
        sql.push_str(
            " OR requests.id IN (SELECT request FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
             WHERE jobs.representative = ?)",
        );
        values.push(agency.as_bytes().to_vec().into());
    }
    if let Some(agency) = person.sales_agency {
        sql.push_str(" OR requests.sales_agency = ?");
        values.push(agency.as_bytes().to_vec().into());
    }
    if person.duties.has(Duty::Sales) {
        sql.push_str(
            " OR requests.id IN (SELECT request FROM installations \
             WHERE status IN ('handed_over', 'approved', 'closed'))",
        );
    }
    sql.push(')');
    (sql, values)
}

/// Whether a person sees a request.
pub(super) fn is_visible(
    connection: &Connection,
    person: &Person,
    request: &RequestRow,
) -> Result<bool, CoreError> {
    match person.sight() {
        Sight::All => Ok(true),
        Sight::Nothing => Ok(false),
        Sight::Unit => {
            let (condition, mut values) = sight_condition(person);
            values.push(request.row.into());
            let sql = format!("SELECT EXISTS (SELECT 1 FROM requests WHERE {condition} AND row = ?)");
            Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
        }
    }
}

/// Conditions and their values, one after another.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn and<V: Into<Value>>(&mut self, condition: &str, values: impl IntoIterator<Item = V>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values.into_iter().map(Into::into));
    }
    fn plain(&mut self, condition: &str) {
        self.and::<i64>(condition, []);
    }

    fn worklist(&mut self, person: &Person, list: Worklist, now: Instant) {
        const OPEN: &str = "requests.status NOT IN ('done', 'closed', 'cancelled')";
        let user = || person.user().as_bytes().to_vec();
        if list != Worklist::All {
            self.plain(OPEN);
        }
        match list {
            Worklist::All => {}
            Worklist::Mine => self.and("requests.owner = ?", [user()]),
            Worklist::Controlled => self.and("requests.controller = ?", [user()]),
            Worklist::Untouched => self.plain("requests.touched_at IS NULL"),
            Worklist::NoUnit => self.plain("requests.unit IS NULL"),
            Worklist::Waiting => self.plain("requests.status IN ('waiting_customer', 'waiting_solution')"),
            Worklist::PromisedToday => {
                let zone = calendar::Zone::organisation();
                let tomorrow = zone.date(now).tomorrow().unwrap_or(calendar::Date::MAX);
                let ends = zone.instant(tomorrow.at(0, 0, 0, 0));
                self.and("requests.promised_at < ?", [ends.millis()]);
            }
            Worklist::Unit => self.of_units("requests.unit", &person.units),
            Worklist::Solutions => {
                let marks = vec!["?"; person.units.len()].join(", ");
                let sql = format!(
                    "requests.id IN (SELECT request FROM solution_requests \
                     WHERE answered_at IS NULL AND unit IN ({marks}))"
                );
                self.and(&sql, person.units.clone());
            }
        }
    }

    fn of_units(&mut self, column: &str, units: &[String]) {
        let marks = vec!["?"; units.len()].join(", ");
        self.and(&format!("{column} IN ({marks})"), units.to_vec());
    }
}

fn list(
    connection: &Connection,
    person: &Person,
    filter: &RequestFilter,
    now: Instant,
) -> Result<RequestPage, CoreError> {
    let mut all = Conditions { sql: "1".to_owned(), values: Vec::new() };
    match person.sight() {
        Sight::All => {}
        Sight::Nothing => all.plain("0"),
        Sight::Unit => {
            let (sql, values) = sight_condition(person);
            all.and(&sql, values);
        }
    }
    all.worklist(person, filter.list, now);
    narrow(&mut all, filter)?;
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_MAX) };
    let sql = format!(
        "SELECT {COLUMNS} FROM requests WHERE {} ORDER BY requests.row DESC LIMIT {}",
        all.sql,
        limit + 1
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(all.values), RequestRow::read)?;
    let mut requests: Vec<RequestRow> = rows.collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = requests.len() > limit;
    requests.truncate(limit);
    let next = requests.last().filter(|_| has_more).map(|last| last.row.to_string());
    Ok(RequestPage { requests, next, sees_contact: person.sees_contact() })
}

fn narrow(all: &mut Conditions, filter: &RequestFilter) -> Result<(), CoreError> {
    if let Some(status) = filter.status {
        all.and("requests.status = ?", [status.name().to_owned()]);
    }
    if filter.open.is_some() {
        all.plain("requests.status NOT IN ('done', 'closed', 'cancelled')");
    }
    if let Some(kind) = filter.kind {
        all.and("requests.kind = ?", [kind.name().to_owned()]);
    }
    if let Some(unit) = &filter.unit {
        all.and("requests.unit = ?", [unit.clone()]);
    }
    if let Some(owner) = filter.owner {
        all.and("requests.owner = ?", [owner.as_bytes().to_vec()]);
    }
    if let Some(account) = filter.account {
        all.and("requests.account = ?", [account.to_string()]);
    }
    if let Some(serial) = &filter.serial {
        all.and("requests.serial = ?", [serial.clone()]);
    }
    if let Some(expression) = filter.text.as_deref().and_then(match_expression) {
        let sql = "requests.row IN (SELECT rowid FROM request_search WHERE request_search MATCH ?)";
        all.and(sql, [expression]);
    }
    if let Some(cursor) = &filter.cursor {
        let row: i64 = cursor.parse().map_err(|_none: std::num::ParseIntError| {
            CoreError::refused_at(ErrorCode::Invalid, "cursor", "it is not a cursor of this list")
        })?;
        all.and("requests.row < ?", [row]);
    }
    Ok(())
}

/// Every word of a text, the last one perhaps not finished yet; none without words.
pub(super) fn match_expression(text: &str) -> Option<String> {
    let folded = fold_search_text(text);
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
