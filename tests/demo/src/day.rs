//! The day that the story tells. Phones are offline in the field; the office
//! goes on meanwhile; things break; in the evening everybody agrees.

use std::path::PathBuf;

use client_core::ReferenceKind;
use demo::console::Console;
use demo::server_process::ServerProcess;
use domain::{Assignment, AttachmentKind, EditCommand, EventId, JobCommand, JobField};
use testkit::Rng;

use crate::DemoError;
use crate::history::Assigned;
use crate::office::Office;
use crate::organisation::Organisation;
use crate::phone::Phone;
use crate::{killed, work};

/// Everything on the stage.
pub(crate) struct Stage<'a> {
    pub(crate) console: &'a mut Console,
    pub(crate) organisation: &'a Organisation,
    pub(crate) office: Office,
    pub(crate) phones: Vec<Phone>,
    /// Today's jobs, by phone.
    pub(crate) jobs: Vec<Vec<Assigned>>,
    pub(crate) server: &'a mut ServerProcess,
    pub(crate) folder: PathBuf,
    pub(crate) rng: Rng,
    pub(crate) phone_kills: u32,
    pub(crate) phones_restored: u32,
}

// Who plays which part, by phone.
const REASSIGNED: usize = 0;
const CANCELLED: usize = 1;
const BOTH_EDIT: usize = 2;
const TAKES_OVER: usize = 3;
const LOSES_A_REPLY: usize = 4;
const KILLED: [usize; 2] = [5, 6];
const NOT_HIS: usize = 7;
const RESTORED: usize = 8;
/// The phones whose syncs the server's death interrupts.
const CUT_OFF: [usize; 3] = [9, 10, 11];

/// Notes that a phone is killed after.
const NOTES_BEFORE_THE_KILL: usize = 12;

