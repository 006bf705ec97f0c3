//! A server that runs, on a folder that was filled, and phones on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use client_core::{Client, JobFilter, JobRow, JobSort, Page, SyncOptions, WithAttachments};
use demo::server_process::ServerProcess;
use domain::{EditCommand, JobCommand};
use testkit::Kit;

use crate::content;
use crate::failure::Failure;
use crate::organisation::{self, Size};
use crate::phone::{Login, Phone};

/// A sync may take this long before it counts as failed.
const SYNC_BUDGET: Duration = Duration::from_secs(120);

/// A benchmark asks more often than any phone may.
pub(crate) const NO_RATE_LIMIT: &str = "--rate-factor=1000000";

/// A server and where its phones live.
pub(crate) struct Rig {
    pub(crate) server: ServerProcess,
    pub(crate) login: Login,
    folder: PathBuf,
    phones: u32,
}

impl Rig {
    /// Fills a folder; the server does not run yet.
    pub(crate) fn found(program: &Path, root: &Path, name: &str, size: Size) -> Result<Self, Failure> {
        let data = root.join(name);
        let server = ServerProcess::new(program.to_path_buf(), data.clone(), 0)?.with_setting(NO_RATE_LIMIT);
        let login = organisation::found(&server, &data, size)?;
        Ok(Self { server, login, folder: root.to_path_buf(), phones: 0 })
    }

    /// A new phone of the measured technician, signed in and empty.
    pub(crate) fn new_phone(&mut self) -> Result<Phone, Failure> {
        self.phones += 1;
        let port = self.server.address().replace([':', '/'], "-");
        let database = self.folder.join(format!("phone{port}-{}.sqlite", self.phones));
        Ok(Phone::sign_in(&database, &self.server.address(), &self.login)?)
    }

    /// A phone that has everything.
    pub(crate) fn full_phone(&mut self) -> Result<Phone, Failure> {
        let phone = self.new_phone()?;
        phone.sync(&sync_options())?;
        // What the first exchange leaves to be said (acknowledgements) is said.
        phone.sync(&sync_options())?;
        Ok(phone)
    }
}

/// A sync of jobs only, with time enough.
pub(crate) fn sync_options() -> SyncOptions {
    SyncOptions { budget: SYNC_BUDGET, attachments: WithAttachments::No, ..SyncOptions::default() }
}

/// The first jobs of a phone's list.
pub(crate) fn first_jobs(client: &Client, limit: u32) -> Result<Vec<JobRow>, Failure> {
    Ok(client.jobs(&JobFilter::default(), JobSort::Window, Page { offset: 0, limit })?)
}

/// Adds a remark to each job, as a technician does.
pub(crate) fn remark_on(client: &Client, kit: &mut Kit, jobs: &[JobRow]) -> Result<(), Failure> {
    for job in jobs {
        let text = content::remark(&mut kit.rng);
        let command = EditCommand::Job(JobCommand::AddNote { id: kit.note_id(), text });
        client.execute(job.doc, &command)?;
    }
    Ok(())
}
