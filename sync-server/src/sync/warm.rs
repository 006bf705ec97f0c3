//! The feed of a phone that has been here before: what was touched since, in the
//! order in which it was last touched, each item once.

use std::collections::BTreeMap;

use domain::{DocId, DocKind, Uuid};
use wire::ReferenceRow;

use super::page::Page;
use crate::error::CoreError;
use crate::sql::column;

const TOUCHED: &str = "SELECT item, kind, entered_at, left_at, reason, last_position FROM membership \
     WHERE scope = ?1 AND last_position > ?2 ORDER BY last_position, item LIMIT ?3";
/// What every technician has: the parts catalogue and the knowledge base. One kind at a
/// time is read straight from the index; both at once need a table for each exchange.
const COMMON: [&str; 2] = ["part", "solution"];
const COMMON_AFTER: &str = "SELECT id, json, position, kind FROM reference \
     WHERE kind = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
/// Rows listed at once. More than one position ever touches in one scope
/// (`reference::ROWS_AT_ONCE`), so that a position is never cut in two.
const LISTED: i64 = 512;

/// How far a page got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the end; the last position that was touched.
    End(i64),
    /// To this position; there may be more.
    Full(i64),
}

/// Fills the page with what was touched after `at`; what happened is told since
/// `base`.
pub(super) fn fill(page: &mut Page<'_>, base: i64, at: i64) -> Result<Reach, CoreError> {
    let mut at = at;
    loop {
        let touched = touched_after(page, at)?;
        if touched.is_empty() {
            return Ok(Reach::End(at));
        }
        for (position, items) in touched {
            items.into_iter().try_for_each(|item| tell(page, base, item))?;
            at = position;
            if page.is_full() {
                return Ok(Reach::Full(at));
            }
        }
    }
}

enum Item {
    Doc { doc: DocId, kind: DocKind, stay: Stay },
    Account { account: Uuid, stay: Stay },
    Common(ReferenceRow),
}

struct Stay {
    entered_at: i64,
    left: Option<String>,
}

/// The next touched items, by position.
fn touched_after(page: &Page<'_>, at: i64) -> Result<BTreeMap<i64, Vec<Item>>, CoreError> {
    let mut touched: BTreeMap<i64, Vec<Item>> = BTreeMap::new();
    let mut listings = vec![members_after(page, at)?];
    for kind in COMMON {
        listings.push(common_after(page, kind, at)?);
    }
    // A listing that is full says nothing of what lies at or behind its last
    // position.
    let full = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let horizon = listings
        .iter()
        .filter(|listed| listed.len() >= full)
        .filter_map(|listed| listed.last().map(|(position, _)| *position))
        .min()
        .unwrap_or(i64::MAX);
    for (position, item) in listings.into_iter().flatten() {
        if position < horizon {
            touched.entry(position).or_default().push(item);
        }
    }
    Ok(touched)
}

fn members_after(page: &Page<'_>, at: i64) -> Result<Vec<(i64, Item)>, CoreError> {
    let mut statement = page.connection.prepare_cached(TOUCHED)?;
    let rows = statement.query_map((page.scope.as_bytes(), at, LISTED), |row| {
        let kind: String = row.get(1)?;
        let left_at: Option<i64> = row.get(3)?;
        let reason: Option<String> = row.get(4)?;
        let left = left_at.map(|_| reason.unwrap_or_default());
        let stay = Stay { entered_at: row.get(2)?, left };
        let item: Uuid = column(row, 0)?;
        let item = match DocKind::from_name(&kind) {
            Some(kind) => Item::Doc { doc: DocId::from_uuid(item), kind, stay },
            None => Item::Account { account: item, stay },
        };
        Ok((row.get(5)?, item))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn common_after(page: &Page<'_>, kind: &str, at: i64) -> Result<Vec<(i64, Item)>, CoreError> {
    let mut statement = page.connection.prepare_cached(COMMON_AFTER)?;
    let rows = statement.query_map((kind, at, LISTED), |row| {
        let common = ReferenceRow { kind: row.get(3)?, id: row.get(0)?, json: row.get(1)? };
        Ok((row.get(2)?, Item::Common(common)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn tell(page: &mut Page<'_>, base: i64, item: Item) -> Result<(), CoreError> {
    match item {
        Item::Common(row) => {
            page.row(row);
            Ok(())
        }
        Item::Account { account, stay: Stay { left: Some(_), .. } } => page.forget_account(account),
        Item::Account { account, stay } => {
            page.account(account, if stay.entered_at > base { 0 } else { base })
        }
        Item::Doc { doc, kind, stay: Stay { left: Some(reason), .. } } => {
            page.leave(doc, kind, reason);
            Ok(())
        }
        Item::Doc { doc, kind, stay } => {
            if stay.entered_at <= base {
                page.update(doc, kind, base)
            } else if page.was_made_by_this_push(doc)? {
                page.keep(doc, kind, base)
            } else {
                page.enter(doc, kind)
            }
        }
    }
}
