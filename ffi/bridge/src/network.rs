//! The network of one phone: the way to the server, with a switch. Without it a
//! request fails at once, as do those under way.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use hamgam::{HttpClient, HttpError, HttpHeader, HttpRequest, HttpResponse};
use tokio::sync::watch;

use crate::error::BridgeError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a phone has a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Requests pass to the server.
    Online,
    /// Requests fail at once.
    Offline,
}

/// Sends what one phone asks for.
pub(crate) struct Network {
    http: reqwest::Client,
    reach: watch::Sender<Reach>,
    /// A file that is there while the phone is offline, so that it is so after a restart.
    mark: PathBuf,
}

impl Network {
    pub(crate) fn of_phone(folder: &Path) -> Result<Self, BridgeError> {
        use_ring();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mark = folder.join("offline");
        let reach = if mark.exists() { Reach::Offline } else { Reach::Online };
        Ok(Self { http, reach: watch::Sender::new(reach), mark })
    }

    pub(crate) fn reach(&self) -> Reach {
        *self.reach.borrow()
    }

    pub(crate) fn switch(&self, to: Reach) -> std::io::Result<()> {
        match to {
            Reach::Offline => std::fs::write(&self.mark, b"")?,
            Reach::Online if self.mark.exists() => std::fs::remove_file(&self.mark)?,
            Reach::Online => {}
        }
        self.reach.send_replace(to);
        Ok(())
    }

    async fn pass_on(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method =
            reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|error| unreachable(&error))?;
        let timeout = Duration::from_millis(request.timeout_ms.into());
        let mut asked = self.http.request(method, request.url).timeout(timeout).body(request.body);
        for HttpHeader { name, value } in request.headers {
            asked = asked.header(name, value);
        }
        let answer = asked.send().await.map_err(|error| unreachable(&error))?;
        let status = answer.status().as_u16();
        let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            Some(HttpHeader { name: name.to_string(), value: value.to_str().ok()?.to_owned() })
        };
        let headers = answer.headers().iter().filter_map(header).collect();
        let body = answer.bytes().await.map_err(|error| unreachable(&error))?.to_vec();
        Ok(HttpResponse { status, headers, body })
    }
}

#[async_trait::async_trait]
impl HttpClient for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut reach = self.reach.subscribe();
        tokio::select! {
            biased;
            _ = reach.wait_for(|reach| *reach == Reach::Offline) => {
                Err(HttpError::Unreachable { reason: "the phone's network is switched off".to_owned() })
            }
            answer = self.pass_on(request) => answer,
        }
    }
}

fn unreachable(error: &dyn std::error::Error) -> HttpError {
    HttpError::Unreachable { reason: error.to_string() }
}

/// Chooses rustls's cryptography for this process, once.
fn use_ring() {
    static CHOSEN: OnceLock<bool> = OnceLock::new();
    CHOSEN.get_or_init(|| rustls::crypto::ring::default_provider().install_default().is_ok());
}
