//! Full disks, damaged files and databases of the future.

use client_core::{ClientError, Found};

use crate::server::Server;
use crate::world::{Phone, new_job, note, sync};

#[test]
fn a_newer_database_is_left_alone_and_says_so() {
    let phone = Phone::new(30);
    drop(phone.open());
    let raw = rusqlite::Connection::open(phone.database()).expect("opens");
    raw.pragma_update(None, "user_version", 99).expect("sets");
    drop(raw);
    let refused = phone.try_open().expect_err("too new");
    assert!(matches!(refused, ClientError::NewerDatabase { found: 99, .. }), "{refused:?}");
    assert_eq!(refused.code(), "newer_database");
    assert!(phone.database().exists());
}

#[test]
fn a_damaged_database_is_set_aside_and_unsent_work_is_saved() {
    let (phone, server) = (Phone::new(31), Server::new(31));
    let client = phone.open_signed_in(&server);
    let jobs: Vec<_> = (0..60).map(|number| new_job(&client, &format!("Job {number}"))).collect();
    client.execute(jobs[0], &note(&client, "unsent")).expect("saves");
    drop(client);
    // The second half of the file is overwritten; the outbox's pages are spread over it.
    let mut bytes = std::fs::read(phone.database()).expect("reads");
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 16_384] {
        *byte = 0xa5;
    }
    std::fs::write(phone.database(), &bytes).expect("damages");
    std::fs::write(phone.folder().join("phone.db.suspect"), b"").expect("suspects");

    let client = phone.open();
    let quarantine = client.opened().quarantine.clone().expect("set aside");
    assert_eq!(std::fs::read(&quarantine.path).expect("still there"), bytes);
    assert_eq!(client.opened().found, Some(Found::New));
    assert!(quarantine.entries > 20, "{quarantine:?}");
    // What was saved is sent, and everything the server has comes back.
    sync(&client, &server);
    let saved = client.totals().expect("totals");
    assert_eq!(saved.unsent, 0);
    let at_the_server = server.state().docs.len();
    assert_eq!(at_the_server as u64, saved.jobs);
    assert!(quarantine.entries >= at_the_server, "{quarantine:?} {saved:?}");
}

#[test]
fn a_file_that_is_no_database_is_set_aside_not_deleted() {
    let (phone, server) = (Phone::new(32), Server::new(32));
    std::fs::write(phone.database(), b"this is a letter to my aunt, not a database at all").expect("writes");
    let client = phone.open_signed_in(&server);
    let quarantine = client.opened().quarantine.clone().expect("set aside");
    assert_eq!((quarantine.documents, quarantine.entries), (0, 0));
    assert!(std::fs::read(quarantine.path).expect("still there").starts_with(b"this is a letter"));
    new_job(&client, "works again");
}

#[test]
fn a_document_that_cannot_be_read_is_told_and_comes_again_with_the_next_sync() {
    let (phone, server) = (Phone::new(33), Server::new(33));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    client.execute(job, &note(&client, "unsent")).expect("saves");
    drop(client);
    let raw = rusqlite::Connection::open(phone.database()).expect("opens");
    raw.execute("UPDATE documents SET saved = x'00'", []).expect("breaks");
    drop(raw);
    let client = phone.open();
    let refused = client.job(job).expect_err("unreadable");
    assert_eq!(refused.code(), "document_unreadable");
    sync(&client, &server);
    assert_eq!(client.job(job).expect("healed").view.notes.len(), 1);
    assert_eq!(server.job(job).notes.len(), 1);
}
