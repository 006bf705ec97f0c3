//! What people do on their phones, and phones that start and die.

use std::sync::Arc;

use client_core::{
    Client, ClientError, EditOutcome, Found, JobFilter, JobScope, JobSort, OutboxEntry, Page, Resolution,
};
use domain::{
    DeviceId, DocId, EditCommand, EventKind, FieldValue, JobCommand, JobField, JobFieldEdit, JobKind,
    NewEvent, Role, Step, transition,
};
use sync_server::session::DeviceSession;
use testkit::model::{App, Typed};
use testkit::{Kit, Person, Rng, next_job_command, next_trip_command, set_field, words};

use super::{People, World, outcome};
use crate::failure::Failed;

/// As many as there ever are here.
const ALL: Page = Page { offset: 0, limit: 500 };

impl World {
    /// The running client of a phone; started if it is not. None if its disk
    /// does not let it start.
    pub(crate) fn wake(&mut self, number: usize) -> Result<Option<Arc<Client>>, Failed> {
        for _ in 0..3 {
            let phone = &mut self.phones[number];
            if let Some(client) = &phone.client {
                return Ok(Some(Arc::clone(client)));
            }
            if phone.storage.is_dead() {
                phone.storage.start_again().map_err(Failed::harness)?;
            }
            let started = phone.start();
            match started {
                Ok(found) => {
                    if found == Some(Found::RestoredOrCopied) {
                        self.reached.count("phone: recognised as restored or copied");
                    }
                    self.note(&format!("phone {number} starts: {found:?}"));
                    self.adopt_doubtful(number)?;
                }
                Err(ClientError::DiskFull) => {
                    self.reached.count("phone: disk full");
                    return Ok(None);
                }
                Err(error) if self.phones[number].storage.death().is_some() => {
                    self.note(&format!("phone {number} dies while starting: {}", error.code()));
                    self.reached.count("phone: died while starting");
                    self.count_death(number);
                    self.phones[number].kill();
                }
                Err(error) => return Err(Failed::broken("a phone starts", error.to_string())),
            }
        }
        Ok(self.phones[number].client.clone())
    }

    /// Counts where a process died.
    pub(super) fn count_death(&mut self, number: usize) {
        if let Some(cut) = self.phones[number].storage.death() {
            self.reached.count(format!("phone: died at {:?} of {:?}", cut.call, cut.file));
        }
    }

    /// If the disk says that the process died, it is dead.
    pub(crate) fn phone_may_have_died(&mut self, number: usize) -> bool {
        let died = self.phones[number].client.is_some() && self.phones[number].storage.death().is_some();
        if died {
            self.count_death(number);
            self.note(&format!("phone {number} died"));
            self.phones[number].kill();
        }
        died
    }

    /// Edits whose saving was cut off may have been saved: then they count.
    fn adopt_doubtful(&mut self, number: usize) -> Result<(), Failed> {
        let Some((doc, command, app)) = self.phones[number].doubtful.take() else { return Ok(()) };
        let Some(client) = self.phones[number].client.clone() else { return Ok(()) };
        let known = self.model.typed_on(number).iter().map(|typed| typed.entry).max().unwrap_or(0);
        let history = client.history(doc).map_err(reads)?;
        let saved =
            history.into_iter().find(|entry| entry.id > known && entry.command.as_ref() == Some(&command));
        if let Some(entry) = saved {
            self.reached.count("phone: a cut edit was saved");
            self.model.typed(number, Typed { entry: entry.id, doc, command, app });
        } else {
            self.reached.count("phone: a cut edit was not saved");
        }
        Ok(())
    }

