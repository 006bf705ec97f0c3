//! A data folder with people and jobs, made before the server starts: people by
//! the server's command line, jobs through its own office operations and its
//! exchange, in this process and many in one transaction, since a hundred
//! thousand jobs over HTTP would only measure patience.

use std::path::Path;
use std::sync::Arc;

use demo::server_process::ServerProcess;
use documents::{Document, EditContext};
use domain::{ActorClass, ActorId, DeviceId, DocId, DocKind, JobKind, Role, UserId};
use sync_server::clock::{SystemClock, SystemEntropy};
use sync_server::core::Core;
use sync_server::error::CoreError;
use sync_server::office::{NewJob, create_job_in};
use sync_server::session::DeviceSession;
use sync_server::store::Store;
use sync_server::sync::exchange;
use testkit::Kit;
use wire::{Bytes, DocHappening, Outcome, Push, SyncRequest, SyncResponse};

use crate::content;
use crate::failure::Failure;
use crate::phone::Login;
use crate::{clock, fleet};

/// Jobs that are registered in one transaction.
const JOBS_A_BATCH: usize = 250;
/// Documents that are pushed in one exchange; ten changes each.
const PUSHES_A_REQUEST: usize = 150;
/// Technicians among whom the jobs of others are spread.
const CROWD: usize = 50;

/// How many jobs there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// The measured technician's, each with its whole history.
    pub(crate) own: usize,
    /// Of other technicians, registered and assigned.
    pub(crate) others: usize,
}

/// Makes the folder of a server that does not run yet; gives the sign-in of the
/// measured technician.
pub(crate) fn found(server: &ServerProcess, data: &Path, size: Size) -> Result<Login, Failure> {
    server.command(&["init"])?;
    let (dispatcher, _) = enter(server, "dispatcher", Role::Dispatcher)?;
    let (technician, password) = enter(server, "technician", Role::Technician)?;
    let desk = Desk::open(data, dispatcher)?;
    let mut kit = Kit::new(7);
    kit.clock = testkit::ManualClock::at(clock::now().plus_days(-90));
    desk.register(&mut kit, &[technician], size.own)?;
    desk.work_on_all(&mut kit, technician)?;
    let crowd: Vec<UserId> = (0..CROWD).map(|_| UserId::new(kit.clock.now(), kit.rng.bytes())).collect();
    desk.register(&mut kit, &crowd, size.others)?;
    Ok(Login { name: "technician".to_owned(), password })
}

/// A folder with technicians, and jobs for each with their whole history.
pub(crate) fn team(
    server: &ServerProcess,
    data: &Path,
    technicians: usize,
    each: usize,
) -> Result<(Desk, Vec<(UserId, Login)>), Failure> {
    server.command(&["init"])?;
    let (dispatcher, _) = enter(server, "dispatcher", Role::Dispatcher)?;
    let mut people = Vec::new();
    for number in 0..technicians {
        let name = format!("technician-{number}");
        let (user, password) = enter(server, &name, Role::Technician)?;
        people.push((user, Login { name, password }));
    }
    let desk = Desk::open(data, dispatcher)?;
    let mut kit = Kit::new(7);
    kit.clock = testkit::ManualClock::at(clock::now().plus_days(-90));
    let users: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
    desk.register(&mut kit, &users, technicians * each)?;
    users.iter().try_for_each(|user| desk.work_on_all(&mut kit, *user))?;
    Ok((desk, people))
}

/// Enters a person; gives the id and the password that the program drew.
pub(crate) fn enter(server: &ServerProcess, name: &str, role: Role) -> Result<(UserId, String), Failure> {
    let said = server.command(&["user", "add", name, "--role", role.name()])?;
    let between =
        |open: &str, close: char| Some(said.split_once(open)?.1.split(close).next()?.trim().to_owned());
    let id = between("(", ')').and_then(|id| id.parse().ok());
    let password = between("password: ", ' ');
    id.zip(password).ok_or_else(|| Failure::new(format!("cannot read what `user add` printed: {said}")))
}

/// The server's heart in this process.
pub(crate) struct Desk {
    core: Core,
    dispatcher: DeviceSession,
}

impl Desk {
    pub(crate) fn open(data: &Path, dispatcher: UserId) -> Result<Self, Failure> {
        let clock = Arc::new(SystemClock);
        let store = Store::open(data, clock.clone())?;
        let core = Core::open_blocking(store, clock, Arc::new(SystemEntropy))?;
        Ok(Self { core, dispatcher: session(dispatcher, Role::Dispatcher) })
    }

