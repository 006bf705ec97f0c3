//! Photos, signatures and receipts. Their bytes travel on a queue of their own,
//! after the jobs.

use std::path::{Path, PathBuf};

use client_core::domain::{Attachment, AttachmentId, AttachmentKind, DocId, Hash32};
use client_core::{Blob, Client, NewAttachment};

use super::FieldClient;
use crate::FieldError;

#[uniffi::export]
impl FieldClient {
    /// Adds a photo, signature or receipt to a job, and gives its id. Bytes and edit
    /// are saved together.
    ///
    /// # Errors
    ///
    /// When it is over the limit of 25 MiB, the job does not allow it, or the disk
    /// cannot be written.
    #[uniffi::method(default(caption = ""))]
    pub async fn add_attachment(
        &self,
        job: DocId,
        kind: AttachmentKind,
        mime: String,
        bytes: Vec<u8>,
        caption: String,
    ) -> Result<AttachmentId, FieldError> {
        let new = NewAttachment { kind, mime, caption };
        self.edit(move |client| Ok(client.add_attachment(job, new, &bytes)?.id)).await
    }

    /// The same with a file, which is copied; it is never in memory as a whole.
    ///
    /// # Errors
    ///
    /// As `add_attachment`, and when the file cannot be read.
    #[uniffi::method(default(caption = ""))]
    pub async fn add_attachment_file(
        &self,
        job: DocId,
        kind: AttachmentKind,
        mime: String,
        path: String,
        caption: String,
    ) -> Result<AttachmentId, FieldError> {
        let new = NewAttachment { kind, mime, caption };
        self.edit(move |client| Ok(client.add_attachment_file(job, new, Path::new(&path))?.id)).await
    }

    /// Keeps a photo for the receipt of a trip, and gives the hash that the receipt
    /// names it by.
    ///
    /// # Errors
    ///
    /// As `add_attachment`.
    pub async fn keep_photo(&self, mime: String, bytes: Vec<u8>) -> Result<Hash32, FieldError> {
        self.edit(move |client| client.keep_blob(&mime, &bytes)).await
    }

    /// The path of an attachment's file, if its bytes are on this phone.
    ///
    /// # Errors
    ///
    /// With `attachment_absent` if they are not: ask for them with
    /// `request_attachment`.
    pub async fn attachment_path(&self, hash: Hash32) -> Result<String, FieldError> {
        let shown = |path: PathBuf| path.display().to_string();
        self.edit(move |client| client.attachment_file(hash).map(shown)).await
    }

    /// Asks for an attachment's bytes; the next sync fetches them.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn request_attachment(&self, attachment: Attachment) -> Result<(), FieldError> {
        self.edit(move |client| client.request_attachment(&attachment)).await
    }

    /// What is known of every attachment's bytes.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn attachments(&self) -> Result<Vec<Blob>, FieldError> {
        self.read(Client::attachments).await
    }
}
