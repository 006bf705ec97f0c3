//! A bounded number of loaded documents, the least recently used going first.
//!
//! An entry may be ahead of the store: a job whose commit failed leaves its
//! document here. So an entry is given out only to who names the heads that the
//! store has: the same heads are the same document.

use std::collections::{BTreeMap, HashMap};

use documents::Document;
use domain::DocId;

use super::heads_bytes;

/// Documents kept.
const DOCUMENTS_MAX: usize = 1_024;
/// Their bytes in memory, as estimated.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// A loaded document with what was read out of it, and what each byte of its changes adds,
/// in tenths. Measured: 24 KB with 14 changes of 240 bytes, 63 with 86, 224 with 405.
pub(crate) const BYTES_EMPTY: usize = 18 * 1024;
const TENTHS_A_BYTE: usize = 25;
/// Up to here a document is small: some thousand changes.
const BYTES_SMALL: usize = 1024 * 1024;

/// The cache.
#[derive(Debug, Default)]
pub(crate) struct DocumentCache {
    documents: HashMap<DocId, Entry>,
    by_use: BTreeMap<u64, DocId>,
    uses: u64,
    bytes: usize,
}

/// A document and what is known of it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) document: Document,
    /// Its heads as a row has them.
    pub(crate) heads: Vec<u8>,
    /// What it takes in memory, as estimated.
    pub(crate) bytes: usize,
    used: u64,
}

impl DocumentCache {
    /// Takes out the document if it stands at these heads.
    pub(crate) fn take(&mut self, doc: DocId, heads: &[u8]) -> Option<Document> {
        let entry = self.remove(doc)?;
        (entry.heads == heads).then_some(entry.document)
    }

    /// Takes out the document as it is here, which need not be how the store has it; a
    /// large one stays.
    pub(crate) fn take_small(&mut self, doc: DocId) -> Option<Entry> {
        self.documents.get(&doc).filter(|entry| entry.bytes <= BYTES_SMALL)?;
        self.remove(doc)
    }

    /// Puts a document back. `log_bytes` are those of all its changes.
    pub(crate) fn put(&mut self, doc: DocId, document: Document, log_bytes: usize) {
        self.remove(doc);
        let bytes = BYTES_EMPTY + log_bytes.saturating_mul(TENTHS_A_BYTE) / 10;
        self.uses += 1;
        let heads = heads_bytes(&document.heads());
        self.by_use.insert(self.uses, doc);
        self.bytes += bytes;
        self.documents.insert(doc, Entry { document, heads, bytes, used: self.uses });
        while self.documents.len() > DOCUMENTS_MAX || self.bytes > BYTES_MAX {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.remove(oldest);
        }
    }

    fn remove(&mut self, doc: DocId) -> Option<Entry> {
        let entry = self.documents.remove(&doc)?;
        self.by_use.remove(&entry.used);
        self.bytes -= entry.bytes;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use domain::Role;
    use testkit::Kit;

    use super::{BYTES_MAX, DOCUMENTS_MAX, DocumentCache};
    use crate::log::heads_bytes;

    #[test]
    fn only_the_document_that_the_store_has_is_given_out() {
        let mut kit = Kit::new(1);
        let person = kit.person(Role::Dispatcher);
        let command = kit.create_job("one");
        let (before, _) = kit.create(&person, &command);
        let mut after = before.clone();
        let note = kit.add_note("two");
        kit.edit(&mut after, &person, &note);
        let id = before.id().expect("id");
        let mut cache = DocumentCache::default();
        cache.put(id, after.clone(), 100);
        assert!(cache.take(id, &heads_bytes(&before.heads())).is_none(), "its commit had failed");
        cache.put(id, after.clone(), 100);
        assert!(cache.take(id, &heads_bytes(&after.heads())).is_some());
        assert!(cache.take(id, &heads_bytes(&after.heads())).is_none(), "it was taken");
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn it_stays_within_its_bounds_and_drops_the_least_recently_used() {
        let mut kit = Kit::new(2);
        let person = kit.person(Role::Dispatcher);
        let command = kit.create_job("job");
        let (document, _) = kit.create(&person, &command);
        let heads = heads_bytes(&document.heads());
        let mut cache = DocumentCache::default();
        let ids: Vec<_> = (0..DOCUMENTS_MAX + 10).map(|_| kit.doc_id()).collect();
        for id in &ids {
            cache.put(*id, document.clone(), 100);
        }
        assert_eq!(cache.documents.len(), DOCUMENTS_MAX);
        assert_eq!(cache.by_use.len(), DOCUMENTS_MAX);
        assert!(cache.take(ids[9], &heads).is_none());
        assert!(cache.take(ids[10], &heads).is_some());
        cache.put(ids[0], document, BYTES_MAX);
        assert!(cache.documents.is_empty(), "larger than the whole cache");
        assert_eq!(cache.bytes, 0);
    }
}
