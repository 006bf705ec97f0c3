//! The simulated world: the server, the phones, the people and the network, and
//! what happens to them step by step.

mod attack;
mod end;
mod faults;
mod messages;
mod office;
mod phones;
mod rights;
mod stories;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use client_core::{HttpRequest, HttpResponse};
use domain::{AgencyId, DeviceId, DocId, EditCommand, Instant, Role, UserId};
use sync_server::auth::AuthError;
use sync_server::people::{self, NewUser, PeopleError};
use sync_server::session::DeviceSession;
use testkit::model::Model;
use testkit::{Kit, ManualClock, Network, Person, Rng};

use crate::clocks::{MachineClock, Seeded};
use crate::failure::Failed;
use crate::judge::Holders;
use crate::machine::Storage;
use crate::phone::{Phone, wait_for};
use crate::plan::{Plan, Step};
use crate::reached::Reached;
use crate::server::{Running, Server, run};
use crate::trace::Trace;

/// Something under way on the network.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// From a phone.
    Request { phone: usize, number: u64, http: HttpRequest },
    /// To a phone.
    Reply { phone: usize, number: u64, http: HttpResponse },
}

/// The simulated world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) phones: Vec<Phone>,
    pub(crate) network: Network<Message>,
    pub(crate) clock: ManualClock,
    pub(crate) people: People,
    pub(crate) model: Model,
    pub(crate) holders: Holders,
    pub(crate) reached: Reached,
    pub(crate) trace: Trace,
    pub(crate) attacker: attack::Attacker,
    /// Whether the server was ever put back to a copy.
    pub(crate) restores: u32,
    /// Documents in which the office carried out what somebody had offered.
    pub(crate) approved: BTreeSet<DocId>,
    rng: Rng,
    // Last, so that nothing is open in it when it goes.
    root: tempfile::TempDir,
}

/// Who is there.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) dispatcher: DeviceSession,
    pub(crate) representative: DeviceSession,
    pub(crate) technicians: Vec<UserId>,
    /// The hostile device's owner; a technician too, to whom jobs are given.
    pub(crate) hostile: UserId,
    pub(crate) roles: BTreeMap<UserId, Role>,
}

/// Memory, where the system has a folder of it: SQLite runs the same code.
fn folder() -> io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    let new = tempfile::Builder::new().prefix("hamgam-sim-").to_owned();
    if memory.is_dir() { new.tempdir_in(memory) } else { new.tempdir() }
}

