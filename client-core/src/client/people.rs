//! Signing in and out. A database belongs to the first person who signs in on
//! it; another person opens one of their own, so that nobody's unsent work is
//! ever sent under another name.

use domain::DeviceId;
use wire::{DeviceClaim, DeviceKind, EnrolRequest, SessionResponse, SignInRequest};

use super::{Client, Core};
use crate::store::{install, session};
use crate::sync::auth::{json_request, tokens_of};
use crate::sync::reply;
use crate::sync::transport::{HttpRequest, Method};
use crate::{ClientError, ClientEvent, Session, SessionState, Transport};

impl Client {
    /// Enrols this phone with a one-time code from the office, and signs in.
    ///
    /// # Errors
    ///
    /// When the code is not taken, the database belongs to another person, or
    /// the server cannot be reached.
    pub async fn enrol(&self, transport: &dyn Transport, code: &str) -> Result<Session, ClientError> {
        let request = EnrolRequest { code: code.into(), device_name: self.core.config.device_name.clone() };
        self.sign_in_by(transport, json_request("/v1/devices/enrol", &request)?).await
    }

    /// Signs in by name and password.
    ///
    /// # Errors
    ///
    /// When they are wrong, the database belongs to another person, or the
    /// server cannot be reached.
    pub async fn sign_in(
        &self,
        transport: &dyn Transport,
        name: &str,
        password: &str,
    ) -> Result<Session, ClientError> {
        let known = self.session()?.filter(|session| session.login == name);
        let claim = DeviceClaim {
            id: known.map(|session| session.device),
            name: self.core.config.device_name.clone(),
            kind: DeviceKind::Phone,
        };
        let request = SignInRequest { name: name.to_owned(), password: password.into(), device: Some(claim) };
        self.sign_in_by(transport, json_request("/v1/sessions", &request)?).await
    }

    /// Signs out: the tokens are forgotten at once, and the server is told if it
    /// can be reached. Unsent work stays, and is sent after the same person
    /// signs in again.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn sign_out(&self, transport: &dyn Transport) -> Result<(), ClientError> {
        let core = self.core.clone();
        let tokens = self
            .worker
            .run(move || {
                let tokens = core.store.read(session::tokens)?;
                core.store.write(core.ids(), |transaction, _| session::sign_out(transaction))?;
                Ok(tokens)
            })
            .await?;
        self.core.observers.tell(&[ClientEvent::SessionChanged]);
        if let Some(tokens) = tokens {
            let request = HttpRequest {
                method: Method::Delete,
                path: "/v1/sessions/current".to_owned(),
                headers: vec![("authorization".to_owned(), format!("Bearer {}", tokens.access.expose()))],
                body: Vec::new(),
                timeout: std::time::Duration::from_secs(10),
            };
            if let Err(error) = transport.send(request).await {
                tracing::info!(%error, "the server was not told of the sign-out; its session will expire");
            }
        }
        Ok(())
    }

    async fn sign_in_by(
        &self,
        transport: &dyn Transport,
        request: HttpRequest,
    ) -> Result<Session, ClientError> {
        let response =
            transport.send(request).await.map_err(|error| ClientError::Offline(error.to_string()))?;
        let answer: SessionResponse = reply::json(&response)?;
        let core = self.core.clone();
        let session = self.worker.run(move || core.adopt(&answer)).await?;
        self.core.observers.tell(&[ClientEvent::SessionChanged]);
        Ok(session)
    }
}

impl Core {
    /// Writes down who signed in.
    fn adopt(&self, answer: &SessionResponse) -> Result<Session, ClientError> {
        let session = Session {
            user: answer.user.id,
            login: answer.user.name.clone(),
            name: answer.user.display_name.clone(),
            role: answer.user.role,
            agency: answer.user.agency,
            device: answer.device,
            state: SessionState::SignedIn,
        };
        let tokens = tokens_of(answer, self.clock.now().at);
        self.store.write(self.ids(), |transaction, _| {
            let before = session::read(transaction)?;
            if before.as_ref().is_some_and(|before| before.user != session.user) {
                return Err(ClientError::OtherPerson.into());
            }
            // An actor belongs to one device for ever.
            if before.is_some_and(|before: Session| is_another(before.device, session.device)) {
                install::begin_epoch(transaction)?;
            }
            session::write(transaction, &session, &tokens)
        })?;
        Ok(session)
    }
}

fn is_another(before: DeviceId, now: DeviceId) -> bool {
    before != now
}
