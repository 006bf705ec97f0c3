//! Days of work before the story begins, done through the real path:
//! dispatchers register and assign, phones pull, technicians work offline, phones
//! push, dispatchers close. Server and phones share a clock that the loader sets,
//! so that every instant is credible.

use std::collections::BTreeMap;

use demo::console::Console;
use domain::{DocId, EventKind, Instant};
use testkit::Rng;

use crate::DemoError;
use crate::calendar;
use crate::office::{NewJob, Office};
use crate::organisation::{Customer, Organisation};
use crate::phone::Phone;
use crate::words::{CITIES, Fault};
use crate::{surveys, work};

/// Jobs a technician does on a usual day.
const JOBS_A_DAY: (i64, i64) = (1, 2);
/// Of a hundred jobs, so many wait for a part and are finished on the next working day.
const WAIT_FOR_PART_IN_100: u64 = 8;
/// Of a hundred jobs, so many are called off before anybody goes.
const CANCELLED_IN_100: u64 = 4;

/// A job that somebody has to do.
pub(crate) struct Assigned {
    pub(crate) job: DocId,
    pub(crate) customer: usize,
    pub(crate) fault: &'static Fault,
    /// Whether somebody has been there before.
    visit: Visit,
}

/// Which visit to the customer it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    First,
    WithThePart,
}

/// What the loader works with.
pub(crate) struct History<'a> {
    pub(crate) organisation: &'a Organisation,
    pub(crate) office: &'a Office,
    /// Who calls customers after the work.
    pub(crate) caller: &'a Office,
    pub(crate) phones: &'a [Phone],
    pub(crate) rng: Rng,
    /// Jobs that wait for a part, by technician.
    waiting: BTreeMap<usize, Vec<Assigned>>,
}

impl<'a> History<'a> {
    pub(crate) fn new(
        organisation: &'a Organisation,
        (office, caller): (&'a Office, &'a Office),
        phones: &'a [Phone],
        rng: Rng,
    ) -> Self {
        Self { organisation, office, caller, phones, rng, waiting: BTreeMap::new() }
    }

    /// Plays every working day from some days ago up to yesterday.
    pub(crate) async fn play(
        &mut self,
        days: i64,
        today: Instant,
        set_clocks: &dyn Fn(Instant),
        console: &mut Console,
    ) -> Result<(), DemoError> {
        for days_ago in (1..=days).rev() {
            let midnight = calendar::midnight(today).plus_days(-days_ago);
            if calendar::is_friday(midnight) {
                continue;
            }
            self.play_day(midnight, set_clocks).await?;
            if days_ago % 15 == 0 {
                console.line("history", &format!("{days_ago} days to go"));
            }
        }
        Ok(())
    }

    async fn play_day(&mut self, midnight: Instant, set_clocks: &dyn Fn(Instant)) -> Result<(), DemoError> {
        set_clocks(calendar::at(midnight, 7, 30));
        let mut plan: Vec<Vec<Assigned>> = Vec::new();
        for technician in 0..self.phones.len() {
            let mut jobs = self.waiting.remove(&technician).unwrap_or_default();
            let count = self.rng.between(JOBS_A_DAY.0, JOBS_A_DAY.1);
            for hour in 0..count {
                jobs.extend(self.dispatch(technician, calendar::at(midnight, 8 + 3 * hour, 0)).await?);
            }
            plan.push(jobs);
        }
        set_clocks(calendar::at(midnight, 7, 50));
        self.sync_all().await?;
        let mut done = Vec::new();
        for (technician, jobs) in plan.into_iter().enumerate() {
            done.extend(self.work_a_day(technician, jobs)?);
        }
        set_clocks(calendar::at(midnight, 18, 0));
        self.sync_all().await?;
        for job in done {
            self.office.close(job).await?;
        }
        set_clocks(calendar::at(midnight, 18, 30));
        surveys::call(self.caller, self.phones, &mut self.rng).await
    }

