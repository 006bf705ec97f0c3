//! A phone as a machine: its process starts and dies, its exchanges are polled
//! step by step, and what it sends is for the network to deliver.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use client_core::{
    BoxFuture, Client, ClientError, Config, Found, HttpRequest, HttpResponse, SyncOptions, SyncReport,
    Transport, TransportError, WithAttachments,
};
use domain::{DocId, EditCommand, UserId};
use testkit::model::App;
use wire::{Encoding, Message, SyncRequest, ZSTD};

use crate::clocks::{MachineClock, Seeded};
use crate::machine::Storage;

/// Where a phone's database lies in its folder.
pub(crate) const DATABASE: &str = "phone.db";

type SyncFuture = Pin<Box<dyn Future<Output = Result<SyncReport, ClientError>> + Send>>;

/// A phone.
pub(crate) struct Phone {
    /// Whose it is.
    pub(crate) owner: UserId,
    /// Its disk.
    pub(crate) storage: Storage,
    /// Its process, while it lives.
    pub(crate) client: Option<Arc<Client>>,
    /// Its clock.
    pub(crate) clock: MachineClock,
    /// What of its app's protocol differs from this one's.
    pub(crate) version: Option<u16>,
    /// Whether its app was ever of a version that gets no receipts.
    pub(crate) was_without_receipts: bool,
    /// A copy of its data, and how many edits it had then.
    pub(crate) backup: Option<(std::path::PathBuf, usize)>,
    /// An edit whose saving was cut off.
    pub(crate) doubtful: Option<(DocId, EditCommand, App)>,
    /// Answers that it got, the newest last; they may come again.
    pub(crate) old_replies: Vec<HttpResponse>,
    randomness: Arc<Seeded>,
    wire: Arc<Line>,
    syncing: Option<SyncFuture>,
    /// Numbers its requests, so that a late answer is known.
    request: u64,
}

/// How far an exchange is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// It sent a request and waits.
    Asks(u64, HttpRequest),
    /// It waits for an answer still.
    Waits,
    /// It ended.
    Ended(Box<Result<SyncReport, ClientError>>),
    /// There is none.
    Idle,
}

impl Phone {
    /// A phone that is switched off.
    #[must_use]
    pub(crate) fn new(owner: UserId, storage: Storage, clock: MachineClock, randomness: Arc<Seeded>) -> Self {
        Self {
            owner,
            storage,
            client: None,
            clock,
            version: None,
            was_without_receipts: false,
            backup: None,
            doubtful: None,
            old_replies: Vec::new(),
            randomness,
            wire: Arc::default(),
            syncing: None,
            request: 0,
        }
    }

    /// Starts the process.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub(crate) fn start(&mut self) -> Result<Option<Found>, ClientError> {
        let database = self.storage.folder().join(DATABASE);
        let config = Config { database, device_name: "phone".to_owned() };
        let client = Client::open(config, Arc::new(self.clock.clone()), self.randomness.clone())?;
        let found = client.opened().found;
        self.client = Some(Arc::new(client));
        Ok(found)
    }

    /// Ends the process as if it were killed: no file changes any more.
    pub(crate) fn kill(&mut self) {
        self.storage.kill();
        self.syncing = None;
        self.client = None;
        self.wire.clear();
    }

    /// Ends the process as a system does that closes an app: it writes what it
    /// has to write.
    pub(crate) fn close(&mut self) {
        self.syncing = None;
        self.client = None;
        self.wire.clear();
        self.storage.kill();
    }

    /// Whether an exchange is under way.
    #[must_use]
    pub(crate) fn is_syncing(&self) -> bool {
        self.syncing.is_some()
    }

    /// Begins an exchange; `page_bytes` bounds its pages.
    pub(crate) fn begin_sync(&mut self, page_bytes: u32) {
        let Some(client) = self.client.clone() else { return };
        let wire = Arc::clone(&self.wire);
        self.wire.clear();
        self.syncing = Some(Box::pin(async move {
            let options =
                SyncOptions { attachments: WithAttachments::No, page_bytes, ..SyncOptions::default() };
            client.sync(&*wire, &options).await
        }));
    }

    /// Lets the exchange go on until it waits for the network or ends.
    pub(crate) fn go_on(&mut self) -> Progress {
        let Some(future) = self.syncing.as_mut() else { return Progress::Idle };
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
                self.syncing = None;
                return Progress::Ended(Box::new(result));
            }
            if let Some(request) = self.wire.take_request() {
                self.request += 1;
                return Progress::Asks(self.request, self.spoken(request));
            }
            if self.wire.waits_for_answer() {
                return Progress::Waits;
            }
            // It waits for the client's own thread.
            std::thread::park();
        }
    }

    /// Whether an answer to that request is still waited for.
    #[must_use]
    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.syncing.is_some() && self.request == request && self.wire.waits_for_answer()
    }

    /// Hands an answer over.
    pub(crate) fn hand_over(&self, answer: Result<HttpResponse, TransportError>) {
        self.wire.put_answer(answer);
    }

    /// The request as the app's version writes it.
    fn spoken(&self, request: HttpRequest) -> HttpRequest {
        let Some(version) = self.version else { return request };
        let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == ZSTD);
        let encoding = if packed { Encoding::Zstd } else { Encoding::Plain };
        let Ok(message) = SyncRequest::from_body(&request.body, encoding) else { return request };
        let body = SyncRequest { version, ..message }.to_body();
        let mut headers = request.headers;
        headers.retain(|(name, _)| name != "content-encoding");
        if body.encoding == Encoding::Zstd {
            headers.push(("content-encoding".to_owned(), ZSTD.to_owned()));
        }
        HttpRequest { headers, body: body.bytes, ..request }
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// The end of the network at a phone: holds one request and its answer.
#[derive(Debug, Default)]
pub(crate) struct Line(Mutex<Slot>);

#[derive(Debug, Default)]
struct Slot {
    request: Option<HttpRequest>,
    waiting: Waiting,
    answer: Option<Result<HttpResponse, TransportError>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Waiting {
    #[default]
    ForNothing,
    ForAnswer,
}

impl Line {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn clear(&self) {
        *self.slot() = Slot::default();
    }
    fn take_request(&self) -> Option<HttpRequest> {
        self.slot().request.take()
    }
    fn waits_for_answer(&self) -> bool {
        let slot = self.slot();
        slot.waiting == Waiting::ForAnswer && slot.answer.is_none()
    }
    fn put_answer(&self, answer: Result<HttpResponse, TransportError>) {
        self.slot().answer = Some(answer);
    }
}

impl Transport for Line {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        *self.slot() = Slot { request: Some(request), waiting: Waiting::ForAnswer, answer: None };
        Box::pin(std::future::poll_fn(|_| {
            let mut slot = self.slot();
            match slot.answer.take() {
                Some(answer) => {
                    slot.waiting = Waiting::ForNothing;
                    Poll::Ready(answer)
                }
                None => Poll::Pending,
            }
        }))
    }
}

/// Waits for a future of a client, whose own thread may work for it.
pub(crate) fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
