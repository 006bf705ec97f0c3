//! A request as it stands in its row.

use std::fmt;
use std::str::FromStr;

use desk::{Channel, RequestKind, RequestStatus};
use domain::{DocId, Instant, UserId, Uuid};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::fields::RequestFields;
use crate::error::CoreError;
use crate::sql::{Column, column, unknown_word};

/// The columns that [`RequestRow::read`] reads, in its order.
pub(super) const COLUMNS: &str = "requests.row, requests.id, requests.number, requests.kind, requests.status, \
     requests.channel, requests.fields, requests.unit, requests.owner, requests.controller, \
     requests.registered_by, requests.received_at, requests.registered_at, requests.promised_at, \
     requests.answered_at, requests.touched_at, requests.finished_at, requests.ended_at, requests.result, \
     requests.version, requests.sales_agency";

/// A request's id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new one: a UUIDv7.
    #[must_use]
    pub fn new(now: Instant, random: [u8; 10]) -> Self {
        Self(DocId::new(now, random).uuid())
    }
    /// Wraps a UUID from storage or an address.
    #[must_use]
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }
    /// The UUID inside.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
    /// The 16 bytes, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
    /// As deadlines, notices and the audit name what they are about: a request runs
    /// clocks beside jobs, and no job has its id.
    #[must_use]
    pub const fn as_case(self) -> DocId {
        DocId::from_uuid(self.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({})", self.0)
    }
}
impl FromStr for RequestId {
    type Err = domain::BadId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<DocId>().map(|id| Self(id.uuid()))
    }
}
impl Column for RequestId {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self(Uuid::from_bytes(row.get(index)?)))
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRow {
    /// Its place in lists.
    pub row: i64,
    /// Its id.
    pub id: RequestId,
    /// The number that people use.
    pub number: String,
    /// Its type.
    pub kind: RequestKind,
    /// Where it stands.
    pub status: RequestStatus,
    /// How it came.
    pub channel: Channel,
    /// What is known of it.
    pub fields: RequestFields,
    /// The unit that has it.
    pub unit: Option<String>,
    /// The sales agency to which it was passed.
    pub sales_agency: Option<Uuid>,
    /// Who is accountable for it.
    pub owner: Option<UserId>,
    /// Who controls its course: the registrar, or quality after a breach.
    pub controller: Option<UserId>,
    /// Who registered it; none: the customer himself.
    pub registered_by: Option<UserId>,
    /// When it came.
    pub received_at: Instant,
    /// When it was registered.
    pub registered_at: Instant,
    /// The time that the customer was promised last.
    pub promised_at: Option<Instant>,
    /// When the customer was answered last.
    pub answered_at: Option<Instant>,
    /// When somebody at the desk first did something on it.
    pub touched_at: Option<Instant>,
    /// When it was done.
    pub finished_at: Option<Instant>,
    /// When it was closed or called off.
    pub ended_at: Option<Instant>,
    /// What came of it.
    pub result: Option<String>,
    /// Counts its activities; a reader says it back in `If-Match`.
    pub version: i64,
}

impl RequestRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let fields: String = row.get(6)?;
        let fields = serde_json::from_str(&fields).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(6, rusqlite::types::Type::Text, Box::new(error))
        })?;
        Ok(Self {
            row: row.get(0)?,
            id: column(row, 1)?,
            number: row.get(2)?,
            kind: word(row, 3, RequestKind::from_name)?,
            status: word(row, 4, RequestStatus::from_name)?,
            channel: word(row, 5, Channel::from_name)?,
            fields,
            unit: row.get(7)?,
            owner: column(row, 8)?,
            controller: column(row, 9)?,
            registered_by: column(row, 10)?,
            received_at: column(row, 11)?,
            registered_at: column(row, 12)?,
            promised_at: column(row, 13)?,
            answered_at: column(row, 14)?,
            touched_at: column(row, 15)?,
            finished_at: column(row, 16)?,
            ended_at: column(row, 17)?,
            result: row.get(18)?,
            version: row.get(19)?,
            sales_agency: column(row, 20)?,
        })
    }
}

/// A word of a list that the program knows.
pub(super) fn word<T>(row: &Row<'_>, index: usize, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    read(&text).ok_or_else(|| unknown_word(index, &text))
}

/// A request by its id.
///
/// # Errors
///
/// When the store fails.
pub fn find_request(connection: &Connection, id: RequestId) -> Result<Option<RequestRow>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM requests WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], RequestRow::read).optional()?)
}
