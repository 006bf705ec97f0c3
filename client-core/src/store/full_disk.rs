//! Tests: no room on the disk.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use domain::{DeviceId, EditCommand, JobCommand, JobKind, Role, Stamp, UserId, Uuid};
use testkit::ManualClock;

use super::session::{self, Tokens};
use crate::{Client, ClientError, Clock, Config, Randomness, Session, SessionState};

struct Still(ManualClock);

impl Clock for Still {
    fn now(&self) -> Stamp {
        self.0.stamp()
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

struct Counting(std::sync::atomic::AtomicU64);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            *byte = next.to_be_bytes()[0];
        }
    }
}

fn open(folder: &Path) -> Client {
    let config = Config { database: folder.join("phone.db"), device_name: "test".to_owned() };
    let randomness = Counting(std::sync::atomic::AtomicU64::new(7));
    Client::open(config, Arc::new(Still(ManualClock::morning())), Arc::new(randomness)).expect("opens")
}

fn sign_in(client: &Client) {
    let session = Session {
        user: UserId::from_uuid(Uuid::from_bytes([1; 16])),
        login: "sara".to_owned(),
        name: "سارا".to_owned(),
        role: Role::Technician,
        agency: None,
        device: DeviceId::from_uuid(Uuid::from_bytes([2; 16])),
        state: SessionState::SignedIn,
    };
    let tokens = Tokens { access: "a".into(), access_expires_at: None, refresh: "r".into() };
    let written = client
        .core
        .store
        .write(client.core.ids(), |transaction, _| session::write(transaction, &session, &tokens));
    written.expect("signs in");
}

/// Lets the database grow by so many pages and no further.
fn limit_pages(client: &Client, spare: i64) {
    let writer = client.core.store.writer.lock().unwrap_or_else(PoisonError::into_inner);
    let pages: i64 = writer.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("counts");
    writer.connection.pragma_update(None, "max_page_count", pages + spare).expect("limits");
}

fn rows(client: &Client) -> (u64, u64, u64) {
    let diagnostics = client.diagnostics().expect("reads");
    (diagnostics.rows["documents"], diagnostics.rows["jobs"], diagnostics.outbox.values().sum())
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().expect("folder");
    let client = open(folder.path());
    sign_in(&client);
    let job = client.create_job(JobKind::Visit, vec![]).expect("there is room").doc;
    limit_pages(&client, 2);
    let long = |client: &Client| {
        let text = "نشتی از واشر پمپ. ".repeat(200);
        EditCommand::Job(JobCommand::AddNote { id: client.ids().note(), text })
    };
    let mut saved = 0;
    let error = loop {
        let before = rows(&client);
        match client.execute(job, &long(&client)) {
            Ok(_) => saved += 1,
            Err(error) => {
                assert_eq!(rows(&client), before, "nothing is half written");
                break error;
            }
        }
    };
    assert!(matches!(error, ClientError::DiskFull), "{error:?}");
    assert_eq!(error.retry(), wire::Retry::Later);
    assert_eq!(client.job(job).expect("reads").view.notes.len(), saved);
    // When there is room, the same client goes on; the cache holds nothing of the failure.
    limit_pages(&client, 10_000);
    client.execute(job, &long(&client)).expect("there is room");
    assert_eq!(client.job(job).expect("reads").view.notes.len(), saved + 1);
    drop(client);
    let client = open(folder.path());
    assert_eq!(client.job(job).expect("reads").view.notes.len(), saved + 1);
}
