//! Who is asking: passwords, tokens, sessions, enrolment codes, revocation.
//!
//! An access token is a signed claim with a short life. At every request the
//! session behind it is looked up too, through a cache of a few seconds that is
//! emptied by every change made in this process, so that blocking a person or a
//! device reaches everywhere within [`CACHE_MS`].

mod admit;
mod code_text;
mod crypto;
mod enrol;
mod error;
mod keys;
mod known_tokens;
mod make_code;
mod password;
mod refresh;
#[cfg(test)]
mod refresh_model;
mod refresh_token;
mod renew;
mod sign_in;
mod start_session;
#[cfg(test)]
mod tests;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Instant, Secret, SessionId};
use rusqlite::Transaction;

pub use admit::{BarredCaller, Caller};
pub use enrol::Enrolment;
pub use error::AuthError;
pub use keys::{KeyError, KeyRing};
pub(crate) use keys::{copy_keys, key_files, receipt_key, survey_key};
pub use make_code::{DraftCode, NewCode, draft_code, keep_code};
pub use password::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, Passwords, Verdict};
pub use renew::RenewedToken;
pub use sign_in::SignIn;
pub use start_session::Session;
pub use token::{Bearer, Claims, issue_token, verify_token};

use crate::clock::{Clock, Entropy};
use crate::config::Lifetimes;
use crate::people::{self, EndReason, PeopleError, UserRow};
use crate::store::Store;

/// How long what is known of a session may be out of date.
pub const CACHE_MS: i64 = 3_000;
/// Sessions remembered; beyond that all are forgotten and read again.
const CACHE_SESSIONS_MAX: usize = 20_000;

/// The sign-in service; cloning it shares it.
#[derive(Debug, Clone)]
pub struct Auth {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    keys: KeyRing,
    passwords: Passwords,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    lifetimes: Lifetimes,
    tokens: known_tokens::KnownTokens,
    known: Mutex<HashMap<admit::Named, (Instant, admit::Standing)>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// What the service is made of.
pub struct AuthParts {
    /// The store that holds people and sessions.
    pub store: Store,
    /// The server's keys.
    pub keys: KeyRing,
    /// The password hasher.
    pub passwords: Passwords,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

impl Auth {
    /// Puts the service together.
    #[must_use]
    pub fn new(parts: AuthParts) -> Self {
        let AuthParts { store, keys, passwords, clock, entropy, lifetimes } = parts;
        let known = Mutex::new(HashMap::new());
        let tokens = known_tokens::KnownTokens::default();
        Self { inner: Arc::new(Inner { store, keys, passwords, clock, entropy, lifetimes, tokens, known }) }
    }

    /// Hashes a new password after checking its length.
    ///
    /// # Errors
    ///
    /// When it is too short or too long, or the queue is full.
    pub async fn hash_password(&self, password: Secret) -> Result<String, AuthError> {
        check_new_password(password.expose())?;
        self.inner.passwords.hash(password).await
    }

    /// Checks a person's present password.
    ///
    /// # Errors
    ///
    /// When it is wrong, or the queue is full.
    pub async fn check_password(&self, user: &UserRow, password: Secret) -> Result<(), AuthError> {
        match self.inner.passwords.verify(password, user.password_hash.clone()).await? {
            Verdict::Right | Verdict::RightButOutdated => Ok(()),
            Verdict::Wrong => Err(AuthError::BadCredentials),
        }
    }

    /// Writes to people, devices or sessions, and makes this process see it at once.
    ///
    /// # Errors
    ///
    /// The change's own.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>, Instant) -> Result<T, PeopleError> + Send + 'static,
    ) -> Result<T, PeopleError> {
        let now = self.inner.clock.now();
        let done = self.inner.store.write(move |transaction| change(transaction, now)).await;
        self.forget_standings();
        self.inner.store.note_barred().await;
        done
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sign_out(&self, session: SessionId) -> Result<(), PeopleError> {
        let end = move |transaction: &Transaction<'_>, now| {
            people::end_session(transaction, session, EndReason::SignedOut, now)
        };
        self.change(end).await
    }

    fn forget_standings(&self) {
        self.inner.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A new password is long enough to be worth hashing, and short enough to be hashed.
///
/// # Errors
///
/// When it is neither.
pub fn check_new_password(password: &str) -> Result<(), AuthError> {
    if password.chars().nth(PASSWORD_CHARS_MIN - 1).is_none() || password.len() > PASSWORD_BYTES_MAX {
        return Err(AuthError::WeakPassword);
    }
    Ok(())
}
