//! Whole documents of an answer, packed together: they are most of what a new
//! phone downloads, and together they compress to little more than half.

use wire::{DocHappening, SyncResponse};

/// The first protocol version whose apps read packed documents.
const SINCE_VERSION: u16 = 2;
/// Fewer documents gain nothing.
const FROM_DOCUMENTS: usize = 8;

/// Packs the documents that came into scope, for an app of this version.
pub(super) fn pack_documents(response: &mut SyncResponse, version: u16) {
    let is_whole = |what: &DocHappening| matches!(what, DocHappening::Enter { .. });
    let events = response.events.as_deref_mut().unwrap_or_default();
    let whole = events.iter().filter(|event| is_whole(&event.what)).count();
    if version < SINCE_VERSION || whole < FROM_DOCUMENTS {
        return;
    }
    let mut snapshots = Vec::with_capacity(whole);
    for event in events.iter_mut().filter(|event| is_whole(&event.what)) {
        if let DocHappening::Enter { snapshot } =
            std::mem::replace(&mut event.what, DocHappening::EnterPacked)
        {
            snapshots.push(snapshot);
        }
    }
    response.documents = Some(documents::pack(&snapshots));
}
