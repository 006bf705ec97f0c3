//! Bits that flip on the disk: whatever is shown is right, or it is an error; and it
//! is mended from the log, or from the other end.

use std::path::Path;

use domain::{DocId, EditCommand, JobView};
use sync_server::office;
use sync_server::session::DeviceSession;
use system_tests::in_process::{Desk, TestPhone};
use testkit::Rng;

use crate::common::{copy_folder, note};

const FLIPS: u64 = 120;
/// Enough changes for a saved form and for changes after it.
const NOTES: usize = 40;

/// A server and a phone with one job, closed, to be copied and damaged.
struct Base {
    root: tempfile::TempDir,
    session: DeviceSession,
    job: DocId,
    view: JobView,
}

impl Base {
    async fn lay(rng: &mut Rng) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let base = root.path().join("base");
        std::fs::create_dir_all(base.join("phone")).expect("a folder");
        let desk = Desk::open(&base.join("server")).await;
        let phone = TestPhone::enrol(&desk, &base.join("phone").join("phone.sqlite")).await;
        let job = desk.job_for(&phone, "The fridge is warm").await;
        phone.sync().await;
        for _ in 0..NOTES {
            let (_, command) = note(phone.client.ids(), rng);
            phone.edit(job, command);
        }
        phone.sync().await;
        phone.sync().await;
        let (session, view) = (phone.session, phone.client.job(job).expect("read").view);
        drop((phone, desk));
        Self { root, session, job, view }
    }

    /// A copy in which something is damaged.
    fn copy(&self, number: u64) -> std::path::PathBuf {
        let copy = self.root.path().join(format!("copy-{number}"));
        copy_folder(&self.root.path().join("base"), &copy);
        copy
    }

    async fn shown(&self, desk: &Desk) -> Result<JobView, String> {
        let shown = office::show_job(&desk.core, &desk.dispatcher, self.job).await;
        shown.map(|shown| shown.view).map_err(|error| error.to_string())
    }
}

/// Flips one bit of one blob of a table.
fn flip_in(database: &Path, table: &str, column: &str, rng: &mut Rng) {
    let connection = rusqlite::Connection::open(database).expect("a database");
    let mut statement = connection.prepare(&format!("SELECT {column} FROM {table}")).expect("a query");
    let blobs: Vec<Vec<u8>> =
        statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("blobs");
    let before = rng.pick(&blobs);
    let after = flipped(before, rng);
    let write = format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2");
    assert_eq!(connection.execute(&write, (after, before)).expect("written"), 1);
}

fn flipped(before: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut after = before.to_vec();
    let place = rng.index(after.len());
    after[place] ^= 1 << rng.below(8);
    after
}

#[tokio::test]
async fn a_flip_in_a_saved_document_is_found_and_mended_from_the_log() {
    let mut rng = Rng::new(11);
    let base = Base::lay(&mut rng).await;
    for number in 0..FLIPS {
        let copy = base.copy(number);
        flip_in(&copy.join("server").join("hamgam.db"), "snapshots", "saved", &mut rng);
        let desk = Desk::open(&copy.join("server")).await;
        assert_eq!(base.shown(&desk).await.as_ref(), Ok(&base.view), "the log has it");
        let faults = desk.core.counters().snapshot_faults.get();
        assert!(faults > 0, "flip {number} was not noticed");
        drop(desk);
        std::fs::remove_dir_all(copy).expect("removed");
    }
}

/// The log is the truth, so a flip in it can be found, not mended here: the server
/// says so, and shows nothing else in its place. What a phone is sent is checked
/// there again.
#[tokio::test]
async fn a_flip_in_the_log_is_never_shown_as_something_else() {
    let mut rng = Rng::new(12);
    let base = Base::lay(&mut rng).await;
    let (mut right, mut found) = (0, 0);
    for number in 0..FLIPS {
        let copy = base.copy(number);
        let database = copy.join("server").join("hamgam.db");
        flip_in(&database, "change_log", "bytes", &mut rng);
        if rng.chance(1, 2) {
            let connection = rusqlite::Connection::open(&database).expect("a database");
            connection.execute("DELETE FROM snapshots", []).expect("the saved forms are gone");
        }
        let desk = Desk::open(&copy.join("server")).await;
        match base.shown(&desk).await {
            Ok(view) => {
                assert_eq!(view, base.view);
                right += 1;
            }
            Err(_) => found += 1,
        }
        // A new phone of the same person gets what is right, or nothing.
        let phone = TestPhone::enrol_as(&desk, &copy.join("new.sqlite"), base.session).await;
        drop(phone.try_sync().await);
        if let Ok(detail) = phone.client.job(base.job) {
            assert_eq!(detail.view, base.view);
        }
        drop((phone, desk));
        std::fs::remove_dir_all(copy).expect("removed");
    }
    assert!(right > 10 && found > 10, "{right} were right and {found} were found");
}

/// A bit of the phone's file: what it shows is right or an error, and the server and
/// the phone's own outbox mend it; what was not sent yet arrives or asks for attention.
#[tokio::test]
async fn a_flip_in_the_phones_database_is_mended_from_the_server() {
    let mut rng = Rng::new(13);
    let base = Base::lay(&mut rng).await;
    let mut mended = 0;
    for number in 0..FLIPS {
        let copy = base.copy(number);
        let desk = Desk::open(&copy.join("server")).await;
        let database = copy.join("phone").join("phone.sqlite");
        let bytes = std::fs::read(&database).expect("read");
        std::fs::write(&database, flipped(&bytes, &mut rng)).expect("damaged");
        let Ok(phone) = TestPhone::reopen(&desk, &database, base.session) else {
            // An error by name, and the file is still there for whoever salvages it.
            assert!(database.exists());
            continue;
        };
        if let Ok(detail) = phone.client.job(base.job) {
            assert_eq!(detail.view, base.view, "flip {number}");
        }
        let (id, command) = note(phone.client.ids(), &mut rng);
        let saved = phone.client.execute(base.job, &EditCommand::Job(command)).is_ok();
        for _ in 0..3 {
            if phone.try_sync().await.is_ok() && saved && phone.client.totals().is_ok_and(|t| t.unsent == 0) {
                let view = base.shown(&desk).await.expect("the server is well");
                let attention = phone.client.totals().map_or(0, |totals| totals.attention);
                assert!(view.notes.iter().any(|note| note.id == id) || attention > 0, "flip {number}");
                mended += 1;
                break;
            }
        }
        drop((phone, desk));
        std::fs::remove_dir_all(copy).expect("removed");
    }
    assert!(mended > FLIPS / 2, "only {mended} phones went on");
}
