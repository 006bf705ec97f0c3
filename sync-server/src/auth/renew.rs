//! Renews a phone's access token inside the exchange.

use domain::{Instant, Secret};
use wire::DeviceKind;

use super::start_session::session_end;
use super::{Auth, AuthError, Bearer, Caller, issue_token};
use crate::people;

/// A fresh access token.
#[derive(Debug, Clone)]
pub struct RenewedToken {
    /// The token.
    pub access_token: Secret,
    /// When it runs out.
    pub expires_at: Instant,
}

impl Auth {
    /// A fresh token for a phone whose own has less than half of its life left;
    /// `None` for everybody else. The session is good for its whole time again.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn renew(&self, caller: &Caller) -> Result<Option<RenewedToken>, AuthError> {
        let lifetime = self.access_seconds(caller.kind);
        let now = self.inner.clock.now();
        let left_ms = caller.expires_at.millis() - now.millis();
        if caller.kind != DeviceKind::Phone || left_ms >= i64::from(lifetime) * 500 {
            return Ok(None);
        }
        let (session, device) = (caller.session, caller.device);
        let session_end = session_end(now, self.refresh_seconds(caller.kind));
        self.inner
            .store
            .write(move |transaction| {
                people::extend_session(transaction, session, now, session_end)?;
                people::see_device(transaction, device, now)
            })
            .await?;
        let bearer = Bearer {
            user: caller.user,
            role: caller.role,
            agency: caller.agency,
            device: caller.device,
            kind: caller.kind,
            session: caller.session,
            version: caller.version,
        };
        let access_token = issue_token(&self.inner.keys, &bearer, now, lifetime)?;
        Ok(Some(RenewedToken { access_token, expires_at: now.plus_millis(i64::from(lifetime) * 1000) }))
    }
}
