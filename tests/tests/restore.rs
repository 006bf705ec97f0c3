//! A server set back to a backup, phones that are ahead of it, copies of phones,
//! and damage on either side: everything that anybody still holds comes back.

use std::path::{Path, PathBuf};

use client_core::{Found, JobFilter, JobScope, JobSort, Page};
use domain::{Assignment, DocId, EditCommand, JobCommand, JobField, JobView, UserId};
use sync_server::backup::{self, BackupOptions, Depth};
use sync_server::clock::{SystemClock, SystemEntropy};
use sync_server::office;
use sync_server::store::StoreError;
use system_tests::in_process::{Desk, TestPhone, copy_folder};

struct Town {
    folder: tempfile::TempDir,
    desk: Desk,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(&folder.path().join("server")).await;
        Self { folder, desk }
    }

    async fn phone(&self, name: &str) -> TestPhone {
        let folder = self.path(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        TestPhone::enrol(&self.desk, &folder.join("phone.sqlite")).await
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn back_up(&self, name: &str) -> PathBuf {
        let target = self.path(name);
        let made =
            backup::make(self.desk.core.store().folder(), &target, BackupOptions::default(), &SystemClock);
        made.expect("backed up");
        target
    }

    async fn restored(self, backup: &Path) -> Self {
        let Self { folder, desk } = self;
        let restore = |data: &Path| backup::restore(backup, data, &SystemClock, &SystemEntropy);
        let (desk, report) = desk.meanwhile(restore).await;
        report.expect("restored");
        Self { folder, desk }
    }

    async fn job(&self, doc: DocId) -> JobView {
        office::show_job(&self.desk.core, &self.desk.dispatcher, doc).await.expect("the job").view
    }

    async fn assign(&self, doc: DocId, technician: UserId) {
        let assignment = Assignment { technician: Some(technician), ..Assignment::default() };
        let change = (assignment, Some("he is nearer".to_owned()));
        let assigned = office::assign_job(&self.desk.core, &self.desk.dispatcher, doc, change, None).await;
        assigned.expect("assigned");
    }

    /// Whose the changes of a document are, by the log.
    async fn authors(&self, doc: DocId) -> Vec<Option<Vec<u8>>> {
        let read = move |connection: &rusqlite::Connection| {
            let mut statement =
                connection.prepare("SELECT user FROM change_log WHERE doc = ?1 ORDER BY position, idx")?;
            let rows = statement.query_map([doc.as_bytes()], |row| row.get(0))?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        };
        self.desk.core.store().read(read).await.expect("read")
    }

    fn assert_sound(&self) {
        let verified = backup::verify_data(self.desk.core.store().folder(), Depth::Whole).expect("verified");
        assert!(verified.is_sound(), "{:?}", verified.findings);
    }
}

fn note(phone: &TestPhone, job: DocId, text: &str) {
    phone.edit(job, JobCommand::AddNote { id: phone.client.ids().note(), text: text.to_owned() });
}

fn notes(view: &JobView) -> Vec<String> {
    let mut notes: Vec<String> = view.notes.iter().map(|note| note.text.clone()).collect();
    notes.sort();
    notes
}

async fn office_note(town: &Town, job: DocId, text: &str) {
    let id = domain::NoteId::from_bytes(sync_server::clock::random_bytes(&SystemEntropy));
    let command = EditCommand::Job(JobCommand::AddNote { id, text: text.to_owned() });
    office::edit_document(&town.desk.core, &town.desk.dispatcher, job, command, None).await.expect("noted");
}

/// Several syncs, until nothing is left to do.
async fn settle(phones: &[&TestPhone]) {
    for _ in 0..3 {
        for phone in phones {
            phone.sync().await;
        }
    }
}

#[tokio::test]
async fn whatever_earlier_backup_is_restored_the_phones_bring_everything_back() {
    let mut town = Town::new().await;
    let (ali, omid) = (town.phone("ali").await, town.phone("omid").await);
    let first = town.desk.job_for(&ali, "pump").await;
    let mut backups = vec![town.back_up("backup-0")];
    settle(&[&ali, &omid]).await;
    note(&ali, first, "one, by Ali");
    ali.sync().await;
    backups.push(town.back_up("backup-1"));
    let second = town.desk.job_for(&omid, "heater").await;
    office_note(&town, first, "two, by the office").await;
    settle(&[&ali, &omid]).await;
    note(&omid, second, "three, by Omid");
    omid.sync().await;
    backups.push(town.back_up("backup-2"));
    let own = ali.client.create_job(domain::JobKind::Visit, Vec::new()).expect("made").doc;
    note(&ali, first, "four, by Ali");
    note(&ali, own, "five, by Ali");
    settle(&[&ali, &omid]).await;
    let mut expected = Vec::new();
    for doc in [first, second, own] {
        expected.push(town.job(doc).await);
    }
    // The newest first, then ever older ones; what was healed is lost again each time.
    for backup in backups.iter().rev() {
        town = town.restored(backup).await;
        note(&ali, first, "six, not yet sent");
        settle(&[&ali, &omid]).await;
        for (doc, before) in [first, second, own].into_iter().zip(&expected) {
            let now = town.job(doc).await;
            let missing: Vec<String> =
                notes(before).into_iter().filter(|note| !notes(&now).contains(note)).collect();
            assert!(missing.is_empty(), "{backup:?}: {missing:?}");
            assert_eq!(now.text(JobField::RequestNumber), before.text(JobField::RequestNumber));
            assert_eq!(now.technician(), before.technician());
        }
        for (phone, docs) in [(&ali, vec![first, own]), (&omid, vec![second])] {
            for doc in docs {
                assert_eq!(phone.client.job(doc).expect("held").view, town.job(doc).await);
            }
            assert!(phone.client.needs_attention().expect("read").is_empty());
            assert_eq!(phone.client.diagnostics().expect("read").outbox.get("pending"), None);
        }
        town.assert_sound();
    }
    assert_eq!(town.desk.core.incarnation(), 4);
}

/// A job whose author's phone is gone, held by a colleague; and the backup from
/// before all of it.
async fn handed_over(town: &Town) -> (DocId, PathBuf, TestPhone, UserId) {
    let (ali, omid) = (town.phone("ali").await, town.phone("omid").await);
    let backup = town.back_up("backup");
    let job = town.desk.job_for(&ali, "pump").await;
    ali.sync().await;
    note(&ali, job, "by Ali, who lost his phone");
    ali.sync().await;
    town.assign(job, omid.session.user).await;
    omid.sync().await;
    office_note(town, job, "by the office").await;
    omid.sync().await;
    note(&omid, job, "by Omid");
    omid.sync().await;
    (job, backup, omid, ali.session.user)
}

/// What becomes of it without the receipts, the next test shows.
#[tokio::test]
async fn what_a_colleague_wrote_comes_back_by_receipt_under_his_own_name() {
    let town = Town::new().await;
    let (job, backup, omid, ali) = handed_over(&town).await;
    let (before, authors) = (town.job(job).await, town.authors(job).await);
    let town = town.restored(&backup).await;
    settle(&[&omid]).await;
    assert_eq!(town.job(job).await, before);
    let mut again = town.authors(job).await;
    again.sort();
    let mut expected = authors;
    expected.sort();
    assert_eq!(again, expected, "each change is its author's, the office's and the server's included");
    assert!(expected.contains(&Some(ali.as_bytes().to_vec())));
    assert_eq!(omid.client.diagnostics().expect("read").set_aside, 0);
    town.assert_sound();
}

/// Spoils the receipts on a phone.
fn forge(database: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(database).expect("opens");
    assert!(connection.execute(sql, []).expect("forged") > 0, "there are receipts");
}

/// Omid's own edits are accepted, whatever became of what they had built on.
async fn goes_on_without(town: &Town, omid: &TestPhone) {
    let own = omid.client.create_job(domain::JobKind::Visit, Vec::new()).expect("made").doc;
    settle(&[omid]).await;
    assert!(town.job(own).await.technician().is_none(), "the outbox drains");
    assert_eq!(omid.client.diagnostics().expect("read").outbox.get("pending"), None);
}

/// Taken out once: with `holds` answering yes to every receipt, Ali's note came back
/// ("UPDATE receipts SET mac = zeroblob(16)").
#[tokio::test]
async fn a_forged_receipt_brings_nothing_back() {
    for forgery in [
        "UPDATE receipts SET mac = zeroblob(16)",
        "UPDATE owners SET mac = zeroblob(16)",
        // Omid says that the others' actors are his.
        "UPDATE owners SET user = (SELECT user FROM session), device = (SELECT device FROM session)",
        // The word for one document shown for another.
        "UPDATE receipts SET heads = zeroblob(32)",
    ] {
        let town = Town::new().await;
        let (job, backup, omid, _) = handed_over(&town).await;
        let town = town.restored(&backup).await;
        let omid = omid.meanwhile(|database| forge(database, forgery));
        settle(&[&omid]).await;
        let shown = office::show_job(&town.desk.core, &town.desk.dispatcher, job).await;
        assert!(shown.is_err(), "{forgery}");
        assert!(omid.client.diagnostics().expect("read").set_aside > 0, "{forgery}: kept on the phone");
        goes_on_without(&town, &omid).await;
        town.assert_sound();
    }
}

/// Taken out once: with `holds` answering yes to every receipt, the job came back.
#[tokio::test]
async fn a_receipt_of_another_servers_key_brings_nothing_back() {
    let Town { folder, desk } = Town::new().await;
    let town = Town { folder, desk };
    let (job, backup, omid, _) = handed_over(&town).await;
    let Town { folder, desk } = town;
    let (desk, ()) = desk
        .meanwhile(|data| {
            backup::restore(&backup, data, &SystemClock, &SystemEntropy).expect("restored");
            std::fs::remove_file(data.join("keys/receipt.key")).expect("the key is lost");
        })
        .await;
    let town = Town { folder, desk };
    settle(&[&omid]).await;
    assert!(office::show_job(&town.desk.core, &town.desk.dispatcher, job).await.is_err());
    assert!(omid.client.diagnostics().expect("read").set_aside > 0);
    goes_on_without(&town, &omid).await;
}

#[tokio::test]
async fn two_copies_of_a_phone_write_in_turn_while_the_server_is_set_back() {
    let town = Town::new().await;
    let phone = town.phone("ali").await;
    let job = town.desk.job_for(&phone, "pump").await;
    phone.sync().await;
    note(&phone, job, "before the copy");
    phone.sync().await;
    let (original, copy) = phone.cloned(&town.path("copy"));
    assert_eq!(copy.client.opened().found, Some(Found::RestoredOrCopied));
    let backup = town.back_up("backup");
    for round in 0..3 {
        note(&original, job, &format!("original {round}"));
        original.sync().await;
        note(&copy, job, &format!("copy {round}"));
        copy.sync().await;
    }
    let town = town.restored(&backup).await;
    for round in 3..6 {
        note(&copy, job, &format!("copy {round}"));
        copy.sync().await;
        note(&original, job, &format!("original {round}"));
        original.sync().await;
    }
    settle(&[&original, &copy]).await;
    let all = town.job(job).await;
    assert_eq!(all.notes.len(), 13);
    for phone in [&original, &copy] {
        assert_eq!(phone.client.job(job).expect("held").view, all);
        assert!(phone.client.needs_attention().expect("read").is_empty());
    }
    town.assert_sound();
}

#[tokio::test]
async fn a_phone_set_back_while_the_server_was_set_back_too() {
    let town = Town::new().await;
    let phone = town.phone("ali").await;
    let job = town.desk.job_for(&phone, "pump").await;
    phone.sync().await;
    note(&phone, job, "one");
    phone.sync().await;
    let backup = town.back_up("backup");
    // The phone's image is taken here, and put back later.
    let (phone, image) = phone.cloned(&town.path("image"));
    drop(image);
    note(&phone, job, "two, lost with the phone and the server");
    phone.sync().await;
    let town = town.restored(&backup).await;
    let phone = phone.on(&town.path("image").join("phone.sqlite"));
    note(&phone, job, "three");
    settle(&[&phone]).await;
    assert_eq!(notes(&town.job(job).await), ["one", "three"]);
    assert_eq!(phone.client.job(job).expect("held").view, town.job(job).await);
    town.assert_sound();
}

/// A disk image put back: the marker beside the database looks as it was left, so that
/// only the server can tell.
#[cfg(unix)]
fn forget_the_copy(database: &Path) {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("metadata");
        let born = metadata.created().expect("birth").duration_since(std::time::UNIX_EPOCH).expect("after");
        format!("{}:{}", metadata.ino(), born.as_nanos())
    };
    let marker = database.with_file_name("phone.sqlite.install");
    let text = std::fs::read_to_string(&marker).expect("marker");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[3] = identity(database);
    std::fs::write(&marker, lines.join("\n") + "\n").expect("written");
    let metadata = std::fs::metadata(&marker).expect("metadata");
    let imprint = format!("{}@{}.{:09}", identity(&marker), metadata.ctime(), metadata.ctime_nsec());
    let raw = rusqlite::Connection::open(database).expect("opens");
    raw.execute("UPDATE install SET marker_change = ?1", [imprint]).expect("written");
}

