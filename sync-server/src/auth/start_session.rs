//! Begins a session for a person who proved who they are, and hands tokens out.

use domain::{DeviceId, Instant, Secret, SessionId};
use rusqlite::Transaction;
use wire::DeviceKind;

use super::refresh_token::RefreshToken;
use super::{Auth, AuthError, Bearer, issue_token};
use crate::clock::random_bytes;
use crate::people::{self, EndReason, PeopleError, SessionRow, UserRow};

/// How long expired sessions are kept, so that their tokens are still known.
const SWEEP_AFTER_DAYS: i64 = 7;

/// A session with its tokens, ready to be handed out.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who signed in.
    pub user: UserRow,
    /// On which device.
    pub device: DeviceId,
    /// The access token.
    pub access_token: Secret,
    /// How long it lives.
    pub access_seconds: u32,
    /// The refresh token.
    pub refresh_token: Secret,
    /// How long it lives.
    pub refresh_seconds: u32,
    /// Now.
    pub now: Instant,
}

/// What a new session needs that is random or told from outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionSeed {
    pub(super) session: SessionId,
    pub(super) device: DeviceId,
    pub(super) token: RefreshToken,
    pub(super) now: Instant,
}

/// A session as it stands in the database, not yet handed out.
pub(super) struct Started {
    pub(super) user: UserRow,
    pub(super) device: DeviceId,
    pub(super) kind: DeviceKind,
    pub(super) session: SessionId,
    pub(super) token: RefreshToken,
}

impl Auth {
    pub(super) fn session_seed(&self) -> SessionSeed {
        let entropy = &*self.inner.entropy;
        let now = self.inner.clock.now();
        SessionSeed {
            session: SessionId::new(now, random_bytes(entropy)),
            device: DeviceId::new(now, random_bytes(entropy)),
            token: RefreshToken::from_random(random_bytes(entropy)),
            now,
        }
    }

    pub(super) fn access_seconds(&self, kind: DeviceKind) -> u32 {
        match kind {
            DeviceKind::Phone => self.inner.lifetimes.phone_access_seconds,
            DeviceKind::Browser => self.inner.lifetimes.browser_access_seconds,
        }
    }

    pub(super) fn refresh_seconds(&self, kind: DeviceKind) -> u32 {
        match kind {
            DeviceKind::Phone => self.inner.lifetimes.phone_refresh_seconds,
            DeviceKind::Browser => self.inner.lifetimes.browser_refresh_seconds,
        }
    }

    pub(super) fn hand_out(&self, started: Started, now: Instant) -> Result<Session, AuthError> {
        let Started { user, device, kind, session, token } = started;
        let bearer = Bearer {
            user: user.id,
            role: user.role,
            agency: user.agency,
            device,
            kind,
            session,
            version: user.session_version,
        };
        let access_seconds = self.access_seconds(kind);
        let access_token = issue_token(&self.inner.keys, &bearer, now, access_seconds)?;
        let refresh_seconds = self.refresh_seconds(kind);
        let refresh_token = token.to_text();
        Ok(Session { user, device, access_token, access_seconds, refresh_token, refresh_seconds, now })
    }
}

/// When a session ends that is used now.
pub(super) fn session_end(now: Instant, refresh_seconds: u32) -> Instant {
    now.plus_millis(i64::from(refresh_seconds) * 1000)
}

/// Writes the session down; earlier ones of the same device end.
pub(super) fn begin(
    transaction: &Transaction<'_>,
    user: UserRow,
    kind: DeviceKind,
    seed: &SessionSeed,
    refresh_seconds: u32,
) -> Result<Started, PeopleError> {
    let SessionSeed { session, device, token, now } = *seed;
    people::end_device_sessions(transaction, device, EndReason::Replaced, now)?;
    people::sweep_sessions(transaction, now.plus_days(-SWEEP_AFTER_DAYS))?;
    let row = SessionRow {
        id: session,
        user: user.id,
        device,
        generation: 0,
        expires_at: session_end(now, refresh_seconds),
        ended_at: None,
    };
    people::insert_session(transaction, &row, token.hash(), now)?;
    Ok(Started { user, device, kind, session, token })
}
