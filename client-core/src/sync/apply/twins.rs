//! What a copy of this phone had taken. Two copies of one database hold the same
//! unsent edits; one of them may get through where the other is refused. Once the
//! document brings it, the edit stands, and nobody has to decide on it any more.

use domain::{DocView, EditCommand, Instant, JobCommand, TripCommand};

use super::effects::Effects;
use crate::OutboxEntry;
use crate::incoming;
use crate::store::error::Result;
use crate::store::writing::Writing;
use crate::store::{documents as document_rows, outbox};
use ::documents::Document;

/// Looks through the edits that wait for a person, in the documents that changed.
pub(super) fn recognise(transaction: &Writing<'_>, effects: &mut Effects, now: Instant) -> Result<()> {
    if effects.nothing_changed() {
        return Ok(());
    }
    for entry in outbox::needs_attention(transaction)? {
        if !effects.has_changed(entry.doc) {
            continue;
        }
        let Some(saved) = document_rows::read(transaction, entry.doc)? else { continue };
        let Ok(document) = incoming::own(saved.kind, &saved.saved) else { continue };
        let taken = taken_form(transaction, &entry, &document)?;
        if let Some(form) = &taken {
            outbox::accept(transaction, form.hash, now)?;
        }
        let is_other = taken.as_ref().is_none_or(|form| form.id != entry.id);
        if is_other && (taken.is_some() || stands(&entry, &document)) {
            outbox::supersede(transaction, entry.id, None, now)?;
        } else if taken.is_none() {
            continue;
        }
        effects.attention_changed();
    }
    Ok(())
}

/// The form of an edit, of all in which it was ever made, that the document holds.
/// What is refused comes out of the document, so only the server can have brought it.
fn taken_form(
    transaction: &Writing<'_>,
    entry: &OutboxEntry,
    document: &Document,
) -> Result<Option<OutboxEntry>> {
    let mut form = Some(entry.clone());
    while let Some(one) = form {
        if document.contains(one.hash) {
            return Ok(Some(one));
        }
        form = match one.replays {
            Some(before) => outbox::by_id(transaction, before)?,
            None => None,
        };
    }
    Ok(None)
}

/// Whether the line or event that an edit makes is there. Its id was drawn on this
/// phone, so only a copy of it can have made the same.
fn stands(entry: &OutboxEntry, document: &Document) -> bool {
    let Ok(view) = incoming::view(document) else { return false };
    match (&entry.command, view) {
        (Some(EditCommand::Job(command)), DocView::Job(job)) => match command {
            JobCommand::Create { event, .. } | JobCommand::Assign { event, .. } => {
                job.event(*event).is_some()
            }
            JobCommand::Record { event } => job.event(event.id).is_some(),
            JobCommand::AddPart { id, .. } => job.parts.iter().any(|line| line.id == *id),
            JobCommand::AddLabour { id, .. } => job.labour.iter().any(|line| line.id == *id),
            JobCommand::AddNote { id, .. } => job.notes.iter().any(|note| note.id == *id),
            JobCommand::AddAttachment { id, .. } => job.attachments.iter().any(|line| line.id == *id),
            _ => false,
        },
        (Some(EditCommand::Trip(TripCommand::AddReceipt { id, .. })), DocView::Trip(trip)) => {
            trip.receipts.iter().any(|line| line.id == *id)
        }
        _ => false,
    }
}
