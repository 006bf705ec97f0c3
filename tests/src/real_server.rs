//! The server's program on a new data folder, with technicians who can sign in,
//! and phones that do.

use std::path::Path;
use std::sync::Arc;

use client_core::{
    Client, ClientError, Config, HttpTransport, SyncOptions, SyncReport, SystemClock, SystemRandomness,
    WithAttachments,
};
use demo::server_process::ServerProcess;

const TEHRAN_MINUTES: i16 = 210;
/// The least that the server takes, so that signing in costs little time.
const CHEAP_PASSWORDS: &str = "password_memory_kib = 19456\npassword_passes = 2\n";

/// A person's sign-in.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub name: String,
    /// The password that the server's program drew.
    pub password: String,
}

/// A server that does not run yet, on a folder with nobody in it.
///
/// # Panics
///
/// When no port is free.
#[must_use]
pub fn server(program: &Path, data: &Path) -> ServerProcess {
    let server = ServerProcess::new(program.to_path_buf(), data.to_path_buf(), 0).expect("a port");
    server.with_setting("--rate-factor=1000")
}

/// Makes the data folder and enters technicians.
///
/// # Panics
///
/// When the server's program cannot do so.
#[must_use]
pub fn found(server: &ServerProcess, data: &Path, technicians: usize) -> Vec<Login> {
    std::fs::create_dir_all(data).expect("a folder");
    std::fs::write(data.join("hamgam.toml"), CHEAP_PASSWORDS).expect("the settings are written");
    server.command(&["init"]).expect("the folder is made");
    (0..technicians).map(|number| enter(server, &format!("technician-{number}"), "technician")).collect()
}

/// Enters a person.
///
/// # Panics
///
/// When the server's program cannot do so.
#[must_use]
pub fn enter(server: &ServerProcess, name: &str, role: &str) -> Login {
    let said = server.command(&["user", "add", name, "--role", role]).expect("a person is entered");
    let (_, after) = said.split_once("password: ").expect("a password is drawn");
    Login { name: name.to_owned(), password: after.split(' ').next().unwrap_or_default().to_owned() }
}

/// Opens a phone's database, whoever is signed in on it.
///
/// # Errors
///
/// When it cannot be opened.
pub fn open_phone(database: &Path) -> Result<Client, ClientError> {
    let config = Config { database: database.to_path_buf(), device_name: "a phone".to_owned() };
    Client::open(config, Arc::new(SystemClock::new(TEHRAN_MINUTES)), Arc::new(SystemRandomness))
}

/// Opens a phone's database and signs a person in.
///
/// # Panics
///
/// When that fails.
pub async fn sign_in(database: &Path, address: &str, login: &Login) -> Client {
    let client = open_phone(database).expect("the database opens");
    let transport = HttpTransport::new(address).expect("an address");
    client.sign_in(&transport, &login.name, &login.password).await.expect("signs in");
    client
}

/// One sync without attachments.
///
/// # Errors
///
/// As `Client::sync`.
pub async fn sync(client: &Client, transport: &HttpTransport) -> Result<SyncReport, ClientError> {
    let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
    client.sync(transport, &options).await
}
