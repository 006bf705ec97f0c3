//! Attachments: the bytes of photos, signatures and receipts. They lie in files
//! named by their hash, durable before the edit that names them is made, and
//! travel on a queue of their own that never delays jobs.

use std::path::{Path, PathBuf};

use domain::limits::ATTACHMENT_BYTES_MAX;
use domain::{Attachment, AttachmentId, AttachmentKind, BlobHash, DocId, EditCommand, JobCommand};
use rusqlite::Transaction;

use crate::store::blob_files::{self, Bytes};
use crate::store::blob_rows::{self, Blob, BlobState};
use crate::store::error::StoreError;
use crate::worker::guarded;
use crate::{Client, ClientError, ClientEvent};

/// An attachment about to be added to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// What it shows.
    pub kind: AttachmentKind,
    /// Media type.
    pub mime: String,
    /// What the technician says to it.
    pub caption: String,
}

/// An attachment that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentReport {
    /// Its id in the job.
    pub id: AttachmentId,
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
}

impl Client {
    /// Adds an attachment to a job: bytes, note in the queue and edit are all
    /// durable when this returns.
    ///
    /// # Errors
    ///
    /// When it is over the limit; otherwise as [`execute`](Self::execute).
    pub fn add_attachment(
        &self,
        job: DocId,
        new: NewAttachment,
        bytes: &[u8],
    ) -> Result<AttachmentReport, ClientError> {
        let hash = self.keep_bytes(bytes)?;
        self.attach(job, new, hash, bytes.len() as u64)
    }

    /// Adds a file to a job as an attachment; the file is copied.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is over the limit; otherwise as
    /// [`execute`](Self::execute).
    pub fn add_attachment_file(
        &self,
        job: DocId,
        new: NewAttachment,
        path: &Path,
    ) -> Result<AttachmentReport, ClientError> {
        let (hash, size) = blob_files::copy_in(self.core.store.files(), path, ATTACHMENT_BYTES_MAX)?;
        self.attach(job, new, hash, size)
    }

    /// Keeps bytes that a command will name by their hash, such as the photo of
    /// a trip's receipt, and queues them for sending.
    ///
    /// # Errors
    ///
    /// When they are over the limit, or the disk cannot be written.
    pub fn keep_blob(&self, mime: &str, bytes: &[u8]) -> Result<BlobHash, ClientError> {
        let hash = self.keep_bytes(bytes)?;
        self.core.store.write(self.core.ids(), |transaction, _| {
            blob_rows::add(transaction, hash, bytes.len() as u64, mime, BlobState::ToUpload)
        })?;
        self.core.observers.tell(&[ClientEvent::AttachmentsChanged]);
        Ok(hash)
    }

    fn keep_bytes(&self, bytes: &[u8]) -> Result<BlobHash, ClientError> {
        check_size(bytes.len() as u64)?;
        let hash = blob_files::hash_of(bytes);
        blob_files::write(self.core.store.files(), hash, bytes)?;
        Ok(hash)
    }

    fn attach(
        &self,
        job: DocId,
        new: NewAttachment,
        hash: BlobHash,
        size: u64,
    ) -> Result<AttachmentReport, ClientError> {
        let core = &self.core;
        let id = self.ids().attachment();
        let NewAttachment { kind, mime, caption } = new;
        let attachment = Attachment { hash, mime: mime.clone(), size, caption, kind };
        let command = EditCommand::Job(JobCommand::AddAttachment { id, attachment });
        guarded(|| {
            let written = core.store.write(core.ids(), |transaction, cache| {
                blob_rows::add(transaction, hash, size, &mime, BlobState::ToUpload)?;
                core.edit(transaction, cache, job, &command)
            });
            written.map_err(ClientError::from)
        })?;
        core.observers.tell(&[
            ClientEvent::JobsChanged(vec![job]),
            ClientEvent::OutboxChanged,
            ClientEvent::AttachmentsChanged,
        ]);
        Ok(AttachmentReport { id, hash })
    }

    /// The file of an attachment, if its bytes are on this phone as they were: they
    /// are compared with their hash. Damaged ones that the server has are fetched
    /// by the next sync.
    ///
    /// # Errors
    ///
    /// [`ClientError::AttachmentAbsent`] if they are not here, or are fetched anew;
    /// [`ClientError::AttachmentDamaged`] if they are damaged and were never sent.
    pub fn attachment_file(&self, hash: BlobHash) -> Result<PathBuf, ClientError> {
        let files = self.core.store.files();
        match blob_files::look(files, hash)? {
            Bytes::Sound => return Ok(blob_files::path_of(files, hash)),
            Bytes::Absent => return Err(ClientError::AttachmentAbsent),
            Bytes::Damaged => tracing::warn!(%hash, "an attachment is damaged on this phone"),
        }
        let again = |transaction: &Transaction<'_>| blob_rows::fetch_again(transaction, hash);
        let is_asked = self.core.store.write(self.core.ids(), |transaction, _| again(transaction))?;
        Err(if is_asked { ClientError::AttachmentAbsent } else { ClientError::AttachmentDamaged })
    }

    /// Asks for an attachment's bytes; a sync fetches them.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn request_attachment(&self, attachment: &Attachment) -> Result<(), ClientError> {
        let Attachment { hash, size, mime, .. } = attachment;
        self.core.store.write(self.core.ids(), |transaction, _| {
            if blob_files::look(self.core.store.files(), *hash)? == Bytes::Sound {
                return Ok(());
            }
            blob_rows::add(transaction, *hash, *size, mime, BlobState::ToDownload)
        })?;
        Ok(())
    }

    /// What is known of every attachment's bytes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn attachments(&self) -> Result<Vec<Blob>, ClientError> {
        Ok(self.core.store.read(blob_rows::all)?)
    }
}

fn check_size(bytes: u64) -> Result<(), StoreError> {
    if bytes > ATTACHMENT_BYTES_MAX {
        return Err(ClientError::AttachmentTooLarge { bytes, bytes_max: ATTACHMENT_BYTES_MAX }.into());
    }
    Ok(())
}
