//! Gives a whole attachment to whoever may see a document that names it, or
//! brought it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use domain::BlobHash;
use rusqlite::{Connection, Transaction};

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
    /// Opens an attachment for reading from a byte on. For who begins at the start
    /// its hash is compared first, so that damaged bytes are not given out; they are
    /// set aside, and whoever offers the attachment again brings it back.
    ///
    /// # Errors
    ///
    /// `NotFound` when it is not whole, damaged, or belongs to nothing in this
    /// person's scope.
    pub async fn open_for(
        &self,
        session: &DeviceSession,
        hash: BlobHash,
        from: u64,
    ) -> Result<Opened, AttachmentError> {
        let session = *session;
        let length = self.inner.store.read(move |connection| readable(connection, &session, hash)).await?;
        let path = files::whole_path(&self.inner.folder, hash);
        let opened = blocking(move || {
            let is_sound = from > 0 || is_sound(&path, hash)?;
            is_sound.then(|| File::open(&path)).transpose().map_err(AttachmentError::from)
        });
        match opened.await? {
            Some(file) => Ok(Opened { file, length }),
            None => {
                self.give_up(hash).await?;
                Err(AttachmentError::NotFound)
            }
        }
    }

    /// Forgets that a damaged attachment is whole. Its file is kept aside.
    async fn give_up(&self, hash: BlobHash) -> Result<(), AttachmentError> {
        tracing::error!(%hash, "an attachment is damaged; it is set aside until somebody brings it again");
        let forget = move |transaction: &Transaction<'_>| rows::forget_whole(transaction, hash);
        self.inner.store.write(forget).await?;
        let folder = self.inner.folder.clone();
        blocking(move || Ok(files::set_aside(&folder, hash)?)).await
    }
}

/// Whether a file is there and has its hash.
fn is_sound(path: &Path, hash: BlobHash) -> Result<bool, AttachmentError> {
    match crate::disk::hash_of(path) {
        Ok(found) => Ok(found == hash),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
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
