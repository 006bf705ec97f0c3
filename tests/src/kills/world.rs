//! The processes of a run, and how each is killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use demo::server_process::{ServerProcess, Started};

use super::FAILPOINT;
use super::ledger::Line;
use crate::real_server;

/// Lines that may wait to be read; a phone beyond that waits.
const LINES_MAX: usize = 256;
const PHONES: usize = 2;

/// A server and its phones.
pub(super) struct World {
    pub(super) program: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) server: ServerProcess,
    pub(super) phones: Vec<Phone>,
    pub(super) lines: Receiver<(usize, Line)>,
    to_lines: SyncSender<(usize, Line)>,
}

/// A phone's process, while it runs.
pub(super) struct Phone {
    pub(super) database: PathBuf,
    child: Option<Child>,
}

impl World {
    /// Opens the world of a folder, or makes it: people are entered and phones
    /// signed in once.
    pub(super) fn open(program: &Path, folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let data = folder.join("server");
        let is_new = !data.exists();
        let mut server = real_server::server(program, &data);
        let logins = if is_new { real_server::found(&server, &data, PHONES) } else { Vec::new() };
        server.start().expect("the server starts");
        let (to_lines, lines) = sync_channel(LINES_MAX);
        let databases = (0..PHONES).map(|number| folder.join(format!("phone-{number}.sqlite")));
        let phones: Vec<Phone> = databases.map(|database| Phone { database, child: None }).collect();
        for (phone, login) in phones.iter().zip(&logins) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let address = server.address();
            let signing_in = real_server::sign_in(&phone.database, &address, login);
            drop(runtime.expect("a runtime").block_on(signing_in));
        }
        Self { program: program.to_path_buf(), folder: folder.to_path_buf(), server, phones, lines, to_lines }
    }

    /// Whether the process that was started last with a place has come to it.
    pub(super) fn is_reached(&self) -> bool {
        self.mark().exists()
    }

    fn mark(&self) -> PathBuf {
        self.folder.join("reached")
    }

    /// The variable that names a place.
    pub(super) fn variable(&self, failpoint: Option<&str>) -> Option<(&'static str, String)> {
        if self.mark().exists() {
            std::fs::remove_file(self.mark()).expect("the mark is removed");
        }
        failpoint.map(|place| (FAILPOINT, format!("{place}:{}", self.mark().display())))
    }

    /// Starts a phone, to be stopped at a place if one is named.
    pub(super) fn start_phone(&mut self, number: usize, failpoint: Option<&str>) {
        let variable = self.variable(failpoint);
        let mut command = Command::new(&self.program);
        command.arg("phone").arg(&self.phones[number].database).arg(self.server.address());
        command.envs(variable);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a phone starts");
        let said = BufReader::new(child.stdout.take().expect("it has an output"));
        let lines = self.to_lines.clone();
        std::thread::spawn(move || {
            // A line that was cut short by the kill promised nothing.
            for line in said.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()) {
                if lines.send((number, line)).is_err() {
                    return;
                }
            }
        });
        self.phones[number].child = Some(child);
    }

    /// Starts the server, to be stopped at a place if one is named; whether it got
    /// ready before.
    pub(super) fn start_server(&mut self, failpoint: Option<&str>) -> bool {
        let variable = self.variable(failpoint);
        self.server.set_environment(variable.into_iter().collect());
        let mark = self.mark();
        match self.server.start_unless(&|| mark.exists()) {
            Ok(started) => started == Started::Ready,
            Err(error) => panic!("the server does not start: {error}"),
        }
    }
}

impl Phone {
    /// `SIGKILL`.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().and_then(|()| child.wait()).expect("the phone is killed");
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.kill();
    }
}
