//! Lists of jobs: filters, search and pages, answered from rows alone.

use domain::{AgencyId, CustomerId, DocId, Instant, Status, UserId, Uuid, fold_search_text};
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, Row, ToSql, params_from_iter};
use serde::Serialize;
use wire::ErrorCode;

use super::visible::jobs_condition;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

/// Rows on one page at most.
pub const PAGE_ROWS_MAX: u32 = 500;
/// Words of a search at most; more find nothing more.
const WORDS_MAX: usize = 16;

/// Which jobs, in which order, how many.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// With one of these ids; any if empty.
    pub ids: Vec<DocId>,
    /// In one of these statuses; any if empty.
    pub statuses: Vec<Status>,
    /// Assigned to this technician.
    pub technician: Option<UserId>,
    /// For this agency.
    pub representative: Option<AgencyId>,
    /// Of this customer.
    pub account: Option<CustomerId>,
    /// With this number.
    pub number: Option<String>,
    /// With this serial number.
    pub serial: Option<String>,
    /// In this city.
    pub city: Option<String>,
    /// Of this priority.
    pub priority: Option<String>,
    /// Whose window overlaps these instants.
    pub window: Option<(Instant, Instant)>,
    /// Received by the server in this span.
    pub received: Option<(Instant, Instant)>,
    /// With all of these words, each from its beginning.
    pub text: Option<String>,
    /// The order.
    pub order: JobOrder,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Rows on the page; 1 to [`PAGE_ROWS_MAX`], 50 if 0.
    pub limit: u32,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JobOrder {
    /// The newest first, by when the server first received them.
    #[default]
    Newest,
    /// The last changed first.
    Changed,
    /// By the beginning of the promised window; jobs without one are left out.
    Window,
}