/// The worst case: the author's phone and the server are both set back to the same
/// moment by disk images, so that nothing tells the phone, and it gives a number a
/// second time of which a colleague holds the first.
#[cfg(unix)]
#[tokio::test]
async fn one_number_given_twice_leaves_everybody_working_and_nothing_thrown_away() {
    let town = Town::new().await;
    let (ali, omid) = (town.phone("ali").await, town.phone("omid").await);
    let job = town.desk.job_for(&ali, "pump").await;
    settle(&[&ali, &omid]).await;
    note(&ali, job, "one");
    ali.sync().await;
    let backup = town.back_up("backup");
    let image = town.path("image");
    let ali = ali.meanwhile(|database| copy_folder(database.parent().expect("a folder"), &image));
    let image = image.join("phone.sqlite");
    note(&ali, job, "two");
    ali.sync().await;
    town.assign(job, omid.session.user).await;
    settle(&[&omid]).await;
    assert_eq!(notes(&omid.client.job(job).expect("held").view), ["one", "two"]);
    let town = town.restored(&backup).await;
    let ali = ali.on_prepared(&image, forget_the_copy);
    assert_eq!(ali.client.opened().found, Some(Found::AsLeft), "nothing tells the phone");
    note(&ali, job, "another two");
    settle(&[&ali]).await;
    assert_eq!(notes(&town.job(job).await), ["another two", "one"]);
    settle(&[&omid, &ali]).await;
    assert!(omid.client.diagnostics().expect("read").set_aside > 0, "the first two is kept where it is");
    goes_on_without(&town, &omid).await;
    assert_eq!(ali.client.job(job).expect("held").view, town.job(job).await);
    town.assert_sound();
}

