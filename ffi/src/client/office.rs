//! Between the phone and the office: what waits to be sent, and what needs
//! attention because it was refused.

use client_core::Client;

use super::FieldClient;
use crate::FieldError;
use crate::types::{OutboxItem, Saved, TypedEdit};

#[uniffi::export]
impl FieldClient {
    /// Edits that wait for the server's verdict, oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    #[uniffi::method(default(limit = 500))]
    pub async fn outbox(&self, limit: u32) -> Result<Vec<OutboxItem>, FieldError> {
        let entries = self.read(move |client| client.outbox(limit)).await?;
        Ok(entries.into_iter().map(OutboxItem::from).collect())
    }

    /// Edits that the server refused or that could not be made again, oldest first.
    /// Each waits until a person corrects it, gives it up or asks the office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn needs_attention(&self) -> Result<Vec<OutboxItem>, FieldError> {
        let entries = self.read(Client::needs_attention).await?;
        Ok(entries.into_iter().map(OutboxItem::from).collect())
    }

    /// Saves edits from now on without judging them by the policy first, as an app
    /// does whose policy is older than the server's: what the server refuses comes
    /// back into `needs_attention`. For tests and demonstrations.
    ///
    /// # Errors
    ///
    /// When the client is closed.
    pub fn leave_policy_to_server(&self) -> Result<(), FieldError> {
        self.opened()?.client.leave_policy_to_server();
        Ok(())
    }

    /// Puts a corrected edit of the same kind in the place of one that needs
    /// attention.
    ///
    /// # Errors
    ///
    /// When the entry needs none, the edit is of another kind or not allowed, or the
    /// database cannot be written. The entry stays as it was.
    pub async fn correct(&self, entry: i64, typed: TypedEdit) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.correct_typed(entry, typed)).await?.into())
    }

    /// Tries an edit that needs attention again, as the job stands now.
    ///
    /// # Errors
    ///
    /// As `correct`.
    pub async fn try_again(&self, entry: i64) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.try_again(entry)).await?.into())
    }

    /// Gives an edit up that needs attention. It stays in the history.
    ///
    /// # Errors
    ///
    /// When the entry needs none, or the database cannot be written.
    pub async fn discard(&self, entry: i64) -> Result<(), FieldError> {
        self.edit(move |client| client.discard(entry)).await
    }

    /// Asks the office to decide on an edit; it goes with the next sync.
    ///
    /// # Errors
    ///
    /// When the entry needs no attention, or the database cannot be written.
    #[uniffi::method(default(remark = None))]
    pub async fn offer_to_office(&self, entry: i64, remark: Option<String>) -> Result<(), FieldError> {
        self.edit(move |client| client.offer_to_office(entry, remark.as_deref())).await
    }
}
