//! Edits that the server refused, or that could not be made again after a
//! refusal: a person corrects them, gives them up, or asks the office. None of
//! them is ever deleted.

use documents::EditError;
use domain::{DocId, EditCommand};
use rusqlite::Connection;

use super::correction::{Typed, corrected};
use super::{Client, EditOutcome, EditReceipt, execute};
use crate::store::error::Result as StoreResult;
use crate::store::{offers, outbox};
use crate::worker::guarded;
use crate::{ClientError, ClientEvent, OutboxEntry, Resolution};

impl Client {
    /// What needs attention, oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn needs_attention(&self) -> Result<Vec<OutboxEntry>, ClientError> {
        Ok(self.core.store.read(outbox::needs_attention)?)
    }

    /// What waits for the server's verdict, oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn outbox(&self, limit: u32) -> Result<Vec<OutboxEntry>, ClientError> {
        Ok(self.core.store.read(|connection| outbox::unsettled(connection, limit))?)
    }

    /// Every edit that this phone made to a document, oldest first, with what
    /// became of each.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn history(&self, doc: DocId) -> Result<Vec<OutboxEntry>, ClientError> {
        Ok(self.core.store.read(|connection| outbox::of_doc(connection, doc))?)
    }

    /// Gives an edit up. It stays in the history of the outbox.
    ///
    /// # Errors
    ///
    /// When the entry does not need attention, or the database cannot be written.
    pub fn discard(&self, entry: i64) -> Result<(), ClientError> {
        self.core.store.write(self.core.ids(), |transaction, _| {
            waiting(transaction, entry)?;
            outbox::resolve(transaction, entry, Resolution::Discarded, None)
        })?;
        self.core.observers.tell(&[ClientEvent::AttentionChanged]);
        Ok(())
    }

    /// Puts another command in the place of an edit that needs attention; the
    /// same command tries it again as the document stands now.
    ///
    /// # Errors
    ///
    /// When the entry does not need attention; otherwise as
    /// [`execute`](Self::execute). In each case the entry stays as it was.
    pub fn correct(&self, entry: i64, command: &EditCommand) -> Result<EditReceipt, ClientError> {
        let core = &self.core;
        let receipt = guarded(|| {
            let written = core.store.write(core.ids(), |transaction, cache| {
                let corrected = waiting(transaction, entry)?;
                let receipt = core.edit(transaction, cache, corrected.doc, command)?;
                let by = match receipt.outcome {
                    EditOutcome::Saved { entry } => Some(entry),
                    EditOutcome::NothingToChange => None,
                };
                outbox::resolve(transaction, entry, Resolution::Corrected, by)?;
                Ok(receipt)
            });
            written.map_err(ClientError::from)
        })?;
        core.observers.tell(&[
            execute::document_changed(receipt.doc, command),
            ClientEvent::OutboxChanged,
            ClientEvent::AttentionChanged,
        ]);
        Ok(receipt)
    }

    /// Puts what a person typed in the place of an edit that needs attention; see
    /// [`correct`](Self::correct).
    ///
    /// # Errors
    ///
    /// When it is of another kind than the edit; otherwise as
    /// [`correct`](Self::correct).
    pub fn correct_typed(&self, entry: i64, typed: Typed) -> Result<EditReceipt, ClientError> {
        let before = self.command_of(entry)?;
        let command = corrected(&before, typed).ok_or_else(|| {
            let message = "a correction is of the same kind as the edit whose place it takes".to_owned();
            EditError::Invalid { path: "typed".to_owned(), message }
        })?;
        self.correct(entry, &command)
    }

    /// Tries an edit that needs attention again, on the document as it stands now.
    ///
    /// # Errors
    ///
    /// As [`correct`](Self::correct).
    pub fn try_again(&self, entry: i64) -> Result<EditReceipt, ClientError> {
        let command = self.command_of(entry)?;
        self.correct(entry, &command)
    }

    fn command_of(&self, entry: i64) -> Result<EditCommand, ClientError> {
        let found = self.core.store.read(|connection| waiting(connection, entry))?;
        found.command.ok_or(ClientError::UnknownEntry(entry))
    }

    /// Asks the office to decide on an edit; it goes with the next sync.
    ///
    /// # Errors
    ///
    /// When the entry does not need attention, its command is not known, or the
    /// database cannot be written.
    pub fn offer_to_office(&self, entry: i64, remark: Option<&str>) -> Result<(), ClientError> {
        self.core.store.write(self.core.ids(), |transaction, _| {
            let offered = waiting(transaction, entry)?;
            if offered.command.is_none() {
                return Err(ClientError::UnknownEntry(entry).into());
            }
            offers::add(transaction, entry, remark)?;
            outbox::resolve(transaction, entry, Resolution::Offered, None)
        })?;
        self.core.observers.tell(&[ClientEvent::AttentionChanged]);
        Ok(())
    }
}

/// An entry that waits for a decision.
fn waiting(connection: &Connection, entry: i64) -> StoreResult<OutboxEntry> {
    let found = outbox::by_id(connection, entry)?.filter(OutboxEntry::needs_attention);
    Ok(found.ok_or(ClientError::UnknownEntry(entry))?)
}
