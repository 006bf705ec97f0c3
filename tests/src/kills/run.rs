//! A run of kills, and what is looked up after each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use client_core::HttpTransport;
use domain::{ChangeHash, NoteId, Role, UserId};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sync_server::clock::{SystemClock, SystemEntropy};
use sync_server::core::Core;
use sync_server::readmodel::rebuild_blocking;
use sync_server::session::DeviceSession;
use sync_server::store::Store;
use testkit::Rng;

use super::backups::kill_backup;
use super::ledger::Ledger;
use super::phone;
use super::world::World;
use crate::real_server;

/// Where the server may be killed; `MidMigration` has a test of its own.
const SERVER_PLACES: [&str; 4] = ["BeforeCommit", "AfterCommit", "BeforeReply", MID_SNAPSHOT];
const MID_SNAPSHOT: &str = "MidSnapshot";
const PHONE_PLACES: [&str; 2] = ["BeforeCommit", "AfterCommit"];
/// Lines of the phones after which a place that was not reached is given up.
const LINES_MAX: u64 = 400;
/// Lines that are heard while a process stands at its place.
const LINES_HELD: usize = 4;
/// After so many kills everything is looked up, not only what is new.
const WHOLE_CHECK_EVERY: u32 = 25;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What is to be done.
pub struct Task {
    /// `hamgam-crash`.
    pub program: PathBuf,
    /// Where everything lies; a run in a folder of an earlier one goes on there.
    pub folder: PathBuf,
    /// Kills in all, those of earlier runs included.
    pub kills: u32,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Processes killed, those of earlier runs included.
    pub kills: u32,
    /// In this run, by what and where.
    pub places: BTreeMap<String, u32>,
    /// Notes that phones said were saved, and that are there.
    pub saved: usize,
    /// Changes that the server acknowledged, and that are there.
    pub acknowledged: usize,
}

