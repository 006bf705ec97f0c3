//! The dispatcher's inbox: what cannot both hold, work that came late, and
//! refused edits that their authors stand by. An item leaves the undecided ones
//! by a decision only; one that a later write settled waits to be seen.

use std::fmt;
use std::str::FromStr;

use domain::{DocId, DocKind, Instant, UserId, Uuid};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;
use serde_json::json;
use wire::ErrorCode;

use super::visible::jobs_condition;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

/// Both sources in one shape. `sort` breaks ties.
const ITEMS: &str = "
    SELECT conflicts.received_at AS received_at, conflicts.id AS sort, conflicts.id AS conflict,
           NULL AS offer, conflicts.doc AS doc, documents.kind AS doc_kind, conflicts.kind AS kind,
           conflicts.path AS path, conflicts.detail AS detail, conflicts.superseded_at AS superseded_at,
           decided.decision AS decision, decided.by AS decided_by, decided.at AS decided_at,
           decided.note AS note
      FROM conflicts JOIN documents ON documents.doc = conflicts.doc
      LEFT JOIN conflict_decisions AS decided ON decided.conflict = conflicts.id
    UNION ALL
    SELECT offers.received_at, CAST(printf('%016d', offers.id) AS BLOB), NULL, offers.id, offers.doc,
           offers.kind, 'offered_edit', '', json_object('command', json(offers.command), 'remark',
           offers.remark, 'code', offers.code, 'made_at', offers.made_at, 'by', lower(hex(offers.user)),
           'change', lower(hex(offers.hash))),
           NULL, offers.decision, offers.decided_by, offers.decided_at, offers.note
      FROM offers";

/// An item's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxItemId {
    /// A conflict of a document.
    Conflict(Uuid),
    /// An offered edit.
    Offer(i64),
}

impl fmt::Display for InboxItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(id) => write!(f, "{id}"),
            Self::Offer(id) => write!(f, "offer-{id}"),
        }
    }
}

impl FromStr for InboxItemId {
    type Err = CoreError;
    fn from_str(text: &str) -> Result<Self, CoreError> {
        let id = match text.strip_prefix("offer-") {
            Some(number) => number.parse().ok().map(Self::Offer),
            None => text.parse().ok().map(Self::Conflict),
        };
        id.ok_or_else(CoreError::not_found)
    }
}