    /// Registers jobs and gives them to technicians in turn.
    pub(crate) fn register(
        &self,
        kit: &mut Kit,
        technicians: &[UserId],
        count: usize,
    ) -> Result<(), Failure> {
        let customers = content::customers(&mut kit.rng, (count / 5).max(1));
        let now = clock::now();
        let numbers: Vec<usize> = (0..count).collect();
        for batch in numbers.chunks(JOBS_A_BATCH) {
            let jobs = batch.iter().map(|number| {
                let technician = technicians[number % technicians.len()];
                let visit = fleet::visit(now, *number);
                let (fields, assignment) = fleet::request(kit, &customers, technician, visit);
                NewJob { id: None, kind: JobKind::Visit, fields, assignment: Some(assignment) }
            });
            self.register_batch(jobs.collect())?;
        }
        Ok(())
    }

    fn register_batch(&self, jobs: Vec<NewJob>) -> Result<(), Failure> {
        let (core, dispatcher) = (self.core.clone(), self.dispatcher);
        self.core.store().write_blocking(move |tx| -> Result<(), CoreError> {
            let now = core.now();
            jobs.into_iter().try_for_each(|job| create_job_in(&core, tx, &dispatcher, job, now).map(drop))
        })?;
        Ok(())
    }

    /// Does the technician's work on each of his jobs, and pushes it as a phone.
    pub(crate) fn work_on_all(&self, kit: &mut Kit, technician: UserId) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let session = session(technician, Role::Technician);
        let actor = ActorId::new(ActorClass::Technician, kit.rng.bytes());
        let documents = runtime.block_on(self.pull(&session))?;
        for batch in documents.chunks(PUSHES_A_REQUEST) {
            let pushes = batch.iter().map(|(doc, saved)| worked_on(kit, technician, actor, *doc, saved));
            let request = SyncRequest {
                version: wire::PROTOCOL_VERSION,
                budget: Some(0),
                pushes: Some(pushes.collect::<Result<_, Failure>>()?),
                ..SyncRequest::default()
            };
            all_accepted(&runtime.block_on(exchange(&self.core, &session, request))?)?;
        }
        Ok(())
    }

    /// Every document of a technician, saved.
    pub(crate) fn documents_of(&self, technician: UserId) -> Result<Vec<(DocId, Vec<u8>)>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.pull(&session(technician, Role::Technician)))
    }

    /// Every document in a technician's scope.
    async fn pull(&self, session: &DeviceSession) -> Result<Vec<(DocId, Vec<u8>)>, Failure> {
        let mut documents = Vec::new();
        // Of the first version, whose documents are not packed.
        let mut request = SyncRequest { version: 1, ..SyncRequest::default() };
        request.epoch = Some(self.core.epoch().to_vec());
        loop {
            let response = exchange(&self.core, session, request.clone()).await?;
            for event in response.events.into_iter().flatten() {
                if let DocHappening::Enter { snapshot } = event.what {
                    documents.push((event.doc, snapshot));
                }
            }
            request.cursor = Some(response.cursor);
            if response.more != Some(true) {
                return Ok(documents);
            }
        }
    }
}

fn session(user: UserId, role: Role) -> DeviceSession {
    let device = DeviceId::from_uuid(user.uuid());
    DeviceSession { user, device, role, agency: None }
}

fn worked_on(
    kit: &mut Kit,
    author: UserId,
    actor: ActorId,
    doc: DocId,
    saved: &[u8],
) -> Result<Push, Failure> {
    let mut document = Document::load(DocKind::Job, saved)?;
    let mut changes = Vec::new();
    for command in fleet::work(kit) {
        kit.clock.advance_ms(7 * 60_000);
        let context = EditContext { author, actor, stamp: kit.clock.stamp() };
        changes.extend(document.edit(&command, &context)?.map(|change| Bytes(change.bytes)));
    }
    Ok(Push { doc, kind: DocKind::Job, changes })
}

fn all_accepted(response: &SyncResponse) -> Result<(), Failure> {
    let mut verdicts = response.verdicts.iter().flatten();
    match verdicts.find(|verdict| !matches!(verdict.outcome, Outcome::Accepted | Outcome::Duplicate)) {
        Some(verdict) => {
            Err(Failure::new(format!("the fleet's work is not admitted: {:?}", verdict.outcome)))
        }
        None => Ok(()),
    }
}
