//! Signing in and out. A database belongs to the first person who signs in on it.

use client_core::{Client, Rating, Session};

use super::FieldClient;
use crate::FieldError;

#[uniffi::export]
impl FieldClient {
    /// Enrols this phone with a one-time code from the office, and signs in.
    ///
    /// # Errors
    ///
    /// When the code is not taken, the database belongs to another person, or the
    /// server cannot be reached.
    pub async fn enrol(&self, code: String) -> Result<Session, FieldError> {
        Ok(self.opened()?.client.enrol(&*self.transport, &code).await?)
    }

    /// Signs in by name and password.
    ///
    /// # Errors
    ///
    /// When they are wrong, the database belongs to another person, or the server
    /// cannot be reached.
    pub async fn sign_in(&self, name: String, password: String) -> Result<Session, FieldError> {
        Ok(self.opened()?.client.sign_in(&*self.transport, &name, &password).await?)
    }

    /// Signs out. Unsent work stays, and is sent after the same person signs in
    /// again. Works without a network.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn sign_out(&self) -> Result<(), FieldError> {
        Ok(self.opened()?.client.sign_out(&*self.transport).await?)
    }

    /// Asks the server how customers rated the person's work. It is the server's
    /// figure: keep the answer if it is to be shown without a network.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, or the server cannot be reached or refuses.
    pub async fn fetch_rating(&self) -> Result<Rating, FieldError> {
        Ok(self.opened()?.client.fetch_rating(&*self.transport).await?)
    }

    /// The person whose database this is, if anybody ever signed in.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn session(&self) -> Result<Option<Session>, FieldError> {
        self.read(Client::session).await
    }
}
