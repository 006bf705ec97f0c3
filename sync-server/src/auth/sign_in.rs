//! Signs in by name and password.

use domain::{DeviceId, Secret, UserId};
use rusqlite::Transaction;
use wire::DeviceKind;

use super::start_session::{Session, SessionSeed, Started, begin};
use super::{Auth, AuthError, Verdict};
use crate::people::{self, PeopleError, UserRow};

/// Who wants to sign in, from where.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// The device that it says it is.
    pub device: Option<DeviceId>,
    /// The device's name.
    pub device_name: String,
    /// The device's kind.
    pub kind: DeviceKind,
}

impl Auth {
    /// Signs in. A name that does not exist takes as long as a wrong password and
    /// gives the same answer.
    ///
    /// # Errors
    ///
    /// When name or password is wrong, the person or device is barred, or too
    /// many sign in at once.
    pub async fn sign_in(&self, asked: SignIn) -> Result<Session, AuthError> {
        let name = asked.name.clone();
        let find = move |connection: &rusqlite::Connection| people::find_user_by_name(connection, &name);
        let user = self.inner.store.read(find).await?;
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let verdict = self.inner.passwords.verify(asked.password.clone(), stored).await?;
        let Some(user) = user.filter(|_| verdict != Verdict::Wrong) else {
            return Err(AuthError::BadCredentials);
        };
        if verdict == Verdict::RightButOutdated {
            self.renew_hash(&user, asked.password.clone()).await?;
        }
        let seed = self.session_seed();
        let lifetime = self.refresh_seconds(asked.kind);
        let (id, version) = (user.id, user.session_version);
        let started = self.inner.store.write(move |transaction| {
            let user = still_welcome(transaction, id, version)?;
            start_on_device(transaction, user, &asked, seed, lifetime)
        });
        self.hand_out(started.await?, seed.now)
    }

    async fn renew_hash(&self, user: &UserRow, password: Secret) -> Result<(), AuthError> {
        let Some(old) = user.password_hash.clone() else { return Ok(()) };
        let (id, new) = (user.id, self.inner.passwords.hash(password).await?);
        Ok(self
            .change(move |transaction, _| people::update_password_hash(transaction, id, &old, &new))
            .await?)
    }
}

/// While the password was being checked, somebody may have changed it or barred
/// the person.
fn still_welcome(transaction: &Transaction<'_>, id: UserId, version: u32) -> Result<UserRow, AuthError> {
    let user = people::find_user(transaction, id)?;
    if user.disabled_at.is_some() {
        return Err(AuthError::UserDisabled);
    }
    if user.session_version != version {
        return Err(AuthError::BadCredentials);
    }
    Ok(user)
}

/// The device keeps its id when the same person signs in on it again.
fn start_on_device(
    transaction: &Transaction<'_>,
    user: UserRow,
    asked: &SignIn,
    mut seed: SessionSeed,
    refresh_seconds: u32,
) -> Result<Started, AuthError> {
    let claimed = match asked.device.map(|id| people::find_device(transaction, id)) {
        Some(Ok(device)) if device.user == user.id => Some(device),
        Some(Err(PeopleError::NotFound(_)) | Ok(_)) | None => None,
        Some(Err(error)) => return Err(error.into()),
    };
    match claimed {
        Some(device) if device.revoked_at.is_some() => return Err(AuthError::DeviceRevoked),
        Some(device) if device.kind == asked.kind => {
            seed.device = device.id;
            people::see_device(transaction, device.id, seed.now)?;
        }
        _ => people::insert_device(
            transaction,
            seed.device,
            user.id,
            &asked.device_name,
            asked.kind,
            seed.now,
        )?,
    }
    Ok(begin(transaction, user, asked.kind, &seed, refresh_seconds)?)
}
