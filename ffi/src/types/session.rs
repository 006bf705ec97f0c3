//! Opening a client, and who is signed in.

use client_core::domain::{AgencyId, DeviceId, Hash32, Instant, Role, Uuid};
use client_core::domain::{DocId, Position, Thousandths, UserId};
use client_core::{Blob, BlobState, Completion, Problem, Reference, Session, SessionState};

/// How a client is opened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenOptions {
    /// The database; made if it is not there. Keep it out of cloud backups.
    pub database_path: String,
    /// The server's address, such as `https://service.example`.
    pub server_address: String,
    /// A name by which the office knows the phone, such as its model.
    pub device_name: String,
    /// The person's language, such as `fa`, which the server may answer in.
    #[uniffi(default = "en")]
    pub locale: String,
    /// How far the device's clock stands from UTC, in minutes east; Tehran is 210.
    pub utc_offset_minutes: i16,
}

/// The person whose database this is.
#[uniffi::remote(Record)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// The name that signs in.
    pub login: String,
    /// The name that people see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agency, for those who belong to one.
    pub agency: Option<AgencyId>,
    /// This installation, as the server knows it.
    pub device: DeviceId,
    /// Whether they are signed in.
    pub state: SessionState,
}

/// A row of reference data.
#[uniffi::remote(Record)]
pub struct Reference {
    /// Its id.
    pub id: Uuid,
    /// The row as JSON, as the server sent it.
    pub json: String,
}

/// An attachment's bytes as they stand.
#[uniffi::remote(Record)]
pub struct Blob {
    /// SHA-256 of the bytes.
    pub hash: Hash32,
    /// How many.
    pub size: u64,
    /// Media type.
    pub mime: String,
    /// Where they are.
    pub state: BlobState,
    /// How many of them have been moved.
    pub moved: u64,
    /// Why the server does not take it.
    pub refusal: Option<String>,
}

/// A document of the server that this phone could not read.
#[uniffi::remote(Record)]
pub struct Problem {
    /// Which.
    pub doc: DocId,
    /// A stable word.
    pub code: String,
    /// A sentence in English.
    pub message: String,
    /// When, by this device.
    pub at: Instant,
}

/// How a visit ended. What is left out stays as it stands in the job.
#[uniffi::remote(Record)]
pub struct Completion {
    /// The result in a sentence.
    #[uniffi(default)]
    pub result: Option<String>,
    /// The fault group that was found.
    #[uniffi(default)]
    pub fault: Option<String>,
    /// What was done about it, in place of what stands there.
    #[uniffi(default)]
    pub solution: Option<String>,
    /// Whether the user was shown how to use the product.
    #[uniffi(default)]
    pub training_given: Option<bool>,
    /// Whether the leaflet was handed over.
    #[uniffi(default)]
    pub leaflet: Option<bool>,
    /// Whether somebody has to come again.
    #[uniffi(default)]
    pub follow_up_needed: Option<bool>,
    /// Hours spent, in thousandths.
    #[uniffi(default)]
    pub hours: Option<Thousandths>,
    /// Days spent, in thousandths.
    #[uniffi(default)]
    pub days: Option<Thousandths>,
    /// Where the technician is.
    #[uniffi(default)]
    pub position: Option<Position>,
}
