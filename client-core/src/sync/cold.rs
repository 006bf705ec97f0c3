//! A cold pull brings everything anew: the first time, and when the server no
//! longer knows the cursor because it was restored. What this phone wrote and
//! the server has lost is then offered again.

use documents::Document;
use domain::{DocId, UserId, Uuid};

use crate::incoming;
use crate::store::documents::{self as document_rows, Scope};
use crate::store::error::Result;
use crate::store::outbox::{self, NewEntry};
use crate::store::writing::Writing;
use crate::store::{feed, install, put, session};

/// The reason of a document that a cold pull did not bring.
pub(super) const NOT_IN_SCOPE: &str = "not_in_scope";

/// Offers the changes of this phone again that the server's document lacks;
/// `remote` is none if the server has no such document. Those of others go back by
/// a comparison, which is due then.
pub(crate) fn offer_again(
    transaction: &Writing<'_>,
    doc: DocId,
    local: &Document,
    remote: Option<&Document>,
) -> Result<u64> {
    let known = remote.map_or_else(Vec::new, Document::heads);
    let mut offered = 0;
    for change in local.changes_since(&known) {
        let Some(header) = local.header_of(change.hash) else { continue };
        if remote.is_some_and(|remote| remote.contains(change.hash)) {
            continue;
        }
        if !install::is_ours(transaction, header.actor)? {
            feed::set_repair_due(transaction)?;
            continue;
        }
        offered += u64::from(take_up_again(transaction, doc, local, &change, &header)?);
    }
    Ok(offered)
}

/// Puts a change of this phone that the server has lost among those that wait to
/// be sent. Tells whether it was not there yet.
pub(crate) fn take_up_again(
    transaction: &Writing<'_>,
    doc: DocId,
    local: &Document,
    change: &documents::RawChange,
    header: &documents::inspect::ChangeHeader,
) -> Result<bool> {
    if outbox::send_again(transaction, change.hash)? {
        return Ok(true);
    }
    if outbox::by_hash(transaction, change.hash)?.is_some() {
        return Ok(false);
    }
    outbox::insert(transaction, &found_again(transaction, doc, local, change, header)?)?;
    Ok(true)
}

/// The entry of a change that the document holds and the outbox does not, as
/// after a restore from a backup.
fn found_again<'a>(
    transaction: &Writing<'_>,
    doc: DocId,
    local: &Document,
    change: &'a documents::RawChange,
    header: &documents::inspect::ChangeHeader,
) -> Result<NewEntry<'a>> {
    let author = session::read(transaction)?.map_or(UserId::from_uuid(Uuid::nil()), |session| session.user);
    let at = domain::Instant::from_millis(header.time);
    Ok(NewEntry {
        doc,
        kind: local.kind(),
        hash: change.hash,
        change: &change.bytes,
        command: None,
        stamp: domain::Stamp { at, offset_minutes: 0 },
        author,
        actor: header.actor,
        replays: None,
    })
}

/// Ends a cold pull: what it did not bring has left the scope, or was lost by
/// the server and is offered again; in that case the feed will say that it is in
/// scope. Only what the server never had stays as it is: its making still waits.
/// Tells how many changes were offered again.
pub(crate) fn end(transaction: &Writing<'_>, cold_pull: i64) -> Result<u64> {
    feed::end_cold_pull(transaction)?;
    let mut offered = 0;
    for (doc, scope) in document_rows::not_pulled(transaction, cold_pull)? {
        let Some(saved) = document_rows::read(transaction, doc)? else { continue };
        let Ok(local) = incoming::own(saved.kind, &saved.saved) else { continue };
        let unsent = outbox::pending_changes_of(transaction, doc)?;
        let first = local.changes().first().map(|change| change.hash);
        let never_sent = unsent.iter().any(|(hash, _)| Some(*hash) == first);
        offered += offer_again(transaction, doc, &local, None)?;
        if scope == Scope::In && !never_sent {
            put::leave(transaction, doc, saved.kind, NOT_IN_SCOPE)?;
        }
    }
    Ok(offered)
}