impl JobOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::Newest => "jobs.row",
            Self::Changed => "jobs.position",
            Self::Window => "jobs.window_start",
        }
    }
    const fn direction(self) -> (&'static str, &'static str) {
        match self {
            Self::Newest | Self::Changed => ("DESC", "<"),
            Self::Window => ("ASC", ">"),
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct JobList {
    /// The rows.
    pub rows: Vec<JobRow>,
    /// The next page; none at the end.
    pub next: Option<String>,
}

macro_rules! job_row {
    ($($(#[$doc:meta])* $name:ident: $kind:ty;)*) => {
        /// A job's row.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct JobRow { $($(#[$doc])* pub $name: $kind,)* }

        /// In the order of the fields.
        const COLUMNS: &[&str] = &[$(stringify!($name),)*];

        impl JobRow {
            fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
                let mut index = 0..;
                Ok(Self { $($name: Cell::read(row, index.next().unwrap_or_default())?,)* })
            }
        }
    };
}

job_row! {
    /// Its id.
    doc: DocId;
    /// Visit or bench.
    kind: String;
    /// The number that people use.
    number: Option<String>;
    /// Where it stands.
    status: String;
    /// Since when, by the author's device.
    status_since_at: Option<Instant>;
    /// What it is about.
    subject: String;
    /// How soon.
    priority: Option<String>;
    /// The customer account.
    account: Option<Uuid>;
    /// The account's name.
    account_name: Option<String>;
    /// Whom to ask for.
    contact_name: Option<String>;
    /// The number to call.
    contact_phone: Option<String>;
    /// The city.
    city: Option<String>;
    /// The address.
    address: Option<String>;
    /// The serial number.
    serial: Option<String>;
    /// The model.
    model: Option<String>;
    /// Who goes.
    technician: Option<UserId>;
    /// For which agency.
    representative: Option<AgencyId>;
    /// The window's start.
    window_start: Option<Instant>;
    /// The window's end.
    window_end: Option<Instant>;
    /// Who registered it.
    created_by: Option<UserId>;
    /// When, by that device.
    created_at: Option<Instant>;
    /// When the technician finished, by that device.
    done_at: Option<Instant>;
    /// When the server first received it.
    received_at: Instant;
    /// When the server last received a change.
    updated_at: Instant;
    /// Lines of parts that are not void.
    parts_count: i64;
    /// Their price in minor units; none where currencies mix.
    parts_minor: Option<i64>;
    /// The currency.
    parts_currency: Option<String>;
    /// Labour that has ended, in milliseconds.
    labour_ms: i64;
    /// Attachments.
    attachments_count: i64;
    /// The position of the last change.
    position: i64;
    /// The row's number.
    row: i64;
}

/// A column of any type that a row has.
trait Cell: Sized {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self>;
}
macro_rules! cells {
    (plain: $($plain:ty),*; ours: $($ours:ty),*) => {
        $(impl Cell for $plain {
            fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> { row.get(index) }
        })*
        $(impl Cell for $ours {
            fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> { column(row, index) }
        })*
    };
}
cells! {
    plain: String, Option<String>, i64, Option<i64>;
    ours: DocId, Instant, Option<Instant>, Option<Uuid>, Option<UserId>, Option<AgencyId>
}

/// Lists jobs that a person may see.
///
/// # Errors
///
/// `invalid` when the cursor is not one of this order's; or when the store fails.
pub async fn list_jobs(
    core: &Core,
    session: &DeviceSession,
    filter: JobFilter,
) -> Result<JobList, CoreError> {
    let session = *session;
    core.store().read(move |connection| list(connection, &session, &filter)).await
}

fn list(connection: &Connection, session: &DeviceSession, filter: &JobFilter) -> Result<JobList, CoreError> {
    let mut query = Query::default();
    if let Some((sql, value)) = jobs_condition(session) {
        query.and(sql, [value.to_vec()]);
    }
    if !query.filter(filter) {
        return Ok(JobList { rows: Vec::new(), next: None });
    }
    let order = filter.order;
    if let Some(cursor) = &filter.cursor {
        let (key, row) = parse_cursor(order, cursor)?;
        let (_, beyond) = order.direction();
        query.and(&format!("({}, jobs.row) {beyond} (?, ?)", order.column()), [key, row]);
    }
    if order == JobOrder::Window {
        query.and("jobs.window_start IS NOT NULL", NONE);
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_ROWS_MAX) };
    let sql = query.sql(order, limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(&query.values), JobRow::read)?;
    let mut rows: Vec<JobRow> = rows.collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| cursor_of(order, row));
    Ok(JobList { rows, next })
}

const NONE: [i64; 0] = [];

/// Conditions and their values, in order.
#[derive(Default)]
struct Query {
    conditions: Vec<String>,
    values: Vec<Bound>,
}

/// A value to be bound.
struct Bound(Value);

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl Query {
    fn and<V: Into<Value>>(&mut self, condition: &str, values: impl IntoIterator<Item = V>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values.into_iter().map(|value| Bound(value.into())));
    }

    fn equals(&mut self, column: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.and(&format!("jobs.{column} = ?"), [value]);
        }
    }

    /// Adds the filter's conditions; false if nothing can meet them.
    fn filter(&mut self, filter: &JobFilter) -> bool {
        if !filter.ids.is_empty() {
            let marks = vec!["?"; filter.ids.len()].join(", ");
            self.and(&format!("jobs.doc IN ({marks})"), filter.ids.iter().map(|id| id.as_bytes().to_vec()));
        }
        if !filter.statuses.is_empty() {
            let marks = vec!["?"; filter.statuses.len()].join(", ");
            let words = filter.statuses.iter().map(|status| status.name().to_owned());
            self.and(&format!("jobs.status IN ({marks})"), words);
        }
        self.equals("technician", filter.technician.map(|id| id.as_bytes().to_vec()));
        self.equals("representative", filter.representative.map(|id| id.as_bytes().to_vec()));
        self.equals("account", filter.account.map(|id| id.as_bytes().to_vec()));
        self.equals("number", filter.number.clone());
        self.equals("serial", filter.serial.clone());
        self.equals("city", filter.city.clone());
        self.equals("priority", filter.priority.clone());
        if let Some((from, to)) = filter.window {
            let sql = "jobs.window_start < ? AND coalesce(jobs.window_end, jobs.window_start) >= ?";
            self.and(sql, [to.millis(), from.millis()]);
        }
        if let Some((from, to)) = filter.received {
            self.and("jobs.received_at >= ? AND jobs.received_at < ?", [from.millis(), to.millis()]);
        }
        match filter.text.as_deref().map(match_words) {
            None => true,
            Some(None) => false,
            Some(Some(words)) => {
                self.and("jobs.row IN (SELECT rowid FROM job_fts WHERE job_fts MATCH ?)", [words]);
                true
            }
        }
    }

    fn sql(&self, order: JobOrder, limit: u32) -> String {
        let columns: Vec<String> = COLUMNS.iter().map(|column| format!("jobs.{column}")).collect();
        let conditions =
            if self.conditions.is_empty() { "1".to_owned() } else { self.conditions.join(" AND ") };
        let (direction, _) = order.direction();
        format!(
            "SELECT {} FROM jobs WHERE {conditions} ORDER BY {} {direction}, jobs.row {direction} LIMIT {}",
            columns.join(", "),
            order.column(),
            limit + 1,
        )
    }
}

/// A search as FTS5 reads it: every word from its beginning, all of them. None if
/// there is no word in it.
fn match_words(text: &str) -> Option<String> {
    let folded = fold_search_text(text);
    let words: Vec<String> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn cursor_of(order: JobOrder, row: &JobRow) -> String {
    let key = match order {
        JobOrder::Newest => row.row,
        JobOrder::Changed => row.position,
        JobOrder::Window => row.window_start.map_or(0, Instant::millis),
    };
    format!("{}.{key}.{}", letter(order), row.row)
}

const fn letter(order: JobOrder) -> char {
    match order {
        JobOrder::Newest => 'n',
        JobOrder::Changed => 'c',
        JobOrder::Window => 'w',
    }
}

fn parse_cursor(order: JobOrder, text: &str) -> Result<(i64, i64), CoreError> {
    let parse = || {
        let rest = text.strip_prefix(letter(order))?.strip_prefix('.')?;
        let (key, row) = rest.split_once('.')?;
        Some((key.parse().ok()?, row.parse().ok()?))
    };
    parse()
        .ok_or_else(|| CoreError::refused_at(ErrorCode::Invalid, "cursor", "it is not a cursor of this list"))
}
