//! The diagnosis and the solution, which several people may write together.
//! Offsets count UTF-16 code units, as texts on phones do.

use client_core::domain::{DocId, JobText};

use super::FieldClient;
use crate::FieldError;
use crate::types::Saved;

#[uniffi::export]
impl FieldClient {
    /// Edits a text in place, as it stands at this moment.
    ///
    /// # Errors
    ///
    /// With `value_invalid` when the place is beyond the text or within a character;
    /// when the job does not allow it, or the database cannot be written.
    pub async fn splice_text(
        &self,
        job: DocId,
        text: JobText,
        at: u32,
        delete: u32,
        insert: String,
    ) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.splice_text(job, text, at, delete, &insert)).await?.into())
    }

    /// Replaces a text with what a person made of it. `seen` is the text that the
    /// screen showed when they began: what others wrote meanwhile stays, and the
    /// person's own edit goes where it belongs. Without `seen` the whole is replaced.
    ///
    /// # Errors
    ///
    /// When the job does not allow it, or the database cannot be written.
    #[uniffi::method(default(seen = None))]
    pub async fn set_text(
        &self,
        job: DocId,
        text: JobText,
        value: String,
        seen: Option<String>,
    ) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.replace_text(job, text, seen.as_deref(), &value)).await?.into())
    }
}