impl World {
    /// The world at the beginning of a plan: an organisation whose phones are
    /// enrolled and have pulled their jobs.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn new(plan: &Plan, trace: Trace) -> Result<Self, Failed> {
        let root = folder().map_err(Failed::harness)?;
        let mut rng = Rng::new(plan.seed ^ 0x51_6d_75_6c_61_74_65);
        let clock = ManualClock::morning();
        let storage = Storage::at(root.path().join("server")).map_err(Failed::harness)?;
        let server = Server::new(storage, MachineClock::right(&clock), Seeded::from(rng.fork()))?;
        let people = People::new(&mut rng, plan.technicians, clock.now());
        let mut world = Self {
            server,
            phones: Vec::new(),
            network: Network::new(plan.noise),
            attacker: attack::Attacker::new(people.hostile, rng.fork()),
            people,
            clock,
            model: Model::default(),
            holders: Holders::default(),
            reached: Reached::default(),
            trace,
            restores: 0,
            approved: BTreeSet::new(),
            rng,
            root,
        };
        world.enter_people()?;
        let second = usize::try_from(plan.second_phones).unwrap_or(0);
        let owners = world.people.technicians.clone();
        for owner in owners.iter().chain(owners.iter().take(second)) {
            world.add_phone(*owner)?;
        }
        for _ in 0..plan.jobs {
            let salt = world.rng.bits();
            world.register_job(salt)?;
        }
        world.attacker_enrols()?;
        for number in 0..world.phones.len() {
            world.sync_now(number)?;
        }
        Ok(world)
    }

    fn enter_people(&mut self) -> Result<(), Failed> {
        let people = self.people.clone();
        let now = self.clock.now();
        let enter = move |tx: &rusqlite::Transaction<'_>| {
            if let Some(agency) = people.representative.agency {
                people::create_agency(tx, agency, "agency", None, now)?;
            }
            for (number, (id, role)) in people.roles.iter().enumerate() {
                let agency = people.representative.agency.filter(|_| *role == Role::Representative);
                let name = format!("person {number}");
                let new = NewUser {
                    id: *id,
                    name: name.clone(),
                    display_name: name,
                    role: *role,
                    agency,
                    password_hash: None,
                };
                people::create_user(tx, &new, now)?;
            }
            Ok(())
        };
        let running = self.running()?.clone();
        running.core.store().write_blocking::<(), PeopleError>(enter).map_err(Failed::harness)
    }

    /// A new phone of a technician, enrolled.
    fn add_phone(&mut self, owner: UserId) -> Result<(), Failed> {
        let number = self.phones.len();
        let storage = self.storage(&format!("phone-{number}"))?;
        let phone =
            Phone::new(owner, storage, MachineClock::right(&self.clock), Seeded::from(self.rng.fork()));
        self.phones.push(phone);
        self.wake(number)?;
        self.enrol(number)
    }

    pub(crate) fn storage(&self, name: &str) -> Result<Storage, Failed> {
        Storage::at(self.root.path().join(name)).map_err(Failed::harness)
    }

    /// Enrols a phone by a fresh code, on a quiet line.
    pub(crate) fn enrol(&mut self, number: usize) -> Result<(), Failed> {
        let Some(code) = self.code_for(self.phones[number].owner)? else { return Ok(()) };
        let Some(client) = self.phones[number].client.clone() else { return Ok(()) };
        let server = self.running()?.clone();
        let line = Direct(server);
        let enrolled = wait_for(client.enrol(&line, &code));
        drop(line);
        self.note(&format!("phone {number} enrols: {}", outcome(&enrolled)));
        self.phone_may_have_died(number);
        Ok(())
    }

    /// A code for a person; none if the person is barred or the disk is full.
    pub(crate) fn code_for(&self, owner: UserId) -> Result<Option<String>, Failed> {
        match run(self.running()?.auth.make_code(owner, self.people.dispatcher.user)) {
            Ok(code) => Ok(Some(code.code.expose().to_owned())),
            Err(AuthError::UserDisabled | AuthError::People(_)) => Ok(None),
            Err(error) => Err(Failed::harness(error)),
        }
    }

    /// The server's process; an error of the simulation if it is not running.
    pub(crate) fn running(&self) -> Result<&Running, Failed> {
        self.server.running.as_ref().ok_or_else(|| Failed::harness("the server is down"))
    }

    /// Plays one step.
    ///
    /// # Errors
    ///
    /// When a rule is broken.
    pub(crate) fn step(&mut self, step: Step) -> Result<(), Failed> {
        self.clock.advance_ms(1_000);
        self.note(&format!("{step:?}"));
        match step {
            Step::Edit { phone, salt } => self.edit(self.phone(phone), salt),
            Step::Create { phone, salt } => self.create(self.phone(phone), salt),
            Step::Overstep { phone, salt } => self.overstep(self.phone(phone), salt),
            Step::Attend { salt } => self.attend(salt),
            Step::GoOn { salt } => self.go_on_after_the_end(salt),
            Step::Visit { phone, salt } => self.visit(self.phone(phone), salt),
            Step::Sync { phone } => self.begin_sync(self.phone(phone)),
            Step::SyncNow { phone } => self.sync_now(self.phone(phone)),
            Step::Deliver { count, salt } => self.deliver(count, salt),
            Step::GiveUp { phone } => self.give_up(self.phone(phone)),
            Step::Office { salt } => self.office(salt),
            Step::Agency { salt } => self.agency(salt),
            Step::Decide { salt } => self.decide(salt),
            Step::Attack { salt } => self.attack(salt),
            Step::Wait { ms } => {
                self.clock.advance_ms(ms);
                Ok(())
            }
            Step::Revoke { phone } => self.revoke(self.phone(phone)),
            Step::Bar { phone } => self.bar(self.phone(phone)),
            Step::Enrol { phone } => self.enrol_anew(self.phone(phone)),
            fault => self.fault(fault),
        }
    }

    /// Ends the world; what it came to, and its trace.
    pub(crate) fn close(mut self) -> (Reached, Trace) {
        (std::mem::take(&mut self.reached), std::mem::take(&mut self.trace))
    }

    /// The phone that a step means.
    fn phone(&self, number: u32) -> usize {
        usize::try_from(number).unwrap_or(0) % self.phones.len()
    }

    pub(crate) fn note(&mut self, line: &str) {
        self.trace.line(line);
    }

    /// What somebody asks for, noted before it is tried.
    pub(crate) fn asks(&mut self, doc: DocId, command: &EditCommand) {
        self.model.asked(doc, command);
    }

    /// A kit whose clock shows a machine's time.
    pub(crate) fn kit(salt: u64, now: Instant) -> Kit {
        Kit { rng: Rng::new(salt), clock: ManualClock::at(now) }
    }
}

/// A result in one word.
pub(crate) fn outcome<T>(result: &Result<T, client_core::ClientError>) -> &'static str {
    result.as_ref().map_or_else(client_core::ClientError::code, |_| "ok")
}

/// A quiet line to the server.
pub(crate) struct Direct(pub(crate) Running);

impl client_core::Transport for Direct {
    fn send(
        &self,
        request: HttpRequest,
    ) -> client_core::BoxFuture<'_, Result<HttpResponse, client_core::TransportError>> {
        Box::pin(std::future::ready(Ok(self.0.answer(&request).0)))
    }
}

impl People {
    fn new(rng: &mut Rng, technicians: u32, now: Instant) -> Self {
        let user = |rng: &mut Rng| UserId::new(now, rng.bytes());
        let mut session = |role, agency| DeviceSession {
            user: user(rng),
            device: DeviceId::new(now, rng.bytes()),
            role,
            agency,
        };
        let dispatcher = session(Role::Dispatcher, None);
        let mut representative = session(Role::Representative, None);
        representative.agency = Some(AgencyId::new(now, rng.bytes()));
        let technicians: Vec<UserId> = (0..technicians).map(|_| user(rng)).collect();
        let hostile = user(rng);
        let mut roles: BTreeMap<UserId, Role> =
            technicians.iter().chain([&hostile]).map(|id| (*id, Role::Technician)).collect();
        roles.insert(dispatcher.user, Role::Dispatcher);
        roles.insert(representative.user, Role::Representative);
        Self { dispatcher, representative, technicians, hostile, roles }
    }

    /// A person as the kit wants one; its actor writes nothing.
    pub(crate) fn person(session: &DeviceSession) -> Person {
        let actor = domain::ActorId::new(session.role.actor_class(), [0; 15]);
        Person {
            user: session.user,
            device: session.device,
            role: session.role,
            actor,
            agency: session.agency,
        }
    }
}
