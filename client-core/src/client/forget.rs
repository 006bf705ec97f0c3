//! Making room: what the phone need not keep any longer.

use super::Client;
use crate::ClientError;
use crate::store::{documents, feed, put, receipts};

impl Client {
    /// Forgets the documents that left the scope, of which nothing waits here, and
    /// which the server's verified backup holds as a whole; tells how many. Whatever
    /// is beyond that backup stays: the server may come to need it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn forget_backed_up(&self) -> Result<u64, ClientError> {
        let forgotten = self.core.store.write(self.core.ids(), |transaction, cache| {
            let backed_up = feed::read(transaction)?.backed_up;
            let mut forgotten = 0;
            for doc in documents::left_and_backed_up(transaction, backed_up)? {
                let Some(saved) = documents::read(transaction, doc)? else { continue };
                put::remove(transaction, doc, saved.kind)?;
                receipts::forget(transaction, doc)?;
                cache.forget(doc);
                forgotten += 1;
            }
            Ok(forgotten)
        })?;
        Ok(forgotten)
    }
}
