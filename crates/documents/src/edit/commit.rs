//! A draft becomes a change.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ReadDoc};
use domain::limits::CHANGE_OPS_MAX;

use super::draft::Write;
use super::{invalid, texts};
use crate::EditError;
use crate::document::{Document, EditContext, RawChange};
use crate::engine::{actor_in, guarded, header};
use crate::inspect::Scalar;
use crate::read::Touched;

/// Writes a draft as one change; `None` if it is empty. The document is replaced
/// only when all went well.
pub(super) fn commit(
    document: &mut Document,
    writes: &[Write],
    context: &EditContext,
) -> Result<Option<RawChange>, EditError> {
    if writes.is_empty() {
        return Ok(None);
    }
    let seen = document.seen.clone();
    let work =
        |transaction: &mut Transaction<'_>| writes.iter().try_for_each(|write| apply(transaction, write));
    let change = transact(document, context, work)?;
    document.seen = if change.is_some() { seen.after(touched(document, writes)) } else { seen };
    Ok(change)
}

/// What a draft has written, so that only that is read again.
fn touched(document: &Document, writes: &[Write]) -> Option<Touched> {
    let mut touched = Touched::default();
    for write in writes {
        let (object, key) = match write {
            Write::Put { object, key, .. } | Write::Entry { object, key, .. } => (object, Some(key.as_str())),
            Write::Splice { text, .. } | Write::Replace { text, .. } => (text, None),
        };
        touched.add(&document.path_to(object)?, key)?;
    }
    Some(touched)
}

/// Runs one transaction on a copy, and commits it as the house does: the author's
/// actor, the stamp's milliseconds, no message.
pub(super) fn transact(
    document: &mut Document,
    context: &EditContext,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> Result<Option<RawChange>, EditError> {
    let mut inner = document.inner.clone();
    let (inner, ops, change) = guarded(move || {
        inner.set_actor(actor_in(context.actor));
        let mut transaction = inner.transaction();
        work(&mut transaction).map_err(|error| error.to_string())?;
        let ops = transaction.pending_ops();
        transaction.commit_with(CommitOptions::default().with_time(context.stamp.at.millis()));
        let change = if ops == 0 { None } else { inner.get_last_local_change() };
        Ok((inner, ops, change))
    })
    .map_err(EditError::Engine)?;
    if u64::try_from(ops).is_ok_and(|ops| ops > CHANGE_OPS_MAX) {
        return Err(invalid(
            "change",
            format!("{ops} letters or values at once; at most {CHANGE_OPS_MAX} fit"),
        ));
    }
    let Some(change) = change else { return Ok(None) };
    let header =
        header(&change).ok_or_else(|| EditError::Engine("an actor is not of 16 bytes".to_owned()))?;
    document.inner = inner;
    document.remember(header);
    Ok(Some(RawChange::of(&change)))
}

/// Writes a value over all that stands at a key.
///
/// Where the value is the one that Automerge shows among several, it would only
/// delete the others: the author's own word would be missing, and a write that
/// did not know of it would overrule it without a conflict. So such a key is
/// cleared first.
fn put(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    value: &Scalar,
) -> Result<(), AutomergeError> {
    let value = value.clone().into_engine();
    let shown = transaction.get(object, key)?;
    let is_shown = shown.is_some_and(|(shown, _)| shown.as_scalar() == Some(&value));
    if is_shown && transaction.get_all(object, key)?.len() > 1 {
        transaction.delete(object, key)?;
    }
    transaction.put(object, key, value)
}

fn apply(transaction: &mut Transaction<'_>, write: &Write) -> Result<(), AutomergeError> {
    match write {
        Write::Put { object, key, value } => put(transaction, object, key, value),
        Write::Entry { object, key, values } => {
            let entry = transaction.put_object(object, key.as_str(), ObjType::Map)?;
            values
                .iter()
                .try_for_each(|(key, value)| transaction.put(&entry, *key, value.clone().into_engine()))
        }
        Write::Splice { text, at, delete, insert } => {
            let delete = isize::try_from(*delete).unwrap_or(isize::MAX);
            transaction.splice_text(text, *at, delete, insert)
        }
        Write::Replace { text, value } => texts::replace(transaction, text, value),
    }
}
