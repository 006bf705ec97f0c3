//! A phone as a process: it writes notes and syncs until it is killed, and says on
//! its standard output what it was promised.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use client_core::{Client, ClientError, EntryState, HttpTransport, SyncOptions, WithAttachments};
use domain::{DocId, EditCommand, JobCommand, JobKind};

use super::ledger::Line;
use crate::real_server;

/// Notes of one job; then another is made.
const NOTES_A_JOB: usize = 40;
/// Notes between two syncs, whether these succeed or not.
const NOTES_A_SYNC: usize = 4;
/// Between two tries to reach a server that is down.
const OFFLINE_PAUSE: Duration = Duration::from_millis(10);

/// One sync on this thread.
pub(super) fn sync(client: &Client, transport: &HttpTransport) -> Result<(), ClientError> {
    let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
    client.sync_blocking(transport, &options).map(drop)
}

pub(super) fn run(database: &Path, address: &str) -> ExitCode {
    let client = real_server::open_phone(database).expect("the database opens");
    let transport = HttpTransport::new(address).expect("an address");
    let mut phone = Phone { client, transport, told: BTreeSet::new() };
    loop {
        let job = phone.make_job();
        for _ in 0..NOTES_A_JOB / NOTES_A_SYNC {
            (0..NOTES_A_SYNC).for_each(|_| phone.write_note(job));
            phone.sync_once(job);
        }
        // What nobody can send is not piled up without end.
        while phone.client.totals().expect("the database reads").unsent > NOTES_A_JOB as u64 {
            phone.sync_once(job);
        }
    }
}

struct Phone {
    client: Client,
    transport: HttpTransport,
    told: BTreeSet<i64>,
}

impl Phone {
    fn make_job(&self) -> DocId {
        let made = self.client.create_job(JobKind::Visit, Vec::new()).expect("a job is made");
        tell(&Line::Made { job: made.doc });
        made.doc
    }

    fn write_note(&self, job: DocId) {
        let id = self.client.ids().note();
        tell(&Line::Begun { job, note: id });
        let text = "نوشته پیش از خاموشی / written before the kill".to_owned();
        let command = EditCommand::Job(JobCommand::AddNote { id, text });
        self.client.execute(job, &command).expect("the note is saved");
        tell(&Line::Saved { job, note: id });
    }

    fn sync_once(&mut self, job: DocId) {
        if sync(&self.client, &self.transport).is_err() {
            tell(&Line::Offline);
            std::thread::sleep(OFFLINE_PAUSE);
        }
        let history = self.client.history(job).expect("the database reads");
        for entry in history.iter().filter(|entry| entry.state == EntryState::Accepted) {
            if self.told.insert(entry.id) {
                tell(&Line::Acknowledged { hash: entry.hash });
            }
        }
    }
}

fn tell(line: &Line) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody listens");
}
