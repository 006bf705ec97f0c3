//! What a backup says of itself.

use std::path::{Path, PathBuf};

use domain::Instant;
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::error::AtPath;
use crate::log::Chain;
use crate::store::outside::hex;

const FILE: &str = "manifest.json";
/// What this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// The content of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// When it was made, by the server's clock.
    pub made_at_ms: i64,
    /// The database's file.
    pub database: String,
    /// SHA-256 of its bytes.
    pub database_sha256: String,
    /// Its size.
    pub database_bytes: u64,
    /// The version of its tables.
    pub database_version: u32,
    /// The newest position of its log.
    pub position: i64,
    /// The chain there.
    #[serde(with = "hex")]
    pub chain: Chain,
    /// Its epoch.
    #[serde(with = "hex")]
    pub epoch: [u8; 8],
    /// Attachments that belong to it.
    pub attachments: u64,
    /// Hashes of attachments that were missing or damaged when it was made.
    pub attachments_missing: Vec<String>,
    /// Whether its log was verified when it was made.
    pub verified: bool,
}

/// What is known of the database when the manifest is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied {
    pub(super) version: u32,
    pub(super) position: i64,
    pub(super) chain: Chain,
    pub(super) epoch: [u8; 8],
}

impl Manifest {
    pub(super) fn of(copied: &Copied, now: Instant) -> Self {
        Self {
            format: FORMAT,
            made_at_ms: now.millis(),
            database: String::new(),
            database_sha256: String::new(),
            database_bytes: 0,
            database_version: copied.version,
            position: copied.position,
            chain: copied.chain,
            epoch: copied.epoch,
            attachments: 0,
            attachments_missing: Vec::new(),
            verified: false,
        }
    }

    /// Reads a backup's manifest.
    ///
    /// # Errors
    ///
    /// When there is none that can be read, or a newer version made it.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let none = || BackupError::NoBackup(folder.to_path_buf());
        let bytes = std::fs::read(folder.join(FILE)).map_err(|_missing| none())?;
        let format: Format = serde_json::from_slice(&bytes).map_err(|_unreadable| none())?;
        if format.format > FORMAT {
            return Err(BackupError::Newer { folder: folder.to_path_buf(), found: format.format });
        }
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_unreadable| none())?;
        // The name is a file's own: it must not lead elsewhere.
        let is_plain =
            Path::new(&manifest.database).file_name().is_some_and(|name| name == manifest.database.as_str());
        if is_plain { Ok(manifest) } else { Err(none()) }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(FILE);
        let bytes = serde_json::to_vec_pretty(self).map_err(std::io::Error::other).at(&path)?;
        crate::disk::replace(&path, &bytes).at(&path)
    }

    /// Where the database lies.
    #[must_use]
    pub fn database_path(&self, folder: &Path) -> PathBuf {
        folder.join(&self.database)
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}
