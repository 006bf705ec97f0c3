//! What the dispatcher and the representative do at their desks.

use domain::{Assignment, DocId, EditCommand, EventKind, JobCommand, Role, Step, UserId, transition};
use sync_server::error::CoreError;
use sync_server::office::{self, InboxFilter, InboxItem, InboxItemId, NewJob, OfferDecision, Resolution};
use sync_server::session::DeviceSession;
use testkit::{Kit, next_job_command, words};
use wire::ErrorCode;

use super::phones::new_job;
use super::{People, World};
use crate::failure::Failed;
use crate::server::{Running, run};

const JOBS: &str = "SELECT doc FROM jobs ORDER BY doc";

impl World {
    /// The dispatcher registers a job, or goes on with one.
    pub(crate) fn office(&mut self, salt: u64) -> Result<(), Failed> {
        let Some(running) = self.server_up()? else { return Ok(()) };
        let mut kit = Self::kit(salt, self.clock.now());
        let jobs = self.jobs()?;
        if jobs.is_empty() || kit.rng.chance(1, 5) {
            return self.register_job(salt);
        }
        let doc = *kit.rng.pick(&jobs);
        let dispatcher = self.people.dispatcher;
        let technicians = self.with_hostile();
        self.at_desk(&running, &dispatcher, doc, &mut kit, &technicians)
    }

    /// The representative does something on a job of the agency.
    pub(crate) fn agency(&mut self, salt: u64) -> Result<(), Failed> {
        let Some(running) = self.server_up()? else { return Ok(()) };
        let mut kit = Self::kit(salt, self.clock.now());
        let jobs = self.jobs()?;
        if jobs.is_empty() {
            return Ok(());
        }
        let doc = *kit.rng.pick(&jobs);
        let representative = self.people.representative;
        self.at_desk(&running, &representative, doc, &mut kit, &[])
    }

    fn at_desk(
        &mut self,
        running: &Running,
        session: &DeviceSession,
        doc: DocId,
        kit: &mut Kit,
        technicians: &[UserId],
    ) -> Result<(), Failed> {
        let shown = match run(office::show_job(&running.core, session, doc)) {
            Ok(shown) => shown,
            Err(error) => return self.office_failed(&error),
        };
        let person = People::person(session);
        let closes = session.role == Role::Dispatcher
            && transition(shown.view.status, EventKind::Closed) != Step::Illegal
            && kit.rng.chance(1, 2);
        let command = if closes {
            Some(kit.record(EventKind::Closed))
        } else {
            next_job_command(kit, &person, &shown.view, technicians)
        };
        let Some(command) = command else { return Ok(()) };
        let before = shown.view.technician();
        let command = self.with_agency(command, kit);
        self.asks(doc, &command);
        let moves_to = match &command {
            EditCommand::Job(JobCommand::Assign { assignment, .. }) => Some(assignment.technician),
            _ => None,
        };
        self.note(&format!("{:?} edits {doc}: {command:?}", session.role));
        let done = run(office::edit_document(&running.core, session, doc, command, None));
        match done {
            Ok(_) => {
                if moves_to.is_some_and(|to| to != before) {
                    self.count_unsent(before, doc)?;
                }
            }
            Err(error) => self.office_failed(&error)?,
        }
        self.server_may_have_died();
        Ok(())
    }

    /// Half of the assignments name the agency.
    fn with_agency(&self, command: EditCommand, kit: &mut Kit) -> EditCommand {
        match command {
            EditCommand::Job(JobCommand::Assign { event, assignment, reason }) if kit.rng.chance(1, 2) => {
                let representative = self.people.representative.agency;
                let assignment = Assignment { representative, ..assignment };
                EditCommand::Job(JobCommand::Assign { event, assignment, reason })
            }
            other => other,
        }
    }

    /// Whether a job went from somebody whose phone has unsent work on it.
    fn count_unsent(&mut self, owner: Option<UserId>, doc: DocId) -> Result<(), Failed> {
        for number in 0..self.phones.len() {
            if Some(self.phones[number].owner) != owner {
                continue;
            }
            let unsent = self.read(number, |client| client.outbox(500))?.unwrap_or_default();
            if unsent.iter().any(|entry| entry.doc == doc) {
                self.reached.count("rights: job taken away with unsent work");
            }
        }
        Ok(())
    }