    /// An edit on a phone, and what the model learns of it.
    pub(super) fn execute(
        &mut self,
        number: usize,
        doc: DocId,
        command: EditCommand,
        app: App,
    ) -> Result<(), Failed> {
        let Some(client) = self.wake(number)? else { return Ok(()) };
        self.asks(doc, &command);
        let done = client.execute(doc, &command);
        drop(client);
        self.note(&format!("phone {number} edits {doc}: {} {command:?}", outcome(&done)));
        let died = self.phones[number].storage.death().is_some();
        match done {
            Ok(receipt) => {
                if let EditOutcome::Saved { entry } = receipt.outcome {
                    self.model.typed(number, Typed { entry, doc, command, app });
                }
            }
            Err(_) if died => {
                self.reached.count("phone: died while editing");
                self.phones[number].doubtful = Some((doc, command, app));
            }
            Err(ClientError::DiskFull) => self.reached.count("phone: disk full"),
            Err(ClientError::NotAllowed { code, .. }) => {
                self.reached.count(format!("phone refuses: {}", code.name()));
            }
            Err(ClientError::Edit(_) | ClientError::NotSignedIn | ClientError::UnknownDocument(_)) => {
                self.reached.count("phone: the edit does not fit");
            }
            Err(error) => return Err(Failed::broken("a phone saves an edit", error.to_string())),
        }
        self.phone_may_have_died(number);
        Ok(())
    }

    /// Who works on a phone, as it knows.
    fn person_on(&self, number: usize) -> testkit::Person {
        let user = self.phones[number].owner;
        let device = DeviceId::from_uuid(domain::Uuid::nil());
        People::person(&DeviceSession { user, device, role: Role::Technician, agency: None })
    }

    /// What a phone reads; none if it dies over it.
    pub(crate) fn read<T>(
        &mut self,
        number: usize,
        read: impl FnOnce(&Client) -> Result<T, ClientError>,
    ) -> Result<Option<T>, Failed> {
        let Some(client) = self.wake(number)? else { return Ok(None) };
        let done = read(&client);
        drop(client);
        match done {
            Ok(value) => Ok(Some(value)),
            Err(_) if self.phone_may_have_died(number) => {
                self.reached.count("phone: died while reading");
                Ok(None)
            }
            Err(error) => Err(reads(error)),
        }
    }

    /// A technician does what comes next.
    pub(crate) fn edit(&mut self, number: usize, salt: u64) -> Result<(), Failed> {
        let person = self.person_on(number);
        let now = self.phones[number].clock.shows();
        let wished = self.read(number, |client| wish(client, &mut Self::kit(salt, now), &person))?;
        match wished.flatten() {
            Some((doc, command)) => self.execute(number, doc, command, App::Judges),
            None => Ok(()),
        }
    }

    /// A technician works on a job: some edits in a row, on the same salted way.
    pub(crate) fn visit(&mut self, number: usize, salt: u64) -> Result<(), Failed> {
        let mut rng = Rng::new(salt);
        for _ in 0..=rng.below(5) {
            self.edit(number, rng.bits())?;
        }
        Ok(())
    }

    /// A technician registers a job or begins a trip.
    pub(crate) fn create(&mut self, number: usize, salt: u64) -> Result<(), Failed> {
        let mut kit = Self::kit(salt, self.phones[number].clock.shows());
        let Some(jobs) = self.read(number, |client| docs_of(client, JobScope::All))? else { return Ok(()) };
        let command = if kit.rng.chance(1, 2) {
            let text = words(&mut kit.rng);
            kit.create_job(&text)
        } else {
            kit.create_trip(jobs.into_iter().take(2).collect())
        };
        let doc = kit.doc_id();
        self.execute(number, doc, command, App::Judges)
    }

    /// An app whose policy differs from the server's saves what is not allowed.
    pub(crate) fn overstep(&mut self, number: usize, salt: u64) -> Result<(), Failed> {
        let mut kit = Self::kit(salt, self.phones[number].clock.shows());
        let scope = if kit.rng.chance(1, 2) { JobScope::All } else { JobScope::Left };
        let docs = self.read(number, |client| {
            client.leave_policy_to_server();
            docs_of(client, scope)
        })?;
        let docs = docs.unwrap_or_default();
        if docs.is_empty() {
            return Ok(());
        }
        let doc = *kit.rng.pick(&docs);
        let text = words(&mut kit.rng);
        let command = match kit.rng.below(4) {
            0 => set_field(JobField::RequestPriority, Some(FieldValue::Text("urgent".to_owned()))),
            1 => set_field(JobField::RequestSubject, Some(FieldValue::Text(text))),
            2 => EditCommand::Job(JobCommand::Record {
                event: NewEvent::new(kit.event_id(), domain::EventKind::Accepted),
            }),
            _ => kit.add_note(&text),
        };
        self.execute(number, doc, command, App::Oversteps)
    }

