//! Bad networks between real phones and the real server.

use std::path::Path;
use std::time::Duration;

use client_core::{Client, EntryState, HttpTransport, SyncOptions, WithAttachments};
use demo::server_process::ServerProcess;
use domain::{DocId, EditCommand, JobCommand, JobKind};
use system_tests::chaos::{End, Proxy, Weather};
use system_tests::real_server::{self, Login};

/// 64 kbit/s.
const SLOW_BYTES_PER_SECOND: u32 = 8_000;
const BACKLOG_JOBS: usize = 10;
const BACKLOG_NOTES: usize = 49;

struct World {
    folder: tempfile::TempDir,
    server: ServerProcess,
    logins: Vec<Login>,
    proxy: Proxy,
}

impl World {
    async fn open(technicians: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("server");
        let mut server = real_server::server(env!("CARGO_BIN_EXE_hamgam-crash").as_ref(), &data);
        let logins = real_server::found(&server, &data, technicians);
        server.start().expect("the server starts");
        let address = server.address();
        let address = address.trim_start_matches("http://").parse().expect("an address");
        let proxy = Proxy::before(address).await;
        Self { folder, server, logins, proxy }
    }

    async fn phone(&self, number: usize) -> Client {
        let database = self.folder.path().join(format!("phone-{number}.sqlite"));
        real_server::sign_in(&database, &self.server.address(), &self.logins[number]).await
    }

    fn transport(&self) -> HttpTransport {
        HttpTransport::new(&self.proxy.address()).expect("an address")
    }

    fn database(&self) -> rusqlite::Connection {
        open(&self.folder.path().join("server").join("hamgam.db"))
    }
}

fn open(database: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(database).expect("a database");
    connection.busy_timeout(Duration::from_secs(5)).expect("a timeout");
    connection
}

fn make_job(phone: &Client) -> DocId {
    phone.create_job(JobKind::Visit, Vec::new()).expect("a job is made").doc
}

fn write_note(phone: &Client, job: DocId, text: &str) {
    let id = phone.ids().note();
    let command = EditCommand::Job(JobCommand::AddNote { id, text: text.to_owned() });
    phone.execute(job, &command).expect("the note is saved");
}

/// Until one sync succeeds; a pooled connection may be found closed.
async fn sync_in_good_weather(world: &World, phone: &Client, transport: &HttpTransport) {
    world.proxy.set(Weather::default());
    for _ in 0..3 {
        if real_server::sync(phone, transport).await.is_ok() {
            return;
        }
    }
    real_server::sync(phone, transport).await.expect("the network is well");
}

/// Everything that the phone wrote is in the server's log once, and nothing else.
fn assert_each_once(world: &World, phone: &Client, jobs: &[DocId]) {
    let entries: Vec<_> = jobs.iter().flat_map(|job| phone.history(*job).expect("the phone reads")).collect();
    assert!(entries.iter().all(|entry| entry.state == EntryState::Accepted), "everything was accepted");
    let connection = world.database();
    for entry in &entries {
        let find = "SELECT count(*) FROM change_log WHERE hash = ?1";
        let found: i64 =
            connection.query_row(find, [entry.hash.as_bytes()], |row| row.get(0)).expect("reads");
        assert_eq!(found, 1, "{entry:?}");
    }
    let count = "SELECT count(*) FROM change_log WHERE device IS NOT NULL";
    let rows: i64 = connection.query_row(count, [], |row| row.get(0)).expect("reads");
    assert_eq!(rows, i64::try_from(entries.len()).expect("few"), "nothing was taken twice");
}

