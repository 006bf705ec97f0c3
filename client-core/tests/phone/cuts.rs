//! The phone is killed between any two writes: its files as they lay at that
//! moment are opened again, with the server as it was then (a kill) or as it
//! became (a copy put back later), and the day goes on to the same end.

use std::sync::Mutex;

use client_core::{BoxFuture, Client, HttpRequest, HttpResponse, SyncOptions, Transport, TransportError};
use domain::{DocId, EditCommand, EventKind, JobCommand};
use tempfile::TempDir;
use wire::ErrorCode;

use crate::server::{Server, State};
use crate::world::{Phone, assert_converged, copy_folder, note, record, splice};

/// Copies the phone's files before and after each request.
struct Snapshots<'a> {
    phone: &'a Phone,
    server: &'a Server,
    taken: Mutex<Vec<(TempDir, State)>>,
}

impl Snapshots<'_> {
    fn take(&self) {
        let folder = tempfile::tempdir().expect("folder");
        copy_folder(self.phone.folder(), folder.path());
        self.taken.lock().expect("taken").push((folder, self.server.state().clone()));
    }
}

impl Transport for Snapshots<'_> {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.take();
        let answer = self.server.send(request);
        Box::pin(async move {
            let answer = answer.await;
            self.take();
            answer
        })
    }
}

/// A day with everything in it: edits, a refusal in the middle, pages, a change
/// of the office's. A snapshot is taken after every edit too.
fn a_day(client: &Client, server: &Server, line: &Snapshots<'_>, job: DocId) {
    server.office_note(job, "from the office");
    let edits = [
        record(client, EventKind::Accepted),
        splice(0, 0, "pump leaks"),
        note(client, "refused"),
        splice(0, 4, "valve"),
        record(client, EventKind::Arrived),
        note(client, "kept"),
    ];
    for (number, edit) in edits.iter().enumerate() {
        client.execute(job, edit).expect("saves");
        if number == 2 {
            let refused = client.outbox(100).expect("reads").pop().expect("an entry");
            server.state().refuse.insert(refused.hash, ErrorCode::ValueInvalid);
        }
        line.take();
    }
    client.sync_blocking(line, &SyncOptions::default()).expect("syncs");
}

#[test]
fn a_phone_killed_between_any_two_writes_comes_to_the_same_end() {
    let (phone, server) = (Phone::new(80), Server::new(80));
    let client = phone.open_signed_in(&server);
    for number in 0..4 {
        server.assigned_job(&format!("Job {number}"));
    }
    server.state().page_docs = 2;
    let line = Snapshots { phone: &phone, server: &server, taken: Mutex::default() };
    client.sync_blocking(&line, &SyncOptions::default()).expect("pulls");
    let job = *server.state().docs.keys().next().expect("a job");
    a_day(&client, &server, &line, job);
    assert_converged(&client, &server);
    let end = server.job(job);
    assert_eq!((end.diagnosis.as_str(), end.notes.len()), ("valve leaks", 2));
    let last_state = server.state().clone();

    let snapshots = line.taken.lock().expect("taken");
    assert!(snapshots.len() > 12, "{}", snapshots.len());
    for (number, (folder, then)) in snapshots.iter().enumerate() {
        for state in [then, &last_state] {
            *server.state() = State { refuse: last_state.refuse.clone(), ..state.clone() };
            let again = Phone::new(100 + number as u64);
            copy_folder(folder.path(), again.folder());
            let client = again.open();
            client.sync_blocking(&server, &SyncOptions::default()).expect("syncs");
            client.sync_blocking(&server, &SyncOptions::default()).expect("settles");
            assert_converged(&client, &server);
            assert_accounted_for(&client, &server, job, number);
        }
        // Whatever the phone had not written by then is all that is missing.
        assert_eq!(server.job(job), end, "snapshot {number}");
    }
}

/// Every edit that the phone holds has ended: on the server, or shown.
fn assert_accounted_for(client: &Client, server: &Server, job: DocId, number: usize) {
    let view = server.job(job);
    let shown = client.needs_attention().expect("reads");
    for entry in client.history(job).expect("reads") {
        let Some(EditCommand::Job(JobCommand::AddNote { id, text })) = &entry.command else { continue };
        let on_server = view.notes.iter().any(|note| note.id == *id);
        let is_shown = shown.iter().any(|shown| shown.id == entry.id);
        assert!(on_server != is_shown, "snapshot {number}: {text}");
    }
}
