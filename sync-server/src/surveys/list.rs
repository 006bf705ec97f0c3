//! Lists of surveys, each person's as far as it may be seen.

use std::cmp::Reverse;

use domain::{AgencyId, Instant, Role, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wire::ErrorCode;

use super::row::COLUMNS;
use super::{SurveyId, SurveyRow, SurveyState, day_of};
use crate::error::CoreError;
use crate::session::DeviceSession;

/// Rows on one page at most.
const PAGE_ROWS_MAX: u32 = 500;
const PAGE_ROWS: u32 = 50;

/// Which surveys.
#[derive(Debug, Clone, Default)]
pub struct SurveyFilter {
    /// One of them.
    pub id: Option<SurveyId>,
    /// Of jobs closed in this span.
    pub closed: Option<(Instant, Instant)>,
    /// Of one agency.
    pub agency: Option<AgencyId>,
    /// Of one technician.
    pub technician: Option<UserId>,
    /// In one state.
    pub state: Option<SurveyState>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Rows on the page; 50 if 0.
    pub limit: u32,
}

/// A survey with what its job says.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSurvey {
    /// The survey.
    pub survey: SurveyRow,
    /// The job's number.
    pub number: Option<String>,
    /// What it was about.
    pub subject: String,
    /// The customer's name.
    pub contact_name: Option<String>,
    /// The customer's number.
    pub phone: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct SurveyPage {
    /// The last closed first.
    pub rows: Vec<ListedSurvey>,
    /// The next page; none at the end.
    pub next: Option<String>,
}

/// Lists surveys: a technician's own that count, a representative's agency's, or all.
/// A technician's come by day, and within a day in no order of time, nor does the cursor
/// name any: by either he would know which customer gave which marks.
///
/// # Errors
///
/// `invalid` for a foreign cursor; or when the store fails.
pub fn list_surveys(
    connection: &Connection,
    session: &DeviceSession,
    filter: &SurveyFilter,
) -> Result<SurveyPage, CoreError> {
    let mut query = Query::default();
    query.scope(session);
    query.filter(filter);
    let limit = if filter.limit == 0 { PAGE_ROWS } else { filter.limit.min(PAGE_ROWS_MAX) };
    if session.role == Role::Technician {
        return page_by_day(read(connection, query, "")?, filter.cursor.as_deref(), limit);
    }
    if let Some(cursor) = &filter.cursor {
        let (closed_at, id) = parse_cursor(cursor).ok_or_else(foreign_cursor)?;
        let values = [Value::Integer(closed_at), Value::Blob(id.as_bytes().to_vec())];
        query.and("(surveys.closed_at, surveys.id) < (?, ?)", values);
    }
    let mut rows = read(connection, query, &format!("LIMIT {}", limit.saturating_add(1)))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|last| cursor_of(&last.survey));
    Ok(SurveyPage { rows, next })
}

/// A page of surveys that are not told apart by their hours; its cursor counts rows.
fn page_by_day(
    mut rows: Vec<ListedSurvey>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<SurveyPage, CoreError> {
    let from: usize = match cursor {
        None => 0,
        Some(cursor) => {
            cursor.strip_prefix("d.").and_then(|rows| rows.parse().ok()).ok_or_else(foreign_cursor)?
        }
    };
    rows.sort_by_cached_key(|row| {
        let SurveyRow { closed_at, score, answers, .. } = &row.survey;
        (Reverse(day_of(*closed_at)), score.and_then(|score| score.score), format!("{answers:?}"))
    });
    let to = from.saturating_add(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = (rows.len() > to).then(|| format!("d.{to}"));
    Ok(SurveyPage { rows: rows.into_iter().take(to).skip(from).collect(), next })
}

fn read(connection: &Connection, query: Query, limit: &str) -> Result<Vec<ListedSurvey>, CoreError> {
    let mut statement = connection.prepare_cached(&query.sql(limit))?;
    let rows = statement.query_map(params_from_iter(query.values), |row| {
        Ok(ListedSurvey {
            survey: SurveyRow::read(row)?,
            number: row.get("number")?,
            subject: row.get("subject")?,
            contact_name: row.get("contact_name")?,
            phone: row.get("phone")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(Default)]
struct Query {
    conditions: Vec<&'static str>,
    values: Vec<Value>,
}

impl Query {
    fn and<V: Into<Value>>(&mut self, condition: &'static str, values: impl IntoIterator<Item = V>) {
        self.conditions.push(condition);
        self.values.extend(values.into_iter().map(Into::into));
    }

    fn of_technician(&mut self, technician: UserId) {
        let sql = "surveys.id IN (SELECT survey FROM survey_technicians WHERE technician = ?)";
        self.and(sql, [technician.as_bytes().to_vec()]);
    }

    fn scope(&mut self, session: &DeviceSession) {
        match session.role {
            Role::Dispatcher | Role::Administrator | Role::Quality | Role::CustomerRelations => {}
            // The guard lets nobody of the desk in.
            Role::Desk => self.and::<i64>("0", []),
            // Without an agency it is the nil id, which no survey names.
            Role::Representative => {
                let agency = session.agency.map_or(vec![0; 16], |agency| agency.as_bytes().to_vec());
                self.and("surveys.agency = ?", [agency]);
            }
            Role::Technician => {
                self.of_technician(session.user);
                let counts = "surveys.state = 'completed' AND surveys.fate = 'stands' \
                     AND surveys.score_units IS NOT NULL";
                self.and::<i64>(counts, []);
            }
        }
    }

    fn filter(&mut self, filter: &SurveyFilter) {
        if let Some(id) = filter.id {
            self.and("surveys.id = ?", [id.as_bytes().to_vec()]);
        }
        if let Some((from, to)) = filter.closed {
            self.and("surveys.closed_at >= ? AND surveys.closed_at < ?", [from.millis(), to.millis()]);
        }
        if let Some(agency) = filter.agency {
            self.and("surveys.agency = ?", [agency.as_bytes().to_vec()]);
        }
        if let Some(technician) = filter.technician {
            self.of_technician(technician);
        }
        if let Some(state) = filter.state {
            self.and("surveys.state = ?", [state.name().to_owned()]);
        }
    }

    fn sql(&self, limit: &str) -> String {
        let conditions =
            if self.conditions.is_empty() { "1".to_owned() } else { self.conditions.join(" AND ") };
        format!(
            "SELECT {COLUMNS}, coalesce(jobs.number, requests.number) AS number, \
             coalesce(jobs.subject, requests.subject, '') AS subject, \
             coalesce(jobs.contact_name, requests.fields ->> '$.contact_name') AS contact_name, \
             coalesce(jobs.contact_mobile, jobs.contact_phone, requests.fields ->> '$.mobile', \
             requests.fields ->> '$.phone') AS phone FROM surveys \
             LEFT JOIN jobs ON jobs.doc = surveys.job LEFT JOIN requests ON requests.id = surveys.job WHERE {conditions} \
             ORDER BY surveys.closed_at DESC, surveys.id DESC {limit}"
        )
    }
}

fn cursor_of(last: &SurveyRow) -> String {
    format!("s.{}.{}", last.closed_at.millis(), last.id)
}

fn parse_cursor(text: &str) -> Option<(i64, SurveyId)> {
    let (closed_at, id) = text.strip_prefix("s.")?.split_once('.')?;
    let id: domain::Uuid = id.parse().ok()?;
    Some((closed_at.parse().ok()?, SurveyId::from_bytes(id.into_bytes())))
}

fn foreign_cursor() -> CoreError {
    CoreError::refused_at(ErrorCode::Invalid, "cursor", "it is not a cursor of this list")
}
