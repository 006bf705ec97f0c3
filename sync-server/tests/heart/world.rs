//! A server in the test's own process, phones and office people around it, all
//! following from one seed.

use std::sync::{Arc, Mutex};

use domain::{AgencyId, Assignment, DocId, DocKind, EditCommand, Instant, JobCommand, Role, UserId};
use rusqlite::types::ValueRef;
use sync_server::clock::{Clock, Entropy};
use sync_server::core::Core;
use sync_server::error::CoreError;
use sync_server::office::{Edited, NewJob, create_job, edit_document};
use sync_server::people::{NewUser, create_user, insert_device};
use sync_server::rulebook::{self, Kind, NewVersion};
use sync_server::session::DeviceSession;
use sync_server::store::{Store, StoreError};
use sync_server::timer::{Timer, due_works};
use testkit::{Kit, ManualClock, Person, Rng, text_edit};
use wire::DeviceKind;

struct WorldClock(ManualClock);

impl Clock for WorldClock {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

struct SeededEntropy(Mutex<Rng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().expect("no panic while drawing");
        bytes.chunks_mut(8).for_each(|piece| {
            let random: [u8; 8] = rng.bytes();
            piece.copy_from_slice(&random[..piece.len()]);
        });
    }
}

/// The world of one test.
pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) core: Core,
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let kit = Kit::new(seed);
        let folder = tempfile::tempdir().expect("folder");
        let core = open(folder.path(), &kit.clock, seed);
        Self { kit, core, folder }
    }

    /// Stops the server and starts it again on the same folder.
    pub(crate) fn restart(self, seed: u64) -> Self {
        self.meanwhile(seed, |_| ()).0
    }

    /// Stops the server, does something to its folder, and starts it again.
    pub(crate) fn meanwhile<T>(self, seed: u64, work: impl FnOnce(&std::path::Path) -> T) -> (Self, T) {
        let Self { kit, core, folder } = self;
        drop(core);
        let done = work(folder.path());
        let core = open(folder.path(), &kit.clock, seed);
        (Self { kit, core, folder }, done)
    }

    /// A new dispatcher at a browser.
    pub(crate) fn dispatcher(&mut self) -> DeviceSession {
        session_of(&self.kit.person(Role::Dispatcher))
    }

    /// Registers a job and gives it to a technician.
    pub(crate) async fn job_for(
        &mut self,
        office: &DeviceSession,
        technician: Option<UserId>,
        subject: &str,
    ) -> DocId {
        let fields = vec![text_edit(domain::JobField::RequestSubject, subject)];
        self.job_with(office, technician, fields).await.doc
    }

    pub(crate) async fn job_with(
        &mut self,
        office: &DeviceSession,
        technician: Option<UserId>,
        fields: Vec<domain::JobFieldEdit>,
    ) -> Edited {
        let assignment =
            technician.map(|technician| Assignment { technician: Some(technician), ..Assignment::default() });
        self.kit.clock.advance_ms(1_000);
        let job = NewJob { id: None, kind: domain::JobKind::Visit, fields, assignment };
        create_job(&self.core, office, job).await.expect("registered")
    }

    /// Gives a job to a technician, or takes it back.
    pub(crate) async fn assign(
        &mut self,
        office: &DeviceSession,
        job: DocId,
        technician: Option<UserId>,
    ) -> Edited {
        let command = self.kit.assign(technician);
        self.edit(office, job, command).await.expect("assigned")
    }

    pub(crate) async fn edit(
        &mut self,
        office: &DeviceSession,
        doc: DocId,
        command: EditCommand,
    ) -> Result<Edited, CoreError> {
        self.kit.clock.advance_ms(1_000);
        edit_document(&self.core, office, doc, command, None).await
    }

    /// Everybody who is in scope of something, as the rows say.
    pub(crate) fn scope_of(&self, user: UserId) -> Vec<(DocId, DocKind)> {
        let rows = self.rows(&format!(
            "SELECT lower(hex(item)), kind FROM membership WHERE scope = x'{}' \
             AND left_at IS NULL AND kind <> 'account' ORDER BY item",
            user.uuid().simple()
        ));
        rows.iter()
            .map(|row| (row[0].parse().expect("an id"), DocKind::from_name(&row[1]).expect("a kind")))
            .collect()
    }

    /// The heads that the server has of a document.
    pub(crate) fn heads(&self, doc: DocId) -> String {
        let rows = self
            .rows(&format!("SELECT lower(hex(heads)) FROM documents WHERE doc = x'{}'", doc.uuid().simple()));
        rows[0][0].clone()
    }

    /// Rows of a query as texts.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let read = || {
            self.core.store().read_blocking(|connection| {
                let mut statement = connection.prepare(sql)?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                let mut texts = Vec::new();
                while let Some(row) = rows.next()? {
                    let values = (0..columns).map(|index| Ok(text(row.get_ref(index)?)));
                    texts.push(values.collect::<Result<_, rusqlite::Error>>()?);
                }
                Ok::<_, StoreError>(texts)
            })
        };
        tokio::task::block_in_place(read).expect("the query runs")
    }

    /// One number.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.rows(sql)[0][0].parse().expect("a number")
    }

    /// Does what is due by now.
    pub(crate) async fn settle(&self) -> Option<Instant> {
        Timer::new(self.core.clone(), due_works()).run_due().await
    }

    /// Enters a version of the rulebook; what comes later is judged by it.
    pub(crate) async fn enter(&mut self, kind: Kind, agency: Option<AgencyId>, json: &str) {
        self.kit.clock.advance_ms(1);
        let new = NewVersion {
            kind,
            agency,
            subject: String::new(),
            effective_from: "2025-03-21".parse().expect("a day"),
            version: Some(format!("version {}", self.kit.clock.now().millis())),
            json: json.to_owned(),
            by: None,
        };
        let now = self.core.now();
        self.core.store().write(move |tx| rulebook::add(tx, &new, now)).await.expect("entered");
        self.kit.clock.advance_ms(1);
    }

    /// Enters a person and his phone, which the server waits for from then on.
    pub(crate) async fn enter_phone(&self, person: Person) {
        let user = NewUser {
            id: person.user,
            name: person.user.to_string(),
            display_name: "a technician".to_owned(),
            role: person.role,
            agency: None,
            password_hash: None,
        };
        let now = self.core.now();
        let entered = self.core.store().write(move |tx| {
            create_user(tx, &user, now)?;
            insert_device(tx, person.device, person.user, "a phone", DeviceKind::Phone, now)
        });
        entered.await.expect("entered");
    }

    /// Writes directly, as no part of the program does.
    pub(crate) async fn tamper(&self, sql: &str) {
        let sql = sql.to_owned();
        let done = self.core.store().write(move |tx| tx.execute_batch(&sql).map_err(StoreError::from)).await;
        done.expect("tampered");
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn open(folder: &std::path::Path, clock: &ManualClock, seed: u64) -> Core {
    let clock: Arc<dyn Clock> = Arc::new(WorldClock(clock.clone()));
    let entropy = Arc::new(SeededEntropy(Mutex::new(Rng::new(seed ^ 0x5eed))));
    let open = || {
        let store = Store::open(folder, Arc::clone(&clock)).expect("the store opens");
        Core::open_blocking(store, Arc::clone(&clock), entropy).expect("the heart opens")
    };
    tokio::task::block_in_place(open)
}

/// A person's session.
pub(crate) fn session_of(person: &Person) -> DeviceSession {
    DeviceSession { user: person.user, device: person.device, role: person.role, agency: person.agency }
}

/// A reference row that says its own name.
pub(crate) fn set_subject(subject: &str) -> EditCommand {
    let edits = vec![text_edit(domain::JobField::RequestSubject, subject)];
    EditCommand::Job(JobCommand::SetFields { edits })
}
