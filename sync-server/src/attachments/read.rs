//! Gives a whole attachment to whoever may see a document that names it, or
//! brought it.

use std::fs::File;

use domain::BlobHash;
use rusqlite::Connection;

use super::receive::blocking;
use super::{AttachmentError, Attachments, files, rows};
use crate::office::may_see_document;
use crate::session::DeviceSession;

/// An attachment that may be read.
#[derive(Debug)]
pub struct Opened {
    /// Its bytes.
    pub file: File,
    /// How many.
    pub length: u64,
}

impl Attachments {
    /// Opens an attachment for reading.
    ///
    /// # Errors
    ///
    /// `NotFound` when it is not whole, or belongs to nothing in this person's scope.
    pub async fn open_for(&self, session: &DeviceSession, hash: BlobHash) -> Result<Opened, AttachmentError> {
        let session = *session;
        let length = self.inner.store.read(move |connection| readable(connection, &session, hash)).await?;
        let path = files::whole_path(&self.inner.folder, hash);
        let file = blocking(move || Ok(File::open(path)?)).await?;
        Ok(Opened { file, length })
    }
}

fn readable(
    connection: &Connection,
    session: &DeviceSession,
    hash: BlobHash,
) -> Result<u64, AttachmentError> {
    let (length, brought_by) = rows::whole(connection, hash)?.ok_or(AttachmentError::NotFound)?;
    if brought_by == session.user {
        return Ok(length);
    }
    for doc in rows::named_by(connection, hash)? {
        if may_see_document(connection, session, doc)? {
            return Ok(length);
        }
    }
    Err(AttachmentError::NotFound)
}
