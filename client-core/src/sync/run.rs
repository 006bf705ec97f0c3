//! Drives the state machine over a transport: one bounded, cancellable
//! operation. The database is touched on the worker's thread only, so that a
//! host may poll this future wherever it likes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use wire::{Encoding, MEDIA_TYPE, Message, SyncRequest, ZSTD};

use super::apply::{TakenIn, Timing};
use super::cancel::Stop;
use super::session::SyncSession;
use super::transport::{HttpRequest, HttpResponse, Method, Transport};
use super::{Finish, Limits, SyncOptions, SyncProgress, SyncReport, WithAttachments, reply};
use crate::client::Core;
use crate::store::{blob_rows, feed};
use crate::worker::Worker;
use crate::{Client, ClientError};

const SYNC_PATH: &str = "/v1/sync";
/// The longest that one request may take, even if the budget is larger.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// A server that never ends its pages, or a fault in this code, stops here.
const EXCHANGES_MAX: u32 = 10_000;

impl Client {
    /// Exchanges everything with the server: the edits that wait here, and what
    /// is new there. Each page is written as it comes, so that whatever stops a
    /// sync, the next one goes on from there. Dropping the future stops it too.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, the server cannot be reached or refuses, or the
    /// database cannot be written. What was exchanged before stays.
    pub async fn sync(
        &self,
        transport: &dyn Transport,
        options: &SyncOptions,
    ) -> Result<SyncReport, ClientError> {
        let running = Running::begin(self.core.clone())?;
        let mut run = Run::new(self, transport, options);
        let result = match run.exchange_all().await {
            Ok(()) => run.move_attachments().await,
            Err(error) => Err(error),
        };
        drop(running);
        let finish = match result {
            Ok(()) => Finish::Complete,
            Err(Ended::Stopped(Stop::Cancelled)) => Finish::Cancelled,
            Err(Ended::Stopped(Stop::OutOfTime)) => Finish::OutOfTime,
            Err(Ended::Failed(error)) => return Err(error),
        };
        Ok(SyncReport { finish, ..run.report })
    }

    /// The same, and compares everything that this phone holds with what the server
    /// holds, as it also does by itself once a week: damage on either side is found
    /// and mended. Unlike then, attachments that the server once had are offered to
    /// it again, each by a question.
    ///
    /// # Errors
    ///
    /// As [`sync`](Self::sync).
    pub async fn repair(
        &self,
        transport: &dyn Transport,
        options: &SyncOptions,
    ) -> Result<SyncReport, ClientError> {
        let core = self.core.clone();
        let due = move || {
            Ok(core.store.write(core.ids(), |transaction, _| {
                blob_rows::offer_again(transaction)?;
                feed::set_repair_due(transaction)
            })?)
        };
        self.worker.run(due).await?;
        self.sync(transport, options).await
    }

    /// The same on the caller's thread.
    ///
    /// # Errors
    ///
    /// As [`sync`](Self::sync).
    pub fn sync_blocking(
        &self,
        transport: &dyn Transport,
        options: &SyncOptions,
    ) -> Result<SyncReport, ClientError> {
        crate::worker::block_on(self.sync(transport, options))
    }
}

/// Holds the mark that a sync is under way.
struct Running(Arc<Core>);

impl Running {
    fn begin(core: Arc<Core>) -> Result<Self, ClientError> {
        if core.syncing.swap(true, Ordering::SeqCst) { Err(ClientError::Busy) } else { Ok(Self(core)) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.syncing.store(false, Ordering::SeqCst);
    }
}

/// Why a run ended early.
pub(super) enum Ended {
    Stopped(Stop),
    Failed(ClientError),
}

impl From<ClientError> for Ended {
    fn from(error: ClientError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

/// One sync under way.
pub(super) struct Run<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) worker: &'a Worker,
    pub(super) transport: &'a dyn Transport,
    pub(super) limits: Limits,
    options: &'a SyncOptions,
    pub(super) report: SyncReport,
    progress: SyncProgress,
}

impl<'a> Run<'a> {
    pub(super) fn new(client: &'a Client, transport: &'a dyn Transport, options: &'a SyncOptions) -> Self {
        let clock = client.core.clock.clone();
        let deadline = clock.monotonic() + options.budget;
        let limits = Limits { cancel: options.cancel.clone(), deadline, clock };
        Self {
            core: &client.core,
            worker: &client.worker,
            transport,
            limits,
            options,
            report: SyncReport::default(),
            progress: SyncProgress::default(),
        }
    }
}

impl Run<'_> {
    async fn exchange_all(&mut self) -> Result<(), Ended> {
        let mut session = SyncSession::new(self.options.page_bytes, self.core.ids().repair_key());
        for _ in 0..EXCHANGES_MAX {
            self.check_limits()?;
            let core = self.core.clone();
            let (back, request) = self
                .worker
                .run(move || {
                    let now = core.clock.now().at;
                    let push_bytes = core.pace.push_bytes();
                    let request =
                        core.store.read(|connection| session.next_request(connection, now, push_bytes))?;
                    Ok((session, request))
                })
                .await?;
            session = back;
            let Some(request) = request else {
                // What was made here has been handed in; the app has to know.
                return match session.barred() {
                    Some(code) => Err(barred(code).into()),
                    None => Ok(()),
                };
            };
            self.report.pushed += session.in_flight().pushed;
            let exchanged = self.exchange(session, request).await;
            match &exchanged {
                Ok(_) => self.core.pace.went_through(),
                Err(Ended::Stopped(_) | Ended::Failed(ClientError::Offline(_))) => self.core.pace.was_cut(),
                Err(Ended::Failed(_)) => {}
            }
            session = exchanged?;
        }
        Err(ClientError::BadAnswer("the server's pages do not end".to_owned()).into())
    }

