//! Saved means saved, allowed means allowed, and a database knows when it was
//! restored or copied.

use std::sync::{Arc, Mutex};

use client_core::{ClientError, ClientEvent, EditOutcome, Found};
use domain::{EventKind, JobField, Status};
use wire::ErrorCode;

use crate::server::Server;
use crate::world::{Phone, block_on, new_job, note, record, splice, sync, text};

#[test]
fn an_edit_is_there_after_the_client_is_killed() {
    let (phone, server) = (Phone::new(1), Server::new(1));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    client.execute(job, &note(&client, "the seal is torn")).expect("saves");
    // A process that is killed runs no destructor; the files as they lie are copied.
    let killed = Phone::new(2);
    phone.copied_to(&killed);
    let reopened = killed.open();
    let detail = reopened.job(job).expect("is there");
    assert_eq!(detail.view.text(JobField::RequestSubject), "Pump leaks");
    assert_eq!(detail.view.notes[0].text, "the seal is torn");
    assert_eq!(detail.unsent.len(), 2);
    drop(client);
}

#[test]
fn nobody_edits_without_a_person_and_signing_out_keeps_the_work() {
    let (phone, server) = (Phone::new(3), Server::new(3));
    let client = phone.open();
    let refused = client.create_job(domain::JobKind::Visit, vec![]);
    assert!(matches!(refused, Err(ClientError::NotSignedIn)), "{refused:?}");
    block_on(client.enrol(&server, "ABCD-EFGH")).expect("enrols");
    let job = new_job(&client, "Pump leaks");
    block_on(client.sign_out(&server)).expect("signs out");
    assert!(matches!(client.execute(job, &note(&client, "x")), Err(ClientError::NotSignedIn)));
    assert_eq!(client.totals().expect("totals").unsent, 1);
    block_on(client.sign_in(&server, "sara", "secret")).expect("signs in again");
    client.execute(job, &note(&client, "x")).expect("edits again");
    sync(&client, &server);
    assert_eq!(server.job(job).notes.len(), 1);
}

#[test]
fn a_database_belongs_to_one_person() {
    let (phone, server, other) = (Phone::new(4), Server::new(4), Server::new(5));
    let client = phone.open_signed_in(&server);
    let refused = block_on(client.sign_in(&other, "sara", "secret"));
    assert!(matches!(refused, Err(ClientError::OtherPerson)), "{refused:?}");
    assert_eq!(client.session().expect("reads").expect("somebody").user, server.state().technician.user);
}

#[test]
fn what_is_not_allowed_is_refused_before_it_is_saved() {
    let (phone, server) = (Phone::new(6), Server::new(6));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    let cancel = record(&client, EventKind::Cancelled);
    let refused = client.execute(job, &cancel).expect_err("a technician cancels nothing");
    assert!(matches!(refused, ClientError::NotAllowed { code: ErrorCode::NotYours, .. }), "{refused:?}");
    assert_eq!(client.totals().expect("totals").unsent, 0);
    client.execute(job, &record(&client, EventKind::Accepted)).expect("accepts");
    let rows = client.jobs(&client_core::JobFilter::default(), Default::default(), Default::default());
    let row = &rows.expect("rows")[0];
    assert_eq!((row.status, row.unsent), (Status::Accepted, 1));
}

#[test]
fn a_command_that_changes_nothing_writes_nothing() {
    let (phone, server) = (Phone::new(7), Server::new(7));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    client.execute(job, &splice(0, 0, "torn")).expect("edits");
    let again = client.execute(job, &splice(0, 4, "torn")).expect("nothing to do");
    assert_eq!(again.outcome, EditOutcome::NothingToChange);
    assert_eq!(client.totals().expect("totals").unsent, 2);
    let unknown = domain::DocId::from_uuid(domain::Uuid::nil());
    let refused = client.execute(unknown, &splice(0, 0, "x"));
    assert!(matches!(refused, Err(ClientError::UnknownDocument(_))), "{refused:?}");
}

