//! Restored phones, copied phones, restored servers: everything heals by itself
//! and loses nothing that any side still holds.

use domain::EventKind;

use crate::server::{Fault, Server};
use crate::world::{Phone, assert_converged, copy_folder, new_job, note, record, sync};
use client_core::SyncOptions;

/// Seen to fail with the actor kept after a fork: the fourth note was under the first one's actor.
#[test]
fn a_phone_restored_over_itself_forks_and_heals() {
    let (phone, server) = (Phone::new(70), Server::new(70));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    client.execute(job, &note(&client, "one")).expect("saves");
    drop(client);
    let backup = tempfile::tempdir().expect("folder");
    copy_folder(phone.folder(), backup.path());
    let client = phone.open();
    client.execute(job, &note(&client, "two")).expect("saves");
    sync(&client, &server);
    drop(client);
    // A disk image is put back: the marker with it, so that only the server can tell.
    let restored = Phone::new(71);
    copy_folder(backup.path(), restored.folder());
    forget_the_copy(&restored);
    let client = restored.open();
    assert_eq!(client.opened().found, Some(client_core::Found::AsLeft));
    client.execute(job, &note(&client, "three")).expect("saves");
    client.execute(job, &record(&client, EventKind::Accepted)).expect("saves");
    let before = client.diagnostics().expect("diagnostics").install_epoch;
    sync(&client, &server);
    sync(&client, &server);
    assert_converged(&client, &server);
    let mut notes: Vec<String> = server.job(job).notes.into_iter().map(|note| note.text).collect();
    notes.sort();
    assert_eq!(notes, ["one", "three", "two"]);
    assert_eq!(client.diagnostics().expect("diagnostics").install_epoch, before + 1);
    assert!(client.needs_attention().expect("reads").is_empty());
    client.execute(job, &note(&client, "four")).expect("saves");
    let history = client.history(job).expect("reads");
    let (newest, earlier) = history.split_last().expect("it was saved");
    assert!(earlier.iter().all(|entry| entry.actor != newest.actor), "{newest:?}");
}

/// Makes a copied folder look as it was left, as a block-level image would: the
/// marker and what the database knows of it agree with the new places.
fn forget_the_copy(phone: &Phone) {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("metadata");
        let born = metadata.created().expect("birth").duration_since(std::time::UNIX_EPOCH).expect("after");
        format!("{}:{}", metadata.ino(), born.as_nanos())
    };
    let marker = phone.folder().join("phone.db.install");
    let text = std::fs::read_to_string(&marker).expect("marker");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[3] = identity(&phone.database());
    std::fs::write(&marker, lines.join("\n") + "\n").expect("writes");
    let metadata = std::fs::metadata(&marker).expect("metadata");
    let imprint = format!("{}@{}.{:09}", identity(&marker), metadata.ctime(), metadata.ctime_nsec());
    let raw = rusqlite::Connection::open(phone.database()).expect("opens");
    raw.execute("UPDATE install SET marker_change = ?1", [imprint]).expect("updates");
}

#[test]
fn a_copied_phone_and_its_original_both_go_on() {
    let (phone, server) = (Phone::new(72), Server::new(72));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    client.execute(job, &note(&client, "before the copy")).expect("saves");
    drop(client);
    let copy = Phone::new(73);
    phone.copied_to(&copy);
    let (original, copied) = (phone.open(), copy.open());
    original.execute(job, &note(&original, "on the original")).expect("saves");
    copied.execute(job, &note(&copied, "on the copy")).expect("saves");
    sync(&original, &server);
    sync(&copied, &server);
    sync(&original, &server);
    assert_converged(&original, &server);
    assert_converged(&copied, &server);
    assert_eq!(server.job(job).notes.len(), 3);
}

#[test]
fn a_server_restored_from_an_old_backup_gets_back_what_the_phone_wrote() {
    let (phone, server) = (Phone::new(74), Server::new(74));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    let untouched = server.assigned_job("Heater cold");
    sync(&client, &server);
    let backup = server.state().clone();
    let own = new_job(&client, "made after the backup");
    client.execute(job, &record(&client, EventKind::Accepted)).expect("saves");
    client.execute(job, &note(&client, "accepted, then lost")).expect("saves");
    sync(&client, &server);
    client.execute(job, &note(&client, "not yet sent")).expect("saves");
    {
        let mut state = server.state();
        let (access, refresh) = (state.access, state.refresh);
        *state = backup;
        (state.access, state.refresh, state.epoch) = (access, refresh, vec![2; 8]);
        // Another life of the server: its positions mean something else now.
        state.unacknowledged.clear();
    }
    let report = sync(&client, &server);
    assert_eq!(report.offered_again, 3, "{report:?}");
    sync(&client, &server);
    assert_converged(&client, &server);
    assert_eq!(server.job(job).notes.len(), 2);
    assert_eq!(server.job(own).text(domain::JobField::RequestSubject), "made after the backup");
    assert_eq!(client.job(untouched).expect("still here").left_reason, None);
}

#[test]
fn a_phone_without_its_outbox_rows_still_gives_back_what_the_server_lost() {
    let (phone, server) = (Phone::new(75), Server::new(75));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    let backup = server.state().clone();
    client.execute(job, &note(&client, "lost twice")).expect("saves");
    sync(&client, &server);
    drop(client);
    let raw = rusqlite::Connection::open(phone.database()).expect("opens");
    raw.execute("DELETE FROM outbox", []).expect("deletes");
    drop(raw);
    let client = phone.open();
    {
        let mut state = server.state();
        let (access, refresh) = (state.access, state.refresh);
        *state = backup;
        (state.access, state.refresh, state.epoch) = (access, refresh, vec![3; 8]);
    }
    sync(&client, &server);
    assert_converged(&client, &server);
    assert_eq!(server.job(job).notes[0].text, "lost twice");
}

#[test]
fn an_update_that_builds_on_something_missing_pulls_everything_anew() {
    let (phone, server) = (Phone::new(76), Server::new(76));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    client.execute(job, &note(&client, "unsent")).expect("saves");
    server.office_note(job, "skipped");
    // A proxy swallowed the page but the cursor moved: what a bug or a damaged disk would do.
    let position = server.state().position;
    let raw = rusqlite::Connection::open(phone.database()).expect("opens");
    let cursor: Vec<u8> = std::iter::once(b'w').chain(position.to_be_bytes()).collect();
    raw.execute("UPDATE feed SET cursor = ?1", [cursor]).expect("moves");
    server.office_note(job, "builds on it");
    let report = sync(&client, &server);
    assert_eq!(report.problems, 1, "{report:?}");
    assert_converged(&client, &server);
    assert_eq!(client.job(job).expect("reads").view.notes.len(), 3);
    assert!(client.problems().expect("reads").is_empty(), "it healed");
}

#[test]
fn a_document_that_cannot_be_read_keeps_no_other_back() {
    let (phone, server) = (Phone::new(77), Server::new(77));
    let client = phone.open_signed_in(&server);
    let good = server.assigned_job("Pump leaks");
    let bad = server.assigned_job("poisoned");
    {
        // Another document's bytes under this id.
        let mut state = server.state();
        let foreign = state.docs[&good].clone();
        state.docs.insert(bad, foreign);
    }
    let report = sync(&client, &server);
    assert_eq!((report.entered, report.problems), (1, 1));
    assert!(client.job(good).is_ok());
    assert_eq!(client.problems().expect("reads")[0].code, "document_other");
    server.next([Fault::None]);
    client.sync_blocking(&server, &SyncOptions::default()).expect("goes on");
}
