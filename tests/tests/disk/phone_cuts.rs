//! Power cuts of the phone: whatever `execute` returned `Ok` for is there.

use std::path::{Path, PathBuf};

use client_core::ClientError;
use domain::{DocId, JobKind};
use sync_server::session::DeviceSession;
use system_tests::in_process::{Desk, TestPhone};
use testkit::Rng;
use testkit::disk::{FaultyDisk, Plan, Synchronous};

use crate::common::{Chain, Promise, Tally, complaint_of, note, session};

const CHAINS: u64 = 25;
const CUTS_A_CHAIN: u32 = 20;
const DATABASE: &str = "phone.sqlite";

struct Phone {
    desk: Desk,
    session: DeviceSession,
    jobs: Vec<DocId>,
    promised: Vec<Promise>,
    rng: Rng,
    tally: Tally,
}

/// Seen to fail: with `PRAGMA synchronous = NORMAL` in the phone's `store/open.rs`, 1,301
/// promised notes were lost.
#[tokio::test]
async fn five_hundred_power_cuts_lose_nothing_that_was_saved() {
    let mut tally = Tally::default();
    for seed in 0..CHAINS {
        tally.add(run(Chain { seed, cuts: CUTS_A_CHAIN, synchronous: None }).await);
    }
    tally.is_clean_after(500);
}

/// The same run bites: with the flush of each commit taken away it finds losses.
#[tokio::test]
async fn the_same_cuts_find_what_a_lower_setting_loses() {
    for lower in [Synchronous::Normal, Synchronous::Off] {
        let mut tally = Tally::default();
        for seed in 0..3 {
            tally.add(run(Chain { seed, cuts: CUTS_A_CHAIN, synchronous: Some(lower) }).await);
        }
        assert!(tally.lost > 0, "{lower:?}: {tally:?}");
    }
}

async fn run(chain: Chain) -> Tally {
    let root = tempfile::tempdir().expect("a folder");
    let mut folder = root.path().join("0");
    std::fs::create_dir(&folder).expect("a folder");
    let mut phone = Phone::enrol(root.path(), &folder, chain.seed).await;
    for number in 1..=chain.cuts {
        let next = root.path().join(number.to_string());
        phone.one_cut(&folder, &next, chain.synchronous).await;
        std::fs::remove_dir_all(std::mem::replace(&mut folder, next)).expect("removed");
    }
    let client = phone.open(&folder);
    phone.check(&folder, client.as_ref());
    phone.tally
}

impl Phone {
    async fn enrol(root: &Path, folder: &Path, seed: u64) -> Self {
        let desk = Desk::open(&root.join("server")).await;
        let phone = TestPhone::enrol(&desk, &folder.join(DATABASE)).await;
        let create = |_| phone.client.create_job(JobKind::Visit, vec![]).expect("a job is made").doc;
        let jobs = (0..3).map(create).collect();
        let session = phone.session;
        drop(phone);
        Self { desk, session, jobs, promised: Vec::new(), rng: Rng::new(seed), tally: Tally::default() }
    }

    /// Works on what the last cut left until the next one.
    async fn one_cut(&mut self, folder: &Path, next: &Path, synchronous: Option<Synchronous>) {
        let disk = FaultyDisk::under(folder);
        if let Some(lower) = synchronous {
            disk.lower_synchronous(lower);
        }
        if self.rng.chance(1, 5) {
            disk.plan(Plan::CutAt(disk.calls() + 1 + self.rng.below(80)));
            drop(TestPhone::reopen(&self.desk, &folder.join(DATABASE), self.session));
        } else if let Some(phone) = self.open(folder) {
            self.check(folder, Some(&phone));
            let edits = session(&mut self.rng, &disk);
            self.work(&phone, &disk, edits).await;
            drop(phone);
        }
        self.tally.cuts += 1;
        self.tally.seen.extend(disk.cut());
        disk.write_after_cut(&mut self.rng, next).expect("what is left is written");
    }

    fn open(&mut self, folder: &Path) -> Option<TestPhone> {
        let opened = TestPhone::reopen(&self.desk, &folder.join(DATABASE), self.session);
        opened.map_err(|error| self.tally.damaged.push(error.to_string())).ok()
    }

    async fn work(&mut self, phone: &TestPhone, disk: &FaultyDisk, edits: usize) {
        for _ in 0..edits {
            let job = *self.rng.pick(&self.jobs);
            let (id, command) = note(phone.client.ids(), &mut self.rng);
            match phone.client.execute(job, &domain::EditCommand::Job(command)) {
                Ok(_) => self.promised.push(Promise { job, note: id }),
                Err(error) => return self.failed(disk, &error),
            }
            if self.rng.chance(1, 8)
                && let Err(error) = phone.try_sync().await
            {
                return self.failed(disk, &error);
            }
        }
    }

    /// Nothing may fail before the cut.
    fn failed(&mut self, disk: &FaultyDisk, error: &ClientError) {
        if disk.cut().is_none() {
            self.tally.damaged.push(error.to_string());
        }
    }

    /// Every promise is in its document, and in the outbox with what became of it.
    fn check(&mut self, folder: &Path, phone: Option<&TestPhone>) {
        let Some(phone) = phone else { return };
        let database: PathBuf = folder.join(DATABASE);
        self.tally.damaged.extend(complaint_of(&database));
        if let Some(quarantine) = &phone.client.opened().quarantine {
            self.tally.damaged.push(format!("{quarantine:?}"));
        }
        let jobs: Vec<_> = self.jobs.iter().map(|job| (*job, phone.client.job(*job).ok())).collect();
        let is_kept = |promise: &Promise| {
            let found = jobs.iter().find(|(job, _)| *job == promise.job);
            found
                .and_then(|(_, detail)| detail.as_ref())
                .is_some_and(|detail| detail.view.notes.iter().any(|note| note.id == promise.note))
        };
        let before = self.promised.len();
        self.promised.retain(is_kept);
        self.tally.kept += self.promised.len();
        self.tally.lost += before - self.promised.len();
    }
}