/// Taken out once: with the server listing nothing that differs, the phone kept its
/// broken document ("only what differs is sent", left: (0, 0)).
#[tokio::test]
async fn a_repair_finds_a_document_that_is_damaged_on_the_phone() {
    let town = Town::new().await;
    let phone = town.phone("ali").await;
    let mut jobs = Vec::new();
    for number in 0..5 {
        jobs.push(town.desk.job_for(&phone, &format!("job {number}")).await);
    }
    phone.sync().await;
    note(&phone, jobs[2], "accepted");
    phone.sync().await;
    let view = phone.client.job(jobs[2]).expect("held").view;
    let phone = phone.meanwhile(|database| {
        let connection = rusqlite::Connection::open(database).expect("opens");
        let sql =
            "UPDATE documents SET saved = CAST(substr(saved, 1, 60) || x'00' || substr(saved, 62) AS BLOB) WHERE doc = ?1";
        connection.execute(sql, [jobs[2].as_bytes()]).expect("damaged");
    });
    assert!(phone.client.job(jobs[2]).is_err());
    let report = phone.repair().await;
    assert_eq!((report.entered, report.problems), (1, 0), "only what differs is sent: {report:?}");
    assert_eq!(phone.client.job(jobs[2]).expect("mended").view, view);
    let again = phone.repair().await;
    assert_eq!((again.entered, again.updated, again.pushed), (0, 0, 0));
}

