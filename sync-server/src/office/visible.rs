//! Who may see a document: the head office (dispatchers, administrators, quality,
//! customer relations) all of them, a representative those of the agency, a
//! technician those in scope.

use domain::{DocId, DocKind, Role};
use rusqlite::{Connection, OptionalExtension};

use crate::desk;
use crate::error::CoreError;
use crate::log::{DocumentRow, document_row};
use crate::session::DeviceSession;

const IN_SCOPE: &str = "SELECT 1 FROM membership WHERE scope = ?1 AND item = ?2 AND left_at IS NULL";
const OF_AGENCY: &str = "SELECT 1 FROM jobs WHERE doc = ?1 AND representative = ?2";
const TRIP_OF_AGENCY: &str = "SELECT 1 FROM trips JOIN users ON users.id = trips.technician \
     WHERE trips.doc = ?1 AND users.agency = ?2";

/// The document's row, if this person may see it; else it is not found.
pub(crate) fn visible_row(
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
) -> Result<DocumentRow, CoreError> {
    let row = document_row(connection, doc)?.ok_or_else(CoreError::not_found)?;
    if may_see(connection, session, doc, row.kind)? { Ok(row) } else { Err(CoreError::not_found()) }
}

/// Whether this person may see a document.
pub(crate) fn may_see_document(
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
) -> Result<bool, CoreError> {
    match document_row(connection, doc)? {
        Some(row) => may_see(connection, session, doc, row.kind),
        None => Ok(false),
    }
}

fn may_see(
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
    kind: DocKind,
) -> Result<bool, CoreError> {
    let exists = |sql: &str, first: &[u8; 16], second: &[u8; 16]| {
        connection.prepare_cached(sql)?.query_row((first, second), |_| Ok(())).optional()
    };
    let found = match (session.role, session.agency) {
        (Role::Dispatcher | Role::Administrator | Role::Quality | Role::CustomerRelations, _) => {
            return Ok(true);
        }
        (Role::Representative, None) => None,
        (Role::Desk, _) => return desk::sees_visit(connection, session, doc),
        (Role::Representative, Some(agency)) => {
            let sql = if kind == DocKind::Job { OF_AGENCY } else { TRIP_OF_AGENCY };
            exists(sql, doc.as_bytes(), agency.as_bytes())?
        }
        (Role::Technician, _) => exists(IN_SCOPE, session.user.as_bytes(), doc.as_bytes())?,
    };
    Ok(found.is_some())
}

/// The condition on `jobs` that keeps a list to what a person may see, and the
/// value of its `?`, if it has one.
pub(crate) fn jobs_condition(session: &DeviceSession) -> Option<(&'static str, [u8; 16])> {
    match session.role {
        Role::Dispatcher | Role::Administrator | Role::Quality | Role::CustomerRelations => None,
        // The desk sees jobs through their requests; the nil id is no job's.
        Role::Desk => Some(("jobs.doc = ?", [0; 16])),
        // Without an agency it is the nil id, which no job names.
        Role::Representative => {
            Some(("jobs.representative = ?", session.agency.map_or([0; 16], |agency| *agency.as_bytes())))
        }
        Role::Technician => Some((
            "jobs.doc IN (SELECT item FROM membership WHERE scope = ? AND left_at IS NULL)",
            *session.user.as_bytes(),
        )),
    }
}
