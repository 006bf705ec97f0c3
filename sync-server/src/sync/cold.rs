//! The feed of a phone without a valid cursor: everything in its scope, whole,
//! today's jobs first.

use domain::{DAY_MS, DocId, DocKind, Uuid};
use rusqlite::{Connection, named_params};
use wire::ReferenceRow;

use super::cursor::{ColdCursor, Phase};
use super::page::Page;
use crate::error::CoreError;
use crate::sql::column;

/// Jobs whose window lies around today.
const TODAY: &str = "SELECT item, kind FROM membership \
     WHERE scope = :scope AND left_at IS NULL AND kind = 'job' AND item < :last \
     AND window_start < :high AND coalesce(window_end, window_start) >= :low \
     ORDER BY item DESC LIMIT :limit";
/// The other documents.
const REST: &str = "SELECT item, kind FROM membership \
     WHERE scope = :scope AND left_at IS NULL AND kind <> 'account' AND item < :last \
     AND NOT (kind = 'job' AND coalesce(window_start < :high \
     AND coalesce(window_end, window_start) >= :low, 0)) \
     ORDER BY item DESC LIMIT :limit";
const ACCOUNTS: &str = "SELECT item FROM membership \
     WHERE scope = ?1 AND left_at IS NULL AND kind = 'account' AND item < ?2 ORDER BY item DESC LIMIT ?3";
/// What every technician has: the parts catalogue and the knowledge base.
const COMMON: &str = "SELECT id, json, kind FROM ( \
     SELECT * FROM (SELECT id, json, kind FROM reference \
     WHERE kind = 'part' AND json IS NOT NULL AND id < ?1 ORDER BY id DESC LIMIT ?2) UNION ALL \
     SELECT * FROM (SELECT id, json, kind FROM reference \
     WHERE kind = 'solution' AND json IS NOT NULL AND id < ?1 ORDER BY id DESC LIMIT ?2)) \
     ORDER BY id DESC LIMIT ?2";
const TOTAL: &str = "SELECT count(*) FROM membership \
     WHERE scope = ?1 AND left_at IS NULL AND kind <> 'account'";
const LISTED: i64 = 256;
/// Behind every id.
const BEHIND_ALL: [u8; 17] = [0xff; 17];

/// How many documents the scope has.
pub(super) fn total(connection: &Connection, scope: domain::UserId) -> Result<u32, CoreError> {
    let total: i64 = connection.prepare_cached(TOTAL)?.query_row([scope.as_bytes()], |row| row.get(0))?;
    Ok(u32::try_from(total).unwrap_or(u32::MAX))
}

/// Fills the page; `None` when everything has been told.
pub(super) fn fill(page: &mut Page<'_>, cursor: ColdCursor) -> Result<Option<ColdCursor>, CoreError> {
    let mut cursor = cursor;
    loop {
        let listed = list(page, &cursor)?;
        if listed.is_empty() {
            match cursor.phase.next() {
                Some(phase) => cursor = ColdCursor { phase, last: None, ..cursor },
                None => return Ok(None),
            }
        }
        for item in listed {
            cursor.last = Some(item.id());
            item.tell(page)?;
            if page.is_full() {
                return Ok(Some(cursor));
            }
        }
    }
}

enum Item {
    Doc(DocId, DocKind),
    Account(Uuid),
    Common(DocId, ReferenceRow),
}

impl Item {
    const fn id(&self) -> DocId {
        match self {
            Self::Doc(id, _) | Self::Common(id, _) => *id,
            Self::Account(id) => DocId::from_uuid(*id),
        }
    }

    fn tell(self, page: &mut Page<'_>) -> Result<(), CoreError> {
        match self {
            Self::Doc(doc, kind) => page.enter(doc, kind),
            Self::Account(account) => page.account(account, 0),
            Self::Common(_, row) => {
                page.row(row);
                Ok(())
            }
        }
    }
}

fn list(page: &Page<'_>, cursor: &ColdCursor) -> Result<Vec<Item>, CoreError> {
    match cursor.phase {
        Phase::Today => list_documents(page, cursor, TODAY),
        Phase::Rest => list_documents(page, cursor, REST),
        Phase::Accounts => list_accounts(page, cursor),
        Phase::Common => list_common(page, cursor),
    }
}

fn before(cursor: &ColdCursor) -> Vec<u8> {
    cursor.last.map_or(BEHIND_ALL.to_vec(), |last| last.as_bytes().to_vec())
}

/// From yesterday's beginning to the end of the day after tomorrow, in UTC.
fn list_documents(page: &Page<'_>, cursor: &ColdCursor, sql: &str) -> Result<Vec<Item>, CoreError> {
    let mut statement = page.connection.prepare_cached(sql)?;
    let values = named_params! {
        ":scope": page.scope.as_bytes(),
        ":last": before(cursor),
        ":low": (cursor.day - 1) * DAY_MS,
        ":high": (cursor.day + 3) * DAY_MS,
        ":limit": LISTED,
    };
    let rows = statement.query_map(values, |row| {
        let kind: String = row.get(1)?;
        let kind = DocKind::from_name(&kind).unwrap_or(DocKind::Job);
        Ok(Item::Doc(column(row, 0)?, kind))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_accounts(page: &Page<'_>, cursor: &ColdCursor) -> Result<Vec<Item>, CoreError> {
    let mut statement = page.connection.prepare_cached(ACCOUNTS)?;
    let values = (page.scope.as_bytes(), before(cursor), LISTED);
    let rows = statement.query_map(values, |row| Ok(Item::Account(column(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_common(page: &Page<'_>, cursor: &ColdCursor) -> Result<Vec<Item>, CoreError> {
    let mut statement = page.connection.prepare_cached(COMMON)?;
    let rows = statement.query_map((before(cursor), LISTED), |row| {
        let common = ReferenceRow { kind: row.get(2)?, id: row.get(0)?, json: row.get(1)? };
        Ok(Item::Common(column(row, 0)?, common))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
