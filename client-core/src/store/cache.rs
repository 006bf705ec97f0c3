//! A few loaded documents, so that a run of edits of one job loads it once.

use std::collections::VecDeque;

use documents::Document;
use domain::DocId;

/// How many are kept: at about 30 KB each, half a megabyte.
const CAPACITY: usize = 16;

/// The documents used last. A document is taken out while it is edited and put
/// back after the commit's data is complete; a failed transaction clears all.
#[derive(Debug, Default)]
pub(crate) struct DocumentCache(VecDeque<(DocId, Document)>);

impl DocumentCache {
    /// Takes a document out.
    pub(crate) fn take(&mut self, doc: DocId) -> Option<Document> {
        let place = self.0.iter().position(|(id, _)| *id == doc)?;
        self.0.remove(place).map(|(_, document)| document)
    }
    /// Puts a document in, as it stands in the transaction.
    pub(crate) fn put(&mut self, doc: DocId, document: Document) {
        self.forget(doc);
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back((doc, document));
    }
    /// Drops a document that was changed by another way.
    pub(crate) fn forget(&mut self, doc: DocId) {
        self.0.retain(|(id, _)| *id != doc);
    }
    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
