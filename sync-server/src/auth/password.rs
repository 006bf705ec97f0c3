//! Passwords: argon2id, few at a time.
//!
//! One hash takes tens of MiB and tens of milliseconds, so at most two run at once and a
//! bounded number wait; beyond that the caller is told to come back. A name that
//! does not exist costs the same as one that does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use domain::Secret;
use tokio::sync::Semaphore;

use super::AuthError;
use crate::clock::{Entropy, random_bytes};
use crate::config::PasswordCost;

/// Hashes that run at once, where there are cores enough.
const AT_ONCE_MAX: usize = 2;
/// Hashes that run or wait.
const QUEUE_MAX: usize = 64;
/// Fewer characters than this are refused as a new password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// More bytes than this are not hashed at all.
pub const PASSWORD_BYTES_MAX: usize = 512;

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    argon: Argon2<'static>,
    cost: PasswordCost,
    entropy: Arc<dyn Entropy>,
    /// What a password is compared with when there is no such name.
    dummy: String,
    running: Semaphore,
    queued: AtomicUsize,
    /// How often argon2 ran at the full cost.
    evaluations: AtomicUsize,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// How a password compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password, and its hash costs what it should.
    Right,
    /// It is the password, but its hash was made at another cost: make it again.
    RightButOutdated,
    /// It is not, or there is no password.
    Wrong,
}

impl Passwords {
    /// A hasher of a given cost.
    ///
    /// # Errors
    ///
    /// When argon2 does not take the cost; the configuration's ranges all do.
    pub fn new(cost: PasswordCost, entropy: Arc<dyn Entropy>) -> Result<Self, AuthError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| AuthError::Internal(error.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash_with(&argon, &random_bytes::<16>(&*entropy), "nobody's password")?;
        let inner = Inner {
            argon,
            cost,
            entropy,
            dummy,
            running: Semaphore::new(at_once()),
            queued: AtomicUsize::new(0),
            evaluations: AtomicUsize::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How often argon2 ran, as a measure of the work that a caller causes.
    #[cfg(test)]
    pub(super) fn evaluations(&self) -> usize {
        self.inner.evaluations.load(Ordering::Relaxed)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    ///
    /// [`AuthError::Busy`] when too many wait.
    pub async fn hash(&self, password: Secret) -> Result<String, AuthError> {
        self.run(move |inner| inner.hash(password.expose())).await?
    }

    /// Hashes a new password on this thread, for the command line.
    ///
    /// # Errors
    ///
    /// When argon2 fails.
    pub fn hash_blocking(&self, password: &str) -> Result<String, AuthError> {
        self.inner.hash(password)
    }

    /// Compares a password with a stored hash; without one it takes as long and
    /// is wrong.
    ///
    /// # Errors
    ///
    /// [`AuthError::Busy`] when too many wait.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<Verdict, AuthError> {
        self.run(move |inner| inner.verify(password.expose(), stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let _place = Place::take(&self.inner)?;
        let _permit = self.inner.running.acquire().await.map_err(|_closed| AuthError::Busy)?;
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.map_err(|error| AuthError::Internal(error.to_string()))
    }
}

/// At most half of the cores hash: phones sync on the others, however many passwords
/// are tried.
fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores / 2).clamp(1, AT_ONCE_MAX)
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(inner: &'a Inner) -> Result<Self, AuthError> {
        let place = Self(&inner.queued);
        if inner.queued.fetch_add(1, Ordering::Relaxed) >= QUEUE_MAX {
            Err(AuthError::Busy)
        } else {
            Ok(place)
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inner {
    fn hash(&self, password: &str) -> Result<String, AuthError> {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        hash_with(&self.argon, &random_bytes::<16>(&*self.entropy), password)
    }

    fn verify(&self, password: &str, stored: Option<&str>) -> Verdict {
        let against = stored.unwrap_or(&self.dummy);
        let Ok(hash) = PasswordHash::new(against) else { return Verdict::Wrong };
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        let right = password.len() <= PASSWORD_BYTES_MAX
            && self.argon.verify_password(password.as_bytes(), &hash).is_ok();
        match (stored, right) {
            (Some(_), true) if self.is_current(&hash) => Verdict::Right,
            (Some(_), true) => Verdict::RightButOutdated,
            _ => Verdict::Wrong,
        }
    }

    fn is_current(&self, hash: &PasswordHash) -> bool {
        Params::try_from(hash).is_ok_and(|params| {
            params.m_cost() == self.cost.memory_kib
                && params.t_cost() == self.cost.passes
                && params.p_cost() == self.cost.lanes
        })
    }
}

fn hash_with(argon: &Argon2<'_>, salt: &[u8], password: &str) -> Result<String, AuthError> {
    let hash = argon.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| AuthError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    fn passwords(cost: PasswordCost) -> Passwords {
        Passwords::new(cost, Arc::new(SystemEntropy)).expect("the cost will do")
    }

    #[tokio::test]
    async fn the_password_is_right_and_no_other_is() {
        let passwords = passwords(PasswordCost::FLOOR);
        let hash = passwords.hash("درست horse".into()).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let verify = |password: &str, stored: Option<String>| passwords.verify(password.into(), stored);
        assert_eq!(verify("درست horse", Some(hash.clone())).await.expect("ran"), Verdict::Right);
        assert_eq!(verify("درست Horse", Some(hash.clone())).await.expect("ran"), Verdict::Wrong);
        assert_eq!(verify("", Some(hash)).await.expect("ran"), Verdict::Wrong);
        assert_eq!(verify("nobody's password", None).await.expect("ran"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_to_be_made_again() {
        let dearer = PasswordCost { passes: 3, ..PasswordCost::FLOOR };
        let old = passwords(PasswordCost::FLOOR).hash("a password".into()).await.expect("hashed");
        let verdict = passwords(dearer).verify("a password".into(), Some(old)).await.expect("ran");
        assert_eq!(verdict, Verdict::RightButOutdated);
    }

    /// Checked by taking the limit out: all 80 were then hashed.
    #[tokio::test]
    async fn a_full_queue_says_busy() {
        let passwords = passwords(PasswordCost::FLOOR);
        let all = (0..QUEUE_MAX + 16).map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.verify("x".into(), None).await })
        });
        let all: Vec<_> = all.collect();
        let mut busy = 0;
        for one in all {
            busy += usize::from(matches!(one.await.expect("ran"), Err(AuthError::Busy)));
        }
        assert_eq!(busy, 16);
        assert!(passwords.verify("x".into(), None).await.is_ok(), "the places are given back");
    }
}
