//! The processes of a run, and how each is killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use client_core::HttpTransport;
use demo::server_process::{ServerError, ServerProcess};

use super::ledger::Line;
use super::{FAILPOINT, phone};

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
        let server = ServerProcess::new(program.to_path_buf(), data.clone(), 0).expect("a port");
        let mut server = server.with_setting("--rate-factor=1000");
        let passwords: Vec<String> = if is_new { found(&server, &data) } else { Vec::new() };
        server.start().expect("the server starts");
        let (to_lines, lines) = sync_channel(LINES_MAX);
        let databases = (0..PHONES).map(|number| folder.join(format!("phone-{number}.sqlite")));
        let phones: Vec<Phone> = databases.map(|database| Phone { database, child: None }).collect();
        for (number, password) in passwords.iter().enumerate() {
            sign_in(&phones[number].database, &server.address(), &technician(number), password);
        }
        Self { program: program.to_path_buf(), folder: folder.to_path_buf(), server, phones, lines, to_lines }
    }

    /// Starts a phone, to be killed at a place if one is named.
    pub(super) fn start_phone(&mut self, number: usize, failpoint: Option<&str>) {
        let mut command = Command::new(&self.program);
        command.arg("phone").arg(&self.phones[number].database).arg(self.server.address());
        command.envs(failpoint.map(|place| (FAILPOINT, place)));
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

    /// Starts the server, to be killed at a place if one is named; false if it was
    /// killed before it was ready.
    pub(super) fn start_server(&mut self, failpoint: Option<&str>) -> bool {
        let variables = failpoint.map(|place| (FAILPOINT, place.to_owned()));
        self.server.set_environment(variables.into_iter().collect());
        match self.server.start() {
            Ok(()) => true,
            Err(ServerError::Ended { status, log }) => {
                assert!(failpoint.is_some() && was_killed(status), "the server does not start: {log}");
                false
            }
            Err(error) => panic!("the server does not start: {error}"),
        }
    }
}

impl Phone {
    /// Whether the process has come to its end, and by a kill.
    pub(super) fn has_died(&mut self) -> bool {
        let Some(child) = &mut self.child else { return true };
        let Some(status) = child.try_wait().expect("the system says") else { return false };
        assert!(was_killed(status), "the phone ended by itself: {status}");
        self.child = None;
        true
    }

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

#[cfg(unix)]
pub(super) fn was_killed(status: std::process::ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
}

#[cfg(not(unix))]
pub(super) fn was_killed(status: std::process::ExitStatus) -> bool {
    !status.success()
}

fn technician(number: usize) -> String {
    format!("technician-{number}")
}

/// Makes the data folder and enters the people; gives their passwords.
fn found(server: &ServerProcess, data: &Path) -> Vec<String> {
    std::fs::create_dir_all(data).expect("a folder");
    let cheap = "password_memory_kib = 19456\npassword_passes = 2\n";
    std::fs::write(data.join("hamgam.toml"), cheap).expect("the settings are written");
    server.command(&["init"]).expect("the folder is made");
    let enter = |number| {
        let said = server.command(&["user", "add", &technician(number), "--role", "technician"]);
        let said = said.expect("a technician is entered");
        let (_, after) = said.split_once("password: ").expect("a password is drawn");
        after.split(' ').next().unwrap_or_default().to_owned()
    };
    (0..PHONES).map(enter).collect()
}

fn sign_in(database: &Path, address: &str, name: &str, password: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = phone::open(database).expect("the database opens");
    let transport = HttpTransport::new(address).expect("an address");
    runtime.block_on(client.sign_in(&transport, name, password)).expect("signs in");
}
