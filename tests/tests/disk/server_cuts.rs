//! Power cuts of the server: whatever it acknowledged is there, to the office by
//! its answer and to a phone by its verdict.

use std::path::{Path, PathBuf};

use client_core::EntryState;
use domain::DocId;
use sync_server::office;
use sync_server::readmodel::rebuild;
use sync_server::session::DeviceSession;
use system_tests::in_process::{Desk, TestPhone};
use testkit::Rng;
use testkit::disk::{FaultyDisk, Plan, Synchronous};

use crate::common::{Chain, Promise, Tally, complaint_of, note, session};

const CHAINS: u64 = 25;
const CUTS_A_CHAIN: u32 = 20;

/// Seen to fail: with `synchronous` set to `NORMAL` in the server's `store/folder.rs`, the
/// outbox of a phone did not drain any more: 39 changes waited for what the server had lost.
/// With each answer sent before its commit (`store/writer.rs`), it failed too: a phone could
/// not save on a job any more.
#[tokio::test]
async fn five_hundred_power_cuts_lose_nothing_that_was_acknowledged() {
    let mut tally = Tally::default();
    for seed in 0..CHAINS {
        tally.add(run(Chain { seed, cuts: CUTS_A_CHAIN, synchronous: None }).await);
    }
    tally.is_clean_after(500);
}

/// The same run bites: with the flush of each commit taken away it finds losses,
/// or a server that will not start, since its log is shorter than it had been.
#[tokio::test]
async fn the_same_cuts_find_what_a_lower_setting_loses() {
    for lower in [Synchronous::Normal, Synchronous::Off] {
        let mut tally = Tally::default();
        for seed in 0..3 {
            tally.add(run(Chain { seed, cuts: CUTS_A_CHAIN, synchronous: Some(lower) }).await);
        }
        assert!(tally.lost + tally.damaged.len() > 0, "{lower:?}: {tally:?}");
    }
}

struct World {
    phone: PathBuf,
    session: DeviceSession,
    jobs: Vec<DocId>,
    /// Notes saved on the phone whose verdict has not come yet.
    waiting: Vec<Promise>,
    /// Notes that the server acknowledged.
    promised: Vec<Promise>,
    rng: Rng,
    tally: Tally,
}

async fn run(chain: Chain) -> Tally {
    let root = tempfile::tempdir().expect("a folder");
    let mut folder = root.path().join("0");
    std::fs::create_dir(&folder).expect("a folder");
    let mut world = World::found(root.path(), &folder, chain.seed).await;
    for number in 1..=chain.cuts {
        let next = root.path().join(number.to_string());
        world.one_cut(&folder, &next, chain.synchronous).await;
        std::fs::remove_dir_all(std::mem::replace(&mut folder, next)).expect("removed");
    }
    if let Some(desk) = world.open(&folder).await {
        world.check(&folder, &desk).await;
        if chain.synchronous.is_none() {
            world.settles(&desk).await;
        }
    }
    world.tally
}

impl World {
    async fn found(root: &Path, folder: &Path, seed: u64) -> Self {
        let desk = Desk::open(folder).await;
        let database = root.join("phone.sqlite");
        let phone = TestPhone::enrol(&desk, &database).await;
        let mut jobs = Vec::new();
        for number in 0..3 {
            jobs.push(desk.job_for(&phone, &format!("job {number}")).await);
        }
        phone.sync().await;
        Self {
            phone: database,
            session: phone.session,
            jobs,
            waiting: Vec::new(),
            promised: Vec::new(),
            rng: Rng::new(seed),
            tally: Tally::default(),
        }
    }

