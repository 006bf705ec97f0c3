//! Reading ids, instants and words from columns.

use domain::Instant;
use rusqlite::Row;
use rusqlite::types::Type;

/// An id column of 16 bytes.
pub(super) fn id<T>(row: &Row<'_>, column: &str, read: fn(&[u8]) -> Option<T>) -> rusqlite::Result<T> {
    let bytes = row.get_ref(column)?.as_blob()?;
    read(bytes).ok_or_else(|| unreadable(column))
}

/// An id column that may be empty.
pub(super) fn id_or_none<T>(
    row: &Row<'_>,
    column: &str,
    read: fn(&[u8]) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    row.get_ref(column)?
        .as_blob_or_null()?
        .map(|bytes| read(bytes).ok_or_else(|| unreadable(column)))
        .transpose()
}

/// An instant.
pub(super) fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Instant> {
    row.get(column).map(Instant::from_millis)
}

/// An instant that may be empty.
pub(super) fn instant_or_none(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Instant>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(Instant::from_millis))
}

/// A word of an enumeration.
pub(super) fn word<T>(row: &Row<'_>, column: &str, read: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    read(row.get_ref(column)?.as_str()?).ok_or_else(|| unreadable(column))
}

fn unreadable(column: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, format!("unreadable {column}").into())
}
