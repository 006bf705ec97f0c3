//! What shall go wrong, and at which call.

use super::Cut;

/// What SQLite asks of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Opening a file.
    Open,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Cutting a file short.
    Truncate,
    /// Flushing.
    Sync,
    /// Asking for a file's size.
    Size,
    /// Taking a lock.
    Lock,
    /// Deleting a file.
    Delete,
    /// Mapping the memory that connections share.
    Map,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The disk reports an error.
    Error,
    /// There is no room.
    Full,
}

/// What shall go wrong. The number of a call is as in
/// [`FaultyDisk::calls`](super::FaultyDisk::calls), so the next one is one more
/// than that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    #[default]
    Sound,
    /// The power goes at this call, which does not happen any more.
    CutAt(u64),
    /// The power goes at the next call of this kind on a file of this kind.
    CutOn(Cut),
    /// This one call fails.
    FailAt(u64),
    /// From this call on there is no room: whatever would write fails.
    FullFrom(u64),
}

impl Plan {
    pub(super) fn cuts_at(self, number: u64, here: Cut) -> bool {
        match self {
            Self::CutAt(at) => number >= at,
            Self::CutOn(there) => here == there,
            _ => false,
        }
    }

    pub(super) fn failure_of(self, number: u64, call: Call) -> Option<Failure> {
        match self {
            Self::FailAt(at) if number == at => Some(Failure::Error),
            Self::FullFrom(from) if number >= from && call == Call::Write => Some(Failure::Full),
            _ => None,
        }
    }
}
