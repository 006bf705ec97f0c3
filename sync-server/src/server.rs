//! A running server: everything opened, listening, and stopped in order.

mod connections;
mod idle;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::attachments::Attachments;
use crate::auth::{Auth, AuthError, AuthParts, KeyError, KeyRing, Passwords};
use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::config::Config;
use crate::core::Core;
use crate::error::CoreError;
use crate::http::limits::Limiter;
use crate::http::{AppState, Metrics, router};
use crate::inbound::{HookKey, Maildir};
use crate::mail::{Delivery, MailProblem};
use crate::sms::{SmsProblem, Texting};
use crate::store::{OpenError, Store};
use crate::surveys::SurveyLinks;
use crate::timer::{Timer, due_works};

/// A server that cannot start. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; {}", advice(.source))]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The log cannot be read.
    #[error("the log cannot be read: {0}")]
    Core(#[from] CoreError),
    /// Sign-in cannot be set up.
    #[error("sign-in cannot be set up: {0}")]
    Auth(#[from] AuthError),
    /// The mail settings cannot be used.
    #[error(transparent)]
    Mail(#[from] MailProblem),
    /// The gateway for short messages cannot be used.
    #[error(transparent)]
    Sms(#[from] SmsProblem),
    /// Waiting for a signal failed.
    #[error("cannot wait for a signal to stop: {0}")]
    Signal(std::io::Error),
}

fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there: stop it, or choose another port with --listen"
        }
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need rights: choose another with --listen",
        std::io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address: choose another with --listen"
        }
        _ => "choose another address with --listen",
    }
}

/// The time and the randomness that a server runs on.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    timer: Timer,
    mail: Timer,
    sms: Timer,
    timing: [JoinHandle<()>; 3],
    drain: Duration,
}

impl Server {
    /// Opens the data folder and listens.
    ///
    /// # Errors
    ///
    /// When the folder, its keys or the address cannot be used.
    pub async fn start(config: &Config, surroundings: Surroundings) -> Result<Self, StartError> {
        let Surroundings { clock, entropy } = surroundings;
        let store = Store::open(&config.data, Arc::clone(&clock))?;
        let core = Core::open(store.clone(), Arc::clone(&clock), Arc::clone(&entropy)).await?;
        let keys = KeyRing::open(&config.data)?;
        let attachments = open_attachments(config, &store, &clock)?;
        let passwords = Passwords::new(config.password_cost, Arc::clone(&entropy))?;
        let auth = Auth::new(AuthParts {
            store: store.clone(),
            keys,
            passwords,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            lifetimes: config.lifetimes,
        });
        let links = open_links(config, &*entropy)?;
        // A slow mail server keeps no deadline waiting: letters have a timer of their own.
        let delivery = Arc::new(Delivery::new(&config.mail, links.clone())?);
        let maildir = Arc::new(Maildir::new(config.inbound.maildir.clone()));
        let mail = Timer::new(core.clone(), vec![delivery, maildir]);
        let texting = Arc::new(Texting::new(&config.sms, links.clone())?);
        let sms = Timer::new(core.clone(), vec![texting]);
        let timer = Timer::new(core.clone(), due_works());
        // What fell due while the server was down is done before anybody asks.
        timer.run_due().await;
        let (stop, stopping) = watch::channel(false);
        let (alive, all_done) = mpsc::channel(1);
        let state = AppState {
            auth,
            attachments,
            store,
            core,
            clock,
            entropy,
            limiter: Arc::new(Limiter::new(config.rate_factor)),
            metrics: Arc::new(Metrics::default()),
            client_address: config.client_address,
            links,
            hook_key: config.inbound.hook_key.as_ref().map(HookKey::new),
            office_offset_minutes: config.office_offset_minutes,
            surveys: config.surveys,
            stopping: stopping.clone(),
            alive,
        };
        let failed = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let metrics = Arc::clone(&state.metrics);
        let timing =
            [&timer, &mail, &sms].map(|timer| tokio::spawn(timer.clone().until_stopped(stopping.clone())));
        let drain = Duration::from_secs(u64::from(config.drain_seconds));
        let accept = connections::Accept {
            listener,
            router: router(state),
            metrics,
            stopping,
            connections_max: config.connections_max,
            drain,
            all_done,
        };
        let accepting = tokio::spawn(accept.until_stopped());
        tracing::info!(%address, data = %config.data.display(), "listening");
        Ok(Self { address, stop, accepting, timer, mail, sms, timing, drain })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What is done when its time has come; for tests, which move the clock.
    #[must_use]
    pub const fn timer(&self) -> &Timer {
        &self.timer
    }

    /// The letters that are sent; for tests, as [`timer`](Self::timer).
    #[must_use]
    pub const fn mail(&self) -> &Timer {
        &self.mail
    }

    /// The short messages that are sent; for tests, as [`timer`](Self::timer).
    #[must_use]
    pub const fn sms(&self) -> &Timer {
        &self.sms
    }

    /// Takes no more requests, lets the running ones and the timer's piece of work
    /// finish for as long as the configuration says, and closes the data folder.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "the server did not stop in order");
        }
        for timing in self.timing {
            let stopped = timing.abort_handle();
            if tokio::time::timeout(self.drain, timing).await.is_err() {
                tracing::warn!("the timer's work did not end in time and is left; it is done again");
                stopped.abort();
            }
        }
    }
}

fn open_links(config: &Config, entropy: &dyn Entropy) -> Result<SurveyLinks, KeyError> {
    let public_url = config.mail.public_url.as_deref().unwrap_or_default();
    SurveyLinks::open(&config.data, entropy, config.surveys.link_days, public_url)
}

fn open_attachments(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> Result<Attachments, StartError> {
    Attachments::open(&config.data, store.clone(), Arc::clone(clock)).map_err(|source| {
        StartError::Store(OpenError::Folder { path: config.data.join("attachments"), source })
    })
}

/// Runs a server until the process is asked to stop (SIGINT or SIGTERM).
/// `ready` is told the address once requests are taken.
///
/// # Errors
///
/// When it cannot start.
pub async fn serve(config: &Config, ready: impl FnOnce(SocketAddr)) -> Result<(), StartError> {
    let server = Server::start(config, Surroundings::default()).await?;
    ready(server.address());
    asked_to_stop().await.map_err(StartError::Signal)?;
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
