//! Small reads: the session, reference data, problems, clocks.

use domain::{Instant, Uuid};

use super::Client;
use crate::store::{feed, problems, reference, session};
use crate::{ClientError, ClockOffset, Problem, Reference, ReferenceKind, Session};

impl Client {
    /// The person whose database this is, if anybody ever signed in.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn session(&self) -> Result<Option<Session>, ClientError> {
        Ok(self.core.store.read(session::read)?)
    }

    /// Parts, customers or assets with every word of a text, best first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn search_reference(
        &self,
        kind: ReferenceKind,
        text: &str,
        limit: u32,
    ) -> Result<Vec<Reference>, ClientError> {
        Ok(self.core.store.read(|connection| reference::search(connection, kind, text, limit))?)
    }

    /// One part, customer or asset.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn reference(&self, kind: ReferenceKind, id: Uuid) -> Result<Option<Reference>, ClientError> {
        Ok(self.core.store.read(|connection| reference::by_id(connection, kind, id))?)
    }

    /// How the device's clock differed from the server's when last measured.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn clock_offset(&self) -> Result<Option<ClockOffset>, ClientError> {
        Ok(self.core.store.read(feed::clock_offset)?)
    }

    /// When the last page of the feed was applied, by this device's clock.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn synced_at(&self) -> Result<Option<Instant>, ClientError> {
        Ok(self.core.store.read(feed::synced_at)?)
    }

    /// Documents of the server that this phone could not read.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, ClientError> {
        Ok(self.core.store.read(problems::all)?)
    }
}
