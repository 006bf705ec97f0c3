//! The server as a program of its own: started, waited for, killed without
//! warning, started again on the same folder and the same port.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// Between two looks at whether the server is ready.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Looks before the server counts as stuck: half a minute.
const LOOKS_MAX: u32 = 1_500;
/// For one look over loopback.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of the log's end that an error shows.
const LOG_TAIL_BYTES: usize = 2_000;

/// What can go wrong with the server as a program.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The program is not there.
    #[error("{} is not built: run `cargo build --package sync-server`, or name it with --server", .0.display())]
    NotBuilt(PathBuf),
    /// It cannot be started, stopped or looked after.
    #[error("cannot {what}: {source}")]
    Os {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// It ended by itself; the end of its log says why.
    #[error("the server ended ({status}):\n{log}")]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It runs but does not become ready.
    #[error("the server is not ready after half a minute:\n{log}")]
    NotReady {
        /// The end of its log.
        log: String,
    },
}

/// How far a start got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It answers.
    Ready,
    /// What it was not to wait for has happened.
    Stopped,
}

fn os(what: &'static str) -> impl Fn(std::io::Error) -> ServerError {
    move |source| ServerError::Os { what, source }
}

/// The server's program: the one asked for, or the one beside this program.
///
/// # Errors
///
/// When there is no such program.
pub fn program(asked: Option<PathBuf>) -> Result<PathBuf, ServerError> {
    let beside = || {
        std::env::current_exe().map(|this| this.with_file_name("hamgam-server")).map_err(os("find myself"))
    };
    let program = match asked {
        Some(program) => program,
        None => beside()?.with_extension(std::env::consts::EXE_EXTENSION),
    };
    if program.exists() { Ok(program) } else { Err(ServerError::NotBuilt(program)) }
}

/// A server on one data folder and one port, running or not.
pub struct ServerProcess {
    program: PathBuf,
    data: PathBuf,
    listen: SocketAddr,
    settings: Vec<String>,
    environment: Vec<(&'static str, String)>,
    child: Option<Child>,
    kills: u32,
}

impl ServerProcess {
    /// A server that does not run yet. Port 0 takes a free one, for good.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub fn new(program: PathBuf, data: PathBuf, port: u16) -> Result<Self, ServerError> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, if port == 0 { free_port()? } else { port }));
        Ok(Self {
            program,
            data,
            listen,
            settings: Vec::new(),
            environment: Vec::new(),
            child: None,
            kills: 0,
        })
    }

    /// Adds a setting of the server's, such as `--rate-factor=10`.
    #[must_use]
    pub fn with_setting(mut self, setting: impl Into<String>) -> Self {
        self.settings.push(setting.into());
        self
    }

