//! Files that came with a request. They may say who the customer is: only who may reach
//! the customer has them.

use domain::Instant;
use rusqlite::{Connection, OptionalExtension};

use super::acts::for_act_read;
use super::person::Person;
use super::row::RequestId;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const OF_REQUEST: &str = "SELECT request_files.id, activity, name, media_type, bytes, recorded_at FROM request_files \
     JOIN request_activities ON request_activities.id = activity WHERE request_files.request = ?1 \
     ORDER BY request_files.id";
const CONTENT: &str = "SELECT content FROM request_files JOIN request_blobs USING (hash) \
     WHERE request_files.id = ?1 AND request = ?2";

/// A file of a request.
#[derive(Debug, Clone)]
pub struct RequestFile {
    /// Its number.
    pub id: i64,
    /// With which activity it came.
    pub activity: i64,
    /// As its sender called it.
    pub name: String,
    /// What its sender says that it is.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
    /// When it came.
    pub at: Instant,
}

/// The files of a request, the first first.
pub(super) fn files(connection: &Connection, request: RequestId) -> Result<Vec<RequestFile>, CoreError> {
    let mut statement = connection.prepare_cached(OF_REQUEST)?;
    let rows = statement.query_map([request.as_bytes()], |row| {
        Ok(RequestFile {
            id: row.get(0)?,
            activity: row.get(1)?,
            name: row.get(2)?,
            media_type: row.get(3)?,
            bytes: row.get(4)?,
            at: column(row, 5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The content of a file.
///
/// # Errors
///
/// `not_found` when there is none in the person's sight.
pub async fn read_request_file(
    core: &Core,
    session: &DeviceSession,
    (request, file): (RequestId, i64),
) -> Result<Vec<u8>, CoreError> {
    let session = *session;
    let read = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        for_act_read(connection, &person, request)?;
        if !person.sees_contact() {
            return Err(CoreError::not_found());
        }
        let values = (file, request.as_bytes());
        let content = connection.prepare_cached(CONTENT)?.query_row(values, |row| row.get(0)).optional()?;
        content.ok_or_else(CoreError::not_found)
    };
    core.store().read(read).await
}