/// Taken out once: without `mend`, the log stayed damaged (the changes "have another hash").
#[tokio::test]
async fn a_repair_mends_a_change_that_is_damaged_in_the_servers_log() {
    for with_saved_form in [true, false] {
        let town = Town::new().await;
        let phone = town.phone("ali").await;
        let job = town.desk.job_for(&phone, "pump").await;
        phone.sync().await;
        note(&phone, job, "accepted");
        phone.sync().await;
        let sql = if with_saved_form { "SELECT 1" } else { "DELETE FROM snapshots" };
        let damage = move |tx: &rusqlite::Transaction<'_>| {
            tx.execute_batch(sql)?;
            let flip = "UPDATE change_log SET bytes = CAST(substr(bytes, 1, 40) || x'ff' || substr(bytes, 42) AS BLOB)";
            tx.execute_batch(flip).map_err(StoreError::from)
        };
        town.desk.core.store().write(damage).await.expect("damaged");
        let (desk, ()) = town.desk.meanwhile(|_| ()).await;
        let town = Town { folder: town.folder, desk };
        let found = backup::verify_data(town.desk.core.store().folder(), Depth::Log).expect("verified");
        assert!(!found.is_sound());
        phone.repair().await;
        town.assert_sound();
        assert_eq!(notes(&town.job(job).await), ["accepted"]);
    }
}

