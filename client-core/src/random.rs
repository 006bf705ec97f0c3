//! Randomness, as the phone is given it, and the ids that are made of it.

use domain::{
    ActorClass, ActorId, AttachmentId, DocId, EventId, Instant, LabourId, LineId, NoteId, ReceiptId,
};

/// Gives random bytes. What the system gives must be unpredictable: ids and
/// actors rest on it.
pub trait Randomness: Send + Sync {
    /// Fills the slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// Makes the ids that commands carry.
#[derive(Clone, Copy)]
pub struct NewIds<'a>(pub(crate) &'a dyn Randomness);

impl NewIds<'_> {
    /// A new job or trip.
    #[must_use]
    pub fn doc(&self, now: Instant) -> DocId {
        DocId::new(now, self.bytes())
    }
    /// An event.
    #[must_use]
    pub fn event(&self) -> EventId {
        EventId::from_bytes(self.bytes())
    }
    /// A line of parts.
    #[must_use]
    pub fn line(&self) -> LineId {
        LineId::from_bytes(self.bytes())
    }
    /// A stretch of labour.
    #[must_use]
    pub fn labour(&self) -> LabourId {
        LabourId::from_bytes(self.bytes())
    }
    /// A note.
    #[must_use]
    pub fn note(&self) -> NoteId {
        NoteId::from_bytes(self.bytes())
    }
    /// An attachment of a job.
    #[must_use]
    pub fn attachment(&self) -> AttachmentId {
        AttachmentId::from_bytes(self.bytes())
    }
    /// A receipt of a trip.
    #[must_use]
    pub fn receipt(&self) -> ReceiptId {
        ReceiptId::from_bytes(self.bytes())
    }
    /// An actor of a class.
    pub(crate) fn actor(&self, class: ActorClass) -> ActorId {
        ActorId::new(class, self.bytes())
    }
    /// The token of an installation.
    pub(crate) fn token(&self) -> [u8; 16] {
        self.bytes()
    }

    /// The key of the fingerprints of a comparison.
    pub(crate) fn repair_key(&self) -> [u8; 16] {
        self.bytes()
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}