/// How a process is to die.
enum Death {
    /// After so many lines of the phones.
    AfterLines(u64),
    /// At a place, or after many lines.
    At(&'static str, u64),
}

impl Death {
    fn drawn(rng: &mut Rng, places: &[&'static str]) -> Self {
        if rng.chance(1, 3) {
            Self::AfterLines(1 + rng.below(30))
        } else {
            let place = rng.pick::<&str>(places);
            // Saved forms are stored now and then only.
            let times = if *place == MID_SNAPSHOT { 1 } else { 1 + rng.below(6) };
            Self::At(place, times)
        }
    }

    fn failpoint(&self) -> Option<String> {
        match self {
            Self::AfterLines(_) => None,
            Self::At(place, times) => Some(format!("{place}:{times}")),
        }
    }

    const fn lines_max(&self) -> u64 {
        match self {
            Self::AfterLines(lines) => *lines,
            Self::At(..) => LINES_MAX,
        }
    }

    /// How it came: a place may not have been reached.
    fn came(&self, world: &World) -> &'static str {
        match self {
            Self::At(place, _) if world.is_reached() => place,
            _ => "at random",
        }
    }
}

/// Kills until the number is reached, then holds everything together.
///
/// # Panics
///
/// When a promise was broken, or something does not start again.
#[must_use]
pub fn run(task: &Task) -> Report {
    std::fs::create_dir_all(&task.folder).expect("a folder");
    let mut ledger = Ledger::open(&task.folder.join("ledger.txt")).expect("the ledger opens");
    let mut rng = Rng::new(u64::from(ledger.kills));
    let mut world = World::open(&task.program, &task.folder);
    let mut report = Report::default();
    (0..world.phones.len()).for_each(|number| world.start_phone(number, None));
    let mut checked = 0;
    while ledger.kills < task.kills {
        let what = match rng.below(9) {
            0..6 => kill_server(&mut world, &mut ledger, &mut rng),
            6..8 => kill_phone(&mut world, &mut ledger, &mut rng),
            _ => kill_backup(&mut world, &mut ledger, &mut rng),
        };
        ledger.killed(&what).expect("the ledger is written");
        *report.places.entry(what).or_default() += 1;
        if ledger.kills.is_multiple_of(WHOLE_CHECK_EVERY) {
            checked = 0;
            look_over(&world, &ledger);
        }
        acknowledged_is_there(&world, &ledger.acknowledged[checked..]);
        checked = ledger.acknowledged.len();
    }
    settle(world, &ledger, task);
    report.kills = ledger.kills;
    report.acknowledged = ledger.acknowledged.len();
    report.saved = ledger.saved.values().flat_map(|jobs| jobs.values()).map(Vec::len).sum();
    report
}

/// Starts the server anew, kills it where it is to die, and starts it again.
fn kill_server(world: &mut World, ledger: &mut Ledger, rng: &mut Rng) -> String {
    let death = Death::drawn(rng, &SERVER_PLACES);
    world.server.kill().expect("the server is killed");
    if world.start_server(death.failpoint().as_deref()) {
        wait_for(&death, world, ledger);
    }
    let how = death.came(world);
    world.server.kill().expect("the server is killed");
    assert!(world.start_server(None));
    format!("server {how}")
}

fn kill_phone(world: &mut World, ledger: &mut Ledger, rng: &mut Rng) -> String {
    let death = Death::drawn(rng, &PHONE_PLACES);
    let number = rng.index(world.phones.len());
    world.phones[number].kill();
    world.start_phone(number, death.failpoint().as_deref());
    wait_for(&death, world, ledger);
    let how = death.came(world);
    world.phones[number].kill();
    saved_is_there(world, ledger, number);
    world.start_phone(number, None);
    format!("phone {how}")
}

/// Listens to the phones until it is time to kill.
fn wait_for(death: &Death, world: &World, ledger: &mut Ledger) {
    for _ in 0..death.lines_max() {
        hear(world, ledger);
        if world.is_reached() {
            // What was told too early is in the ledger by now.
            (0..LINES_HELD).for_each(|_| hear(world, ledger));
            return;
        }
    }
}

/// Waits a moment for a line of the phones, and writes it down.
pub(super) fn hear(world: &World, ledger: &mut Ledger) {
    if let Ok((phone, line)) = world.lines.recv_timeout(LOOK_AGAIN) {
        ledger.note(phone, &line).expect("the ledger is written");
    }
}

/// Every acknowledged change is in the log of the server, which runs again.
fn acknowledged_is_there(world: &World, hashes: &[ChangeHash]) {
    log_holds(&world.folder.join("server").join("hamgam.db"), hashes);
}

/// A server's database has all of these changes.
pub(super) fn log_holds(database: &Path, hashes: &[ChangeHash]) {
    let connection = look_into(database);
    let mut find = connection.prepare("SELECT 1 FROM change_log WHERE hash = ?1").expect("a query");
    for hash in hashes {
        assert!(find.exists([hash.as_bytes()]).expect("it reads"), "acknowledged and gone: {hash}");
    }
}

/// Every note that a dead phone had saved is in its outbox.
fn saved_is_there(world: &World, ledger: &Ledger, number: usize) {
    let Some(jobs) = ledger.saved.get(&number) else { return };
    let connection = look_into(&world.phones[number].database);
    let find = "SELECT 1 FROM outbox WHERE doc = ?1 AND instr(command, ?2) > 0 LIMIT 1";
    let mut find = connection.prepare(find).expect("a query");
    // Earlier jobs were looked up after earlier kills, and at the end all are.
    for (job, notes) in jobs.iter().rev().take(3) {
        for note in notes {
            let found = find.query_row((job.as_bytes(), note.to_string()), |_| Ok(())).optional();
            assert!(found.expect("it reads").is_some(), "saved and gone: {note}");
        }
    }
}

fn look_into(database: &Path) -> Connection {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let connection = connection.expect("a database");
    connection.busy_timeout(Duration::from_secs(5)).expect("a timeout");
    connection
}

/// Nothing is damaged, and everything acknowledged is there.
fn look_over(world: &World, ledger: &Ledger) {
    acknowledged_is_there(world, &ledger.acknowledged);
    let databases = world.phones.iter().map(|phone| phone.database.clone());
    for database in databases.chain([world.folder.join("server").join("hamgam.db")]) {
        let verdict: String = look_into(&database)
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .expect("it can be checked");
        assert_eq!(verdict, "ok", "{}", database.display());
    }
}

/// At the end phones and server hold the same, each note once, and the log makes
/// the same rows again.
fn settle(mut world: World, ledger: &Ledger, task: &Task) {
    let address = world.server.address();
    for (number, phone) in world.phones.iter_mut().enumerate() {
        phone.kill();
        let client = real_server::open_phone(&phone.database).expect("the database opens");
        let transport = HttpTransport::new(&address).expect("an address");
        phone::sync(&client, &transport).expect("the last sync succeeds");
        phone::sync(&client, &transport).expect("and so does one more");
        let totals = client.totals().expect("totals");
        assert_eq!((totals.unsent, totals.attention), (0, 0), "everything was sent and taken");
        for (job, notes) in ledger.saved.get(&number).into_iter().flatten() {
            let view = client.job(*job).expect("a job that was made is there").view;
            assert_each_once(notes, view.notes.iter().map(|note| note.id));
        }
    }
    world.server.stop().expect("the server stops");
    let clock = Arc::new(SystemClock);
    let store = Store::open(&task.folder.join("server"), clock.clone()).expect("the store opens");
    let core = Core::open_blocking(store, clock, Arc::new(SystemEntropy)).expect("the heart starts");
    rebuild_blocking(&core).expect("the log is whole");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let desk = DeviceSession {
        user: UserId::from_uuid(domain::Uuid::from_bytes([1; 16])),
        device: domain::DeviceId::from_uuid(domain::Uuid::from_bytes([1; 16])),
        role: Role::Dispatcher,
        agency: None,
    };
    for (job, notes) in ledger.saved.values().flatten() {
        let shown = runtime.block_on(sync_server::office::show_job(&core, &desk, *job));
        let shown = shown.expect("a job that was made is at the server");
        assert_each_once(notes, shown.view.notes.iter().map(|note| note.id));
    }
}

fn assert_each_once(promised: &[NoteId], there: impl Iterator<Item = NoteId>) {
    let mut times: BTreeMap<NoteId, u32> = BTreeMap::new();
    there.for_each(|note| *times.entry(note).or_default() += 1);
    for note in promised {
        assert_eq!(times.get(note), Some(&1), "{note} is there once");
    }
}

/// Where the program of the server was killed in a migration, `init` completes it.
///
/// # Panics
///
/// When it does not.
pub fn kill_migrations(program: &Path, folder: &Path) {
    for number in 1..=sync_server::store::NEWEST_VERSION {
        let (data, mark) = (folder.join(number.to_string()), folder.join(format!("reached-{number}")));
        let init = || {
            let mut command = std::process::Command::new(program);
            command.arg("--data").arg(&data).arg("init");
            command
        };
        let place = format!("MidMigration:{number}:{}", mark.display());
        let mut killed = init().env(super::FAILPOINT, place).spawn().expect("it runs");
        while !mark.exists() {
            assert_eq!(killed.try_wait().expect("the system says"), None, "it comes to its place");
            std::thread::sleep(LOOK_AGAIN);
        }
        killed.kill().and_then(|()| killed.wait()).expect("it is killed");
        let version = look_into(&data.join("hamgam.db"))
            .pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))
            .expect("it reads");
        assert_eq!(version, number - 1, "a migration is there whole or not at all");
        for _ in 0..2 {
            let again = init().output().expect("it runs");
            assert!(again.status.success(), "{again:?}");
        }
    }
}