    /// A technician decides on something that needs attention.
    pub(crate) fn attend(&mut self, salt: u64) -> Result<(), Failed> {
        let mut kit = Self::kit(salt, self.clock.now());
        let mut all = Vec::new();
        for number in 0..self.phones.len() {
            let waiting = self.read(number, Client::needs_attention)?.unwrap_or_default();
            all.extend((!waiting.is_empty()).then_some((number, waiting)));
        }
        if all.is_empty() {
            return Ok(());
        }
        let (number, waiting) = kit.rng.pick(&all).clone();
        let Some(client) = self.wake(number)? else { return Ok(()) };
        let entry = kit.rng.pick(&waiting).clone();
        let (what, done) = match kit.rng.below(4) {
            0 => (Resolution::Discarded, client.discard(entry.id).map(|()| None)),
            1 => (Resolution::Corrected, Self::correct(&client, &entry)),
            _ => {
                let offered = client.offer_to_office(entry.id, Some("please"));
                (Resolution::Offered, offered.map(|()| None))
            }
        };
        drop(client);
        self.note(&format!("phone {number} decides on {}: {what:?} {}", entry.id, outcome(&done)));
        match done {
            Ok(saved) => {
                self.reached.count(format!("attention: {}", format!("{what:?}").to_lowercase()));
                if let (Some(saved), Some(command)) = (saved, entry.command) {
                    self.model
                        .typed(number, Typed { entry: saved, doc: entry.doc, command, app: App::Oversteps });
                }
            }
            Err(_) => self.reached.count("attention: the decision does not fit"),
        }
        self.phone_may_have_died(number);
        Ok(())
    }

    /// Tries the same edit again as the document stands now.
    fn correct(client: &Client, entry: &OutboxEntry) -> Result<Option<i64>, ClientError> {
        let Some(command) = &entry.command else { return Err(ClientError::UnknownEntry(entry.id)) };
        Ok(match client.correct(entry.id, command)?.outcome {
            EditOutcome::Saved { entry } => Some(entry),
            EditOutcome::NothingToChange => None,
        })
    }
}

/// The jobs of a phone, in the order of their ids.
pub(super) fn docs_of(client: &Client, scope: JobScope) -> Result<Vec<DocId>, ClientError> {
    let filter = JobFilter { scope, ..JobFilter::default() };
    let mut docs: Vec<DocId> =
        client.jobs(&filter, JobSort::default(), ALL)?.iter().map(|row| row.doc).collect();
    docs.sort();
    Ok(docs)
}

/// What a technician would do next, on one of his documents.
fn wish(
    client: &Client,
    kit: &mut Kit,
    person: &Person,
) -> Result<Option<(DocId, EditCommand)>, ClientError> {
    let docs = docs_of(client, JobScope::All)?;
    let trips = client.trips(ALL)?;
    if !trips.is_empty() && (docs.is_empty() || kit.rng.chance(1, 8)) {
        let doc = kit.rng.pick(&trips).doc;
        let view = client.trip(doc)?.view;
        return Ok(next_trip_command(kit, &view).map(|command| (doc, command)));
    }
    if docs.is_empty() {
        return Ok(None);
    }
    let doc = *kit.rng.pick(&docs);
    let view = client.job(doc)?.view;
    // Jobs come to their end more often than chance would bring them there.
    let can_end = transition(view.status, EventKind::Done) != Step::Illegal;
    if can_end && view.technician() == Some(person.user) && kit.rng.chance(1, 6) {
        return Ok(Some((doc, kit.record(EventKind::Done))));
    }
    Ok(next_job_command(kit, person, &view, &[]).map(|command| (doc, command)))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn reads(error: ClientError) -> Failed {
    Failed::broken("a phone reads", error.to_string())
}

/// A job that the office registers.
pub(super) fn new_job(subject: String) -> (JobKind, Vec<JobFieldEdit>) {
    let value = Some(FieldValue::Text(subject));
    (JobKind::Visit, vec![JobFieldEdit { field: JobField::RequestSubject, value }])
}