    /// Registers a job and gives it to a technician; none if it is called off again.
    pub(crate) async fn dispatch(
        &mut self,
        technician: usize,
        window: Instant,
    ) -> Result<Option<Assigned>, DemoError> {
        let (customer, fault) = self.somebody(technician);
        let new = self.new_job(customer, fault, window.plus_millis(-3_600_000));
        let job = self.office.create_job(&new, Some((&self.phones[technician], window))).await?;
        if self.rng.chance(CANCELLED_IN_100, 100) {
            self.office.cancel(job, "مشتری منصرف شد / the customer changed his mind").await?;
            return Ok(None);
        }
        Ok(Some(Assigned { job, customer, fault, visit: Visit::First }))
    }

    /// A customer in the technician's city, and what is wrong there.
    fn somebody(&mut self, technician: usize) -> (usize, &'static Fault) {
        let cities = CITIES.len();
        let of_city = self.organisation.customers.len() / cities;
        let customer = self.rng.index(of_city) * cities + technician % cities;
        let product = self.organisation.customers[customer].product;
        (customer, &product.faults[self.rng.index(product.faults.len())])
    }

    /// A request as the dispatcher types it.
    fn new_job<'j>(&self, customer: usize, fault: &'j Fault, now: Instant) -> NewJob<'j>
    where
        'a: 'j,
    {
        NewJob { customer: &self.organisation.customers[customer], subject: fault.subject, now }
    }

    /// A technician's day; returns what he finished.
    fn work_a_day(&mut self, technician: usize, jobs: Vec<Assigned>) -> Result<Vec<DocId>, DemoError> {
        let phone = &self.phones[technician];
        let mut done = Vec::new();
        for assigned in jobs {
            let customer = &self.organisation.customers[assigned.customer];
            let began = phone.clock.instant();
            let steps = match assigned.visit {
                Visit::First => work::begin(&mut self.rng),
                Visit::WithThePart => work::resume(&mut self.rng),
            };
            phone.work(assigned.job, steps)?;
            self.travel(technician, customer, assigned.job, began)?;
            let needs_part = assigned.fault.part.is_some();
            if needs_part && assigned.visit == Visit::First && self.rng.chance(WAIT_FOR_PART_IN_100, 100) {
                let wait = work::event_because(
                    &mut self.rng,
                    EventKind::WaitingPart,
                    "قطعه موجود نیست / no part in the van",
                );
                phone.edit(assigned.job, wait)?;
                let next = Assigned { visit: Visit::WithThePart, ..assigned };
                self.waiting.entry(technician).or_default().push(next);
                continue;
            }
            self.finish(technician, &assigned)?;
            done.push(assigned.job);
        }
        Ok(done)
    }

    fn finish(&mut self, technician: usize, assigned: &Assigned) -> Result<(), DemoError> {
        let phone = &self.phones[technician];
        let customer = &self.organisation.customers[assigned.customer];
        let mended_with = self.organisation.part_for(customer.product, assigned.fault);
        let part = mended_with
            .map(|part| work::part(&mut self.rng, part, customer.coverage_at(phone.clock.instant())));
        let steps = work::finish(&mut self.rng, assigned.fault, part, phone.clock.instant());
        phone.work(assigned.job, steps)
    }

    fn travel(
        &mut self,
        technician: usize,
        customer: &Customer,
        job: DocId,
        began: Instant,
    ) -> Result<(), DemoError> {
        let phone = &self.phones[technician];
        let city = &CITIES[technician % CITIES.len()];
        let metres = 2 * work::metres_between((city.lat, city.lon), (customer.lat, customer.lon));
        let trip = work::trip(city.name, customer, vec![job], began, metres);
        let made = phone.create_trip(trip)?;
        if self.rng.chance(1, 4) {
            phone.edit_trip(made, work::parking(&mut self.rng))?;
        }
        Ok(())
    }

    async fn sync_all(&self) -> Result<(), DemoError> {
        for phone in self.phones {
            phone.sync().await.map_err(DemoError::phone(&phone.name))?;
        }
        Ok(())
    }
}
