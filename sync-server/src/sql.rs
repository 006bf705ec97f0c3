//! How the domain's ids and hashes stand in rows.

use domain::{ActorId, AgencyId, DeviceId, DocId, EventId, Hash32, Instant, UserId, Uuid};
use rusqlite::Row;

/// A value that stands in a row as bytes of a fixed length.
pub(crate) trait Column: Sized {
    /// Reads a column.
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self>;
}

macro_rules! uuid_columns {
    ($($name:ident),*) => {$(
        impl Column for $name {
            fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
                Ok(Self::from_uuid(Uuid::from_bytes(row.get(index)?)))
            }
        }
    )*};
}
uuid_columns!(DocId, UserId, DeviceId, AgencyId);

impl Column for Uuid {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self::from_bytes(row.get(index)?))
    }
}
impl Column for ActorId {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self::from_bytes(row.get(index)?))
    }
}
impl Column for Hash32 {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self::from_bytes(row.get(index)?))
    }
}
impl Column for EventId {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self::from_bytes(row.get(index)?))
    }
}
impl Column for Instant {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self::from_millis(row.get(index)?))
    }
}
impl<T: Column> Column for Option<T> {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        match row.get_ref(index)? {
            rusqlite::types::ValueRef::Null => Ok(None),
            _ => T::read(row, index).map(Some),
        }
    }
}

/// Reads a column of a domain type.
pub(crate) fn column<T: Column>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    T::read(row, index)
}

/// A length or number as SQLite holds it.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Reads a number that is never negative.
pub(crate) fn uint(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    let number: i64 = row.get(index)?;
    usize::try_from(number).map_err(|_negative| rusqlite::Error::IntegralValueOutOfRange(index, number))
}

/// A word in a row that this program does not know.
pub(crate) fn unknown_word(index: usize, word: &str) -> rusqlite::Error {
    let error = format!("unknown word {word:?}");
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, error.into())
}
