//! Takes an upload in chunks.

use domain::limits::ATTACHMENT_BYTES_MAX;
use domain::{BlobHash, Instant, UserId};
use rusqlite::Transaction;

use super::{AttachmentError, Attachments, files, rows};
use crate::session::DeviceSession;

/// What one person may bring within a day.
const DAY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// How long an unfinished upload waits for the rest.
const UNFINISHED_DAYS: i64 = 30;

/// How far an upload got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Bytes held.
    pub offset: u64,
    /// Bytes in all.
    pub length: u64,
}

impl Held {
    /// Whether the attachment is whole and verified.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.offset == self.length
    }
}

/// A piece of an upload.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The hash that the whole shall have.
    pub hash: BlobHash,
    /// The length that the whole shall have.
    pub length: u64,
    /// Where the piece begins.
    pub offset: u64,
    /// The piece.
    pub bytes: axum::body::Bytes,
}

impl Attachments {
    /// How far this person's upload of a hash got; whole if anybody brought it.
    ///
    /// # Errors
    ///
    /// `NotFound` when nothing is held.
    pub async fn held(&self, user: UserId, hash: BlobHash) -> Result<Held, AttachmentError> {
        let known = self.inner.store.read(move |connection| match rows::whole(connection, hash)? {
            Some((length, _)) => Ok(Known::Whole(length)),
            None => Ok(rows::upload(connection, user, hash)?.map_or(Known::Nothing, Known::Begun)),
        });
        match known.await {
            Ok(Known::Whole(length)) => Ok(Held { offset: length, length }),
            Ok(Known::Begun(length)) => {
                let path = files::partial_path(&self.inner.folder, user, hash);
                match blocking(move || Ok(files::held(&path)?)).await? {
                    0 => Err(AttachmentError::NotFound),
                    offset => Ok(Held { offset, length }),
                }
            }
            Ok(Known::Nothing) => Err(AttachmentError::NotFound),
            Err(error) => Err(error),
        }
    }

    /// Takes the next piece. The piece that completes the whole is answered once
    /// the hash was verified and everything is on disk.
    ///
    /// # Errors
    ///
    /// When the piece does not follow what is held, the whole is too large or has
    /// another hash, or there is no room.
    pub async fn receive(&self, session: &DeviceSession, chunk: Chunk) -> Result<Held, AttachmentError> {
        let Chunk { hash, length, offset, bytes } = chunk;
        if length > ATTACHMENT_BYTES_MAX {
            return Err(AttachmentError::TooLarge(ATTACHMENT_BYTES_MAX));
        }
        let end = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if end > length {
            return Err(AttachmentError::Beyond(length));
        }
        let _only_one = self.lock(session.user, hash).await;
        if self.begin(session.user, hash, length).await? == Known::Whole(length) {
            return Ok(Held { offset: length, length });
        }
        let path = files::partial_path(&self.inner.folder, session.user, hash);
        blocking(move || {
            let held = files::held(&path)?;
            if held != offset {
                return Err(AttachmentError::Elsewhere { held });
            }
            Ok(files::append(&path, offset, &bytes)?)
        })
        .await?;
        if end == length {
            self.finish(session, hash, length).await?;
        }
        Ok(Held { offset: end, length })
    }

    /// Notes the upload, and forgets others that nobody finished.
    async fn begin(&self, user: UserId, hash: BlobHash, length: u64) -> Result<Known, AttachmentError> {
        let now = self.inner.clock.now();
        let begin = move |transaction: &Transaction<'_>| begin_in(transaction, user, hash, length, now);
        let known = self.inner.store.read(move |connection| match rows::whole(connection, hash)? {
            Some((length, _)) => Ok(Known::Whole(length)),
            None => Ok::<_, AttachmentError>(
                rows::upload(connection, user, hash)?.map_or(Known::Nothing, Known::Begun),
            ),
        });
        match known.await? {
            Known::Begun(said) if said == length => Ok(Known::Begun(length)),
            Known::Whole(length) => Ok(Known::Whole(length)),
            before => {
                let mut expired = self.inner.store.write(begin).await?;
                // Another length than was said before: what is held is of no use.
                if matches!(before, Known::Begun(_)) {
                    expired.push((user, hash));
                }
                self.forget(expired).await?;
                Ok(Known::Begun(length))
            }
        }
    }

    async fn forget(&self, expired: Vec<(UserId, BlobHash)>) -> Result<(), AttachmentError> {
        let paths: Vec<_> = expired
            .iter()
            .map(|(user, hash)| files::partial_path(&self.inner.folder, *user, *hash))
            .collect();
        blocking(move || Ok(paths.iter().try_for_each(|path| files::forget(path))?)).await
    }

    async fn finish(
        &self,
        session: &DeviceSession,
        hash: BlobHash,
        length: u64,
    ) -> Result<(), AttachmentError> {
        let partial = files::partial_path(&self.inner.folder, session.user, hash);
        let whole = files::whole_path(&self.inner.folder, hash);
        blocking(move || {
            if crate::disk::hash_of(&partial)? != hash {
                files::forget(&partial)?;
                return Err(AttachmentError::WrongHash);
            }
            Ok(files::settle(&partial, &whole)?)
        })
        .await?;
        let (by, now) = ((session.user, session.device), self.inner.clock.now());
        self.inner.store.write(move |transaction| rows::complete(transaction, hash, length, by, now)).await
    }
}

/// What the database knows of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Begun(u64),
    Whole(u64),
}

fn begin_in(
    transaction: &Transaction<'_>,
    user: UserId,
    hash: BlobHash,
    length: u64,
    now: Instant,
) -> Result<Vec<(UserId, BlobHash)>, AttachmentError> {
    if rows::brought_since(transaction, user, now.plus_days(-1))?.saturating_add(length) > DAY_BYTES_MAX {
        return Err(AttachmentError::Quota(DAY_BYTES_MAX / (1024 * 1024)));
    }
    rows::begin(transaction, (user, hash), length, now)?;
    rows::forget_before(transaction, now.plus_days(-UNFINISHED_DAYS))
}

/// Disk work, away from the threads that answer.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AttachmentError> + Send + 'static,
) -> Result<T, AttachmentError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AttachmentError::Io(std::io::Error::other(error)))?
}
