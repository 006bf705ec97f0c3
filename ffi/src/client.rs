//! The one object that an app holds. This file opens and closes it; what can be
//! done with it stands in the files beside, by subject.

mod attachments;
mod jobs;
mod lines;
mod office;
mod people;
mod reference;
mod sync;
mod texts;
mod trips;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use client_core::{Client, ClientError, Config, SystemClock, SystemRandomness, Transport, Worker};

pub use sync::CancelHandle;

use crate::http::HttpClient;
use crate::types::OpenOptions;
use crate::{FieldError, FieldListener, Subscription, http, observe};

/// One open database of one person on one phone. A second client on the same
/// database is refused, in this process and in any other.
#[derive(uniffi::Object)]
pub struct FieldClient {
    open: Mutex<Option<Open>>,
    clock: Arc<SystemClock>,
    transport: Arc<dyn Transport>,
    syncs: Mutex<Vec<Weak<CancelHandle>>>,
}

/// The open database and its threads. Each call holds them while it runs, so that the
/// last one to hold them finds the threads idle.
#[derive(Clone)]
struct Open {
    client: Arc<Client>,
    /// Edits run here, in the order in which they were asked for.
    edits: Arc<Worker>,
    /// Reads run here, so that a list waits neither for an edit nor for a sync.
    reads: Arc<Worker>,
}

/// A damaged database that was set aside when the client was opened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SetAside {
    /// Where it lies now; it is never deleted.
    pub path: String,
    /// Documents that were saved from it.
    pub documents: u64,
    /// Edits that were saved from it.
    pub edits: u64,
}

#[uniffi::export]
impl FieldClient {
    /// Opens or makes the database. Without an `http` of the app's own, the
    /// built-in one is used where the library has it.
    ///
    /// # Errors
    ///
    /// When another client has the database open, a newer version of the app wrote
    /// it, the disk is full, it cannot be read or written, or the address is none. A
    /// damaged database is no error: see `set_aside`.
    #[uniffi::constructor(default(http = None))]
    pub async fn open(
        options: OpenOptions,
        http: Option<Arc<dyn HttpClient>>,
    ) -> Result<Arc<Self>, FieldError> {
        let transport = http::transport(&options.server_address, &options.locale, http)?;
        let clock = Arc::new(SystemClock::new(options.utc_offset_minutes));
        let edits = Arc::new(Worker::start("hamgam-edits")?);
        let reads = Arc::new(Worker::start("hamgam-reads")?);
        let config =
            Config { database: PathBuf::from(options.database_path), device_name: options.device_name };
        let time = clock.clone();
        let opened = edits.run(move || Client::open(config, time, Arc::new(SystemRandomness))).await?;
        let open = Mutex::new(Some(Open { client: Arc::new(opened), edits, reads }));
        Ok(Arc::new(Self { open, clock, transport, syncs: Mutex::default() }))
    }

    /// Closes the database and ends the client's threads. Calls under way end first; a
    /// sync is cancelled, and goes on from there when the database is opened again.
    /// Later calls fail with the code `closed`.
    ///
    /// # Errors
    ///
    /// When the database cannot be closed. Closing a closed client does nothing.
    pub async fn shutdown(&self) -> Result<(), FieldError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let syncs = std::mem::take(&mut *self.syncs.lock().unwrap_or_else(PoisonError::into_inner));
        syncs.iter().filter_map(Weak::upgrade).for_each(|handle| handle.cancel());
        if let Some(Open { client, edits, reads }) = open {
            // Behind the reads and the edits that were asked for before.
            reads.run(|| Ok(())).await?;
            let drop_it = move || {
                drop(client);
                Ok(())
            };
            edits.run(drop_it).await?;
        }
        Ok(())
    }

    /// What was set aside because it was damaged when the client was opened, if
    /// anything. Tell the technician: what could not be saved from it is there.
    ///
    /// # Errors
    ///
    /// When the client is closed.
    pub fn set_aside(&self) -> Result<Option<SetAside>, FieldError> {
        let open = self.opened()?;
        Ok(open.client.opened().quarantine.as_ref().map(|quarantine| SetAside {
            path: quarantine.path.display().to_string(),
            documents: quarantine.documents as u64,
            edits: quarantine.entries as u64,
        }))
    }

    /// Tells the client that the device moved to another time zone.
    pub fn set_utc_offset_minutes(&self, utc_offset_minutes: i16) {
        self.clock.set_offset_minutes(utc_offset_minutes);
    }

    /// Tells a listener of what changes until the subscription is cancelled.
    ///
    /// # Errors
    ///
    /// When the client is closed.
    pub fn observe(&self, listener: Arc<dyn FieldListener>) -> Result<Arc<Subscription>, FieldError> {
        Ok(Arc::new(observe::subscribe(&self.opened()?.client, listener)))
    }

    /// The state of the client for whoever helps, as JSON: figures and codes, no
    /// names, texts, ids or tokens.
    ///
    /// # Errors
    ///
    /// When the client is closed or the database cannot be read.
    pub async fn export_diagnostics(&self) -> Result<String, FieldError> {
        let diagnostics = self.read(Client::diagnostics).await?;
        serde_json::to_string_pretty(&diagnostics)
            .map_err(|error| ClientError::Internal(format!("writing diagnostics: {error}")).into())
    }
}

impl FieldClient {
    fn opened(&self) -> Result<Open, FieldError> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(FieldError::closed)
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Client) -> Result<T, ClientError> + Send + 'static,
    ) -> Result<T, FieldError> {
        let open = self.opened()?;
        let client = open.client.clone();
        Ok(open.reads.run(move || read(&client)).await?)
    }

    /// Runs an edit. Once it began it runs to its end, even if nobody waits for it.
    async fn edit<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Client) -> Result<T, ClientError> + Send + 'static,
    ) -> Result<T, FieldError> {
        let open = self.opened()?;
        let client = open.client.clone();
        Ok(open.edits.run(move || edit(&client)).await?)
    }
}
