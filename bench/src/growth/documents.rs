//! One server that is given more and more jobs of others. At each size a new technician
//! comes who has as many jobs as the one before had, each with the same history.

use std::path::Path;
use std::time::Duration;

use demo::server_process::ServerProcess;
use domain::{Role, UserId};
use serde::Serialize;
use testkit::{Kit, ManualClock};
use wire::Push;

use crate::clock::{self, timed};
use crate::failure::Failure;
use crate::figures::{median_ms, mib, per};
use crate::light::LightPhone;
use crate::light::push::remarks;
use crate::memory::{cpu_ms, resident_kib};
use crate::organisation::{self, Desk};
use crate::phone::Login;
use crate::rig::NO_RATE_LIMIT;

/// The measured technician's jobs.
const OWN: usize = 50;
/// Technicians who have the others.
const CROWD: usize = 500;
const STARTS: usize = 3;
/// New phones that fetch everything.
const COLD: usize = 5;
const EXCHANGES: usize = 1_000;

/// What a server with so many documents costs.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Row {
    pub(super) documents: usize,
    /// From its process's start until it is ready.
    pub(super) start_ms: f64,
    /// A new phone of the technician, everything in his scope.
    pub(super) cold_ms: f64,
    /// An exchange with nothing new, and what the server computes for it.
    pub(super) idle_ms: f64,
    pub(super) idle_cpu_ms: f64,
    /// An exchange that brings an edit, and what the server computes for it.
    pub(super) edit_ms: f64,
    pub(super) edit_cpu_ms: f64,
    /// After all of that.
    pub(super) resident_mib: f64,
    pub(super) database_mib: f64,
}

/// The server, its folder and its people.
struct Grown<'a> {
    server: ServerProcess,
    data: &'a Path,
    dispatcher: UserId,
    crowd: Vec<UserId>,
    kit: Kit,
    documents: usize,
}

pub(super) fn measure(program: &Path, data: &Path, sizes: &[usize]) -> Result<Vec<Row>, Failure> {
    let mut grown = Grown::found(program, data)?;
    let mut rows = Vec::new();
    for documents in sizes {
        let (login, edits) = grown.grow_to(*documents)?;
        let row = grown.measure(&login, edits)?;
        println!("{row:?}");
        rows.push(row);
    }
    Ok(rows)
}

impl<'a> Grown<'a> {
    fn found(program: &Path, data: &'a Path) -> Result<Self, Failure> {
        let server =
            ServerProcess::new(program.to_path_buf(), data.to_path_buf(), 0)?.with_setting(NO_RATE_LIMIT);
        server.command(&["init"])?;
        let (dispatcher, _) = organisation::enter(&server, "dispatcher", Role::Dispatcher)?;
        let mut kit = Kit::new(13);
        kit.clock = ManualClock::at(clock::now().plus_days(-90));
        let crowd = (0..CROWD).map(|_| UserId::new(kit.clock.now(), kit.rng.bytes())).collect();
        Ok(Self { server, data, dispatcher, crowd, kit, documents: 0 })
    }

    /// Registers jobs of others, and those of a technician who comes; gives his sign-in and
    /// edits of his.
    fn grow_to(&mut self, documents: usize) -> Result<(Login, Vec<Push>), Failure> {
        let name = format!("technician-of-{documents}");
        let (technician, password) = organisation::enter(&self.server, &name, Role::Technician)?;
        let more = documents.saturating_sub(self.documents + OWN);
        println!("{more} more documents are registered");
        let desk = Desk::open(self.data, self.dispatcher)?;
        desk.register(&mut self.kit, &self.crowd, more)?;
        desk.register(&mut self.kit, &[technician], OWN)?;
        desk.work_on_all(&mut self.kit, technician)?;
        self.documents += more + OWN;
        let edits = remarks(&mut self.kit, technician, &desk.documents_of(technician)?, EXCHANGES)?;
        Ok((Login { name, password }, edits))
    }

    fn measure(&mut self, login: &Login, edits: Vec<Push>) -> Result<Row, Failure> {
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            self.server.stop()?;
            starts.extend(each(0..1, |_| Ok(self.server.start()?))?);
        }
        let process = self.server.process_id();
        let computed = || process.and_then(cpu_ms).unwrap_or(0);
        let mut phone = LightPhone::sign_in(self.server.socket(), login)?;
        let new = (0..COLD).map(|_| phone.another()).collect::<Result<Vec<_>, Failure>>()?;
        let cold = each(new.into_iter(), |mut new| new.catch_up().map(drop))?;
        phone.catch_up()?;
        let before = computed();
        let idle = each(0..EXCHANGES, |_| phone.catch_up().map(drop))?;
        let between = computed();
        let edit = each(edits.into_iter(), |push| phone.push(push))?;
        let after = computed();
        let resident = process.and_then(resident_kib).unwrap_or(0);
        self.server.stop()?;
        Ok(Row {
            documents: self.documents,
            start_ms: median_ms(&starts),
            cold_ms: median_ms(&cold),
            idle_ms: median_ms(&idle),
            idle_cpu_ms: per(between.saturating_sub(before), idle.len()),
            edit_ms: median_ms(&edit),
            edit_cpu_ms: per(after.saturating_sub(between), edit.len()),
            resident_mib: mib(resident),
            database_mib: mib(std::fs::metadata(self.data.join("hamgam.db"))?.len() / 1_024),
        })
    }
}

/// Does something with each; what each took.
fn each<T>(
    all: impl Iterator<Item = T>,
    mut work: impl FnMut(T) -> Result<(), Failure>,
) -> Result<Vec<Duration>, Failure> {
    let one = |item| {
        let (done, took) = timed(|| work(item));
        done.map(|()| took)
    };
    all.map(one).collect()
}