    async fn one_cut(&mut self, folder: &Path, next: &Path, synchronous: Option<Synchronous>) {
        let disk = FaultyDisk::under(folder);
        if let Some(lower) = synchronous {
            disk.lower_synchronous(lower);
        }
        if self.rng.chance(1, 5) {
            disk.plan(Plan::CutAt(disk.calls() + 1 + self.rng.below(60)));
            drop(Desk::try_open(folder).await);
        } else if let Some(desk) = self.open(folder).await {
            self.check(folder, &desk).await;
            let edits = session(&mut self.rng, &disk);
            self.work(&desk, &disk, edits).await;
            drop(desk);
        }
        self.tally.cuts += 1;
        self.tally.seen.extend(disk.cut());
        disk.write_after_cut(&mut self.rng, next).expect("what is left is written");
    }

    async fn open(&mut self, folder: &Path) -> Option<Desk> {
        Desk::try_open(folder).await.map_err(|error| self.tally.damaged.push(error.to_string())).ok()
    }

    async fn work(&mut self, desk: &Desk, disk: &FaultyDisk, edits: usize) {
        let phone = TestPhone::reopen(desk, &self.phone, self.session).expect("the phone's disk is well");
        for _ in 0..edits {
            let job = *self.rng.pick(&self.jobs);
            let (id, command) = note(phone.client.ids(), &mut self.rng);
            let (promise, command) = (Promise { job, note: id }, domain::EditCommand::Job(command));
            if self.rng.chance(1, 4) {
                match office::edit_document(&desk.core, &desk.dispatcher, job, command, None).await {
                    Ok(_) => self.promised.push(promise),
                    Err(error) => return self.failed(disk, &error),
                }
            } else {
                phone.client.execute(job, &command).expect("the phone saves");
                self.waiting.push(promise);
            }
            let synced = if self.rng.chance(1, 2) { phone.try_sync().await.map(drop) } else { Ok(()) };
            self.note_verdicts(&phone);
            if let Err(error) = synced {
                return self.failed(disk, &error);
            }
        }
    }

    /// Nothing may fail before the cut.
    fn failed(&mut self, disk: &FaultyDisk, error: &dyn std::error::Error) {
        if disk.cut().is_none() {
            self.tally.damaged.push(error.to_string());
        }
    }

    /// What the phone was told is accepted has become a promise.
    fn note_verdicts(&mut self, phone: &TestPhone) {
        let accepted: Vec<_> = (self.jobs.iter())
            .flat_map(|job| phone.client.history(*job).expect("the phone reads"))
            .filter(|entry| entry.state == EntryState::Accepted)
            .filter_map(|entry| match entry.command {
                Some(domain::EditCommand::Job(domain::JobCommand::AddNote { id, .. })) => Some(id),
                _ => None,
            })
            .collect();
        let (told, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|promise| accepted.contains(&promise.note));
        self.waiting = waiting;
        let mut told: Vec<Promise> = told;
        self.promised.append(&mut told);
    }

    async fn check(&mut self, folder: &Path, desk: &Desk) {
        self.tally.damaged.extend(complaint_of(&folder.join("hamgam.db")));
        let mut notes = Vec::new();
        for job in &self.jobs {
            match office::show_job(&desk.core, &desk.dispatcher, *job).await {
                Ok(shown) => notes.extend(shown.view.notes.iter().map(|note| note.id)),
                Err(error) => self.tally.damaged.push(error.to_string()),
            }
        }
        let before = self.promised.len();
        self.promised.retain(|promise| notes.contains(&promise.note));
        self.tally.kept += self.promised.len();
        self.tally.lost += before - self.promised.len();
    }

    /// The outbox drains, both ends show the same, and the log makes the same rows.
    async fn settles(&mut self, desk: &Desk) {
        let phone = TestPhone::reopen(desk, &self.phone, self.session).expect("the phone's disk is well");
        phone.sync().await;
        phone.sync().await;
        assert_eq!(phone.client.totals().expect("totals").unsent, 0);
        for job in &self.jobs {
            let shown = office::show_job(&desk.core, &desk.dispatcher, *job).await.expect("shown");
            assert_eq!(shown.view, phone.client.job(*job).expect("there").view);
        }
        rebuild(&desk.core).await.expect("the log is whole");
    }
}