#[test]
fn a_listener_hears_of_an_edit_after_it_is_saved_and_may_call_the_client() {
    let (phone, server) = (Phone::new(8), Server::new(8));
    let client = Arc::new(phone.open_signed_in(&server));
    let heard: Arc<Mutex<Vec<ClientEvent>>> = Arc::default();
    let (log, calls) = (heard.clone(), Arc::downgrade(&client));
    let subscription = client.observe(Arc::new(move |event| {
        let client = calls.upgrade().expect("the client lives");
        if let ClientEvent::JobsChanged(jobs) = event {
            client.job(jobs[0]).expect("it is saved");
        }
        log.lock().expect("log").push(event.clone());
    }));
    let job = new_job(&client, "Pump leaks");
    drop(subscription);
    client.execute(job, &note(&client, "unheard")).expect("saves");
    assert_eq!(
        *heard.lock().expect("log"),
        [ClientEvent::JobsChanged(vec![job]), ClientEvent::OutboxChanged]
    );
}

#[test]
fn two_clients_on_one_database_are_refused() {
    let phone = Phone::new(9);
    let first = phone.open();
    assert!(matches!(phone.try_open(), Err(ClientError::InUse { .. })));
    drop(first);
    phone.open();
}

/// The actor of the newest entry.
fn last_actor(client: &client_core::Client) -> domain::ActorId {
    client.outbox(100).expect("reads").last().expect("an entry").actor
}

#[test]
fn a_copied_or_restored_database_takes_a_new_actor_before_its_first_write() {
    let (phone, server) = (Phone::new(10), Server::new(10));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    let actor = last_actor(&client);
    drop(client);

    // As it was left: the same actor.
    let client = phone.open();
    assert_eq!(client.opened().found, Some(Found::AsLeft));
    client.execute(job, &note(&client, "one")).expect("saves");
    assert_eq!(last_actor(&client), actor);
    drop(client);

    // Everything copied to another place, as a cloud backup restores it.
    let copy = Phone::new(11);
    phone.copied_to(&copy);
    let client = copy.open();
    assert_eq!(client.opened().found, Some(Found::RestoredOrCopied));
    client.execute(job, &note(&client, "two")).expect("saves");
    assert_ne!(last_actor(&client), actor);
    drop(client);

    // The database alone put back over itself, as an older copy.
    let old = std::fs::read(phone.database()).expect("reads");
    let client = phone.open();
    client.execute(job, &note(&client, "three")).expect("saves");
    assert_eq!(last_actor(&client), actor);
    drop(client);
    std::fs::write(phone.database(), old).expect("restores");
    let client = phone.open();
    assert_eq!(client.opened().found, Some(Found::RestoredOrCopied));
    client.execute(job, &note(&client, "four")).expect("saves");
    let restored = last_actor(&client);
    assert_ne!(restored, actor);
    drop(client);

    // And as it was left again: the new actor stays.
    let client = phone.open();
    assert_eq!(client.opened().found, Some(Found::AsLeft));
    client.execute(job, &note(&client, "five")).expect("saves");
    assert_eq!(last_actor(&client), restored);
}

#[test]
fn a_restore_while_the_app_ran_is_recognised_by_the_number_of_the_newest_edit() {
    let (phone, server) = (Phone::new(12), Server::new(12));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    // A backup tool copies the database while the app runs…
    let saved = tempfile::tempdir().expect("folder");
    crate::world::copy_folder(phone.folder(), saved.path());
    client.execute(job, &note(&client, "lost")).expect("saves");
    drop(client);
    // …and puts the database and its log back in place.
    for name in ["phone.db", "phone.db-wal"] {
        let target = phone.folder().join(name);
        match std::fs::read(saved.path().join(name)) {
            Ok(bytes) => std::fs::write(target, bytes).expect("restores"),
            Err(_) => std::fs::remove_file(target).unwrap_or_default(),
        }
    }
    let client = phone.open();
    assert_eq!(client.opened().found, Some(Found::RestoredOrCopied));
}

#[test]
fn search_finds_what_was_typed_in_either_alphabet() {
    let (phone, server) = (Phone::new(13), Server::new(13));
    let client = phone.open_signed_in(&server);
    let job = client
        .create_job(
            domain::JobKind::Visit,
            vec![text(JobField::RequestSubject, "نشتی كولر ۱۲"), text(JobField::AssetSerial, "SN-4711")],
        )
        .expect("makes a job")
        .doc;
    for words in ["کولر 12", "نشت", "sn 47", "4711"] {
        let found = client.search(words, Default::default()).expect("searches");
        assert_eq!(found.iter().map(|row| row.doc).collect::<Vec<_>>(), [job], "{words}");
    }
    assert!(client.search("پمپ", Default::default()).expect("searches").is_empty());
    client.execute(job, &note(&client, "پمپ هم خراب است")).expect("saves");
    assert_eq!(client.search("پمپ", Default::default()).expect("searches").len(), 1);
}