impl Stage<'_> {
    /// Plays the whole day.
    pub(crate) async fn play(&mut self) -> Result<(), DemoError> {
        self.morning().await?;
        self.in_the_field()?;
        self.meanwhile_at_the_office().await?;
        self.killed_while_writing()?;
        self.a_reply_is_lost().await?;
        self.not_his().await?;
        self.the_server_is_killed().await?;
        self.restored_from_an_old_copy().await?;
        self.evening().await
    }

    async fn morning(&mut self) -> Result<(), DemoError> {
        self.console.scene("Morning: every phone takes today's jobs along");
        for phone in &self.phones {
            let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
            let totals = phone.totals()?;
            let (jobs, today) = (totals.jobs, totals.today);
            let cost = format!("{} request(s), {} KB down", report.exchanges, report.bytes_down / 1024);
            self.console.line(&phone.name, &format!("{jobs} jobs on the phone, {today} for today; {cost}"));
        }
        let owner = &mut self.phones[RESTORED];
        owner.switch_off();
        owner.copy_database_to(&self.folder.join("old-copy"))?;
        owner.switch_on()?;
        self.console
            .line(&owner.name, "copies the phone to a computer; the copy will come back in the evening");
        self.phones.iter().for_each(Phone::go_offline);
        Ok(())
    }

    fn in_the_field(&mut self) -> Result<(), DemoError> {
        self.console.scene("In the field: no signal, everything is written on the phone");
        self.looks_things_up()?;
        for index in 0..self.phones.len() {
            self.begin(index, 0)?;
            self.finish(index, 0)?;
            let (phone, job) = (&self.phones[index], self.jobs[index][0].job);
            phone.attach(job, AttachmentKind::Photo, "برچسب دستگاه / device label")?;
            phone.attach(job, AttachmentKind::Signature, "امضا / signature")?;
            phone.edit(job, work::note(&mut self.rng, "مشتری راضی بود / the customer was content"))?;
            let unsent = phone.totals()?.unsent;
            let subject = phone.view(job)?.text(JobField::RequestSubject).to_owned();
            self.console
                .line(&phone.name, &format!("finished “{subject}”; {unsent} edits wait on the phone"));
        }
        Ok(())
    }

    /// Customer, device and part come from the phone's own lists.
    fn looks_things_up(&mut self) -> Result<(), DemoError> {
        let (phone, assigned) = (&self.phones[0], &self.jobs[0][0]);
        let customer = &self.organisation.customers[assigned.customer];
        let parts = phone.look_up(ReferenceKind::Part, customer.product.model)?;
        let devices = phone.look_up(ReferenceKind::Asset, &customer.serial)?;
        let customers = phone.look_up(ReferenceKind::Customer, &customer.name)?;
        if parts == 0 || devices == 0 || customers == 0 {
            return Err(DemoError::Story("a phone does not know the customer, the device or the parts"));
        }
        let what = format!("looks up {} ({}): {parts} parts fit", customer.product.model, customer.name);
        self.console.line(&phone.name, &what);
        Ok(())
    }

    fn begin(&mut self, index: usize, nth: usize) -> Result<(), DemoError> {
        let (phone, assigned) = (&self.phones[index], &self.jobs[index][nth]);
        let customer = &self.organisation.customers[assigned.customer];
        let began = phone.clock.instant();
        phone.work(assigned.job, work::begin(&mut self.rng))?;
        phone.create_trip(work::trip("دفتر / the office", customer, vec![assigned.job], began, 14_000))?;
        Ok(())
    }

    fn finish(&mut self, index: usize, nth: usize) -> Result<(), DemoError> {
        let (phone, assigned) = (&self.phones[index], &self.jobs[index][nth]);
        let customer = &self.organisation.customers[assigned.customer];
        let part = self.organisation.part_for(customer.product, assigned.fault);
        let part =
            part.map(|part| work::part(&mut self.rng, part, customer.coverage_at(phone.clock.instant())));
        let steps = work::finish(&mut self.rng, assigned.fault, part, phone.clock.instant());
        phone.work(assigned.job, steps)
    }

    async fn meanwhile_at_the_office(&mut self) -> Result<(), DemoError> {
        self.console.scene("Meanwhile at the office: the dispatcher knows nothing of this yet");
        self.reassigned_while_working().await?;
        self.cancelled_while_finishing().await?;
        self.edited_at_both_ends().await
    }

    async fn reassigned_while_working(&mut self) -> Result<(), DemoError> {
        let job = self.jobs[REASSIGNED][1].job;
        self.begin(REASSIGNED, 1)?;
        self.finish(REASSIGNED, 1)?;
        let (from, to) = (&self.phones[REASSIGNED], &self.phones[TAKES_OVER]);
        self.office.reassign(job, to).await?;
        self.console.line(&self.office.name, &format!("gives a job of {} to {}", from.name, to.name));
        self.console.line(&from.name, "was on it without a signal, and finishes it");
        Ok(())
    }

    async fn cancelled_while_finishing(&mut self) -> Result<(), DemoError> {
        let job = self.jobs[CANCELLED][1].job;
        self.begin(CANCELLED, 1)?;
        self.office.cancel(job, "مشتری تلفنی لغو کرد / called off by telephone").await?;
        self.finish(CANCELLED, 1)?;
        self.console.line(&self.office.name, &format!("cancels a job of {}", self.phones[CANCELLED].name));
        self.console.line(&self.phones[CANCELLED].name, "is on it without a signal, and finishes it");
        Ok(())
    }

    async fn edited_at_both_ends(&mut self) -> Result<(), DemoError> {
        let job = self.jobs[BOTH_EDIT][1].job;
        let (phone, field) = (&self.phones[BOTH_EDIT], JobField::ContactPhone);
        phone.edit(job, work::set_text(field, "09121112233"))?;
        self.office.set_field(job, field, "02188776655").await?;
        self.console.line(&phone.name, "corrects the customer's number to 09121112233");
        self.console.line(&self.office.name, "writes 02188776655 into the same field");
        Ok(())
    }

    fn killed_while_writing(&mut self) -> Result<(), DemoError> {
        self.console.scene("Two phones are killed while they write");
        for index in KILLED {
            let job = self.jobs[index][1].job;
            let phone = &mut self.phones[index];
            phone.switch_off();
            let saved = killed::write_until_killed(phone, job, NOTES_BEFORE_THE_KILL)?;
            self.phone_kills += 1;
            phone.switch_on()?;
            let notes = phone.view(job)?.notes;
            let there = saved.iter().filter(|id| notes.iter().any(|note| note.id == **id)).count();
            if there != saved.len() {
                return Err(DemoError::Story("a note that was saved is gone after the kill"));
            }
            self.console.line(
                &phone.name,
                &format!("SIGKILL; opened again: {there} of {} saved notes are there", saved.len()),
            );
        }
        Ok(())
    }

    async fn a_reply_is_lost(&mut self) -> Result<(), DemoError> {
        self.console.scene("A reply is lost: the server has the edits, the phone does not know");
        let phone = &self.phones[LOSES_A_REPLY];
        phone.come_online();
        phone.lose_next_reply();
        let Err(error) = phone.sync().await else {
            return Err(DemoError::Story("the lost reply arrived"));
        };
        self.console
            .line(&phone.name, &format!("sync fails: {error}; {} edits still wait", phone.totals()?.unsent));
        let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
        let what = format!(
            "tries again: {} edits sent once more, each counted once, {} wait",
            report.pushed,
            phone.totals()?.unsent
        );
        self.console.line(&phone.name, &what);
        Ok(())
    }

    async fn not_his(&mut self) -> Result<(), DemoError> {
        self.console.scene("A technician tries to write what is not his");
        let job = self.jobs[NOT_HIS][1].job;
        let phone = &mut self.phones[NOT_HIS];
        let steal = JobCommand::Assign {
            event: EventId::from_bytes(self.rng.bytes()),
            assignment: Assignment { technician: Some(phone.user), ..Assignment::default() },
            reason: None,
        };
        let Err(error) = phone.client()?.execute(job, &EditCommand::Job(steal.clone())) else {
            return Err(DemoError::Story("the phone let a technician assign a job"));
        };
        self.console.line(&phone.name, &format!("the phone says no at once: {error}"));
        phone.switch_off();
        phone.switch_on()?;
        phone.client()?.leave_policy_to_server();
        phone.edit(job, steal)?;
        phone.edit(job, work::note(&mut self.rng, "یادداشت بعدی / the note after it"))?;
        phone.come_online();
        let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
        self.console.line(
            &phone.name,
            &format!(
                "an app that does not check sends it: {} refused, {} edit(s) after it made again",
                report.refused, report.replayed
            ),
        );
        for entry in phone.client()?.needs_attention().map_err(DemoError::phone(&phone.name))? {
            let reason = entry
                .reason
                .map_or_else(String::new, |reason| format!("{} ({})", reason.message, reason.code));
            self.console.line(&phone.name, &format!("needs attention: {reason}"));
        }
        phone.switch_off();
        phone.switch_on()
    }

    async fn the_server_is_killed(&mut self) -> Result<(), DemoError> {
        self.console.scene("The server is killed in the middle of three syncs");
        let [first, second, third] = CUT_OFF.map(|index| &self.phones[index]);
        [first, second, third].into_iter().for_each(Phone::come_online);
        let server = &mut *self.server;
        // The first is answered, the other two have just sent their edits.
        let kill = async {
            first.hears_an_answer().await;
            tokio::task::yield_now().await;
            server.kill()
        };
        let (killed, one, two, three) =
            tokio::join!(biased; kill, first.sync(), second.sync_after(first), third.sync_after(first));
        killed?;
        for (index, end) in CUT_OFF.into_iter().zip([one, two, three]) {
            let what = end.map_or_else(|error| error.to_string(), |_| "was just in time".to_owned());
            self.console.line(&self.phones[index].name, &what);
        }
        self.server.start()?;
        self.console.line("server", "killed (SIGKILL) and started again on the same folder");
        for index in CUT_OFF {
            let phone = &self.phones[index];
            let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
            let what = format!("goes on: {} edits sent, {} accepted", report.pushed, report.accepted);
            self.console.line(&phone.name, &what);
        }
        Ok(())
    }

    async fn restored_from_an_old_copy(&mut self) -> Result<(), DemoError> {
        self.console.scene("A phone is restored from this morning's copy");
        let job = self.jobs[RESTORED][1].job;
        let phone = &mut self.phones[RESTORED];
        phone.come_online();
        let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
        self.console
            .line(&phone.name, &format!("syncs the day's work first: {} edits accepted", report.accepted));
        phone.switch_off();
        phone.restore_database_from(&self.folder.join("old-copy"))?;
        phone.switch_on()?;
        self.phones_restored += 1;
        phone.edit(job, work::note(&mut self.rng, "پس از بازیابی / written on the restored phone"))?;
        let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
        let what = format!(
            "the old copy writes under a new actor; {} accepted, {} documents brought up to date",
            report.accepted,
            report.entered + report.updated
        );
        self.console.line(&phone.name, &what);
        Ok(())
    }

    /// Everybody comes home: syncs until no phone has anything to say or to hear.
    async fn evening(&mut self) -> Result<(), DemoError> {
        self.console.scene("Evening: everybody is back in the network");
        self.phones.iter().for_each(Phone::come_online);
        for round in 1..=ROUNDS_MAX {
            let mut quiet = true;
            for phone in &self.phones {
                let report = phone.sync().await.map_err(DemoError::phone(&phone.name))?;
                quiet &= report.pushed + report.entered + report.updated + report.left == 0;
            }
            if quiet {
                self.console.line("everybody", &format!("in step after {round} rounds"));
                return Ok(());
            }
        }
        Err(DemoError::Story("the phones do not come to rest"))
    }
}

/// Rounds of syncs until everybody is in step; three are usual.
const ROUNDS_MAX: u32 = 8;
