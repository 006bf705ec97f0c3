//! What chance alone would not bring together often enough: some steps in a row, by
//! people who could not know of each other.

use client_core::JobScope;
use domain::{DocId, EventKind, JobView, Status};
use sync_server::office;
use testkit::Rng;
use testkit::model::App;

use super::World;
use super::phones::docs_of;
use crate::failure::Failed;
use crate::server::run;

impl World {
    /// A technician ends a job on one phone and the office closes it, while work goes
    /// on on another of his phones, which has not heard of it.
    pub(crate) fn go_on_after_the_end(&mut self, salt: u64) -> Result<(), Failed> {
        let mut kit = Self::kit(salt, self.clock.now());
        let Some((ends, goes_on)) = self.two_phones_of_one(&mut kit.rng) else { return Ok(()) };
        self.sync_now(ends)?;
        self.sync_now(goes_on)?;
        let Some((doc, status)) = self.job_on_both(ends, goes_on)? else { return Ok(()) };
        if matches!(status, Status::Assigned | Status::Accepted | Status::Travelling) {
            self.execute(ends, doc, kit.record(EventKind::Arrived), App::Judges)?;
        }
        self.execute(ends, doc, kit.record(EventKind::Done), App::Judges)?;
        self.sync_now(ends)?;
        let Some(running) = self.server_up()? else { return Ok(()) };
        let closed = kit.record(EventKind::Closed);
        let dispatcher = self.people.dispatcher;
        if let Err(error) = run(office::edit_document(&running.core, &dispatcher, doc, closed, None)) {
            self.office_failed(&error)?;
        }
        drop(running);
        self.server_may_have_died();
        self.execute(goes_on, doc, kit.record(EventKind::WaitingPart), App::Judges)
    }

    /// Two phones of one person, copies among them.
    fn two_phones_of_one(&self, rng: &mut Rng) -> Option<(usize, usize)> {
        let all = 0..self.phones.len();
        let pairs = all.clone().flat_map(|one| all.clone().map(move |other| (one, other)));
        let owner = |number: usize| self.phones[number].owner;
        let pairs: Vec<_> = pairs.filter(|(a, b)| a != b && owner(*a) == owner(*b)).collect();
        (!pairs.is_empty()).then(|| *rng.pick(&pairs))
    }

    /// A job of theirs that both phones have and that is not over on either; and its
    /// status on the first.
    fn job_on_both(&mut self, one: usize, other: usize) -> Result<Option<(DocId, Status)>, Failed> {
        let here = self.open_jobs(one)?;
        let there = self.open_jobs(other)?;
        Ok(here.into_iter().find(|(doc, _)| there.iter().any(|(known, _)| known == doc)))
    }

    fn open_jobs(&mut self, number: usize) -> Result<Vec<(DocId, Status)>, Failed> {
        let owner = self.phones[number].owner;
        let is_open = |view: &JobView| {
            view.technician() == Some(owner) && view.status != Status::New && !view.status.is_over()
        };
        let open = self.read(number, |client| {
            let mut open = Vec::new();
            for doc in docs_of(client, JobScope::All)? {
                let view = client.job(doc)?.view;
                open.extend(is_open(&view).then_some((doc, view.status)));
            }
            Ok(open)
        })?;
        Ok(open.unwrap_or_default())
    }
}