    /// One request, and its answer written down.
    async fn exchange(
        &mut self,
        mut session: SyncSession,
        request: SyncRequest,
    ) -> Result<SyncSession, Ended> {
        let sent_at = self.core.clock.now();
        let began = self.core.clock.monotonic();
        let response = self.send_authorised(|| sync_request(&request)).await?;
        let round_trip = self.core.clock.monotonic().saturating_sub(began);
        session.measure(response.body.len(), round_trip);
        let round_trip_ms = i64::try_from(round_trip.as_millis()).unwrap_or(i64::MAX);
        let core = self.core.clone();
        let (session, taken) = self
            .worker
            .run(move || {
                let answer = reply::exchange(&response)?;
                let taken = core.take_in(&mut session, answer, Timing { sent_at, round_trip_ms })?;
                Ok((session, taken))
            })
            .await?;
        self.tell(taken);
        Ok(session)
    }

    fn tell(&mut self, taken: TakenIn) {
        self.report.add(&taken.report);
        self.report.exchanges += 1;
        self.progress = SyncProgress {
            exchanges: self.report.exchanges,
            documents: self.report.entered + self.report.updated,
            documents_total: taken.total.or(self.progress.documents_total),
            pushed: self.report.pushed,
        };
        self.core.observers.tell(&taken.events);
        self.core.observers.tell(&[crate::ClientEvent::SyncProgress(self.progress)]);
        if let Some(progress) = &self.options.progress {
            progress(&self.progress);
        }
    }

    pub(super) fn check_limits(&self) -> Result<(), Stop> {
        self.limits.reached().map_or(Ok(()), Err)
    }

    /// Sends a request and waits for its answer within the limits.
    pub(super) async fn send(&mut self, mut request: HttpRequest) -> Result<HttpResponse, Ended> {
        request.timeout = self.limits.remaining().min(REQUEST_TIMEOUT);
        self.report.bytes_up += request.body.len() as u64;
        let answer = self.limits.wait(self.worker, self.transport.send(request)).await?;
        let response = answer.map_err(|error| ClientError::Offline(error.to_string()))?;
        self.report.bytes_down += response.body.len() as u64;
        Ok(response)
    }

    async fn move_attachments(&mut self) -> Result<(), Ended> {
        match self.options.attachments {
            WithAttachments::Afterwards => self.attach_all().await,
            WithAttachments::No => Ok(()),
        }
    }
}

fn barred(code: wire::ErrorCode) -> ClientError {
    ClientError::Server { code, message: code.doc().to_owned(), retry_after_s: None }
}

fn sync_request(request: &SyncRequest) -> HttpRequest {
    let body = request.to_body();
    let mut headers = vec![
        ("content-type".to_owned(), MEDIA_TYPE.to_owned()),
        ("accept".to_owned(), MEDIA_TYPE.to_owned()),
        ("accept-encoding".to_owned(), ZSTD.to_owned()),
    ];
    if body.encoding == Encoding::Zstd {
        headers.push(("content-encoding".to_owned(), ZSTD.to_owned()));
    }
    HttpRequest {
        method: Method::Post,
        path: SYNC_PATH.to_owned(),
        headers,
        body: body.bytes,
        timeout: REQUEST_TIMEOUT,
    }
}

impl SyncReport {
    /// Adds what one answer came to.
    fn add(&mut self, page: &Self) {
        self.accepted += page.accepted;
        self.refused += page.refused;
        self.replayed += page.replayed;
        self.unplayable += page.unplayable;
        self.entered += page.entered;
        self.updated += page.updated;
        self.left += page.left;
        self.reference_rows += page.reference_rows;
        self.problems += page.problems;
        self.offered_again += page.offered_again;
    }
}
