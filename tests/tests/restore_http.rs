//! Backup and restore as people do them, at the command line and over real HTTP; and
//! what becomes of a barred phone's work.

use std::path::Path;

use client_core::{ClientError, EntryState, NewAttachment, SyncOptions};
use domain::{AttachmentKind, DocId, EditCommand, JobCommand};
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::clock::{Clock, SystemClock};
use sync_server::people;
use sync_server::store::open_beside;
use system_tests::over_http::{Phone, World, run};
use wire::ErrorCode;

async fn sync_with_attachments(phone: &Phone) {
    phone.client.sync(&phone.transport, &SyncOptions::default()).await.expect("the sync succeeds");
}

/// The attachments that a data folder holds whole.
fn brought(data: &Path) -> Vec<String> {
    let connection = open_beside(data).expect("opens").expect("is there");
    let mut statement = connection.prepare("SELECT lower(hex(hash)) FROM attachments").expect("sql");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    let hashes: Vec<String> = rows.collect::<Result<_, _>>().expect("read");
    let is_there = |hash: &String| data.join("attachments").join(hash.split_at(2).0).join(hash).is_file();
    hashes.into_iter().filter(is_there).collect()
}

fn note(phone: &Phone, job: DocId, text: &str) {
    let command = JobCommand::AddNote { id: phone.client.ids().note(), text: text.to_owned() };
    phone.client.execute(job, &EditCommand::Job(command)).expect("saved");
}

fn notes(shown: &Value) -> Vec<String> {
    let notes = shown["notes"].as_array().into_iter().flatten();
    notes.filter_map(|note| note["text"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_beside_the_server_is_restored_and_the_phones_fill_it_up() {
    let world = World::start().await;
    let mut phone = world.phone("omid").await;
    let job = world.job_with(json!({"request": {"subject": "pump"}})).await;
    phone.sync().await;
    note(&phone, job, "before the backup");
    phone.sync().await;
    let target = world.data().join("../backup");
    let target = target.to_str().expect("a path");
    let made = run(world.data(), &["backup", target]).expect("backed up");
    assert!(made.contains("backed up to") && made.contains("keys are not in it"), "{made}");
    note(&phone, job, "after the backup");
    let photo = NewAttachment {
        kind: AttachmentKind::Photo,
        mime: "image/jpeg".to_owned(),
        caption: "the leak".to_owned(),
    };
    let photo =
        phone.client.add_attachment(job, photo, b"a photo taken after the backup").expect("kept").hash;
    sync_with_attachments(&phone).await;
    let later = world.job_with(json!({"request": {"subject": "heater"}})).await;
    phone.sync().await;
    let sound = run(world.data(), &["verify"]).expect("verified");
    assert!(sound.contains("is sound"), "{sound}");
    assert!(run(world.data(), &["verify", target]).expect("verified").contains("is sound"));
    let refused = run(world.data(), &["restore", target]).expect_err("the server runs");
    assert!(refused.contains("another server is running"), "{refused}");
    let before = world.shown(job).await;
    let world = world
        .meanwhile(|data| {
            // The disk was lost, all but the keys.
            std::fs::remove_dir_all(data.join("attachments")).expect("removed");
            let told = run(data, &["restore", target]).expect("restored");
            assert!(told.contains("commits were made since") && told.contains("lies in"), "{told}");
        })
        .await;
    phone.find(&world);
    let report = phone.sync().await;
    assert_eq!(report.offered_again, 2, "the phone's own note and photo: {report:?}");
    sync_with_attachments(&phone).await;
    assert_eq!(brought(world.data()), [photo.to_string()], "its bytes are back too");
    let after = world.shown(job).await;
    assert_eq!(notes(&after), notes(&before));
    assert_eq!(
        world.shown(later).await["fields"]["request"]["subject"],
        json!("heater"),
        "made by the office"
    );
    assert_eq!(after["number"], before["number"]);
    // Rows that something spoilt are made again.
    let world = world
        .meanwhile(|data| {
            let connection = open_beside(data).expect("opens").expect("is there");
            connection.execute("UPDATE jobs SET subject = 'spoilt'", []).expect("spoilt");
            drop(connection);
            assert!(run(data, &["verify"]).expect_err("found").contains("do not hold"));
            assert!(run(data, &["rebuild"]).expect("rebuilt").contains("made all rows again"));
            assert!(run(data, &["verify"]).expect("verified").contains("is sound"));
        })
        .await;
    let exported = world.data().join("../export");
    let told = run(world.data(), &["export", exported.to_str().expect("a path")]).expect("exported");
    assert!(told.contains("exported 2 documents"), "{told}");
    let nothing = run(world.data(), &["verify", exported.to_str().expect("a path")]).expect_err("no backup");
    assert!(nothing.contains("holds no whole backup"), "{nothing}");
}

/// Bars the technician beside the running server.
fn bar(world: &World) {
    let mut connection = open_beside(world.data()).expect("opens").expect("is there");
    let transaction = connection.transaction().expect("begins");
    people::disable_user(&transaction, world.technician, SystemClock.now()).expect("barred");
    transaction.commit().expect("commits");
}

/// Taken out once: without `who_hands_in`, the phone heard `user_disabled` and nothing
/// was handed in ("left: (Pending, false)").
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_barred_technician_hands_in_what_he_made_and_gets_nothing() {
    let world = World::start().await;
    let mut phone = world.phone("omid").await;
    let job = world.job_with(json!({"request": {"subject": "pump"}})).await;
    phone.sync().await;
    note(&phone, job, "made before he heard of it");
    bar(&world);
    // A server may know a session for three seconds; one that starts knows none.
    let world = world.meanwhile(|_| ()).await;
    phone.find(&world);
    let (status, _) = world
        .office(
            Method::POST,
            &format!("/v1/jobs/{job}/notes"),
            Some(&json!({"text": "not for him any more"})),
        )
        .await;
    assert!(status < 300, "{status}");
    let refused = phone.try_sync().await.expect_err("he is barred");
    assert!(matches!(refused, ClientError::Server { code: ErrorCode::UserDisabled, .. }), "{refused}");
    let entries = phone.client.history(job).expect("read");
    let entry = entries.last().expect("the note");
    assert_eq!((entry.state, entry.needs_attention()), (EntryState::Refused, false));
    assert_eq!(phone.client.job(job).expect("held").view.notes.len(), 0, "nothing was pulled");
    let (_, inbox) = world.office(Method::GET, "/v1/inbox?kind=offered_edit", None).await;
    let offer = &inbox["items"][0];
    assert_eq!(offer["detail"]["code"], json!("user_disabled"), "an offered edit: {inbox}");
    let id = offer["id"].as_str().expect("an id").to_owned();
    let decide = format!("/v1/offers/{id}/decide");
    let (status, decided) = world.office(Method::POST, &decide, Some(&json!({"decision": "approve"}))).await;
    assert!(status < 300, "{decided}");
    let shown = notes(&world.shown(job).await);
    assert!(shown.contains(&"made before he heard of it".to_owned()), "{shown:?}");
    // Again: nothing is handed in twice, and nothing comes.
    phone.try_sync().await.expect_err("he is barred");
    assert_eq!(phone.client.job(job).expect("held").view.notes.len(), 0);
}
