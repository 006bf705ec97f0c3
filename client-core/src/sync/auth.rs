//! The access token of each request, and its refresh when it has expired.

use domain::Instant;
use wire::{ErrorCode, RefreshRequest, Retry, SessionResponse};

use super::reply;
use super::run::{Ended, Run};
use super::transport::{HttpRequest, HttpResponse, Method};
use crate::client::Core;
use crate::store::session::{self, Tokens};
use crate::{ClientError, ClientEvent};

/// How often a request is sent again that the server says to send again at once.
const REPEATS_MAX: u32 = 2;

impl Run<'_> {
    /// Sends a request with the access token; refreshes the token once if it
    /// has expired.
    pub(super) async fn send_authorised(
        &mut self,
        request: impl Fn() -> HttpRequest,
    ) -> Result<HttpResponse, Ended> {
        let mut refreshed = false;
        let mut repeats = 0;
        loop {
            let tokens = self.tokens().await?;
            let mut sent = request();
            sent.headers.push(("authorization".to_owned(), format!("Bearer {}", tokens.access.expose())));
            let response = self.send(sent).await?;
            match refusal_of(&response) {
                None => return Ok(response),
                Some(Refused::Token) if !refreshed => {
                    refreshed = true;
                    self.refresh(tokens).await?;
                }
                Some(Refused::Token) => {
                    return Err(self.session_ended(reply::refusal(&response)).await);
                }
                Some(Refused::Other(error)) if error.retry() == Retry::Now && repeats < REPEATS_MAX => {
                    repeats += 1;
                }
                Some(Refused::Other(error)) => return Err(error.into()),
            }
        }
    }

    async fn tokens(&self) -> Result<Tokens, Ended> {
        let core = self.core.clone();
        let tokens = self.worker.run(move || Ok(core.store.read(session::tokens)?)).await?;
        Ok(tokens.ok_or(ClientError::NotSignedIn)?)
    }

    /// Exchanges the refresh token. The successor is written down before it is
    /// used; if the answer is lost, the old one is sent again and gives the
    /// same successor.
    async fn refresh(&mut self, tokens: Tokens) -> Result<(), Ended> {
        let request = RefreshRequest { refresh_token: tokens.refresh };
        let response = self.send(json_request("/v1/sessions/refresh", &request)?).await?;
        match reply::json::<SessionResponse>(&response) {
            Ok(answer) => {
                let core = self.core.clone();
                self.worker.run(move || core.renew_tokens(&answer)).await?;
                Ok(())
            }
            Err(error @ ClientError::Server { code, .. }) if code.http_status() == 401 => {
                Err(self.session_ended(Some(error)).await)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets the tokens, so that the app can ask to sign in. Edits go on.
    async fn session_ended(&self, error: Option<ClientError>) -> Ended {
        let core = self.core.clone();
        let dropped = self
            .worker
            .run(move || {
                core.store.write(core.ids(), |transaction, _| session::drop_tokens(transaction))?;
                Ok(())
            })
            .await;
        self.core.observers.tell(&[ClientEvent::SessionChanged]);
        match dropped {
            Ok(()) => error.unwrap_or(ClientError::NotSignedIn).into(),
            Err(failed) => failed.into(),
        }
    }
}

/// What the server refuses.
enum Refused {
    /// The access token.
    Token,
    Other(ClientError),
}

fn refusal_of(response: &HttpResponse) -> Option<Refused> {
    match reply::refusal(response) {
        Some(ClientError::Server { code: ErrorCode::TokenExpired | ErrorCode::SignInRequired, .. }) => {
            Some(Refused::Token)
        }
        // The statuses below mean something to whoever sent the request.
        Some(ClientError::Server { code, .. })
            if matches!(code.http_status(), 404 | 409 | 413 | 416 | 422) =>
        {
            None
        }
        Some(error) => Some(Refused::Other(error)),
        // An answer to HEAD has no body to say why.
        None if response.status == 401 && response.body.is_empty() => Some(Refused::Token),
        None => None,
    }
}

impl Core {
    fn renew_tokens(&self, answer: &SessionResponse) -> Result<(), ClientError> {
        let tokens = tokens_of(answer, self.clock.now().at);
        self.store.write(self.ids(), |transaction, _| session::set_tokens(transaction, &tokens))?;
        Ok(())
    }
}

/// The tokens of an answer.
pub(crate) fn tokens_of(answer: &SessionResponse, now: Instant) -> Tokens {
    Tokens {
        access: answer.access_token.clone(),
        access_expires_at: Some(now.plus_millis(i64::from(answer.access_seconds) * 1_000)),
        refresh: answer.refresh_token.clone(),
    }
}

/// A request with a JSON body.
pub(crate) fn json_request(path: &str, body: &impl serde::Serialize) -> Result<HttpRequest, ClientError> {
    let body = serde_json::to_vec(body).map_err(|error| ClientError::Internal(error.to_string()))?;
    Ok(HttpRequest {
        method: Method::Post,
        path: path.to_owned(),
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ],
        body,
        timeout: std::time::Duration::from_secs(30),
    })
}
