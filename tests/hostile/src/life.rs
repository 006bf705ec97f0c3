//! Honest work, made by real phones and judged by the gate: several people edit the
//! same jobs and trips, offline for a while, under new actors after a restore or a
//! fork. A gate that refuses anything of it is wrong.

mod hub;
mod kinds;
mod phone;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::{DocId, DocKind, EditCommand, Role, TripCommand, UserId};
use testkit::{Kit, Person, next_job_command, next_trip_command};

use crate::oracle;
pub(crate) use hub::Hub;
pub(crate) use phone::Phone;

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// Changes that the gate admitted.
    pub admitted: usize,
    /// Changes that it refused, each with the reason.
    pub refused: Vec<String>,
    /// Pushes that were answered with a fork, and whose edits were made again.
    pub forks: usize,
    /// Admitted changes under another actor than the phone began with.
    pub under_new_actors: usize,
    /// How many of each kind of command the phones carried out.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Actors whose changes were admitted.
    pub actors: usize,
    /// The longest document's changes.
    pub longest: usize,
    /// Changes with more than one dependency: two histories that met.
    pub merges: usize,
    /// Microseconds that admissions took together.
    pub micros: u64,
    /// What is wrong in the end, if anything.
    pub wrong: Vec<String>,
}

const JOBS: usize = 10;
const TRIPS: usize = 4;

/// Lets people work until so many changes were admitted. `clock` tells microseconds
/// from any origin.
///
/// # Errors
/// When a phone cannot work at all.
pub fn live(seed: u64, changes: usize, folder: &Path, clock: fn() -> u64) -> Result<Report, String> {
    let mut world = World::begin(seed, folder, clock)?;
    world.first_documents()?;
    let (mut is_backed_up, mut is_restored) = (false, false);
    while world.hub.admitted() < changes {
        world.somebody_edits()?;
        if world.kit.rng.chance(1, 6) {
            let index = world.kit.rng.index(world.phones.len());
            world.phones[index].sync()?;
        }
        if !is_backed_up && world.hub.admitted() > changes / 4 {
            is_backed_up = true;
            world.phones[1].back_up(&world.kit.clock)?;
        }
        if !is_restored && world.hub.admitted() > changes / 2 {
            is_restored = true;
            world.phones[1].restore(&world.kit.clock)?;
        }
    }
    world.end()
}

struct World {
    kit: Kit,
    hub: Hub,
    phones: Vec<Phone>,
    technicians: Vec<UserId>,
    jobs: Vec<DocId>,
    trips: Vec<(DocId, usize)>,
    kinds: BTreeMap<&'static str, usize>,
}

impl World {
    fn begin(seed: u64, folder: &Path, clock: fn() -> u64) -> Result<Self, String> {
        let mut kit = Kit::new(seed);
        let hub = Hub::new(seed, kit.clock.clone(), clock);
        let roles = [
            Role::Dispatcher,
            Role::Technician,
            Role::Technician,
            Role::Technician,
            Role::Dispatcher,
            Role::Representative,
        ];
        let people: Vec<Person> = roles.into_iter().map(|role| kit.person(role)).collect();
        let technicians: Vec<UserId> = people
            .iter()
            .filter(|person| person.role == Role::Technician)
            .map(|person| person.user)
            .collect();
        let phones = (0_u64..)
            .zip(people)
            .map(|(index, person)| {
                let folder = folder.join(format!("phone-{index}"));
                Phone::enrol(folder, person, &hub, &kit.clock, seed.wrapping_add(index))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            kit,
            hub,
            phones,
            technicians,
            jobs: Vec::new(),
            trips: Vec::new(),
            kinds: BTreeMap::new(),
        })
    }

    fn first_documents(&mut self) -> Result<(), String> {
        for index in 0..JOBS {
            // The office registers most jobs, a technician in the field the others.
            let by = if index % 4 == 3 { 1 } else { 0 };
            let create = self.kit.create_job("no heat");
            let job = self.create(by, &create)?;
            self.jobs.push(job);
            if by == 0 {
                let technician = self.technicians[index % self.technicians.len()];
                let assignment = domain::Assignment {
                    technician: Some(technician),
                    representative: self.phones[5].person.agency,
                    ..domain::Assignment::default()
                };
                let assign = self.kit.assign_as(assignment);
                self.edit(0, job, &assign)?;
            }
        }
        for index in 0..TRIPS {
            let by = 1 + index % 3;
            let create = self.kit.create_trip(vec![self.jobs[index]]);
            let trip = self.create(by, &create)?;
            self.trips.push((trip, by));
        }
        self.everybody_syncs(2)
    }

    fn create(&mut self, by: usize, command: &EditCommand) -> Result<DocId, String> {
        let doc = self.kit.doc_id();
        self.edit(by, doc, command)?;
        Ok(doc)
    }

    fn edit(&mut self, by: usize, doc: DocId, command: &EditCommand) -> Result<(), String> {
        self.kit.clock.advance_ms(1_000);
        if self.phones[by].edit(doc, command)? {
            *self.kinds.entry(kinds::kind_of(command)).or_default() += 1;
        }
        Ok(())
    }

    fn somebody_edits(&mut self) -> Result<(), String> {
        if self.kit.rng.chance(1, 8) {
            let (trip, by) = *self.kit.rng.pick(&self.trips);
            let view = self.phones[by].trip(trip)?;
            let is_over = view.void.is_some();
            return match next_trip_command(&mut self.kit, &view) {
                Some(command) if !is_over => self.edit(by, trip, &command),
                _ => Ok(()),
            };
        }
        // A quarter of all work is on one job, whose history becomes long.
        let job = if self.kit.rng.chance(1, 4) { self.jobs[0] } else { *self.kit.rng.pick(&self.jobs) };
        let by = self.kit.rng.index(self.phones.len());
        let Ok(view) = self.phones[by].job(job) else { return Ok(()) };
        let person = self.phones[by].person;
        match next_job_command(&mut self.kit, &person, &view, &self.technicians) {
            Some(command) => self.edit(by, job, &command),
            None => Ok(()),
        }
    }

    fn everybody_syncs(&mut self, rounds: usize) -> Result<(), String> {
        for _ in 0..rounds {
            for phone in &self.phones {
                phone.sync()?;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Report, String> {
        let (trip, by) = self.trips[0];
        let void = EditCommand::Trip(TripCommand::Void { reason: "cancelled on the way".to_owned() });
        self.edit(by, trip, &void)?;
        self.hub.stop_forking();
        self.everybody_syncs(4)?;
        let mut report = self.hub.report();
        report.kinds = std::mem::take(&mut self.kinds);
        let met: BTreeSet<&str> = report.kinds.keys().copied().collect();
        let missing = kinds::ALL.iter().filter(|kind| !met.contains(*kind));
        report.wrong.extend(missing.map(|kind| format!("no {kind} was made")));
        for (doc, document) in self.hub.documents() {
            if let Err(broken) = oracle::check(&mut self.kit, &document) {
                report.wrong.push(format!("{doc}: {broken}"));
            }
            let expected = match document.kind() {
                DocKind::Job => document.job().ok(),
                DocKind::Trip => continue,
            };
            for phone in &self.phones {
                if phone.job(doc).ok() != expected {
                    report.wrong.push(format!("{doc}: a {} sees another job", phone.person.role.name()));
                }
            }
        }
        Ok(report)
    }
}