#[tokio::test]
async fn a_comparison_once_a_week_costs_one_small_request_when_nothing_differs() {
    let town = Town::new().await;
    let phone = town.phone("ali").await;
    for number in 0..40 {
        town.desk.job_for(&phone, &format!("job {number}")).await;
    }
    settle(&[&phone]).await;
    let idle = phone.sync().await;
    assert_eq!(idle.exchanges, 1);
    assert!(idle.bytes_up <= 150 && idle.bytes_down <= 150, "{idle:?}");
    town.desk.clock.advance_ms(8 * domain::DAY_MS);
    let weekly = phone.sync().await;
    assert_eq!(weekly.exchanges, 2, "{weekly:?}");
    assert!(weekly.bytes_up < 40 * 8 + 250 && weekly.bytes_down < 250, "{weekly:?}");
    assert_eq!(phone.sync().await.exchanges, 1);
}

#[tokio::test]
async fn twenty_edits_there_and_twenty_here_still_fit_six_kilobytes_with_their_receipts() {
    let town = Town::new().await;
    let phone = town.phone("ali").await;
    let mut jobs = Vec::new();
    for number in 0..20 {
        jobs.push(town.desk.job_for(&phone, &format!("job {number}")).await);
    }
    settle(&[&phone]).await;
    for job in &jobs {
        office_note(&town, *job, "call before you come").await;
        note(&phone, *job, "will do");
    }
    let report = phone.sync().await;
    assert_eq!((report.exchanges, report.accepted, report.updated), (1, 20, 20));
    let bytes = report.bytes_up + report.bytes_down;
    assert!(bytes <= 6 * 1024, "{bytes} bytes: {report:?}");
}

/// Taken out once: without the position in the question, documents were forgotten that
/// no backup held ("there is no backup yet", left: 1).
#[tokio::test]
async fn a_phone_forgets_only_what_a_verified_backup_holds() {
    let town = Town::new().await;
    let (ali, omid) = (town.phone("ali").await, town.phone("omid").await);
    let (old, new) = (town.desk.job_for(&ali, "old").await, town.desk.job_for(&ali, "new").await);
    settle(&[&ali]).await;
    town.assign(old, omid.session.user).await;
    settle(&[&ali]).await;
    assert_eq!(ali.client.forget_backed_up().expect("asked"), 0, "there is no backup yet");
    town.back_up("backup");
    note(&ali, new, "after the backup");
    settle(&[&ali]).await;
    town.assign(new, omid.session.user).await;
    settle(&[&ali]).await;
    assert!(ali.client.diagnostics().expect("read").backed_up > 0);
    assert_eq!(ali.client.forget_backed_up().expect("asked"), 1);
    let left = JobFilter { scope: JobScope::Left, ..JobFilter::default() };
    let left = ali.client.jobs(&left, JobSort::Window, Page::default()).expect("listed");
    assert_eq!(left.iter().map(|row| row.doc).collect::<Vec<_>>(), [new]);
}
