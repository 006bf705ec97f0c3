//! The files of one database: the database, what stands beside it, and how a
//! file is replaced so that a power cut leaves the old one or the new one.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::{Result, StoreError};

/// Where everything lies. All of it is named after the database.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) database: PathBuf,
}

impl Files {
    pub(crate) fn lock(&self) -> PathBuf {
        self.beside("lock")
    }
    /// The install marker.
    pub(crate) fn marker(&self) -> PathBuf {
        self.beside("install")
    }
    /// Stands while the database is suspected of damage.
    pub(crate) fn suspicion(&self) -> PathBuf {
        self.beside("suspect")
    }
    /// The folder of attachments.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.beside("blobs")
    }
    /// The database under another name, with its companions of the same name.
    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.database.as_os_str().to_owned();
        name.push(".");
        name.push(suffix);
        name.into()
    }
}

/// Writes a file beside the target, flushes it, and puts it in the target's
/// place; the folder is flushed too, so that the new name survives a power cut.
pub(crate) fn replace_file(target: &Path, bytes: &[u8]) -> Result<()> {
    let mut draft = target.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut file = File::create(&draft).map_err(StoreError::file("writing a file"))?;
    file.write_all(bytes).map_err(StoreError::file("writing a file"))?;
    file.sync_all().map_err(StoreError::file("flushing a file"))?;
    drop(file);
    fs::rename(&draft, target).map_err(StoreError::file("renaming a file"))?;
    flush_folder_of(target)
}

/// Makes the names in a file's folder durable.
pub(crate) fn flush_folder_of(path: &Path) -> Result<()> {
    // Windows cannot open a folder as a file, and makes renames durable itself.
    if cfg!(windows) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::file("flushing a folder"))
}

/// What tells a file from a copy of it: its place on the disk and when it was
/// made. Empty where the system does not say.
pub(crate) fn identity_of(path: &Path) -> Result<String> {
    let metadata = fs::metadata(path).map_err(StoreError::file("looking at a file"))?;
    let born = metadata
        .created()
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    Ok(format!("{}:{born}", inode(&metadata)))
}

/// Like [`identity_of`], and when it was last written or moved into place:
/// a file that was restored over itself differs.
pub(crate) fn imprint_of(path: &Path) -> Result<String> {
    let metadata = fs::metadata(path).map_err(StoreError::file("looking at a file"))?;
    Ok(format!("{}@{}", identity_of(path)?, changed(&metadata)))
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}
#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}.{:09}", metadata.ctime(), metadata.ctime_nsec())
}
#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> String {
    String::new()
}
