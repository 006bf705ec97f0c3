//! Attachments: photos, signatures and receipts, addressed by the SHA-256 of
//! their bytes, brought and fetched in chunks.
//!
//! Until its hash is verified, what a person brings is a file of that person's
//! own, so that nobody can spoil another's upload. Its length on disk says how
//! far it got; a crash may shorten it, and the hash at the end finds whatever
//! else went wrong.

mod error;
pub(crate) mod files;
mod read;
mod receive;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{BlobHash, UserId};
use tokio::sync::{Mutex, MutexGuard};

pub use error::AttachmentError;
pub use read::Opened;
pub use receive::{Chunk, Held};

use crate::clock::Clock;
use crate::store::Store;

/// Uploads that go on at once without waiting for each other, roughly.
const LOCKS: usize = 64;

/// The attachments of a data folder; cloning it shares it.
#[derive(Clone)]
pub struct Attachments {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    store: Store,
    clock: Arc<dyn Clock>,
    locks: Vec<Mutex<()>>,
}

impl std::fmt::Debug for Attachments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachments").field("folder", &self.inner.folder).finish_non_exhaustive()
    }
}

impl Attachments {
    /// Opens the attachments of a data folder; makes their folders.
    ///
    /// # Errors
    ///
    /// When the folders cannot be made.
    pub fn open(data: &Path, store: Store, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let folder = data.join("attachments");
        std::fs::create_dir_all(files::partial_folder(&folder))?;
        let locks = (0..LOCKS).map(|_| Mutex::new(())).collect();
        Ok(Self { inner: Arc::new(Inner { folder, store, clock, locks }) })
    }

    /// One upload of one person at a time; two requests of one upload would write
    /// over each other.
    async fn lock(&self, user: UserId, hash: BlobHash) -> MutexGuard<'_, ()> {
        let mix = usize::from(user.as_bytes()[15] ^ hash.as_bytes()[0]);
        self.inner.locks[mix % LOCKS].lock().await
    }
}
