//! Files that came with a request. They may say who the customer is: only who may reach
//! the customer has them.

use domain::Instant;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use rusqlite::{Connection, OptionalExtension, Transaction};
use sha2::{Digest, Sha256};

use super::acts::{for_act_read, one, words};
use super::person::Person;
use super::portal::{keep_refused, reply};
use super::register::no_request;
use super::row::{RequestId, find_request};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::{column, int};

/// A larger file is not kept.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// A customer adds files until the request holds so much.
pub const FILES_BYTES_MAX: usize = 40 * 1024 * 1024;

const KEEP_BLOB: &str = "INSERT OR IGNORE INTO request_blobs (hash, content) VALUES (?1, ?2)";
const KEEP_FILE: &str = "INSERT INTO request_files (request, activity, hash, name, media_type, bytes) \
     VALUES (?1, (SELECT max(id) FROM request_activities WHERE request = ?1), ?2, ?3, ?4, ?5)";
const IS_THERE: &str =
    "SELECT EXISTS (SELECT 1 FROM request_files WHERE request = ?1 AND hash = ?2 AND name = ?3)";
const KEPT: &str = "SELECT coalesce(sum(bytes), 0) FROM request_files WHERE request = ?1";

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

/// A file that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// As its sender calls it.
    pub name: String,
    /// What its sender says that it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Keeps a file with the activity that was written last.
pub(crate) fn keep_file(tx: &Transaction<'_>, request: RequestId, file: &NewFile) -> Result<(), CoreError> {
    let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
    tx.prepare_cached(KEEP_BLOB)?.execute((hash, &file.bytes))?;
    let values = (request.as_bytes(), hash, &file.name, &file.media_type, int(file.bytes.len()));
    tx.prepare_cached(KEEP_FILE)?.execute(values)?;
    Ok(())
}

/// Takes a file that a customer adds behind the link: a reply that says its name. The same
/// file again is the one that is there.
///
/// # Errors
///
/// `invalid`; `request_closed`, and the file is kept all the same.
pub async fn add_file_by_customer(core: &Core, id: RequestId, file: NewFile) -> Result<(), CoreError> {
    let file = NewFile { name: file.name.trim().to_owned(), ..file };
    let files = vec![file];
    add_by_customer(core, id, (None, files)).await
}

/// Takes what a customer sends on the page: words, files, or both, as one reply. Files that
/// are there already are not taken again.
///
/// # Errors
///
/// `invalid` without either; `request_closed`, and all of it is kept all the same.
pub async fn add_by_customer(
    core: &Core,
    id: RequestId,
    (text, files): (Option<String>, Vec<NewFile>),
) -> Result<(), CoreError> {
    let (heart, now) = (core.clone(), core.now());
    let take = move |tx: &Transaction<'_>| {
        let mut request = find_request(tx, id)?.ok_or_else(no_request)?;
        let mut new = Vec::new();
        for file in &files {
            check(tx, id, file)?;
            if !is_there(tx, id, file)? {
                new.push(file);
            }
        }
        if text.is_none() && new.is_empty() && !files.is_empty() {
            return Ok(Ok(()));
        }
        let names = || new.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
        let text = words("text", text.unwrap_or_else(names))?;
        let replied = keep_refused(reply(&heart, tx, (&mut request, text), now))?;
        for file in new {
            keep_customers_file(tx, id, file)?;
        }
        Ok::<_, CoreError>(replied)
    };
    let outcome = core.store().write(take).await?;
    core.wake_timer();
    outcome
}

/// Keeps a file of a customer's with the activity that was written last, if it will do.
pub(super) fn keep_customers_file(
    tx: &Transaction<'_>,
    id: RequestId,
    file: &NewFile,
) -> Result<(), CoreError> {
    check(tx, id, file)?;
    if is_there(tx, id, file)? { Ok(()) } else { keep_file(tx, id, file) }
}

fn is_there(tx: &Transaction<'_>, id: RequestId, file: &NewFile) -> Result<bool, CoreError> {
    let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
    let values = (id.as_bytes(), hash, &file.name);
    Ok(tx.prepare_cached(IS_THERE)?.query_row(values, |row| row.get(0))?)
}

fn check(tx: &Transaction<'_>, id: RequestId, file: &NewFile) -> Result<(), CoreError> {
    let is_plain = !file.name.chars().any(char::is_control);
    if file.name.is_empty() || !is_plain || file.name.chars().count() > SHORT_TEXT_CHARS_MAX {
        return Err(one("name", "file.name", "the name of the file, without control characters"));
    }
    if file.bytes.is_empty() || file.bytes.len() > FILE_BYTES_MAX {
        return Err(one("body", "file.size", "a file has 1 byte to 10 MiB"));
    }
    let kept: i64 = tx.prepare_cached(KEPT)?.query_row([id.as_bytes()], |row| row.get(0))?;
    if kept + int(file.bytes.len()) > int(FILES_BYTES_MAX) {
        return Err(one("body", "file.too_many", "the request holds 40 MiB of files already"));
    }
    Ok(())
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