    /// The dispatcher registers a job and mostly gives it to somebody.
    pub(crate) fn register_job(&mut self, salt: u64) -> Result<(), Failed> {
        let Some(running) = self.server_up()? else { return Ok(()) };
        let mut kit = Self::kit(salt, self.clock.now());
        let (kind, fields) = new_job(words(&mut kit.rng));
        let doc = kit.doc_id();
        let technicians = self.with_hostile();
        let technician = Some(*kit.rng.pick(&technicians)).filter(|_| kit.rng.chance(9, 10));
        let representative = self.people.representative.agency.filter(|_| kit.rng.chance(1, 2));
        let assignment = technician.map(|technician| Assignment {
            technician: Some(technician),
            representative,
            ..Assignment::default()
        });
        let event = kit.event_id();
        self.asks(doc, &EditCommand::Job(JobCommand::Create { kind, event, fields: fields.clone() }));
        let job = NewJob { id: Some(doc), kind, fields, assignment };
        let dispatcher = self.people.dispatcher;
        let done = run(office::create_job(&running.core, &dispatcher, job));
        self.note(&format!("the office registers {doc}: {}", if done.is_ok() { "ok" } else { "no" }));
        if let Err(error) = &done {
            self.office_failed(error)?;
        }
        self.server_may_have_died();
        Ok(())
    }

    /// Jobs go to the hostile device's owner too.
    fn with_hostile(&self) -> Vec<UserId> {
        let mut all = self.people.technicians.clone();
        all.push(self.people.hostile);
        all
    }

    fn jobs(&self) -> Result<Vec<DocId>, Failed> {
        let database = self.server.look()?;
        let mut statement = database.prepare_cached(JOBS).map_err(Failed::harness)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(Failed::harness)?;
        let docs: Result<Vec<[u8; 16]>, _> = rows.collect();
        Ok(docs
            .map_err(Failed::harness)?
            .into_iter()
            .map(|id| DocId::from_uuid(domain::Uuid::from_bytes(id)))
            .collect())
    }

    /// An edit that the document or the policy does not allow is no failure; one
    /// that the server cannot do is.
    pub(super) fn office_failed(&mut self, error: &CoreError) -> Result<(), Failed> {
        self.note(&format!("the office cannot: {error}"));
        if self.server.storage.death().is_some() {
            // The process is ended by whoever asked, once it has let go of it.
            return Ok(());
        }
        match error.code() {
            ErrorCode::DiskFull => self.reached.count("server: disk full"),
            ErrorCode::Internal => {
                return Err(Failed::broken("the office can work", error.to_string()));
            }
            code => self.reached.count(format!("office refused: {}", code.name())),
        }
        Ok(())
    }

    /// The dispatcher decides on something in the inbox.
    pub(crate) fn decide(&mut self, salt: u64) -> Result<(), Failed> {
        let Some(running) = self.server_up()? else { return Ok(()) };
        let mut kit = Self::kit(salt, self.clock.now());
        let dispatcher = self.people.dispatcher;
        let listed = run(office::list_inbox(&running.core, &dispatcher, InboxFilter::default()));
        let items = match listed {
            Ok(page) => page.items,
            Err(error) => return self.office_failed(&error),
        };
        if items.is_empty() {
            return Ok(());
        }
        // An offer is rare, and waits for nobody else.
        let offer = items.iter().find(|item| matches!(item.id, InboxItemId::Offer(_)));
        let item = offer.unwrap_or_else(|| kit.rng.pick(&items)).clone();
        self.note(&format!("the office decides on {} ({})", item.id, item.kind));
        let decided = match item.id {
            InboxItemId::Offer(id) => {
                let approve = kit.rng.chance(2, 3);
                let decision = if approve { OfferDecision::Approve } else { OfferDecision::Reject };
                self.asks_offered(&item);
                let word = if approve { "office: offer approved" } else { "office: offer rejected" };
                if approve {
                    self.approved.insert(item.doc);
                }
                run(office::decide_offer(&running.core, &dispatcher, id, decision, None)).map(|_| word)
            }
            InboxItemId::Conflict(id) => {
                let resolution = match kit.rng.below(3) {
                    0 => Resolution::Choose(kit.rng.index(2)),
                    1 => Resolution::Keep,
                    _ => Resolution::Seen,
                };
                let decided = office::resolve_conflict(&running.core, &dispatcher, id, resolution, None);
                run(decided).map(|_| "office: conflict decided")
            }
        };
        match decided {
            Ok(word) => self.reached.count(word),
            Err(error) => self.office_failed(&error)?,
        }
        self.server_may_have_died();
        Ok(())
    }

    fn asks_offered(&mut self, item: &InboxItem) {
        if let Ok(command) = serde_json::from_value::<EditCommand>(item.detail["command"].clone()) {
            self.asks(item.doc, &command);
        }
    }
}
