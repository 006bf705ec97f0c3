//! What can go wrong with attachments.

use crate::error::CoreError;
use crate::store::StoreError;

/// An attachment that cannot be taken or given.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// There is none of this hash for this person.
    #[error("there is no such attachment, or it is outside your scope")]
    NotFound,
    /// Larger than is taken.
    #[error("an attachment has at most {0} bytes")]
    TooLarge(u64),
    /// The chunk begins elsewhere than what is held ends.
    #[error("{held} bytes are held; go on from there")]
    Elsewhere {
        /// Bytes held.
        held: u64,
    },
    /// The chunk goes beyond the length that was said.
    #[error("the chunk goes beyond the length of {0} bytes")]
    Beyond(u64),
    /// All bytes are here and their hash is another.
    #[error("the bytes have another hash; begin again")]
    WrongHash,
    /// More bytes than one person brings in a day.
    #[error("more than {0} MiB within a day")]
    Quota(u64),
    /// No room on the disk.
    #[error("there is no room left on the disk")]
    DiskFull,
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Io(std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Core(#[from] CoreError),
}

impl From<std::io::Error> for AttachmentError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

impl From<StoreError> for AttachmentError {
    fn from(error: StoreError) -> Self {
        Self::Core(error.into())
    }
}

impl From<rusqlite::Error> for AttachmentError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Core(error.into())
    }
}
