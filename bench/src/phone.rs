//! A real phone with a transport that counts what travels.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use client_core::{
    BoxFuture, Client, ClientError, Config, HttpRequest, HttpResponse, HttpTransport, SyncOptions,
    SyncReport, SystemClock, SystemRandomness, Transport, TransportError,
};

/// Minutes that the phone's wall clock stands east of UTC.
const TEHRAN_MINUTES: i16 = 210;

/// Requests and bytes of bodies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) requests: u64,
    pub(crate) up: u64,
    pub(crate) down: u64,
}

/// Counts what passes to the server and back.
pub(crate) struct Counting {
    inner: HttpTransport,
    requests: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Counting {
    /// What passed since the last call.
    pub(crate) fn take(&self) -> Traffic {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        Traffic { requests: take(&self.requests), up: take(&self.up), down: take(&self.down) }
    }
}

impl Transport for Counting {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.up.fetch_add(request.body.len() as u64, Ordering::SeqCst);
        Box::pin(async move {
            let response = self.inner.send(request).await?;
            self.down.fetch_add(response.body.len() as u64, Ordering::SeqCst);
            Ok(response)
        })
    }
}

/// A phone and its way to the server.
pub(crate) struct Phone {
    pub(crate) client: Client,
    pub(crate) transport: Counting,
    pub(crate) database: PathBuf,
}

/// Who signs in on a phone.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl Phone {
    /// Opens a database and signs in; nothing is exchanged yet.
    pub(crate) fn sign_in(database: &Path, address: &str, login: &Login) -> Result<Self, ClientError> {
        let phone = Self::open(database, address)?;
        block_on(phone.client.sign_in(&phone.transport, &login.name, &login.password))?;
        phone.transport.take();
        Ok(phone)
    }

    /// Opens a database, as an app does when it starts.
    pub(crate) fn open(database: &Path, address: &str) -> Result<Self, ClientError> {
        let inner = HttpTransport::new(address)?;
        let transport =
            Counting { inner, requests: AtomicU64::new(0), up: AtomicU64::new(0), down: AtomicU64::new(0) };
        Ok(Self { client: open_client(database)?, transport, database: database.to_path_buf() })
    }

    /// One whole sync, and what it moved.
    pub(crate) fn sync(&self, options: &SyncOptions) -> Result<(SyncReport, Traffic), ClientError> {
        self.transport.take();
        let report = self.client.sync_blocking(&self.transport, options)?;
        Ok((report, self.transport.take()))
    }
}

/// A client on the system's clock.
pub(crate) fn open_client(database: &Path) -> Result<Client, ClientError> {
    let config = Config { database: database.to_path_buf(), device_name: "benchmark".to_owned() };
    Client::open(config, Arc::new(SystemClock::new(TEHRAN_MINUTES)), Arc::new(SystemRandomness))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap_or_else(|error| panic!("cannot start a runtime: {error}")).block_on(future)
}
