//! Lets a request in: its token, then the standing of its session now.

use std::sync::PoisonError;

use domain::{AgencyId, DeviceId, Instant, Role, SessionId, UserId};
use rusqlite::Connection;
use wire::{DeviceKind, ErrorCode};

use super::{Auth, AuthError, CACHE_MS, CACHE_SESSIONS_MAX, Claims};
use crate::people::{self, PeopleError};
use crate::session::DeviceSession;

/// Who is asking, proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// The role now.
    pub role: Role,
    /// The agency now.
    pub agency: Option<AgencyId>,
    /// The device.
    pub device: DeviceId,
    /// Its kind.
    pub kind: DeviceKind,
    /// The session.
    pub session: SessionId,
    /// The person's session version.
    pub version: u32,
    /// When the access token runs out.
    pub expires_at: Instant,
}

impl From<Caller> for DeviceSession {
    fn from(caller: Caller) -> Self {
        let Caller { user, device, role, agency, .. } = caller;
        Self { user, device, role, agency }
    }
}

/// Who may not come in any more, and may still hand in what he made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarredCaller {
    /// Who.
    pub session: DeviceSession,
    /// Why: the person or the device.
    pub why: ErrorCode,
}

/// What the database says of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    role: Role,
    agency: Option<AgencyId>,
    version: u32,
    barred: Option<Barred>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Barred {
    Unknown,
    User,
    Device,
    Quarantine,
    Ended,
}

impl Auth {
    /// Checks a token without asking the database; enough to count requests by.
    ///
    /// # Errors
    ///
    /// When the token is forged or over.
    pub fn check_token(&self, token: &str) -> Result<Claims, AuthError> {
        let claims = self.read_token(token)?;
        claims.check_not_over(self.inner.clock.now())?;
        Ok(claims)
    }

    /// What a token says that has begun; it may be over.
    fn read_token(&self, token: &str) -> Result<Claims, AuthError> {
        let claims = self.inner.tokens.read(&self.inner.keys, token)?;
        claims.check_begun(self.inner.clock.now())?;
        Ok(claims)
    }

    /// Lets the bearer of a token in.
    ///
    /// # Errors
    ///
    /// When the token is forged or over, or the session, device or person is barred.
    pub async fn admit(&self, token: &str) -> Result<Caller, AuthError> {
        let claims = self.check_token(token)?;
        self.admit_claims(&claims).await
    }

    /// Lets the bearer of a checked token in.
    ///
    /// # Errors
    ///
    /// When the session, device or person is barred.
    pub async fn admit_claims(&self, claims: &Claims) -> Result<Caller, AuthError> {
        let standing = self.standing((claims.sid, claims.sub, claims.dev)).await?;
        check_standing(&standing, claims.ver)?;
        Ok(Caller {
            user: claims.sub,
            role: standing.role,
            agency: standing.agency,
            device: claims.dev,
            kind: claims.knd,
            session: claims.sid,
            version: standing.version,
            expires_at: Instant::from_millis(claims.exp.saturating_mul(1000)),
        })
    }

    /// Who a barred bearer of a token is, and why; none for anybody else. The token
    /// may be over: who was offline when he was barred could not get another.
    ///
    /// # Errors
    ///
    /// When the token is forged, or the store fails.
    pub async fn barred(&self, token: &str) -> Result<Option<BarredCaller>, AuthError> {
        let claims = self.read_token(token)?;
        let standing = self.standing((claims.sid, claims.sub, claims.dev)).await?;
        let why = match standing.barred {
            Some(Barred::User) => ErrorCode::UserDisabled,
            Some(Barred::Device) => ErrorCode::DeviceRevoked,
            _ => return Ok(None),
        };
        let (role, agency) = (standing.role, standing.agency);
        let session = DeviceSession { user: claims.sub, device: claims.dev, role, agency };
        Ok(Some(BarredCaller { session, why }))
    }

    /// Whether a caller who was let in would be let in again; asked by what
    /// outlives its request.
    ///
    /// # Errors
    ///
    /// When the session, device or person is barred.
    pub async fn still_stands(&self, caller: &Caller) -> Result<(), AuthError> {
        let standing = self.standing((caller.session, caller.user, caller.device)).await?;
        check_standing(&standing, caller.version)
    }

    async fn standing(&self, named: Named) -> Result<Standing, AuthError> {
        let now = self.inner.clock.now();
        if let Some(known) = self.known_standing(named, now) {
            return Ok(known);
        }
        let (session, user, device) = named;
        let standing =
            self.inner.store.read(move |connection| read_standing(connection, session, user, device)).await?;
        let mut known = self.inner.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CACHE_SESSIONS_MAX {
            known.clear();
        }
        known.insert(named, (now, standing));
        Ok(standing)
    }

    /// What is known of a session with just this person and device.
    fn known_standing(&self, named: Named, now: Instant) -> Option<Standing> {
        let known = self.inner.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, standing) = known.get(&named)?;
        let age = now.millis() - read_at.millis();
        (0..CACHE_MS).contains(&age).then_some(*standing)
    }
}

/// A session with the person and the device that a token names beside it.
pub(super) type Named = (SessionId, UserId, DeviceId);

fn check_standing(standing: &Standing, version: u32) -> Result<(), AuthError> {
    match standing.barred {
        Some(Barred::Unknown) => Err(AuthError::SignInRequired),
        Some(Barred::User) => Err(AuthError::UserDisabled),
        Some(Barred::Device) => Err(AuthError::DeviceRevoked),
        Some(Barred::Quarantine) => Err(AuthError::DeviceQuarantined),
        Some(Barred::Ended) => Err(AuthError::SessionRevoked),
        None if standing.version != version => Err(AuthError::SessionRevoked),
        None => Ok(()),
    }
}

fn read_standing(
    connection: &Connection,
    session: SessionId,
    user: UserId,
    device: DeviceId,
) -> Result<Standing, PeopleError> {
    let unknown =
        Standing { role: Role::Technician, agency: None, version: 0, barred: Some(Barred::Unknown) };
    let Some(session) = people::find_session(connection, session)? else { return Ok(unknown) };
    if (session.user, session.device) != (user, device) {
        return Ok(unknown);
    }
    let user = people::find_user(connection, user)?;
    let device = people::find_device(connection, device)?;
    let barred = if user.disabled_at.is_some() {
        Some(Barred::User)
    } else if device.revoked_at.is_some() {
        Some(Barred::Device)
    } else if device.quarantined_at.is_some() {
        Some(Barred::Quarantine)
    } else if session.ended_at.is_some() {
        Some(Barred::Ended)
    } else {
        None
    };
    Ok(Standing { role: user.role, agency: user.agency, version: user.session_version, barred })
}
