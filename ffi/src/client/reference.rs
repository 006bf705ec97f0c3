//! What the office keeps and the phone may look up offline: parts, customers,
//! devices, solutions.

use client_core::domain::{Instant, Uuid};
use client_core::{Client, Problem, Reference, ReferenceKind};

use super::FieldClient;
use crate::FieldError;

#[uniffi::export]
impl FieldClient {
    /// Rows of a kind with every word of a text, best first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    #[uniffi::method(default(limit = 50))]
    pub async fn search_reference(
        &self,
        kind: ReferenceKind,
        text: String,
        limit: u32,
    ) -> Result<Vec<Reference>, FieldError> {
        self.read(move |client| client.search_reference(kind, &text, limit)).await
    }

    /// One row.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn reference(&self, kind: ReferenceKind, id: Uuid) -> Result<Option<Reference>, FieldError> {
        self.read(move |client| client.reference(kind, id)).await
    }

    /// When the last sync brought something, by this device's clock.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn synced_at(&self) -> Result<Option<Instant>, FieldError> {
        self.read(Client::synced_at).await
    }

    /// Documents of the server that this phone could not read.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn problems(&self) -> Result<Vec<Problem>, FieldError> {
        self.read(Client::problems).await
    }
}
