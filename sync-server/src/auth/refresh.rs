//! Exchanges a refresh token for its successor.
//!
//! | the token is | what happens |
//! | --- | --- |
//! | the newest of its session | the successor is computed and becomes the newest |
//! | the one before the newest | the newest is given again: the reply was lost, or two refreshed at once |
//! | older | it was copied: the session ends |
//! | unknown | nothing changes |

use domain::{Instant, Secret};
use rusqlite::Transaction;

use super::refresh_token::RefreshToken;
use super::start_session::{Session, Started, session_end};
use super::{Auth, AuthError, KeyRing};
use crate::people::{self, EndReason, SessionRow};

/// What became of a refresh. Ending a session is a write that is kept, so it is
/// no error inside the transaction.
enum Turn {
    Go(Started),
    Stop(AuthError),
}

impl Auth {
    /// Gives the next tokens of a session.
    ///
    /// # Errors
    ///
    /// When the token is unknown, older than the one before the newest, or its
    /// session, device or person is barred.
    pub async fn refresh(&self, token: &Secret) -> Result<Session, AuthError> {
        let token = RefreshToken::parse(token.expose()).ok_or(AuthError::SignInRequired)?;
        let now = self.inner.clock.now();
        let this = self.clone();
        let turn = self.inner.store.write(move |transaction| this.turn(transaction, token, now)).await?;
        match turn {
            Turn::Go(started) => self.hand_out(started, now),
            Turn::Stop(error) => {
                self.forget_standings();
                Err(error)
            }
        }
    }

    fn turn(
        &self,
        transaction: &Transaction<'_>,
        token: RefreshToken,
        now: Instant,
    ) -> Result<Turn, AuthError> {
        let Some((session, number)) = people::find_refresh_token(transaction, token.hash())? else {
            return Ok(Turn::Stop(AuthError::SignInRequired));
        };
        let user = people::find_user(transaction, session.user)?;
        let device = people::find_device(transaction, session.device)?;
        if user.disabled_at.is_some() {
            return Ok(Turn::Stop(AuthError::UserDisabled));
        }
        if device.revoked_at.is_some() {
            return Ok(Turn::Stop(AuthError::DeviceRevoked));
        }
        if session.ended_at.is_some() {
            return Ok(Turn::Stop(AuthError::SessionRevoked));
        }
        if session.expires_at < now {
            return Ok(Turn::Stop(AuthError::SignInRequired));
        }
        let lifetime = self.refresh_seconds(device.kind);
        match session.generation - number {
            0 => rotate(transaction, &self.inner.keys, &session, token, (now, session_end(now, lifetime)))?,
            1 => {}
            _ => {
                people::end_session(transaction, session.id, EndReason::Reuse, now)?;
                return Ok(Turn::Stop(AuthError::SessionRevoked));
            }
        }
        people::see_device(transaction, device.id, now)?;
        let successor = token.successor(&self.inner.keys, session.id);
        let (device, kind, session) = (device.id, device.kind, session.id);
        Ok(Turn::Go(Started { user, device, kind, session, token: successor }))
    }
}

fn rotate(
    transaction: &Transaction<'_>,
    keys: &KeyRing,
    session: &SessionRow,
    token: RefreshToken,
    (now, expires_at): (Instant, Instant),
) -> Result<(), AuthError> {
    let successor = token.successor(keys, session.id).hash();
    Ok(people::rotate_session(transaction, session, successor, now, expires_at)?)
}