/// A reply that is lost after the server's commit is the hard case: the same changes
/// are sent again, and are known by their hashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_cut_at_every_byte_loses_and_doubles_nothing() {
    let world = World::open(1).await;
    let (phone, transport) = (world.phone(0).await, world.transport());
    let mut jobs = vec![make_job(&phone)];
    sync_in_good_weather(&world, &phone, &transport).await;
    // On a busy machine a request may be sent twice: the shortest of three is one exchange.
    let mut measured = Vec::new();
    for _ in 0..3 {
        write_note(&phone, jobs[0], "measured");
        let _of_before = world.proxy.take();
        sync_in_good_weather(&world, &phone, &transport).await;
        measured.push(world.proxy.take());
    }
    let whole = measured.into_iter().min_by_key(|passed| passed.up).expect("three");
    assert!(whole.up > 300 && whole.down > 100, "{whole:?}");
    let ups = (0..=whole.up + 16).map(End::UpAt);
    let downs = (0..=whole.down + 16).map(End::DownAt);
    for (number, end) in ups.chain(downs).enumerate() {
        if number % 100 == 0 {
            jobs.push(make_job(&phone));
            sync_in_good_weather(&world, &phone, &transport).await;
        }
        write_note(&phone, jobs[jobs.len() - 1], "cut off");
        world.proxy.set(Weather { end, ..Weather::default() });
        // It fails in most places; whichever way it ends, nothing may be lost by it.
        // A pooled connection may be found closed before anything was sent.
        let before = world.proxy.cuts();
        for _ in 0..3 {
            if real_server::sync(&phone, &transport).await.is_ok() || world.proxy.cuts() > before {
                break;
            }
        }
        sync_in_good_weather(&world, &phone, &transport).await;
    }
    let cuts = world.proxy.cuts();
    // The last bytes of the longest are not reached by all.
    assert!(cuts * 100 >= (whole.up + whole.down) * 95, "{cuts} cuts in {whole:?}");
    assert_each_once(&world, &phone, &jobs);
}

/// Writes the backlog of a long day.
fn write_backlog(phone: &Client) -> Vec<DocId> {
    let jobs: Vec<DocId> = (0..BACKLOG_JOBS).map(|_| make_job(phone)).collect();
    for number in 0..BACKLOG_NOTES {
        for job in &jobs {
            write_note(phone, *job, &format!("یادداشت {number}: نشتی از واشر پمپ، تعویض شد"));
        }
    }
    assert_eq!(phone.totals().expect("totals").unsent, 500);
    jobs
}

/// A backlog of 500 edits over 64 kbit/s, with lost chunks, a reset on the way up, a
/// connection that is never answered and a reset on the way down: 1.24 times the bytes.
/// Seen to fail: with a least request of 4 KiB of changes instead of 6, and steps of 2 KiB
/// instead of 4, it took 1.304 times the bytes. (A reset every 13 kB made 1.75 times of it:
/// smaller requests would cost every other phone.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_drains_over_a_bad_network_for_little_more() {
    let world = World::open(2).await;
    let transport = world.transport();
    let good = world.phone(0).await;
    write_backlog(&good);
    let _of_before = world.proxy.take();
    real_server::sync(&good, &transport).await.expect("the network is well");
    let whole = world.proxy.take();

    let phone = world.phone(1).await;
    let jobs = write_backlog(&phone);
    let mut ends = vec![End::DownAt(6_000), End::HalfOpen, End::UpAt(12_000)];
    let (mut passed, mut cuts, mut syncs) = (0, 0, 0);
    while phone.totals().expect("totals").unsent > 0 {
        syncs += 1;
        assert!(syncs < 10, "it does not drain: {:?}", phone.totals());
        let end = ends.last().copied().unwrap_or_default();
        world.proxy.set(Weather {
            latency: Duration::from_millis(5),
            bytes_per_second: Some(SLOW_BYTES_PER_SECOND),
            one_lost_in: Some(20),
            end,
        });
        let budget = Duration::from_secs(if end == End::HalfOpen { 1 } else { 60 });
        let options = SyncOptions { attachments: WithAttachments::No, budget, ..SyncOptions::default() };
        // It fails or ends early; whichever way, the next goes on from there.
        drop(phone.sync(&transport, &options).await);
        let now = world.proxy.take();
        passed += now.up + now.down;
        cuts += now.cuts;
        // A pooled connection may be found closed before anything was sent.
        if now.cuts > 0 || end == End::HalfOpen {
            ends.pop();
        }
    }
    sync_in_good_weather(&world, &phone, &transport).await;
    assert_eq!(cuts, 2, "both resets came");
    let whole = whole.up + whole.down;
    println!("{passed} bytes passed, {whole} without faults");
    assert!(passed * 10 <= whole * 13, "{passed} bytes passed, {whole} without faults, {cuts} cuts");
    let entries: usize = jobs.iter().map(|job| phone.history(*job).expect("reads").len()).sum();
    assert_eq!(entries, 500);
    let rows: i64 = world
        .database()
        .query_row("SELECT count(*) FROM change_log WHERE device IS NOT NULL", [], |row| row.get(0))
        .expect("reads");
    assert_eq!(rows, 1_000, "both backlogs, each edit once");
}