    /// Sets the variables that the next start adds to the environment.
    pub fn set_environment(&mut self, variables: Vec<(&'static str, String)>) {
        self.environment = variables;
    }

    /// The address for phones and browsers.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Where it listens.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        self.listen
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// How often it was killed.
    #[must_use]
    pub fn kills(&self) -> u32 {
        self.kills
    }

    /// Runs a command of the server's program on the same folder, such as
    /// `init`, and gives what it printed. The server must not run.
    ///
    /// # Errors
    ///
    /// When it cannot be run, or complains.
    pub fn command(&self, words: &[&str]) -> Result<String, ServerError> {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(&self.data).args(words);
        let output = command.output().map_err(os("run the server's program"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(ServerError::Ended { status: output.status, log })
    }

    /// Starts it and returns when it is ready.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, or is not ready in half a minute.
    pub fn start(&mut self) -> Result<(), ServerError> {
        self.start_unless(&|| false).map(drop)
    }

    /// Starts it and returns when it is ready, or when something else has happened
    /// that makes it wait no longer.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_unless(&mut self, happened: &dyn Fn() -> bool) -> Result<Started, ServerError> {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(&self.data).arg("--listen").arg(self.listen.to_string());
        command.args(&self.settings).arg("serve").envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(self.log_file()?).stderr(self.log_file()?);
        self.child = Some(command.spawn().map_err(os("start the server"))?);
        for _ in 0..LOOKS_MAX {
            if let Some(status) = self.ended()? {
                return Err(ServerError::Ended { status, log: self.log_tail() });
            }
            if happened() {
                return Ok(Started::Stopped);
            }
            if self.is_ready() {
                return Ok(Started::Ready);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Err(ServerError::NotReady { log: self.log_tail() })
    }

    /// Kills it as a power cut would (`SIGKILL`): nothing is flushed or closed.
    ///
    /// # Errors
    ///
    /// When it cannot be killed.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        child.kill().map_err(os("kill the server"))?;
        child.wait().map_err(os("wait for the killed server"))?;
        self.kills += 1;
        Ok(())
    }

    /// Asks it to stop, and waits until it has drained.
    ///
    /// # Errors
    ///
    /// When it can neither be asked nor killed.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if !terminate(&child) {
            child.kill().map_err(os("kill the server"))?;
        }
        child.wait().map_err(os("wait for the server"))?;
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    ///
    /// When it ends with a failure.
    pub fn wait(&mut self) -> Result<(), ServerError> {
        let Some(child) = &mut self.child else { return Ok(()) };
        let status = child.wait().map_err(os("wait for the server"))?;
        self.child = None;
        if status.success() { Ok(()) } else { Err(ServerError::Ended { status, log: self.log_tail() }) }
    }

    /// Whether `/readyz` answers 200.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        get_status(self.listen, "/readyz").is_ok_and(|status| status == 200)
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, ServerError> {
        let Some(child) = &mut self.child else { return Ok(None) };
        let status = child.try_wait().map_err(os("look at the server"))?;
        if status.is_some() {
            self.child = None;
        }
        Ok(status)
    }

    /// The log lies beside the data folder, which belongs to the server.
    fn log_path(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    fn log_file(&self) -> Result<File, ServerError> {
        let path = self.log_path();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(os("make the folder of the server's log"))?;
        }
        OpenOptions::new().create(true).append(true).open(path).map_err(os("open the server's log"))
    }

    fn log_tail(&self) -> String {
        tail(&self.log_path()).unwrap_or_else(|error| format!("(its log cannot be read: {error})"))
    }
}

impl Drop for ServerProcess {
    /// Leaves no server behind when the story breaks off.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take()
            && child.kill().is_ok()
        {
            // Whether it could be waited for changes nothing any more.
            drop(child.wait());
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, ServerError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(os("find a free port"))?;
    Ok(listener.local_addr().map_err(os("find a free port"))?.port())
}

/// Sends `SIGTERM`; false where that cannot be done.
fn terminate(child: &Child) -> bool {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status();
    sent.is_ok_and(|status| status.success())
}

/// The status of a GET, without an HTTP library: it must work while the server
/// is half up, and never hang.
fn get_status(address: SocketAddr, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, LOOK_TIMEOUT)?;
    stream.set_read_timeout(Some(LOOK_TIMEOUT))?;
    stream.set_write_timeout(Some(LOOK_TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    status.ok_or_else(|| std::io::Error::other("not an HTTP answer"))
}

fn tail(path: &Path) -> std::io::Result<String> {
    let bytes = std::fs::read(path)?;
    let from = bytes.len().saturating_sub(LOG_TAIL_BYTES);
    Ok(String::from_utf8_lossy(&bytes[from..]).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{ServerError, ServerProcess, program};

    /// A stand-in for the server: a script that does one thing.
    fn script(folder: &std::path::Path, body: &str) -> std::path::PathBuf {
        let path = folder.join("server.sh");
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("write");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        path
    }

    #[test]
    fn a_server_that_ends_is_reported_with_its_last_words() {
        let folder = tempfile::tempdir().expect("folder");
        let program = script(folder.path(), "echo the folder is of a newer version >&2; exit 3");
        let mut server = ServerProcess::new(program, folder.path().join("data"), 0).expect("port");
        let Err(ServerError::Ended { status, log }) = server.start() else { panic!("it ended") };
        assert_eq!(status.code(), Some(3));
        assert!(log.contains("newer version"), "{log}");
    }

    #[test]
    fn a_killed_server_is_counted_and_gone() {
        let folder = tempfile::tempdir().expect("folder");
        let program = script(folder.path(), "exec sleep 600");
        let mut server = ServerProcess::new(program, folder.path().join("data"), 0).expect("port");
        let child = std::process::Command::new(&server.program).spawn().expect("spawn");
        let id = child.id().to_string();
        server.child = Some(child);
        server.kill().expect("kill");
        assert_eq!(server.kills(), 1);
        let alive = std::process::Command::new("kill").args(["-0", &id]).output().expect("kill -0");
        assert!(!alive.status.success());
    }

    #[test]
    fn a_command_gives_its_output_or_its_complaint() {
        let folder = tempfile::tempdir().expect("folder");
        let server = |body: &str| {
            ServerProcess::new(script(folder.path(), body), folder.path().join("data"), 0).expect("port")
        };
        assert_eq!(server("echo made $3").command(&["init"]).expect("runs"), "made init\n");
        assert!(
            server("echo no room >&2; exit 1")
                .command(&["init"])
                .is_err_and(|e| e.to_string().contains("no room"))
        );
    }

    #[test]
    fn a_program_that_is_not_built_is_named() {
        let missing = program(Some("nowhere/hamgam-server".into()));
        assert!(missing.is_err_and(|error| error.to_string().contains("is not built")));
    }
}