impl Serialize for InboxItemId {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InboxItem {
    /// Its name.
    pub id: InboxItemId,
    /// The document.
    pub doc: DocId,
    /// Job or trip.
    pub doc_kind: DocKind,
    /// `field`, `done_while_cancelled`, `started_while_cancelled`,
    /// `two_technicians`, `after_the_end`, `late_work` or `offered_edit`.
    pub kind: String,
    /// Where in the document; empty for an offered edit.
    pub path: String,
    /// The values, the events, the changes or the command.
    pub detail: serde_json::Value,
    /// When the server received what made it.
    pub received_at: Instant,
    /// Whether it waits for a decision.
    pub state: InboxState,
    /// What was decided.
    pub decision: Option<String>,
    /// By whom.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Instant>,
    /// With what remark.
    pub note: Option<String>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxState {
    /// In a filter: open or superseded. Of an item: never.
    #[default]
    Undecided,
    /// It stands and waits for a decision.
    Open,
    /// A later write settled it; it waits to be seen.
    Superseded,
    /// It was decided.
    Decided,
    /// In a filter: all of them. Of an item: never.
    Any,
}

/// Which items, how many.
#[derive(Debug, Clone, Default)]
pub struct InboxFilter {
    /// Where they stand.
    pub state: InboxState,
    /// Of this document.
    pub doc: Option<DocId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Items on the page; 50 if 0, at most 500.
    pub limit: u32,
}

/// A page of the inbox, the newest first.
#[derive(Debug, Clone, Serialize)]
pub struct InboxPage {
    /// The items.
    pub items: Vec<InboxItem>,
    /// The next page; none at the end.
    pub next: Option<String>,
}

/// Lists the inbox.
///
/// # Errors
///
/// `invalid` when the cursor is none; or when the store fails.
pub async fn list_inbox(
    core: &Core,
    session: &DeviceSession,
    filter: InboxFilter,
) -> Result<InboxPage, CoreError> {
    let session = *session;
    core.store().read(move |connection| list(connection, &session, &filter)).await
}

pub(super) fn list(
    connection: &Connection,
    session: &DeviceSession,
    filter: &InboxFilter,
) -> Result<InboxPage, CoreError> {
    let (mut sql, mut values) = (format!("SELECT * FROM ({ITEMS}) WHERE 1"), Vec::<Value>::new());
    let mut and = |condition: &str, bound: Vec<Value>| {
        sql.push_str(" AND ");
        sql.push_str(condition);
        values.extend(bound);
    };
    match filter.state {
        InboxState::Any => {}
        InboxState::Undecided => and("decision IS NULL", vec![]),
        InboxState::Open => and("decision IS NULL AND superseded_at IS NULL", vec![]),
        InboxState::Superseded => and("decision IS NULL AND superseded_at IS NOT NULL", vec![]),
        InboxState::Decided => and("decision IS NOT NULL", vec![]),
    }
    if let Some(doc) = filter.doc {
        and("doc = ?", vec![doc.as_bytes().to_vec().into()]);
    }
    if let Some(kind) = &filter.kind {
        and("kind = ?", vec![kind.clone().into()]);
    }
    if let Some((condition, value)) = jobs_condition(session) {
        and(&format!("doc IN (SELECT doc FROM jobs WHERE {condition})"), vec![value.to_vec().into()]);
    }
    if let Some(cursor) = &filter.cursor {
        let (received_at, sort) = parse_cursor(cursor)?;
        and("(received_at, sort) < (?, ?)", vec![received_at.into(), sort.into()]);
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(500) };
    sql.push_str(&format!(" ORDER BY received_at DESC, sort DESC LIMIT {}", limit + 1));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), read)?;
    let mut rows: Vec<(InboxItem, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(cursor_of);
    Ok(InboxPage { items: rows.into_iter().map(|(item, _)| item).collect(), next })
}

/// Reads one item, whoever may see it.
pub(super) fn find(connection: &Connection, id: InboxItemId) -> Result<Option<InboxItem>, CoreError> {
    let (column, value): (&str, Value) = match id {
        InboxItemId::Conflict(id) => ("conflict", id.as_bytes().to_vec().into()),
        InboxItemId::Offer(id) => ("offer", id.into()),
    };
    let sql = format!("SELECT * FROM ({ITEMS}) WHERE {column} = ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query_map([value], read)?;
    Ok(rows.next().transpose()?.map(|(item, _)| item))
}

fn read(row: &Row<'_>) -> rusqlite::Result<(InboxItem, Vec<u8>)> {
    let doc_kind: String = row.get(5)?;
    let detail: String = row.get(8)?;
    let superseded_at: Option<i64> = row.get(9)?;
    let decision: Option<String> = row.get(10)?;
    let state = match (&decision, superseded_at) {
        (Some(_), _) => InboxState::Decided,
        (None, Some(_)) => InboxState::Superseded,
        (None, None) => InboxState::Open,
    };
    let id = match column(row, 2)? {
        Some(conflict) => InboxItemId::Conflict(conflict),
        None => InboxItemId::Offer(row.get(3)?),
    };
    let item = InboxItem {
        id,
        doc: column(row, 4)?,
        doc_kind: DocKind::from_name(&doc_kind).unwrap_or(DocKind::Job),
        kind: row.get(6)?,
        path: row.get(7)?,
        detail: serde_json::from_str(&detail).unwrap_or_else(|_unreadable| json!({ "text": detail })),
        received_at: column(row, 0)?,
        state,
        decision,
        decided_by: column(row, 11)?,
        decided_at: column(row, 12)?,
        note: row.get(13)?,
    };
    Ok((item, row.get(1)?))
}

fn cursor_of((item, sort): &(InboxItem, Vec<u8>)) -> String {
    let sort: String = sort.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{sort}", item.received_at.millis())
}

fn parse_cursor(text: &str) -> Result<(i64, Vec<u8>), CoreError> {
    let parse = || {
        let (received_at, sort) = text.split_once('.')?;
        let bytes: Option<Vec<u8>> = sort
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Some((received_at.parse().ok()?, bytes?))
    };
    parse()
        .ok_or_else(|| CoreError::refused_at(ErrorCode::Invalid, "cursor", "it is not a cursor of this list"))
}
